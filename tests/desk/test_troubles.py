"""What is wrong comes loudest first, and nothing comes when nothing is wrong."""

from __future__ import annotations

from livedesk.core.status import AlarmStatus, Priority, StoreStatus
from livedesk.desk.model import DeskSnapshot, LinkView, StoreView
from livedesk.desk.troubles import troubles


def view(store: str, *priorities: Priority) -> StoreView:
    alarms = tuple(
        AlarmStatus(f"{store}-{place}", priority, f"cause {place}", "do this", 100 - place)
        for place, priority in enumerate(priorities)
    )
    return StoreView(StoreStatus(store, store.title(), 1, alarms=alarms), 0.1, False, None)


def test_nothing_is_wrong() -> None:
    snapshot = DeskSnapshot(0, LinkView("attached", 0), (view("a"),))
    assert troubles(snapshot, "a") == ()


def test_the_loudest_comes_first_then_the_oldest() -> None:
    snapshot = DeskSnapshot(
        0, LinkView("attached", 0), (view("a", "low", "high", "medium", "high"),)
    )
    found = troubles(snapshot, "a")
    assert [t.look for t in found] == ["critical", "critical", "warning", "notice"]
    assert [t.id for t in found[:2]] == ["a/a-3", "a/a-1"]


def test_troubles_of_other_stores_carry_their_name() -> None:
    snapshot = DeskSnapshot(0, LinkView("attached", 0), (view("a", "low"), view("b", "high")))
    assert [(t.look, t.store) for t in troubles(snapshot, "a")] == [("critical", "B"),
                                                                    ("notice", "")]  # fmt: skip


def test_without_an_engine_old_alarms_give_way_to_what_is_known() -> None:
    snapshot = DeskSnapshot(0, LinkView("gone", 42), (view("a", "high"),))
    (found,) = troubles(snapshot, "a")
    assert found.since_utc_ns == 42
    assert "relay" in found.action
