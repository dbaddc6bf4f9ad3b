"""A compliance warning is told once, with the minute of the session; a forged one is refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.moderation import ComplianceWarning
from livedesk.core.secrets import Secret
from livedesk.engine.api.moderation_view import ModerationError
from livedesk.engine.moderating.alerts import Alerts
from livedesk.engine.moderating.recall import recalled
from livedesk.journal.reader import TimedEvent
from livedesk.platforms.webhook import HookRefused, signature
from tests.engine.moderating.conftest import FakeStage

SECRET = Secret("whsec_" + base64.b64encode(b"k" * 32).decode())


def alerts(stage: FakeStage, clock: ManualClock, secret: Secret | None = SECRET) -> Alerts:
    started_ns = clock.utc_ns() - 150 * NS_PER_S
    return Alerts("glow", secret, clock, stage.moderation_event, lambda: started_ns)


def signed(clock: ManualClock, hook_id: str = "h1") -> tuple[dict[str, str], bytes]:
    body = json.dumps({"type": "compliance.warning", "data": {"text": "Best on TikTok"}}).encode()
    stamp = str(clock.utc_ns() // NS_PER_S)
    headers = {"webhook-id": hook_id, "webhook-timestamp": stamp}
    return headers | {"webhook-signature": signature(SECRET, hook_id, stamp, body)}, body


def test_a_warning_is_told_once_whichever_way_it_comes() -> None:
    stage, clock = FakeStage(), ManualClock()
    watch = alerts(stage, clock)
    watch.hook(*signed(clock))
    watch.take(ComplianceWarning("h1", "glow", "other", "Best on TikTok", clock.utc_ns()))
    [told] = stage.told("compliance.warning")
    assert told.text == "Best on TikTok"
    assert [(each.id, each.minute) for each in watch.open()] == [("h1", 2)]
    clock.advance(601)
    assert watch.open() == ()
    assert len(watch.newest) == 1


def test_a_late_warning_is_open_as_long_as_any_and_none_is_of_a_time_to_come() -> None:
    stage, clock = FakeStage(), ManualClock()
    watch = alerts(stage, clock)
    now_ns = clock.utc_ns()
    watch.take(ComplianceWarning("late", "glow", "other", "x", now_ns - 900 * NS_PER_S))
    watch.take(ComplianceWarning("ahead", "glow", "other", "a\x1b[1mb", now_ns + 10**15))
    assert [each.id for each in watch.open()] == ["ahead", "late"]
    assert (watch.newest[0].utc_ns, watch.newest[0].text) == (now_ns, "a [1mb")
    clock.advance(601)
    assert watch.open() == ()


def test_who_sees_to_a_warning_ends_it_once_and_its_terms_stay() -> None:
    stage, clock = FakeStage(), ManualClock()
    watch = alerts(stage, clock)
    told = ComplianceWarning("w1", "glow", "other", "x", clock.utc_ns(), terms=("cures acne",))
    watch.take(told)
    for _ in range(2):
        assert watch.done("w1", "Ana").id == "w1"
    assert (watch.open(), watch.terms()) == ((), ("cures acne",))
    [done] = stage.told("compliance.done")
    assert (done.actor, done.data) == ("Ana", {"warning_id": "w1"})
    with pytest.raises(ModerationError, match="no such warning"):
        watch.done("w2", "Ana")
    clock.advance(3_601)
    assert watch.terms() == ()


def test_a_new_engine_tells_no_warning_again_and_knows_what_was_seen_to() -> None:
    stage, clock = FakeStage(), ManualClock()
    first = alerts(stage, clock)
    for name in ("w1", "w2"):
        first.take(ComplianceWarning(name, "glow", "other", "x", clock.utc_ns(), terms=(name,)))
    first.done("w1", "Ana")
    record = [TimedEvent(at, replace(event, utc_ns=clock.utc_ns()))
              for at, event in enumerate(stage.events)]  # fmt: skip
    clock.advance(500)
    later = FakeStage()
    again = alerts(later, clock)
    for warning in recalled(record).warnings:
        again.recalled(warning)
    again.take(ComplianceWarning("w2", "glow", "other", "x", clock.utc_ns()))
    assert (later.kinds(), again.terms()) == ([], ("w2", "w1"))
    assert [each.id for each in again.open()] == ["w2"]
    clock.advance(101)
    assert again.open() == ()


def test_what_is_forged_is_refused_and_told_once_a_minute() -> None:
    stage, clock = FakeStage(), ManualClock()
    watch = alerts(stage, clock)
    headers, body = signed(clock)
    for _ in range(3):
        with pytest.raises(HookRefused) as refusal:
            watch.hook(headers, body + b" ")
        assert refusal.value.code == "bad_signature"
    assert stage.kinds() == ["hook.refused"]
    with pytest.raises(HookRefused):
        alerts(stage, clock, None).hook(headers, body)


def test_a_warning_of_a_sessions_first_moment_stays_and_that_of_an_earlier_one_is_over() -> None:
    stage, clock = FakeStage(), ManualClock()
    started: list[int | None] = [clock.utc_ns()]
    watch = Alerts("glow", SECRET, clock, stage.moderation_event, lambda: started[0])

    def warn(name: str) -> None:
        watch.take(ComplianceWarning(name, "glow", "other", "x", clock.utc_ns()))

    warn("before")
    started[0] = None
    warn("between")
    clock.advance(60)
    started[0] = clock.utc_ns()
    warn("first moment")
    watch.begin()
    assert [each.id for each in watch.open()] == ["first moment", "between"]


def test_what_was_warned_of_unheard_is_told_once_and_only_to_its_own_session() -> None:
    stage, clock = FakeStage(), ManualClock()
    started: list[int | None] = [clock.utc_ns()]
    watch = Alerts("glow", SECRET, clock, stage.moderation_event, lambda: started[0])

    def warning(name: str, after_s: float) -> ComplianceWarning:
        utc_ns = clock.utc_ns() + round(after_s * NS_PER_S)
        return ComplianceWarning(name, "glow", "other", name, utc_ns)

    known, missed, old = warning("known", 0), warning("missed", 1), warning("old", -1)
    clock.advance(60)
    watch.take(known)
    for _ in range(2):
        watch.earlier([missed, known, old])
    assert [event.text for event in stage.told("compliance.warning")] == ["known", "missed"]
    started[0] = None
    clock.advance(60)
    begun_utc_ns, first, late = clock.utc_ns(), warning("first", 2), warning("late", -2)
    clock.advance(60)
    watch.earlier([first, late])
    assert len(stage.told("compliance.warning")) == 2
    started[0] = begun_utc_ns
    watch.begin()
    assert [each.id for each in watch.open()] == ["first"]
