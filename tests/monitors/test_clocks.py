"""Clocks: each track against ours, by the lower envelope, so that the way does not show."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from livedesk.core.clock import NS_PER_MS
from livedesk.monitors.clocks import ClockMeter
from livedesk.monitors.skew import SkewMeter
from tests.monitors.feeds import Feed, at_s

Way = Callable[[int], int]
"""When what was sent at one time arrives."""


def straight(sent_ns: int) -> int:
    return sent_ns


def growths(feed: Feed, to_s: float, way: Way = straight) -> tuple[float, float]:
    """Of sound and picture, in ms."""
    meter, newest_ns = ClockMeter(), 0
    for fact in feed.packets(0, to_s):
        newest_ns = max(newest_ns, way(fact.arrival_ns))
        meter.packet(fact.track, newest_ns, fact.dts_ms or 0)
    audio_ms, video_ms = meter.growth_ms("audio"), meter.growth_ms("video")
    assert audio_ms is not None
    assert video_ms is not None
    return audio_ms, video_ms


def test_nothing_is_known_in_the_first_seconds() -> None:
    meter = ClockMeter()
    for fact in Feed().packets(0, 9):
        meter.packet(fact.track, fact.arrival_ns, fact.dts_ms or 0)
        assert meter.growth_ms(fact.track) is None


def test_clocks_in_step_stay_at_zero() -> None:
    assert growths(Feed(skew_ms=300), 60) == pytest.approx((0, 0), abs=1)


def test_a_fast_sender_gains_on_both_tracks() -> None:
    assert growths(Feed(clock_ppm=100), 120) == pytest.approx((11, 11), abs=1.5)


def test_their_difference_is_what_the_skew_grows_by() -> None:
    feed, skew = Feed(clock_ppm=-50, drift_ppm=100), SkewMeter()
    for fact in feed.packets(0, 300):
        skew.packet(fact.track, fact.arrival_ns, fact.dts_ms or 0)
    audio_ms, video_ms = growths(feed, 300)
    assert audio_ms - video_ms == pytest.approx(skew.skew_ms(at_s(300)), abs=2)
    assert video_ms == pytest.approx(-15, abs=1.5)


def test_jitter_lies_above_the_envelope() -> None:
    chance = random.Random(2)

    def late(sent_ns: int) -> int:
        return sent_ns + round(chance.expovariate(1 / 15) * NS_PER_MS)

    assert growths(Feed(), 60, late) == pytest.approx((0, 0), abs=2)


@pytest.mark.parametrize("stall_s", [3, 30])
def test_a_stall_does_not_show(stall_s: float) -> None:
    def held(sent_ns: int) -> int:
        return max(sent_ns, at_s(20 + stall_s)) if sent_ns >= at_s(20) else sent_ns

    assert growths(Feed(), 22 + stall_s, held) == pytest.approx((0, 0), abs=1)


def test_the_burst_at_joining_does_not_show() -> None:
    assert growths(Feed(), 30, lambda ns: max(ns, at_s(2))) == pytest.approx((0, 0), abs=1)
