"""Classes of feed and uplink: when they trip, when they clear, and what they never say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from livedesk.core.clock import NS_PER_MS
from livedesk.core.status import HealthClass, Limits
from livedesk.gauges.classes import FeedClass, UplinkClass

STEP_MS = 50
FEED: dict[str, Any] = {
    "connected": True,
    "kbps": 6_000.0,
    "age_ms": 20.0,
    "silence_limit_ms": 200.0,
    "lag_ms": 5.0,
}
UPLINK: dict[str, Any] = {
    "publishes": True,
    "silent_ms": 0.0,
    "silence_limit_ms": 200.0,
    "goodput_kbps": 6_000.0,
    "backlog_ms": 60.0,
    "base_rtt_ms": 20.0,
    "feed": "OK",
    "feed_kbps": 6_000.0,
}


@dataclass
class Judged:
    """A judge that is asked each 50 ms, and the classes it said, with the ms they were said at."""

    judge: FeedClass | UplinkClass
    normal: dict[str, Any]
    now_ms: int = 0
    said: list[tuple[int, HealthClass]] = field(default_factory=list)

    def run(self, seconds: float, **changed: Any) -> HealthClass:
        for _ in range(round(seconds * 1000 / STEP_MS)):
            self.now_ms += STEP_MS
            state = self.judge.update(self.now_ms * NS_PER_MS, **{**self.normal, **changed})
            if not self.said or self.said[-1][1] != state:
                self.said.append((self.now_ms, state))
        return self.judge.state

    @property
    def classes(self) -> list[HealthClass]:
        return [state for _, state in self.said]


def feed(limits: Limits | None = None) -> Judged:
    return Judged(FeedClass(limits or Limits()), FEED)


def uplink() -> Judged:
    return Judged(UplinkClass(Limits()), UPLINK)


def healthy(judged: Judged) -> Judged:
    """Flowing for so long that everything is judged."""
    assert judged.run(5) == "OK"
    judged.said.clear()
    judged.run(1)
    judged.said[0] = (judged.now_ms, "OK")
    return judged


class TestFeed:
    def test_no_encoder_is_gone_at_once(self) -> None:
        assert healthy(feed()).run(0.05, connected=False, kbps=None, age_ms=None) == "GONE"

    def test_silence_is_stalled_at_its_limit_and_over_with_the_next_media(self) -> None:
        judged = healthy(feed())
        assert judged.run(0.05, age_ms=200) == "OK"
        assert judged.run(0.05, age_ms=201) == "STALLED"
        assert judged.run(0.05, age_ms=0) == "OK"

    def test_low_needs_half_a_second_and_clears_after_three_above_the_margin(self) -> None:
        judged = healthy(feed())
        assert judged.run(0.5, kbps=2_400) == "OK"
        assert judged.run(0.05, kbps=2_400) == "LOW"
        assert judged.run(30, kbps=2_550) == "LOW"
        assert judged.run(3, kbps=2_650) == "LOW"
        assert judged.run(0.05, kbps=2_650) == "OK"

    def test_a_short_dip_is_not_low(self) -> None:
        judged = healthy(feed())
        for _ in range(20):
            judged.run(0.45, kbps=2_400)
            judged.run(0.1)
        assert judged.classes == ["OK"]

    def test_starved_needs_a_fifth_of_a_second_and_clears_after_three_in_time(self) -> None:
        judged = healthy(feed())
        assert judged.run(0.2, lag_ms=401) == "OK"
        assert judged.run(0.05, lag_ms=401) == "STARVED"
        assert judged.run(30, lag_ms=151) == "STARVED"
        assert judged.run(3, lag_ms=149) == "STARVED"
        assert judged.run(0.05, lag_ms=149) == "OK"

    def test_starved_stands_above_low(self) -> None:
        judged = healthy(feed())
        assert judged.run(2, kbps=2_000, lag_ms=900) == "STARVED"
        assert judged.run(3.1, kbps=2_000, lag_ms=20) == "LOW"

    def test_few_bits_in_time_are_low_and_nothing_else(self) -> None:
        judged = healthy(feed())
        judged.run(600, kbps=900)
        assert judged.classes == ["OK", "LOW"]

    def test_the_rate_of_the_first_second_after_a_silence_is_not_judged(self) -> None:
        judged = healthy(feed())
        judged.run(3, age_ms=1_000, kbps=0)
        judged.run(1, kbps=500)
        judged.run(5)
        assert judged.classes == ["OK", "STALLED", "OK"]

    def test_a_starved_feed_is_still_that_after_a_silence(self) -> None:
        judged = healthy(feed())
        judged.run(1, lag_ms=900)
        judged.run(2, lag_ms=2_000, age_ms=900)
        judged.run(1, lag_ms=900)
        assert judged.classes == ["OK", "STARVED", "STALLED", "STARVED"]

    def test_until_the_first_rate_it_is_what_it_was_before_and_blind_after_that(self) -> None:
        judged = feed()
        assert judged.run(1, connected=False, kbps=None, age_ms=None) == "GONE"
        assert judged.run(1.9, kbps=None) == "GONE"
        assert judged.run(0.5, kbps=None) == "BLIND"
        assert judged.run(0.05) == "OK"

    def test_a_failed_instrument_is_blind_whatever_it_says(self) -> None:
        judged = healthy(feed())
        assert judged.run(0.05, instrument_ok=False, connected=False) == "BLIND"
        assert judged.run(0.05) == "OK"

    def test_levels_and_times_are_settings(self) -> None:
        judged = healthy(feed(Limits(min_kbps=4_000, low_trip_s=2, starved_lag_ms=1_000)))
        assert judged.run(1.9, kbps=3_900, lag_ms=900) == "OK"
        assert judged.run(0.2, kbps=3_900, lag_ms=900) == "LOW"


class TestUplink:
    def test_without_a_publishing_connection_it_is_gone(self) -> None:
        assert healthy(uplink()).run(0.05, publishes=False, goodput_kbps=None) == "GONE"

    def test_bytes_that_nobody_acknowledges_are_stalled(self) -> None:
        judged = healthy(uplink())
        assert judged.run(0.05, silent_ms=201) == "STALLED"
        assert judged.run(0.05, silent_ms=0) == "OK"

    def test_a_backlog_is_starved(self) -> None:
        judged = healthy(uplink())
        assert judged.run(0.25, backlog_ms=430) == "STARVED"
        assert judged.run(3.05, backlog_ms=100) == "OK"

    def test_a_far_platform_is_not_behind(self) -> None:
        judged = healthy(uplink())
        judged.run(60, backlog_ms=650, base_rtt_ms=600)
        assert judged.classes == ["OK"]

    def test_little_goodput_of_a_good_feed_is_low(self) -> None:
        judged = healthy(uplink())
        assert judged.run(0.55, goodput_kbps=2_000) == "LOW"
        assert judged.run(3.05) == "OK"

    def test_what_the_feed_lacks_is_not_its_fault(self) -> None:
        judged = healthy(uplink())
        judged.run(60, goodput_kbps=900, feed_kbps=900, feed="LOW")
        judged.run(60, goodput_kbps=2_480, feed_kbps=2_520)
        judged.run(0.3, goodput_kbps=900)  # the feed is back, its bits are on their way
        judged.run(10)
        assert judged.classes == ["OK"]

    def test_what_a_feed_sends_at_once_after_a_silence_is_not_a_backlog(self) -> None:
        judged = healthy(uplink())
        judged.run(3, feed="STALLED", feed_kbps=0, goodput_kbps=0)
        judged.run(1.8, backlog_ms=2_500, feed_kbps=20_000)
        judged.run(10)
        assert judged.classes == ["OK"]

    def test_a_dead_path_is_stalled_also_when_the_feed_is_low(self) -> None:
        judged = healthy(uplink())
        judged.run(5, goodput_kbps=900, feed_kbps=900, feed="LOW")
        dead = {"goodput_kbps": 0, "feed_kbps": 900, "feed": "LOW", "silent_ms": 300}
        assert judged.run(0.05, **dead) == "STALLED"

    def test_without_goodput_it_is_blind_after_the_first_seconds(self) -> None:
        judged = uplink()
        assert judged.run(1, publishes=False, goodput_kbps=None) == "GONE"
        assert judged.run(1, goodput_kbps=None) == "GONE"
        assert judged.run(2, goodput_kbps=None) == "BLIND"
