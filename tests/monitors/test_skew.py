"""Skew: exact both ways, steady under jitter and bursts, and silent when it cannot be known."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.skew import SkewMeter
from tests.monitors.feeds import Feed, at_s, delayed


def play(meter: SkewMeter, feed: Feed, from_s: float, to_s: float, track: str = "") -> None:
    for fact in feed.packets(from_s, to_s):
        if fact.track != track and fact.dts_ms is not None:
            meter.packet(fact.track, fact.arrival_ns, fact.dts_ms)


@pytest.mark.parametrize("sample_rate", [44_100, 48_000])
@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("fps", [24, 25, 30_000 / 1_001, 30, 50, 60_000 / 1_001, 60])
def test_reads_what_was_injected_within_two_ms(fps: float, b_frames: int, sample_rate: int) -> None:
    for skew_ms in (-500, -263, -10, 0, 137, 500):
        feed = Feed(fps=fps, skew_ms=skew_ms, b_frames=b_frames, sample_rate=sample_rate)
        assert worst_ms(feed, 2.5, 4) <= 2


@settings(max_examples=20)
@given(
    st.floats(-500, 500),
    st.sampled_from([24, 25, 29.97, 30, 50, 60]),
    st.sampled_from([44_100, 48_000]),
)
def test_any_skew_is_read_within_two_ms(skew_ms: float, fps: float, sample_rate: int) -> None:
    assert worst_ms(Feed(fps=fps, skew_ms=skew_ms, sample_rate=sample_rate), 2.5, 3) <= 2


def worst_ms(feed: Feed, from_s: float, to_s: float) -> float:
    """The largest error of the readings between two times, four a second."""
    meter, errors_ms, next_ns = SkewMeter(), [], at_s(from_s)
    for fact in feed.packets(0, to_s):
        meter.packet(fact.track, fact.arrival_ns, fact.dts_ms or 0)
        if fact.arrival_ns >= next_ns:
            next_ns += NS_PER_S // 4
            skew_ms = meter.skew_ms(fact.arrival_ns)
            errors_ms.append(abs(skew_ms - feed.skew_ms) if skew_ms is not None else 1e9)
    return max(errors_ms)


def test_unknown_until_two_seconds_are_seen() -> None:
    meter = SkewMeter()
    play(meter, Feed(), 0, 1.9)
    assert meter.skew_ms(at_s(1.9)) is None
    play(meter, Feed(), 1.9, 2.2)
    assert meter.skew_ms(at_s(2.2)) is not None


def test_jitter_of_the_network_does_not_move_it() -> None:
    chance, meter = random.Random(7), SkewMeter()
    newest_ns = 0
    for fact in Feed(skew_ms=-120).packets(0, 4):
        # TCP keeps the order, so a late packet holds up those behind it.
        newest_ns = max(newest_ns, fact.arrival_ns + round(chance.expovariate(1 / 80) * NS_PER_MS))
        held = delayed(fact, newest_ns)
        meter.packet(held.track, held.arrival_ns, held.dts_ms or 0)
    assert meter.skew_ms(newest_ns) == pytest.approx(-120, abs=2)


def test_the_burst_at_joining_does_not_move_it() -> None:
    meter = SkewMeter()
    for fact in Feed(skew_ms=70).packets(0, 4):
        held = delayed(fact, max(fact.arrival_ns, at_s(2)))  # two seconds come at once
        meter.packet(held.track, held.arrival_ns, held.dts_ms or 0)
        reading = meter.skew_ms(held.arrival_ns)
        assert reading is None or reading == pytest.approx(70, abs=3)
    assert meter.skew_ms(at_s(4)) == pytest.approx(70, abs=2)


@pytest.mark.parametrize("lost", ["audio", "video"])
def test_a_lost_track_is_no_data_within_a_second_and_never_the_last_value(lost: str) -> None:
    meter = SkewMeter()
    play(meter, Feed(skew_ms=30), 0, 5)
    assert meter.skew_ms(at_s(5)) is not None
    play(meter, Feed(skew_ms=30), 5, 6, track=lost)
    assert meter.skew_ms(at_s(6)) is None
    play(meter, Feed(skew_ms=150), 6, 9)
    assert meter.skew_ms(at_s(9)) == pytest.approx(150, abs=2)


def test_a_feed_that_stops_is_no_data() -> None:
    meter = SkewMeter()
    play(meter, Feed(), 0, 5)
    assert meter.skew_ms(at_s(6)) is None


def test_a_new_epoch_starts_empty() -> None:
    meter = SkewMeter()
    play(meter, Feed(skew_ms=100), 0, 5)
    meter.restart()
    assert meter.skew_ms(at_s(5)) is None
    play(meter, Feed(skew_ms=-100), 5, 7.5)
    assert meter.skew_ms(at_s(7.5)) == pytest.approx(-100, abs=2)


def test_a_step_shows_within_its_window() -> None:
    meter = SkewMeter()
    play(meter, Feed(), 0, 5)
    play(meter, Feed(skew_ms=-300), 5, 7.2)
    assert meter.skew_ms(at_s(7.2)) == pytest.approx(-300, abs=2)


@pytest.mark.parametrize("jitter_ms", [0, 15])
def test_twenty_ppm_are_found_within_one_after_ten_minutes(jitter_ms: float) -> None:
    chance, meter, newest_ns = random.Random(4), SkewMeter(), 0
    for fact in Feed(drift_ppm=20).packets(0, 600):
        late_ns = round(abs(chance.gauss(0, jitter_ms)) * NS_PER_MS)
        newest_ns = max(newest_ns, fact.arrival_ns + late_ns)
        meter.packet(fact.track, newest_ns, fact.dts_ms or 0)
    trend = meter.drift.trend
    assert trend is not None
    assert trend.kind == "drifting"
    assert trend.slope_ppm == pytest.approx(20, abs=1)
    left_s, _ = trend.forecast(200) or (0, 0)
    assert left_s == pytest.approx((200 - 12) / 20e-3, abs=300)
