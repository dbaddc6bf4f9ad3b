"""When a call counts as silent, and whether a second one is of use."""

from __future__ import annotations

from random import Random

import pytest

from livedesk.pins.budget import FAST_MS, FLOOR_MS, JUDGED, RoundTrips


def after(*times_ms: float) -> RoundTrips:
    trips = RoundTrips()
    for took_ms in times_ms:
        trips.answered(took_ms)
    return trips


def test_nothing_known_is_the_longest_patience_and_no_reason_not_to_send() -> None:
    trips = RoundTrips()
    assert (trips.patience_ms, trips.p50_ms, trips.may_hedge) == (FAST_MS, None, True)
    assert not trips.is_failing


def test_patience_outlasts_19_of_20_fast_answers() -> None:
    assert after(*range(121, 140)).patience_ms == 139
    assert after(*range(121, 220)).patience_ms == 215


def test_in_normal_service_one_call_in_twenty_gets_another() -> None:
    """80 ms median, log-normal with 0.25: the service of the goal without its faults."""
    rng = Random(941)
    trips = RoundTrips()
    hedged = known = 0
    for _ in range(20_000):
        took_ms = 125 * rng.lognormvariate(0, 0.25)  # above the floor, which would hide it
        if trips.patience_ms < FAST_MS:
            known += 1
            hedged += took_ms > trips.patience_ms
        trips.answered(took_ms)
    assert 0.04 < hedged / known < 0.055


def test_slow_answers_do_not_spoil_it() -> None:
    rng = Random(3)
    times_ms = [1_500.0 if rng.random() < 0.1 else rng.uniform(60, 160) for _ in range(500)]
    assert after(*times_ms).patience_ms < 160


@pytest.mark.parametrize(("took_ms", "patience_ms"), [(5, FLOOR_MS), (320, FAST_MS)])
def test_it_stays_within_its_bounds(took_ms: float, patience_ms: float) -> None:
    assert after(*[took_ms] * 50).patience_ms == patience_ms


def test_a_slow_platform_gets_no_second_calls_until_it_is_quick_again() -> None:
    trips = after(*[80.0] * JUDGED)
    for _ in range(25):
        assert trips.may_hedge
        trips.given_up(400)
    assert not trips.may_hedge
    for _ in range(JUDGED):
        trips.answered(80)
    assert trips.may_hedge


def test_the_slow_calls_of_a_usual_day_do_not_switch_hedging_off() -> None:
    rng, trips = Random(942), RoundTrips()
    for _ in range(50_000):
        trips.answered(1_500.0 if rng.random() < 0.07 else 80.0)
        assert trips.may_hedge


def test_a_call_given_up_early_says_nothing() -> None:
    trips = after(*[80.0] * 40)
    for _ in range(40):
        trips.given_up(200)
    assert trips.may_hedge
    assert trips.patience_ms == FLOOR_MS


def test_a_platform_that_only_answers_slowly_is_still_sent_to() -> None:
    assert after(*[900.0] * 40).p50_ms is None


def test_the_circuit_opens_after_failures_in_a_row_and_closes_with_an_answer() -> None:
    trips = RoundTrips()
    for _ in range(5):
        assert not trips.is_failing
        trips.failed(10)
    assert trips.is_failing
    trips.answered(80)
    assert not trips.is_failing
