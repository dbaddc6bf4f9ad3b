"""Does a replay say of an instant what was written of it, and nothing that was not?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event, Json
from livedesk.core.moderation import Comment, Decision, Effect, Item, ItemState, Span, Verdict
from livedesk.core.pins import PinStatus
from livedesk.core.status import StoreStatus
from livedesk.journal.reader import SessionReader
from livedesk.journal.replay.replay import Replay
from livedesk.journal.values import SampleRow
from tests.journal.kit import START_UTC_NS, event, info, row, write

MINUTE = 60


def _ns(t_s: float) -> int:
    return START_UTC_NS + round(t_s * NS_PER_S)


SETTINGS: dict[str, Any] = {
    "uplinks": [
        {"name": "primary", "address": "rtmp://push.example:1935", "bind": None, "cost": None},
        {"name": "bonded", "address": "rtmps://push.example:443", "bind": "10.0.0.8",
         "cost": "20 GB"},
    ],
    "limits": {"min_kbps": 3000.0, "max_skew_ms": 150.0},
    "failover": {"automatic": True, "actuator": "relay"},
    "pins": {"gateway": "shopee"},
    "moderation": {"chat": "shopee"},
    "return_check": None,
}  # fmt: skip

SWITCH: dict[str, Json] = {
    "from": "primary", "to": "bonded", "cause": "silence", "reason": "nothing was taken",
    "actor": "failover", "detect_ms": 240.0,
}  # fmt: skip
OVER: dict[str, Json] = SWITCH | {
    "state": "done", "utc_ns": _ns(20), "publish_ms": 90.0, "switch_ms": 310.0,
    "frames_lost": 0, "frames_repeated": 4, "lost_ms": 0.0,
}  # fmt: skip
LOW: dict[str, Json] = {"alarm": "uplink.low:primary", "priority": "high", "action": "Look at it."}


def _path() -> Iterator[Event]:
    yield event(1, -1.0, "uplink.ready", uplink="bonded")
    yield event(2, 0.0, "session.start")
    yield event(3, 0.0, "session.settings", settings=SETTINGS)
    yield event(4, 0.0, "feed.up", peer="10.0.0.2")
    yield event(5, 0.0, "feed.codec", track="video", codec="h264")
    yield event(6, 0.1, "uplink.up", uplink="primary", reconnects=0)
    yield event(7, 1.0, "feed.class", to="OK")
    yield event(8, 1.2, "uplink.class", uplink="primary", to="OK")
    yield event(8, 15.0, "configuration.changed", "The keyframes are 6 s apart.",
                issues=["gopSizeLong"])  # fmt: skip
    yield replace(event(9, 20.0, "failover.switch"), data=SWITCH)
    yield event(10, 20.3, "failover.published", to="bonded", publish_ms=90.0)
    yield event(11, 20.3, "uplink.up", uplink="bonded", reconnects=1)
    yield replace(event(12, 20.5, "failover.done"), data=OVER)
    yield event(13, 25.0, "uplink.down", uplink="primary", reason="no route to host")
    yield event(14, 30.0, "failover.mode", mode="hold", actor="Ana")
    yield event(15, 40.0, "feed.lost", reason="it left")
    yield event(16, 40.5, "session.interrupted")
    yield event(17, 50.0, "feed.up")
    yield event(18, 50.0, "session.continued")
    yield event(19, 50.5, "feed.class", to="LOW")
    yield event(20, 58.0, "relay.died", "The relay ended.")
    yield event(21, 60.0, "session.end", actor="Ana")


def _alarm() -> Iterator[Event]:
    shelf: dict[str, Json] = {"why": "known", "until_utc_ns": _ns(26)}
    for told, data in (
        (event(30, 19.0, "limit.trip", "Primary is slow. Look at it."), LOW),
        (event(31, 22.0, "alarm.acknowledged", actor="Ana"), LOW),
        (event(32, 23.0, "alarm.shelved", actor="Bo"), LOW | shelf),
        (event(33, 35.0, "limit.clear"), LOW),
    ):
        yield replace(told, data=data)


PIN = PinStatus(
    "p1", "pin", "9", "Serum", "cued", "pad", _ns(10), actor="Mika", received_ms=2.0, key="s1:1"
)
SENT = replace(PIN, state="in_flight", sent_ms=6.0, attempts=1)
SHOWN = replace(SENT, state="confirmed", shown=True, settled_ms=400.0, latency_ms=400.0)
DOWN = PinStatus("p2", "unpin", "9", "Serum", "confirmed", "console", _ns(30), received_ms=2.0,
                 settled_ms=300.0, key="s1:2")  # fmt: skip


def _pins() -> Iterator[Event]:
    for seq, (kind, t_s, pin) in enumerate(
        (("cued", 10.002, PIN), ("sent", 10.006, SENT), ("confirmed", 10.4, SHOWN),
         ("confirmed", 30.3, DOWN)), 40,
    ):  # fmt: skip
        yield replace(event(seq, t_s, f"pin.{kind}"), data=msgspec.to_builtins(pin))


def _item(number: int, came_s: float, action: str, state: ItemState, **changes: Any) -> Item:
    comment = Comment(f"c{number}", "u", "viewer", "free money", _ns(came_s))
    verdict = Verdict(action, "r1", "scams", "Scam", (Span(0, 4),))  # type: ignore[arg-type]
    return replace(Item(f"i{number}", "glow", comment, verdict, state), **changes)


def _queue() -> Iterator[Event]:
    hidden, held = _item(1, 5, "hide", "hidden"), _item(2, 6, "review", "waiting")
    done = Effect("hide:1:c1", "hide", "done", _ns(5), _ns(6))
    decided = replace(held, state="approved", decisions=(Decision("approve", "Ana", _ns(46), "k"),))
    told: tuple[tuple[float, str, dict[str, Any]], ...] = (
        (5.1, "judged", {"item": hidden}), (6.1, "judged", {"item": held}),
        (6.0, "done", {"item_id": "i1", "effect": done, "latency_ms": 1000.0}),
        (30.0, "minute", {"comments": 70}), (46.0, "decided", {"item": decided, "item_id": "i2"}),
    )  # fmt: skip
    for seq, (t_s, kind, data) in enumerate(told, 60):
        yield replace(event(seq, t_s, f"moderation.{kind}"), data=msgspec.to_builtins(data))


def _rows() -> Iterator[SampleRow]:
    for t_s in (*range(40), *range(50, 58)):
        feed = 2800.0 if t_s >= 50 else 4000.0 + t_s
        yield row(t_s, feed, epoch=2 if t_s >= 50 else 1)
        yield row(t_s, feed - 10, "goodput_kbps", "primary" if t_s < 20 else "bonded")
        if not 32 <= t_s < 36:
            yield row(t_s, 160.0 if t_s == 31 else 12.0, "skew_ms")
            yield row(t_s, 30.0, "fps")
            yield row(t_s, -6.0, "peak_dbfs")


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    path = tmp_path_factory.mktemp("replay") / "s.livedesk"
    about = info(uplinks=("primary", "bonded"))
    told = sorted((*_path(), *_alarm(), *_pins(), *_queue()), key=lambda each: each.utc_ns)
    events = [replace(each, seq=seq) for seq, each in enumerate(told, 1)]
    # A relay's events are written when the engine hears of them, which may be late.
    events.append(replace(events.pop(7), seq=len(told) + 1))
    opened = Replay.open(write(path, _rows(), events, about))
    yield opened
    opened.close()


def _uplinks(status: StoreStatus) -> list[tuple[str, str, float | None]]:
    return [(each.name, each.state, each.goodput_kbps) for each in status.uplinks]


def test_the_figures_are_those_of_the_second(replay: Replay) -> None:
    status = replay.status_at(12_700)
    assert (status.feed.state, status.feed.kbps, status.feed.fps) == ("OK", 4012.0, 30.0)
    assert (status.feed.video_codec, status.feed.epoch) == ("h264", 1)
    assert (status.sync.skew_ms, status.sync.state) == (12.0, "ok")
    assert _uplinks(status) == [("primary", "carrying", 4002.0), ("bonded", "standby", None)]
    assert status.utc_ns == _ns(12.7)
    assert (status.state, status.store, status.session) == ("live", "glow", "s1")


def test_what_was_not_sampled_is_not_carried_on(replay: Replay) -> None:
    status = replay.status_at(33_500)
    assert (status.sync.skew_ms, status.sync.state) == (None, "no_data")
    assert status.sync.age_ms == 1_500
    assert (status.picture.state, status.sound.state) == ("unknown", "unknown")
    assert (status.feed.fps, status.feed.kbps) == (None, 4033.0)
    assert status.probe.state == "stale"
    gone = replay.status_at(45_000)
    assert (gone.feed.state, gone.feed.kbps, gone.feed.age_ms) == ("GONE", None, 5_000)
    assert gone.state == "interrupted"
    assert all(each.goodput_kbps is None for each in gone.uplinks)
    died = replay.status_at(59_000)
    assert (died.feed.state, died.relay.state) == ("BLIND", "down")
    assert {each.state for each in died.uplinks} == {"down"}


def test_limits_are_those_in_force(replay: Replay) -> None:
    assert replay.status_at(31_000).sync.state == "critical"
    assert replay.status_at(31_000).limits.max_skew_ms == 150
    low = replay.status_at(52_000)
    assert (low.feed.state, low.limits.min_kbps) == ("LOW", 3000)
    bonded = low.uplinks[1]
    assert (bonded.address, bonded.bind, bonded.cost) == ("push.example:443", "10.0.0.8", "20 GB")


def test_issues_are_those_told_of_by_then(replay: Replay) -> None:
    early, late = replay.status_at(5_000), replay.status_at(16_000)
    assert (early.issues, early.issues_checked) == ((), True)
    assert [(each.type, each.description) for each in late.issues] == [
        ("gopSizeLong", "The keyframes are 6 s apart.")
    ]


def test_a_switch_is_seen_before_in_and_after_it(replay: Replay) -> None:
    before, within, after = (replay.status_at(t_ms) for t_ms in (19_999, 20_100, 21_000))
    assert (before.failover.active, before.failover.mode) == ("primary", "auto")
    assert (before.failover.switches, before.failover.last, before.failover.next) == (
        0, None, "bonded",
    )  # fmt: skip
    assert within.failover.switching_to == "bonded"
    assert within.failover.last is not None
    assert (within.failover.last["state"], within.failover.last["detect_ms"]) == ("running", 240)
    assert after.failover.switching_to is None
    assert (after.failover.active, after.failover.switches) == ("bonded", 1)
    assert dict(after.failover.last or {}) == OVER
    assert _uplinks(after) == [("primary", "standby", None), ("bonded", "carrying", 4011.0)]
    # The session of the one that was left was replaced at once: no event says that it is ready.
    assert ([each.ready for each in after.uplinks], after.failover.next) == (
        [True, True],
        "primary",
    )
    later = replay.status_at(31_000)
    assert later.failover.mode == "hold"
    assert (later.uplinks[0].state, later.uplinks[0].reason) == ("down", "no route to host")
    assert (later.uplinks[1].reconnects, later.failover.next) == (1, None)


def test_an_alarm_is_as_people_had_left_it(replay: Replay) -> None:
    def alarm(t_ms: int) -> tuple[str | None, str | None]:
        (found,) = replay.status_at(t_ms).alarms
        assert (found.cause, found.action) == ("Primary is slow.", "Look at it.")
        assert found.since_utc_ns == _ns(19)
        return found.acknowledged_by, found.shelved_by

    assert replay.status_at(18_999).alarms == ()
    assert alarm(19_500) == (None, None)
    assert alarm(22_500) == ("Ana", None)
    assert alarm(24_000) == ("Ana", "Bo")
    assert alarm(26_000) == ("Ana", None)
    assert replay.status_at(35_000).alarms == ()


def test_the_newest_pin_stands_as_it_stood(replay: Replay) -> None:
    def newest(t_ms: int) -> PinStatus:
        pins = replay.status_at(t_ms).pins
        assert pins is not None
        assert pins.newest is not None
        return pins.newest

    none = replay.status_at(9_000).pins
    assert none is not None
    assert (none.newest, none.gateway.kind) == (None, "shopee")
    assert newest(10_003) == replace(PIN, age_ms=3.0)
    assert newest(10_100) == replace(SENT, age_ms=100.0)
    assert newest(14_000) == replace(SHOWN, age_ms=4_000.0)
    shown, down = replay.status_at(20_400).pins, replay.status_at(31_000).pins
    assert shown is not None
    assert (shown.shown_title, shown.shown_age_ms) == ("Serum", 10_000)
    assert (shown.latency.shown, shown.latency.p50_ms) == (1, 400)
    assert down is not None
    assert down.shown_product_id is None


def test_the_queue_counts_what_was_told_by_then(replay: Replay) -> None:
    early, late, over = (replay.status_at(t_ms).moderation for t_ms in (5_500, 40_000, 47_000))
    assert early is not None
    assert (early.hidden, early.waiting, early.comments, early.hide_p99_ms) == (1, 0, 0, None)
    assert late is not None
    assert (late.waiting, late.oldest_s, late.overdue) == (1, 34.0, 1)
    assert (late.comments, late.comments_per_min, late.hide_p99_ms) == (70, 70, 1_000)
    assert over is not None
    assert (over.waiting, over.decided, over.overturned, over.review_p50_s) == (0, 1, 1, 40.0)


def test_instants_outside_are_those_at_the_ends(replay: Replay) -> None:
    assert replay.t_ms_at(_ns(-5)) == 0
    assert replay.t_ms_at(_ns(12.7)) == 12_700
    assert replay.t_ms_at(_ns(3_600)) == 60_000
    assert replay.status_at(60_000).state == "ended"


def test_an_old_record_with_rates_alone_is_judged_by_them(tmp_path: Path) -> None:
    rows = [row(1, 2_000), row(1, 1_990, "goodput_kbps", "primary")]
    replay = Replay.open(write(tmp_path / "s.livedesk", rows))
    status = replay.status_at(1_500)
    replay.close()
    assert (status.feed.state, status.pins, status.moderation) == ("LOW", None, None)
    assert _uplinks(status) == [("primary", "carrying", 1_990.0)]
    assert (status.failover.mode, status.picture.state) == ("single", "unknown")


def test_events_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "s.livedesk", _rows(), [event(1, 0, "session.start")])
    replay = Replay.open(path)

    def never(*_: object) -> None:
        raise AssertionError("the events were read again")

    for name in ("events", "raw_events", "sealed_rows"):
        monkeypatch.setattr(SessionReader, name, never)
    assert [replay.status_at(t_s * 1000).feed.kbps for t_s in range(40)] == [
        4000.0 + t_s for t_s in range(40)
    ]
    replay.close()
