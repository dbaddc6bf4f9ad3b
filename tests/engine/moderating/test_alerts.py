"""A compliance warning is told once, with the minute of the session; a forged one is refused."""

from __future__ import annotations

import base64
import json

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.moderation import ComplianceWarning
from livedesk.core.secrets import Secret
from livedesk.engine.moderating.alerts import Alerts
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
