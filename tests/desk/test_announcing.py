"""Is each alarm told once, and nothing told that needs nobody?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from livedesk.core.engine_status import EngineStatus
from livedesk.core.status import AlarmFlood, AlarmStatus, Priority, StoreStatus
from livedesk.desk.announcing import SETTLE_S, SUM_EVERY_S, Announcer
from livedesk.desk.model import DeskSnapshot, LinkView, Moment, StoreView

S = 10**9
FLOOD = AlarmFlood(0, 9, 4)


def alarm(alarm_id: str, priority: Priority = "medium", **changes: Any) -> AlarmStatus:
    return replace(AlarmStatus(alarm_id, priority, f"{alarm_id} is wrong.", "Act.", 5), **changes)


class Desk:
    """Snapshots one after the other, in virtual time."""

    def __init__(self) -> None:
        self.announcer = Announcer()
        self.second = 0.0

    def look(self, *alarms: AlarmStatus, after_s: float = 0.1, flood: AlarmFlood | None = None,
             answering: bool = True, stale: bool = False, own: tuple[AlarmStatus, ...] = (),
             common: tuple[AlarmStatus, ...] = ()) -> list[tuple[str, str]]:  # fmt: skip
        """What is told: kind and title."""
        self.second += after_s
        status = StoreStatus("glow", "Glow", 1, alarms=alarms, flood=flood, common=common)
        view = StoreView(status, 9.0 if stale else 0.1, stale, None)
        link = LinkView("attached" if answering else "reconnecting", 0)
        snapshot = DeskSnapshot(0, link, (view,), engine=EngineStatus(1, alarms=own))
        told = self.announcer.look(snapshot, Moment(round(self.second * S), 0))
        return [(each.kind, each.title) for each in told]

    def settled(self, *alarms: AlarmStatus) -> list[tuple[str, str]]:
        """The console attaches, and has seen what stands."""
        self.look(*alarms)
        return self.look(*alarms, after_s=SETTLE_S)


def test_a_new_alarm_is_told_once_and_its_end_too() -> None:
    desk = Desk()
    assert desk.settled() == []
    assert desk.look(alarm("a")) == [("raised", "Glow: look soon")]
    assert desk.look(alarm("a", cause="a is 12 % wrong.")) == []
    assert desk.look(alarm("a", gone_s=3.0)) == []
    assert desk.look(alarm("a")) == []
    assert desk.look() == [("over", "Glow: over")]
    assert desk.look() == []


def test_what_stood_when_the_console_came_is_one_sum() -> None:
    desk = Desk()
    standing = (alarm("a", "high"), alarm("b"), alarm("c", acknowledged_by="Rosa"))
    assert desk.settled(*standing) == [("sum", "2 alarms")]
    assert desk.look(*standing) == []
    assert desk.look() == [], "nobody was told of them one by one"


def test_after_a_break_only_what_is_new_is_told() -> None:
    desk = Desk()
    desk.settled()
    desk.look(alarm("a"))
    assert desk.look(alarm("a"), answering=False) == []
    assert desk.settled(alarm("a")) == []
    assert desk.look(answering=False) == []
    assert desk.settled(alarm("a"), alarm("b")) == [("raised", "Glow: look soon")]


def test_silence_of_a_store_is_no_end() -> None:
    desk = Desk()
    desk.settled()
    desk.look(alarm("a"))
    assert desk.look(stale=True) == []
    assert desk.look(alarm("a")) == []


def test_shelved_and_acknowledged_ones_are_not_told_and_what_comes_off_the_shelf_is() -> None:
    desk = Desk()
    desk.settled()
    shelved = alarm("a", shelved_until_utc_ns=7, shelved_by="Rosa")
    assert desk.look(shelved, alarm("b", acknowledged_by="Rosa")) == []
    assert desk.look(alarm("a")) == [("raised", "Glow: look soon")]
    assert desk.look(shelved) == []
    assert desk.look() == []


def test_one_that_gets_worse_is_told_again_also_when_it_was_acknowledged() -> None:
    desk = Desk()
    desk.settled()
    desk.look(alarm("a"))
    assert desk.look(alarm("a", acknowledged_by="Rosa")) == []
    worse = alarm("a", "high", acknowledged_by="Rosa")
    assert desk.look(worse) == [("raised", "Glow: act now")]
    assert desk.look(worse) == []


def test_what_went_over_into_a_greater_fault_is_not_told_as_over() -> None:
    desk = Desk()
    desk.settled()
    desk.look(alarm("slow"))
    assert desk.look(alarm("gone", "high")) == [("raised", "Glow: act now")]
    assert desk.look() == [("over", "Glow: over")]


def test_many_at_once_are_one_sum() -> None:
    desk = Desk()
    desk.settled()
    assert desk.look(*(alarm(f"a{n}") for n in range(5))) == [("sum", "5 alarms")]


def test_in_a_flood_only_high_ones_are_told_one_by_one_and_the_rest_once_a_minute() -> None:
    desk = Desk()
    desk.settled()
    first = alarm("a")
    assert desk.look(first, flood=FLOOD) == [("raised", "Glow: look soon")]
    more = (first, alarm("b"), alarm("c"))
    assert desk.look(*more, flood=FLOOD) == []
    loud = (*more, alarm("d", "high"))
    assert desk.look(*loud, flood=FLOOD) == [("raised", "Glow: act now")]
    assert desk.look(*loud, flood=FLOOD, after_s=SUM_EVERY_S) == [("sum", "2 alarms")]
    assert desk.look(*loud, flood=FLOOD, after_s=SUM_EVERY_S) == []


def test_the_engine_s_own_alarms_are_told_under_its_name() -> None:
    desk = Desk()
    desk.settled()
    assert desk.look(own=(alarm("disk.low"),)) == [("raised", "This engine: look soon")]


def test_what_goes_on_as_an_alarm_of_all_stores_is_not_over() -> None:
    desk = Desk()
    desk.settled()
    assert desk.look(alarm("moderation.service")) == [("raised", "Glow: look soon")]
    one = alarm("rules.away")
    assert [kind for kind, _ in desk.look(own=(one,), common=(one,))] == ["raised"]
    assert [kind for kind, _ in desk.look()] == ["over"]
