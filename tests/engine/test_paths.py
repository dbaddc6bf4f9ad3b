"""Several uplinks, told as stories: what a person must know, as one alarm for one cause."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from livedesk.alarms.life import Alarms
from livedesk.core.clock import ManualClock
from livedesk.core.status import (
    FailoverStatus,
    FeedStatus,
    HealthClass,
    LastSwitch,
    PartStatus,
    StoreStatus,
    SwitchCause,
    UplinkStatus,
)
from livedesk.engine.conditions import Beside, findings

TICK_S = 0.25
PRIMARY = UplinkStatus(
    "primary", "carrying", health="OK", goodput_kbps=4_000, backlog_ms=20, ready=True, healthy_s=90
)
BONDED = UplinkStatus("bonded", "standby", health="GONE", ready=True, healthy_s=90)
FEED = FeedStatus("OK", kbps=4_000, age_ms=10, lag_ms=5, video_age_ms=10, audio_age_ms=10)
GOOD = StoreStatus(
    "glow", "Glow", 0, state="live", feed=FEED, uplinks=(PRIMARY, BONDED),
    failover=FailoverStatus("primary", "auto", next="bonded"),
    relay=PartStatus("up"), probe=PartStatus("up"), journal=PartStatus("up"),
)  # fmt: skip


def switched(cause: SwitchCause, utc_ns: int = 0) -> LastSwitch:
    return {
        "from": "primary", "to": "bonded", "cause": cause, "reason": "", "actor": "policy",
        "state": "done", "utc_ns": utc_ns, "detect_ms": 200, "publish_ms": 30, "switch_ms": 120,
        "frames_lost": 0, "frames_repeated": 9, "lost_ms": 0,
    }  # fmt: skip


def low(uplink: UplinkStatus, kbps: float, health: HealthClass = "LOW") -> UplinkStatus:
    return replace(uplink, goodput_kbps=kbps, health=health, healthy_s=None)


def lost(uplink: UplinkStatus, reason: str) -> UplinkStatus:
    return replace(
        uplink, state="connecting", health="GONE", goodput_kbps=None, backlog_ms=None,
        ready=False, healthy_s=None, reason=reason,
    )  # fmt: skip


def moved(status: StoreStatus, primary: UplinkStatus, cause: SwitchCause = "gone") -> StoreStatus:
    """Bonded carries since."""
    bonded = replace(PRIMARY, name="bonded")
    failover = FailoverStatus("bonded", "auto", 1, switched(cause))
    return replace(status, uplinks=(primary, bonded), failover=failover)


@dataclass
class Desk:
    clock: ManualClock = field(default_factory=ManualClock)
    alarms: Alarms = field(default_factory=Alarms)
    beside: Beside = field(default_factory=Beside)

    def see(self, seconds: float, status: StoreStatus) -> list[str]:
        """The ids that stand at the end."""
        for _ in range(round(seconds / TICK_S)):
            self.clock.advance(TICK_S)
            found = findings(status, self.beside)
            self.alarms.update(self.clock.mono_ns(), self.clock.utc_ns(), found)
        return sorted(alarm.id for alarm in self.alarms.active())

    def words(self) -> dict[str, tuple[str, str]]:
        return {alarm.id: (alarm.priority, alarm.cause) for alarm in self.alarms.active()}


def test_a_path_that_fails_and_is_left_is_one_alarm_until_it_is_good_again() -> None:
    desk = Desk()
    assert desk.see(5, GOOD) == []
    desk.see(0.5, replace(GOOD, uplinks=(lost(PRIMARY, "reset by peer"), BONDED)))
    failed = moved(GOOD, lost(PRIMARY, "timed out"))
    assert desk.see(20, failed) == ["uplink.fault:primary"]
    priority, cause = desk.words()["uplink.fault:primary"]
    assert priority == "medium"
    assert cause == "primary failed (its connection ended); bonded carries."
    back = replace(PRIMARY, state="standby", health="GONE", healthy_s=4)
    assert desk.see(3, moved(GOOD, back)) == ["uplink.fault:primary"]
    assert desk.see(6, moved(GOOD, replace(back, healthy_s=11))) == []


def test_what_fails_after_it_was_good_again_is_a_standby_and_no_old_fault() -> None:
    desk = Desk(beside=Beside(is_mended=True))
    assert desk.see(6, moved(GOOD, lost(PRIMARY, "refused"))) == ["uplink.standby:primary"]


def test_a_dead_standby_is_said_before_it_is_needed() -> None:
    desk = Desk()
    status = replace(GOOD, uplinks=(PRIMARY, lost(BONDED, "no route to host")))
    assert desk.see(4, status) == []
    assert desk.see(2, status) == ["uplink.standby:bonded"]
    assert desk.words()["uplink.standby:bonded"] == (
        "medium",
        "Standby bonded is not ready (no route to host): "
        "if primary fails now, there is no way out.",
    )


def test_both_paths_dead_is_one_high_alarm() -> None:
    desk = Desk()
    dead = (lost(PRIMARY, "timed out, tried again in 4 s"), lost(BONDED, "no route to host"))
    assert desk.see(30, replace(GOOD, uplinks=dead)) == ["path.none"]
    priority, cause = desk.words()["path.none"]
    assert priority == "high"
    assert cause == (
        "No uplink carries: neither primary (timed out, tried again in 4 s) "
        "nor bonded (no route to host)."
    )
    assert desk.see(16, GOOD) == []


def test_a_black_hole_on_the_only_ready_path_is_no_path() -> None:
    desk = Desk()
    silent = replace(PRIMARY, health="STALLED", goodput_kbps=0)
    status = replace(GOOD, uplinks=(silent, lost(BONDED, "no answer")))
    assert desk.see(4, status) == ["path.none"]


def test_a_way_out_again_is_no_missing_one_and_what_failed_is_told_after_it() -> None:
    """What is left to mend does not keep the greater alarm up."""
    desk = Desk()
    silent = replace(PRIMARY, health="STALLED", goodput_kbps=0)
    unproven = replace(BONDED, ready=False)
    desk.see(10, replace(GOOD, uplinks=(silent, unproven)))
    assert desk.words()["path.none"][1] == (
        "No uplink carries: neither primary (nothing gets through) nor bonded (not ready)."
    )
    failed = moved(GOOD, lost(PRIMARY, "timed out"), "silence")
    assert desk.see(4, failed) == ["path.none"], "shown as gone, until it is sure"
    assert desk.words()["path.none"][1].startswith("No uplink carries")
    assert desk.see(2, failed) == ["uplink.fault:primary"]


def test_a_path_that_has_just_taken_over_is_a_way_out() -> None:
    """It has no rate yet, so it still has the class from before it carried."""
    desk = Desk()
    moving = replace(GOOD, uplinks=(PRIMARY, replace(BONDED, state="connecting")))
    desk.see(1.5, replace(moving, failover=replace(GOOD.failover, active="bonded")))
    fresh = moved(GOOD, replace(PRIMARY, state="standby", healthy_s=60), cause="operator")
    new = replace(fresh.uplinks[1], health="GONE", goodput_kbps=None)
    assert desk.see(2, replace(fresh, uplinks=(fresh.uplinks[0], new))) == []


def test_a_low_path_without_a_way_out_is_the_paths_alarm_beside_the_standbys() -> None:
    desk = Desk()
    status = replace(GOOD, uplinks=(low(PRIMARY, 900), lost(BONDED, "no answer")))
    assert desk.see(6, status) == ["uplink.low:primary", "uplink.standby:bonded"]
    assert desk.words()["uplink.low:primary"][0] == "high"


def test_who_holds_a_bad_path_is_told_what_it_carries() -> None:
    desk = Desk(beside=Beside(held_by="live_operations"))
    held = replace(GOOD, failover=replace(GOOD.failover, mode="hold"))
    assert desk.see(5, held) == []
    assert desk.see(5, replace(held, uplinks=(low(PRIMARY, 800), BONDED))) == ["failover.held"]
    assert desk.words()["failover.held"] == (
        "high", "Held by live_operations: primary carries 800 of 4,000 kbps.",
    )  # fmt: skip
    gone = replace(held, uplinks=(lost(PRIMARY, "timed out"), BONDED))
    assert desk.see(5, gone) == ["failover.held"]
    assert desk.words()["failover.held"][1].endswith("primary carries nothing of 4,000 kbps.")


def test_where_only_people_switch_a_bad_path_asks_for_one() -> None:
    desk = Desk()
    manual = replace(GOOD.failover, mode="manual")
    desk.see(3, replace(GOOD, uplinks=(low(PRIMARY, 800), BONDED), failover=manual))
    (alarm,) = desk.alarms.active()
    assert (alarm.id, alarm.priority, alarm.action) == ("failover.held", "high", "Switch now.")


def test_a_latch_is_told_and_a_sagging_path_is_not() -> None:
    desk = Desk()
    sagging = replace(GOOD, failover=replace(GOOD.failover, sagging=True))
    assert desk.see(10, sagging) == []
    latched = replace(GOOD, failover=replace(GOOD.failover, mode="latched"))
    assert desk.see(1, latched) == ["failover.latched"]
    assert desk.words()["failover.latched"][0] == "medium"
    assert desk.see(2, GOOD) == []


def test_an_order_or_a_drill_leaves_no_fault_behind() -> None:
    back = replace(PRIMARY, state="standby", health="GONE", healthy_s=1)
    for cause in ("operator", "drill", "fail_back"):
        assert Desk().see(6, moved(GOOD, back, cause)) == []


def test_what_a_silent_relay_said_last_neither_raises_nor_clears() -> None:
    desk = Desk()
    dead = (lost(PRIMARY, "timed out"), lost(BONDED, "no answer"))
    assert desk.see(5, replace(GOOD, uplinks=dead)) == ["path.none"]
    blind = replace(
        GOOD,
        feed=FeedStatus("BLIND"),
        failover=FailoverStatus(mode="auto", reason="not known"),
        uplinks=tuple(UplinkStatus(each.name, each.state) for each in GOOD.uplinks),
    )
    assert desk.see(20, blind) == ["path.none"]
    assert Desk().see(20, blind) == []


def test_an_encoder_that_is_gone_leaves_the_paths_alone() -> None:
    gone = FeedStatus("GONE", age_ms=9_000)
    dead = (lost(PRIMARY, "timed out"), lost(BONDED, "no answer"))
    assert Desk().see(10, replace(GOOD, feed=gone, uplinks=dead)) == ["feed.lost"]


def test_a_flapping_path_is_one_alarm_with_a_count() -> None:
    desk = Desk()
    bad = replace(GOOD, uplinks=(low(PRIMARY, 800), lost(BONDED, "no answer")))
    good = replace(GOOD, uplinks=(PRIMARY, bad.uplinks[1]))
    for _ in range(20):
        desk.see(1.5, bad)
        desk.see(1, good)
    ids = [alarm.id for alarm in desk.alarms.active()]
    assert sorted(ids) == ["uplink.low:primary", "uplink.standby:bonded"]
