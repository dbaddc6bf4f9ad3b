"""What is wrong comes loudest first, and nothing comes when nothing is wrong."""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.engine_status import EngineStatus
from livedesk.core.status import AlarmStatus, Priority, StoreStatus, UplinkStatus
from livedesk.desk.model import DeskSnapshot, LinkView, StoreView
from livedesk.desk.troubles import Trouble, loudest, shelved, troubles


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


def test_an_alarm_whose_cause_is_gone_is_told_as_over_and_gives_way() -> None:
    standing, over = view("a", "low", "high").status.alarms
    over = replace(over, gone_s=3.2)
    status = StoreStatus("a", "A", 1, alarms=(over, standing))
    snapshot = DeskSnapshot(0, LinkView("attached", 0), (StoreView(status, 0.1, False, None),))
    found = troubles(snapshot, "a")
    assert [(t.look, t.cause) for t in found] == [("notice", "cause 0"),
                                                  ("idle", "Over for 3 s: cause 1")]  # fmt: skip


def without_engine(carrying: frozenset[str] | None, *stores: StoreView) -> Trouble:
    """The one trouble of a console whose engine is gone."""
    snapshot = DeskSnapshot(0, LinkView("gone", 42, carrying=carrying), stores)
    (found,) = troubles(snapshot, "a")
    assert found.since_utc_ns == 42
    return found


def on_air(store: str) -> StoreView:
    return StoreView(StoreStatus(store, store.title(), 1, state="live"), 9, True, 60)


def test_without_an_engine_old_alarms_give_way_to_what_is_known() -> None:
    found = without_engine(None, view("a", "high"))
    assert found.look == "warning"
    assert "platform" in found.action


def test_the_stream_is_only_said_to_go_on_where_its_relay_lives() -> None:
    found = without_engine(frozenset({"a"}), on_air("a"))
    assert found.look == "warning"
    assert "carries the stream" in found.action
    found = without_engine(frozenset({"a"}), on_air("a"), on_air("b"))
    assert found.look == "critical"
    assert found.cause.startswith("Nothing carries B")


def test_an_engine_that_was_stopped_after_the_show_is_no_alarm() -> None:
    found = without_engine(frozenset(), view("a"))
    assert found.look == "notice"
    assert "no show is on air" in found.cause


def test_a_store_s_row_tells_its_alarm_where_that_is_louder_than_its_cards() -> None:
    assert loudest(view("a", "low", "high")) == ("critical", "cause 1")
    assert loudest(view("a"))[1] != "cause 1"


def test_what_somebody_has_seen_gives_way_and_stays_listed() -> None:
    loud, soft = view("a", "high", "low").status.alarms
    status = StoreStatus("a", "A", 1, alarms=(replace(loud, acknowledged_by="Rosa"), soft))
    snapshot = DeskSnapshot(0, LinkView("attached", 0), (StoreView(status, 0.1, False, None),))
    found = troubles(snapshot, "a")
    assert [(t.id, t.quiet) for t in found] == [("a/a-1", False), ("a/a-0", True)]


def test_what_is_shelved_is_counted_and_not_shown_nor_what_is_asked_to_be() -> None:
    loud, soft = view("a", "high", "low").status.alarms
    aside = replace(loud, shelved_until_utc_ns=9, shelved_by="Rosa")
    status = StoreStatus("a", "A", 1, alarms=(aside, soft))
    of_a = StoreView(status, 0.1, False, None)
    snapshot = DeskSnapshot(0, LinkView("attached", 0), (of_a,))
    assert [t.id for t in troubles(snapshot, "a")] == ["a/a-1"]
    assert shelved(snapshot) == 1
    assert loudest(of_a)[1] != "cause 0"

    def as_asked(_store: str, alarm: AlarmStatus) -> AlarmStatus:
        return replace(alarm, shelved_until_utc_ns=9)

    assert troubles(snapshot, "a", as_asked) == ()
    assert shelved(snapshot, as_asked) == 2


def test_the_engine_s_own_alarms_concern_every_store() -> None:
    own = view("disk", "medium").status.alarms
    engine = EngineStatus(1, alarms=own)
    snapshot = DeskSnapshot(0, LinkView("attached", 0), (view("a"),), engine=engine)
    assert [(t.cause, t.store) for t in troubles(snapshot, "a")] == [("cause 0", "")]


def test_what_several_stores_have_together_is_one_trouble_and_marks_each() -> None:
    away = AlarmStatus("paths.away", "high", "Nothing gets out at 3 stores.", "Look.", 5)
    dead = (UplinkStatus("primary", "down", health="GONE"),)
    views = tuple(
        StoreView(
            StoreStatus(store, store, 1, state="live", uplinks=dead, common=(away,)), 0.1, False, 60
        )
        for store in "abc"
    )
    snapshot = DeskSnapshot(
        0, LinkView("attached", 0), views, engine=EngineStatus(1, alarms=(away,))
    )
    assert [found.cause for found in troubles(snapshot, "a")] == [away.cause]
    assert {loudest(view)[0] for view in views} == {"critical"}
