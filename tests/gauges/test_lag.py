"""Lag: late media is seen at once, slow clocks and jitter are not lag."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.gauges.lag import Lag

FRAME_MS = 1000 / 30
START_NS = 5_000 * NS_PER_S


def at_ns(ms: float) -> int:
    return START_NS + round(ms * NS_PER_MS)


def play(lag: Lag, seconds: float, delay_ms: Callable[[float], float], from_s: float = 0.0) -> int:
    """Frames at 30 a second, each as late as `delay_ms` of its time; the newest arrival, in ns."""
    newest_ns = 0
    for number in range(round(from_s * 30), round((from_s + seconds) * 30)):
        position_ms = number * FRAME_MS
        newest_ns = max(newest_ns, at_ns(position_ms + delay_ms(position_ms)))
        lag.packet(newest_ns, position_ms)
    return newest_ns


def known(reading: float | None) -> float:
    assert reading is not None
    return reading


def test_nothing_is_said_in_the_first_second_and_again_in_that_of_an_epoch() -> None:
    lag = Lag()
    assert lag.read(START_NS) is None
    assert lag.read(play(lag, 0.9, lambda _: 0)) is None
    assert lag.read(play(lag, 0.5, lambda _: 0, from_s=0.9)) == pytest.approx(0, abs=0.1)
    lag.restart()
    lag.packet(at_ns(2_000), 90_000_000)
    assert lag.read(at_ns(2_000)) is None
    lag.packet(at_ns(3_100), 90_001_000)
    assert lag.read(at_ns(3_100)) == pytest.approx(100, abs=0.5)


def test_media_that_comes_later_than_before_is_late_by_that() -> None:
    lag = Lag()
    play(lag, 10, lambda _: 20)
    newest_ns = play(lag, 1, lambda _: 270, from_s=10)
    assert lag.read(newest_ns) == pytest.approx(250, abs=3)
    assert lag.read(play(lag, 1, lambda _: 20, from_s=11)) == pytest.approx(0, abs=3)


def test_it_grows_by_the_clock_while_nothing_comes() -> None:
    lag = Lag()
    newest_ns = play(lag, 10, lambda _: 0)
    readings = [known(lag.read(newest_ns + ms * NS_PER_MS)) for ms in (0, 30, 130, 1_030)]
    assert readings[:2] == pytest.approx([0, 0], abs=0.1)
    assert readings[3] - readings[2] == pytest.approx(900)
    assert readings[2] == pytest.approx(130 - FRAME_MS, abs=3)


@pytest.mark.parametrize("ppm", [-190, -20, 20, 100, 190])
def test_a_clock_that_runs_differently_is_not_late(ppm: float) -> None:
    lag = Lag()
    newest_ns = play(lag, 600, lambda position_ms: position_ms * ppm * 1e-6)
    assert lag.read(newest_ns) == pytest.approx(0, abs=1)


def test_a_feed_at_95_percent_of_the_clock_is_later_each_second() -> None:
    lag = Lag()
    slow = 1 / 0.95 - 1
    readings = [
        known(lag.read(play(lag, 10, lambda position_ms: position_ms * slow, from_s=10.0 * part)))
        for part in range(5)
    ]
    assert all(later > before + 400 for before, later in pairwise(readings))


def test_jitter_reads_as_what_it_is() -> None:
    lag, chance = Lag(), random.Random(7)
    for minute in range(3):
        newest_ns = play(lag, 60, lambda _: chance.uniform(0, 15), from_s=60.0 * minute)
        assert 0 <= known(lag.read(newest_ns)) <= 16


def test_a_burst_is_not_late_while_the_next_one_is_due() -> None:
    """An encoder that sends half a second of media at once, twice a second."""
    lag = Lag()
    for burst in range(40):
        for number in range(15):
            lag.packet(at_ns(500 * burst), (15 * burst + number) * FRAME_MS)
    newest_ns = at_ns(500 * 39)
    assert lag.read(newest_ns) == pytest.approx(0, abs=1)
    assert lag.read(newest_ns + 490 * NS_PER_MS) == pytest.approx(0, abs=1)


def test_what_is_late_for_a_minute_is_the_new_measure() -> None:
    """A sender that paused its clock is not behind for the rest of the show."""
    lag = Lag()
    play(lag, 30, lambda _: 0)
    newest_ns = play(lag, 50, lambda _: 2_000, from_s=30)
    assert lag.read(newest_ns) == pytest.approx(2_000, abs=15)
    newest_ns = play(lag, 15, lambda _: 2_000, from_s=80)
    assert lag.read(newest_ns) == pytest.approx(0, abs=15)
