"""The engine's clock as this device sees it, and how sure that is."""

from __future__ import annotations

import pytest

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import PadClock
from livedesk.desk.model import Moment
from livedesk.desk.pad_clock import ClockEstimate, Exchange

AHEAD_MS = 1_250.0


def at(ms: float) -> Moment:
    return Moment(round(ms * NS_PER_MS), round((5_000_000 + ms) * NS_PER_MS))


def exchange(ms: float, out_ms: float, back_ms: float, ahead_ms: float = AHEAD_MS) -> Exchange:
    """One that took so long there and so long back."""
    engine_ms = 5_000_000 + ms + out_ms + ahead_ms
    return Exchange(at(ms), round(engine_ms * NS_PER_MS), at(ms + out_ms + back_ms))


def measured(estimate: ClockEstimate, now: Moment) -> PadClock:
    found = estimate.at(now)
    assert found is not None
    return found


def test_the_quickest_exchange_tells_and_half_of_it_is_the_error() -> None:
    estimate = ClockEstimate()
    estimate.take([exchange(0, 40, 2), exchange(100, 3, 3), exchange(200, 2, 60)])
    assert measured(estimate, at(106)) == PadClock(AHEAD_MS, 3.0)


@pytest.mark.parametrize(("out_ms", "back_ms"), [(1, 29), (29, 1), (15, 15)])
def test_the_error_covers_a_way_that_is_slower_than_the_way_back(
    out_ms: float, back_ms: float
) -> None:
    estimate = ClockEstimate()
    estimate.take([exchange(0, out_ms, back_ms)])
    found = measured(estimate, at(30))
    assert abs(found.offset_ms - AHEAD_MS) <= found.error_ms


def test_a_touch_is_told_by_the_engines_clock() -> None:
    estimate = ClockEstimate()
    estimate.take([exchange(0, 2, 2)])
    touch = at(50)
    told = estimate.engine_utc_ns(touch, at(60))
    assert told == touch.utc_ns + AHEAD_MS * NS_PER_MS


def test_the_error_grows_until_it_is_measured_again_a_minute_later() -> None:
    estimate = ClockEstimate()
    assert estimate.is_due(at(0))
    estimate.take([exchange(0, 2, 2)])
    assert not estimate.is_due(at(30_000))
    assert measured(estimate, at(59_000)).error_ms > measured(estimate, at(4)).error_ms
    assert estimate.is_due(at(60_004))


def test_drift_is_told_when_there_was_time_to_see_it() -> None:
    estimate = ClockEstimate()
    estimate.take([exchange(0, 2, 2)])
    assert estimate.drift_ppm is None
    estimate.take([exchange(100_000, 2, 2, AHEAD_MS + 3)])
    assert estimate.drift_ppm == pytest.approx(30, rel=0.01)


def test_on_the_engines_own_machine_there_is_nothing_to_measure() -> None:
    estimate = ClockEstimate(is_local=True)
    assert estimate.at(at(0)) == PadClock(0, 0)
    assert not estimate.is_due(at(1_000_000))


def test_nothing_is_said_before_the_first_answer() -> None:
    estimate = ClockEstimate()
    estimate.take([])
    assert estimate.at(at(0)) is None
    assert estimate.engine_utc_ns(at(7), at(8)) == at(7).utc_ns


def test_a_clock_that_was_set_voids_what_was_measured() -> None:
    estimate = ClockEstimate()
    estimate.take([exchange(0, 2, 2)])
    later = at(10_000)
    stepped = Moment(later.mono_ns, later.utc_ns + 3_600_000 * NS_PER_MS)
    assert estimate.at(stepped) is None
    assert estimate.is_due(stepped)


def test_an_exchange_during_which_the_clock_was_set_does_not_count() -> None:
    estimate = ClockEstimate()
    good = exchange(0, 2, 2)
    answered = Moment(good.answered.mono_ns, good.answered.utc_ns + 900 * NS_PER_MS)
    estimate.take([Exchange(good.asked, good.engine_utc_ns, answered)])
    assert estimate.at(at(5)) is None
