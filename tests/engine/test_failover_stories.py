"""Faults of the ways to the platform as an operator reads them, from the fault to its alarms.

The relay's policy decides on a feed and paths in virtual time (tests/failover); what a relay would
then tell of them is what the alarms judge, four times a second. Cases are those of the fault list.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

import pytest

from livedesk.alarms.life import Alarms
from livedesk.core.clock import NS_PER_MS
from livedesk.core.status import (
    AlarmStatus,
    FailoverStatus,
    FeedStatus,
    LastSwitch,
    Limits,
    PartStatus,
    StoreStatus,
    SwitchState,
    UplinkStatus,
)
from livedesk.engine.conditions import findings
from livedesk.failover.facts import FeedFacts, PathFacts
from livedesk.gauges.classes import UplinkClass
from tests.failover.link import Feed, Path
from tests.failover.show import Moved, Show, show

TICK_S = 0.25


@dataclass
class Desk:
    """What an operator sees of a show: every alarm that ever stood, with its newest words."""

    it: Show = field(default_factory=show)
    alarms: Alarms = field(default_factory=Alarms)
    seen: dict[str, AlarmStatus] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)
    classes: dict[str, UplinkClass] = field(default_factory=dict)

    def run(self, until_s: float) -> None:
        while self.it.at_ms < until_s * 1000:
            self.it.run(self.it.at_ms / 1000 + TICK_S)
            now_ns = self.it.now_ns
            for change in self.alarms.update(now_ns, now_ns, findings(self.status())):
                self.raised += [change.alarm.id] if change.tripped else []
            self.seen |= {alarm.id: alarm for alarm in self.alarms.active()}

    @property
    def standing(self) -> list[str]:
        return sorted(alarm.id for alarm in self.alarms.active())

    def words(self, alarm_id: str) -> str:
        return self.seen[alarm_id].cause

    def status(self) -> StoreStatus:
        it, view = self.it, self.it.view
        feed = it.feed.facts(it.at_ms)
        age_ms = 10.0 if feed.flows else None
        return StoreStatus(
            "glow", "Glow", it.now_ns, state="live",
            feed=FeedStatus(
                feed.state, kbps=feed.kbps, age_ms=age_ms, lag_ms=5, video_age_ms=age_ms,
                audio_age_ms=age_ms,
            ),
            uplinks=tuple(self._uplink(path.facts(it.at_ms), feed) for path in it.paths),
            failover=FailoverStatus(
                it.active, view.mode, len(it.moves), self._last(), view.reason,
                view.switching_to, view.next, sagging=view.sagging,
            ),
            relay=PartStatus("up"), probe=PartStatus("up"), journal=PartStatus("up"),
        )  # fmt: skip

    def _uplink(self, path: PathFacts, feed: FeedFacts) -> UplinkStatus:
        judge = self.classes.setdefault(path.name, UplinkClass(Limits()))
        health = judge.update(
            self.it.now_ns, publishes=path.state == "carrying", silent_ms=path.silent_ms,
            silence_limit_ms=path.silence_limit_ms, goodput_kbps=path.goodput_kbps,
            backlog_ms=path.backlog_ms, base_rtt_ms=path.base_rtt_ms, feed=feed.state,
            feed_kbps=feed.kbps,
        )  # fmt: skip
        healthy_s, capacity_kbps = self.it.policy.path_health(path.name, self.it.now_ns)
        return UplinkStatus(
            path.name, path.state, path.goodput_kbps, path.backlog_ms, reason=path.reason,
            health=health, ready=path.ready, healthy_s=healthy_s, capacity_kbps=capacity_kbps,
        )  # fmt: skip

    def _last(self) -> LastSwitch | None:
        if not self.it.moves:
            return None
        move = self.it.moves[-1]
        state: SwitchState = "done" if self.it.view.switching_to is None else "running"
        return _told(move, state)


def _told(move: Moved, state: SwitchState) -> LastSwitch:
    switch, decided_ns = move.switch, round(move.at_s * 1e9)
    return {
        "from": switch.from_, "to": switch.to, "cause": switch.cause, "reason": switch.reason,
        "actor": switch.actor, "state": state, "utc_ns": decided_ns,
        "detect_ms": (decided_ns - switch.onset_ns) / NS_PER_MS, "publish_ms": None,
        "switch_ms": None, "frames_lost": 0, "frames_repeated": 0, "lost_ms": 0,
    }  # fmt: skip


def on_air(it: Show | None = None) -> Desk:
    desk = Desk(it or show())
    desk.run(5)
    assert desk.raised == []
    return desk


def test_case_1_a_black_hole_is_one_alarm_with_its_cause_and_the_way_on() -> None:
    desk = on_air()
    desk.it.path("primary").is_dead = True
    desk.run(30)
    assert desk.raised == desk.standing == ["uplink.fault:primary"]
    assert desk.words("uplink.fault:primary") == (
        "primary failed (nothing was acknowledged any more); bonded carries."
    )
    assert desk.seen["uplink.fault:primary"].action.startswith("Mend it. Once it is good, switch")
    desk.it.path("primary").is_dead = False
    desk.run(50)
    assert desk.standing == []


def test_case_2_a_reset_is_one_alarm() -> None:
    desk = on_air()
    desk.it.lose("primary")
    desk.run(30)
    assert desk.raised == ["uplink.fault:primary"]
    assert desk.words("uplink.fault:primary").startswith("primary failed (its connection ended)")


def test_case_3_a_path_that_narrows_is_the_paths_fault_and_not_the_encoders() -> None:
    desk = on_air(show(kbps=6_000))
    for step in range(20):
        desk.it.path("primary").kbps = 6_000 - 200 * (step + 1)
        desk.run(5 + 0.25 * (step + 1))
    desk.run(30)
    assert "feed.low" not in desk.raised
    assert [move.switch.cause for move in desk.it.moves] == ["congestion"]
    assert desk.words("uplink.fault:primary").startswith("primary failed (it was congested)")


def test_case_4_a_flapping_path_is_one_failover_and_one_alarm() -> None:
    desk = on_air()
    for second in range(120):
        desk.it.path("primary").is_dead = second % 2 == 0
        desk.run(6 + second)
    assert [move.switch.to for move in desk.it.moves] == ["bonded"]
    assert desk.raised == ["uplink.fault:primary"]


def test_case_5_a_static_scene_is_told_as_the_encoders_choice() -> None:
    chance = random.Random(4)
    feed = Feed(chance, scene_kbps=lambda at_s: 4_050 if at_s < 5 else 900)
    desk = on_air(Show(feed, [Path("primary", chance), Path("bonded", chance)]))
    desk.run(30)
    assert desk.it.moves == []
    assert desk.raised == ["feed.low"]
    assert re.fullmatch(
        r"Encoder chose fewer bits: the feed is at [\d,]+ kbps, under the limit of 2,500 kbps\.",
        desk.words("feed.low"),
    )
    assert desk.seen["feed.low"].action.endswith("Another uplink cannot help.")


def test_case_11_both_paths_down_is_one_high_alarm_that_names_both() -> None:
    desk = on_air()
    desk.it.path("bonded").is_dead = True
    desk.it.lose("primary")
    desk.run(60)
    assert desk.it.moves == []
    assert desk.raised == desk.standing == ["path.none"]
    assert desk.seen["path.none"].priority == "high"
    assert desk.words("path.none") == (
        "No uplink carries: neither primary (connection refused) nor bonded (connection refused)."
    )


def test_case_12_a_dead_standby_is_told_before_it_is_needed_and_then_why_nothing_moves() -> None:
    desk = Desk()
    desk.it.path("bonded").is_dead = True
    desk.run(12)
    assert desk.standing == ["uplink.standby:bonded"]
    assert desk.words("uplink.standby:bonded") == (
        "Standby bonded is not ready (connection refused): "
        "if primary fails now, there is no way out."
    )
    desk.it.path("primary").kbps = 1_480
    desk.run(30)
    assert desk.it.moves == []
    assert desk.standing == ["uplink.low:primary", "uplink.standby:bonded"]
    assert re.fullmatch(
        r"Path: uplink primary gets 1,\d{3} kbps through, under the limit of 2,500 kbps, "
        r"while the feed is good\.",
        desk.words("uplink.low:primary"),
    )
    assert "no other uplink is ready: bonded is down" in desk.status().failover.reason


def test_case_13_loss_and_jitter_are_told_softly_and_as_no_outage() -> None:
    desk = Desk(show(13))
    for path in desk.it.paths:
        path.jitter_ms, path.loss = 300, 0.3
    desk.run(60)
    assert desk.it.moves == []
    assert desk.raised == ["uplink.low:primary"]
    assert desk.seen["uplink.low:primary"].priority == "medium"
    assert re.fullmatch(
        r"Path: uplink primary gets 4,\d{3} kbps through and is 0\.\d s behind, "
        r"while the feed is in time\.",
        desk.words("uplink.low:primary"),
    )


@pytest.mark.parametrize(
    "why",
    [
        "the name ingest.example was not found",
        "the platform's certificate is not valid: certificate has expired",
    ],
)
def test_cases_14_and_15_a_standby_that_cannot_be_reached_says_why(why: str) -> None:
    desk = Desk()
    bonded = desk.it.path("bonded")
    bonded.refuses_sessions, bonded.why = True, why
    desk.run(12)
    assert desk.standing == ["uplink.standby:bonded"]
    assert f"not ready ({why})" in desk.words("uplink.standby:bonded")
