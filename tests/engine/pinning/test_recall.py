"""What a record says of pins whose engine has gone, on the same boot of the machine and another."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from livedesk.core.clock import NS_PER_MS, NS_PER_S, ManualClock
from livedesk.core.events import Event
from livedesk.core.pins import Product
from livedesk.engine.pinning.cues import Cue, CueError, cue_times, new_pin
from livedesk.engine.pinning.pin_book import PinBook
from livedesk.engine.pinning.recall import recalled
from livedesk.engine.pinning.stage import Stage
from livedesk.engine.pinning.telling import first_data, pin_data, pin_told
from livedesk.pins.pin import Pin
from tests.engine.conftest import store_settings

SERUM = Product("a", "Rose serum", stock=5)


def cued(clock: ManualClock, pin_id: str = "p1") -> Pin:
    times = cue_times(Cue("pin", "a"), clock.mono_ns(), clock.utc_ns(), 800)
    return new_pin(Cue("pin", "a", actor="Ana"), SERUM, times, pin_id, "s1")


def event(pin: Pin, seq: int, cue_id: str | None = None) -> Event:
    told = pin_told(pin, None)
    assert told is not None
    data = pin_data(pin) if cue_id is None else first_data(pin, cue_id)
    return Event(seq, 0, 0, "glow", "s1", told.kind, told.level, "pins", told.text, None, data)


def test_a_pin_comes_back_as_it_was_with_the_name_of_its_caller(clock: ManualClock) -> None:
    pin = cued(clock)
    sent = replace(pin, state="in_flight", sent_mono_ns=pin.cued_mono_ns + 7_000_000, attempts=1)
    clock.advance(5)
    found = recalled([event(pin, 1, "mine"), event(sent, 2)], clock)
    assert found.pins == found.unsettled == (sent,)
    assert found.cue_ids == (("mine", "p1"),)


def test_a_settled_pin_is_remembered_and_left_alone(clock: ManualClock) -> None:
    pin = cued(clock)
    end_ns = pin.cued_mono_ns + 100_000_000
    done = replace(pin, state="confirmed", shown=True, settled_mono_ns=end_ns)
    found = recalled([event(pin, 1, ""), event(done, 2)], clock)
    assert (found.unsettled, found.cue_ids) == ((), ())
    assert [each.latency_ms for each in found.pins] == [100.0]


def test_what_viewers_saw_was_sent_although_the_engine_died_before_it_wrote_that(
    clock: ManualClock,
) -> None:
    pin = cued(clock)
    end_ns = pin.cued_mono_ns + 3 * NS_PER_S
    late = replace(pin, state="late", code="restarted", shown=True, settled_mono_ns=end_ns)
    stage = cast(Stage, SimpleNamespace(settings=store_settings()))
    book = PinBook(stage, clock, lambda product: None)
    book.take_up(recalled([event(pin, 1, "mine"), event(late, 2)], clock))
    assert book.known("mine") == "p1"
    assert book.status("p1").shown


def test_after_a_restart_of_the_machine_only_utc_tells_how_old_a_pin_is(clock: ManualClock) -> None:
    clock.advance(1000)
    pin = cued(clock)
    later = ManualClock(mono_ns=5 * NS_PER_S, utc_ns=clock.utc_ns() + 60 * NS_PER_S)
    [left] = recalled([event(pin, 1, "")], later).unsettled
    assert later.mono_ns() - left.cued_mono_ns == 60 * NS_PER_S
    assert left.deadline_mono_ns - left.cued_mono_ns == 800 * NS_PER_MS


@pytest.mark.parametrize("ahead_ms", [40, -900])
def test_a_cue_is_placed_by_the_engine_s_clock_and_never_later_than_now(
    clock: ManualClock, ahead_ms: int
) -> None:
    cue = Cue("pin", "a", cued_utc_ns=clock.utc_ns() + ahead_ms * NS_PER_MS)
    times = cue_times(cue, clock.mono_ns(), clock.utc_ns(), 800)
    assert clock.mono_ns() - times.cued_mono_ns == max(0, -ahead_ms) * NS_PER_MS
    assert times.is_over == (ahead_ms < -800)
    future = replace(cue, cued_utc_ns=clock.utc_ns() + 51 * NS_PER_MS)
    with pytest.raises(CueError) as refused:
        cue_times(future, clock.mono_ns(), clock.utc_ns(), 800)
    assert (refused.value.code, refused.value.is_wrong) == ("cue_in_future", True)
