"""What the console knows as time passes without news."""

from __future__ import annotations

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event
from livedesk.core.status import StoreStatus
from livedesk.desk.model import EVENTS_KEPT, DeskModel, Moment


def now(clock: ManualClock) -> Moment:
    return Moment(clock.mono_ns(), clock.utc_ns())


def attached(clock: ManualClock, **changes: object) -> DeskModel:
    model = DeskModel(now(clock))
    model.attached("http://127.0.0.1:1", now(clock))
    model.status(status(clock, **changes), now(clock))
    return model


def status(clock: ManualClock, **changes: object) -> StoreStatus:
    return StoreStatus("lumen", "Lumen", clock.utc_ns(), **changes)  # type: ignore[arg-type]


def event(seq: int, utc_ns: int | None = None) -> Event:
    stamp = seq if utc_ns is None else utc_ns
    return Event(seq, stamp, stamp, "lumen", None, "k", "info", "engine", f"event {seq}")


def test_a_status_is_stale_after_a_second_and_a_half_and_fresh_with_the_next(
    clock: ManualClock,
) -> None:
    model = attached(clock)
    clock.advance(1.4)
    assert not model.snapshot(now(clock)).stores[0].stale
    clock.advance(0.1)
    assert model.snapshot(now(clock)).stores[0].stale
    model.status(status(clock), now(clock))
    assert not model.snapshot(now(clock)).stores[0].stale


def test_a_frozen_engine_is_silent_since_its_last_word(clock: ManualClock) -> None:
    model = attached(clock)
    last_word = clock.utc_ns()
    clock.advance(2)
    link = model.snapshot(now(clock)).link
    assert (link.state, link.since_utc_ns) == ("silent", last_word)
    assert not link.answering


def test_an_engine_without_stores_has_nothing_to_say_and_is_not_silent(clock: ManualClock) -> None:
    model = DeskModel(now(clock))
    model.attached("", now(clock))
    clock.advance(60)
    assert model.snapshot(now(clock)).link.answering


def test_a_lost_engine_is_reconnecting_then_gone_since_the_first_failure(
    clock: ManualClock,
) -> None:
    model = attached(clock)
    lost = clock.utc_ns()
    model.lost("Nobody answers.", now(clock))
    clock.advance(4)
    model.lost("Nobody answers.", now(clock))
    assert model.snapshot(now(clock)).link.state == "reconnecting"
    clock.advance(1)
    link = model.snapshot(now(clock)).link
    assert (link.state, link.since_utc_ns, link.reason) == ("gone", lost, "Nobody answers.")
    model.attached("", now(clock))
    assert model.snapshot(now(clock)).link.answering


def test_events_are_kept_once_in_order_and_bounded(clock: ManualClock) -> None:
    model = DeskModel(now(clock))
    for seq in (1, 2, 2, 1, 3):
        model.event(event(seq))
    assert [e.seq for e in model.snapshot(now(clock)).events] == [1, 2, 3]
    for seq in range(4, EVENTS_KEPT + 100):
        model.event(event(seq))
    events = model.snapshot(now(clock)).events
    assert len(events) == EVENTS_KEPT
    assert events[-1].seq == model.last_seq == EVENTS_KEPT + 99


def test_an_engine_that_counts_anew_is_still_heard(clock: ManualClock) -> None:
    model = DeskModel(now(clock))
    model.event(event(900, utc_ns=10))
    model.event(event(1, utc_ns=20))
    assert model.last_seq == 1


def test_an_unreadable_event_is_not_asked_for_again(clock: ManualClock) -> None:
    model = DeskModel(now(clock))
    model.event(event(5))
    model.skip(6)
    assert model.last_seq == 6


def test_the_show_clock_runs_on_while_the_engine_is_away(clock: ManualClock) -> None:
    started = clock.utc_ns() - 60 * NS_PER_S
    model = attached(clock, state="live", session_started_utc_ns=started)
    clock.advance(30)
    assert model.snapshot(now(clock)).stores[0].on_air_s == 90


def test_the_show_clock_ignores_a_step_of_the_wall_clock(clock: ManualClock) -> None:
    model = attached(clock, state="live", session_started_utc_ns=clock.utc_ns())
    clock.step_wall(3600)
    clock.advance(1)
    assert model.snapshot(now(clock)).stores[0].on_air_s == 1


def test_a_store_that_is_no_longer_configured_goes_away(clock: ManualClock) -> None:
    model = attached(clock)
    model.keep_only(frozenset())
    assert model.snapshot(now(clock)).stores == ()
