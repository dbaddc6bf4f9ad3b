"""What do the detectors make of single facts? Where the stories' model of a path does not reach."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from livedesk.core.status import Limits
from livedesk.failover.backlog import REFERENCE, THRESHOLD, LagCusum
from livedesk.failover.capacity import Capacity
from livedesk.failover.detectors import Detectors, Finding
from livedesk.failover.facts import FeedFacts, PathFacts
from livedesk.failover.watch import CarrierWatch
from tests.failover.link import ns
from tests.failover.show import LOOK_MS

FEED = FeedFacts("OK", 6_000, True)
PATH = PathFacts(
    "primary",
    "carrying",
    silence_limit_ms=200,
    goodput_kbps=6_000,
    backlog_ms=60,
    unsent_bytes=0,
    base_rtt_ms=20,
)

Change = Callable[[int, PathFacts], PathFacts]


def watched(
    change: Change, feed: FeedFacts = FEED, *, seconds: float = 10, calm_s: float = 5
) -> tuple[Detectors, float, Finding | None]:
    """Calm, then `change` of the look's number; until a finding, and how many ms that took."""
    detectors = Detectors(Limits(), max_lag_ms=1_500)
    acked = 0
    for look in range(round((calm_s + seconds) * 1000 / LOOK_MS)):
        after = look - round(calm_s * 1000 / LOOK_MS)
        path = PATH if after < 0 else change(after, PATH)
        acked += round((path.goodput_kbps or 0) / 8 * LOOK_MS)
        finding = detectors.look(ns(look * LOOK_MS), feed, replace(path, media_bytes_acked=acked))
        if finding is not None:
            return detectors, after * LOOK_MS, finding
    return detectors, math.inf, None


def test_the_threshold_is_one_false_alarm_in_400_hours() -> None:
    """Siegmund's approximation of the average run length of Page's CUSUM."""
    b = 2 * REFERENCE * (THRESHOLD + 1.166)
    looks = (math.exp(b) - b - 1) / (2 * REFERENCE**2)
    assert looks >= 400 * 3_600 * 1000 / LOOK_MS


def test_the_score_stays_down_in_noise_and_goes_up_with_a_slow_path() -> None:
    lag, chance = LagCusum(), random.Random(5)
    for look in range(20 * 600):
        lag.look(ns(look * LOOK_MS), 60 + chance.gauss(0, 30))
        assert not lag.is_rising
    assert lag.sigma_ms == pytest.approx(30, rel=0.2)
    begun = 20 * 600
    rises = 0
    while not lag.is_rising:
        rises += 1
        lag.look(ns((begun + rises) * LOOK_MS), 60 + rises * LOOK_MS * 2 / 3)
    assert rises * LOOK_MS <= 450
    assert lag.onset_ns == pytest.approx(ns(begun * LOOK_MS), abs=ns(300))


def test_a_queue_that_the_network_hides_is_seen_by_what_gets_through() -> None:
    """No byte waits unsent, because the network takes all: the goodput of a second decides."""

    def change(look: int, path: PathFacts) -> PathFacts:
        window = min(1.0, look * LOOK_MS / 1000)
        kbps = 6_000 - window * 4_000
        return replace(path, goodput_kbps=kbps, backlog_ms=60 + look * LOOK_MS * 2 / 3)

    _, took_ms, finding = watched(change)
    assert finding is not None
    assert finding.cause == "congestion"
    assert took_ms < 1_200


def test_what_the_network_holds_back_is_told_by_what_gets_through_and_not_by_the_second() -> None:
    """6,000 to 2,000 kbps with no byte unsent: the goodput of a second is still far above."""
    detectors = Detectors(Limits(), max_lag_ms=1_500)
    acked, finding, look = 0, None, 0
    while finding is None and look < 120:
        after_ms = max(0.0, (look - 99) * LOOK_MS)
        acked += round((2_000 if after_ms else 6_000) / 8 * LOOK_MS)
        facts = replace(
            PATH,
            media_bytes_acked=acked,
            goodput_kbps=6_000 - 4 * min(1_000, after_ms),
            backlog_ms=60 + after_ms * 2 / 3,
        )
        finding = detectors.look(ns(look * LOOK_MS), FEED, facts)
        look += 1
    assert finding is not None
    assert finding.cause == "congestion"
    assert after_ms <= 450
    assert detectors.capacity_kbps == pytest.approx(2_000, rel=0.1)


def test_a_feed_that_gives_less_after_a_keyframe_is_not_held_up() -> None:
    """2,000 kbps come and are acknowledged, a little late; the second before had a keyframe.

    What came in that second has all been acknowledged: nothing is held.
    """

    def change(look: int, path: PathFacts) -> PathFacts:
        acked_kbps = 3_222 if look < 20 else 3_040
        return replace(path, goodput_kbps=acked_kbps, backlog_ms=60 + min(100, look * 18))

    detectors = Detectors(Limits(), max_lag_ms=1_500)
    acked = 0
    for look in range(140):
        path = PATH if look < 100 else change(look - 100, PATH)
        acked += round((6_000 if look < 100 else 2_000) / 8 * LOOK_MS)
        feed = replace(FEED, kbps=3_040 if look >= 100 else 6_000)
        facts = replace(path, media_bytes_acked=acked)
        assert detectors.look(ns(look * LOOK_MS), feed, facts) is None, look


def test_a_path_that_loses_media_without_delay_breaks_the_contract_a_second_later() -> None:
    _, took_ms, finding = watched(lambda _, path: replace(path, goodput_kbps=2_300))
    assert finding is not None
    assert finding.cause == "contract"
    assert took_ms == pytest.approx(1_000, abs=LOOK_MS)


def test_a_longer_way_is_no_fault() -> None:
    """Another route: everything arrives 90 ms later from now on, and all of it."""
    detectors, _, finding = watched(lambda _, path: replace(path, backlog_ms=150), seconds=90)
    assert finding is None
    assert not detectors.is_sagging


@pytest.mark.parametrize("state", ["LOW", "STARVED", "STALLED", "BLIND"])
def test_the_rate_of_a_path_says_nothing_while_the_feed_is_not_well(state: str) -> None:
    feed = replace(FEED, state=state, kbps=1_000)  # type: ignore[arg-type]
    _, _, finding = watched(
        lambda look, path: replace(path, goodput_kbps=900, unsent_bytes=9_000, backlog_ms=500),
        feed,
    )
    assert finding is None


def test_silence_is_seen_of_a_low_feed_too_but_not_without_one() -> None:
    def change(look: int, path: PathFacts) -> PathFacts:
        return replace(path, silent_ms=look * LOOK_MS)

    _, took_ms, finding = watched(change, replace(FEED, state="LOW"))
    assert finding is not None
    assert (finding.cause, took_ms) == ("silence", 200)
    _, _, finding = watched(change, replace(FEED, state="STALLED", flows=False))
    assert finding is None


def test_one_lost_packet_of_a_long_way_is_waited_out() -> None:
    def change(look: int, path: PathFacts) -> PathFacts:
        return replace(path, silent_ms=look * LOOK_MS, silence_limit_ms=300, base_rtt_ms=300)

    """Sent, given up after a round trip and 200 ms, repeated, acknowledged."""
    _, took_ms, _ = watched(change)
    assert 2 * 300 + 200 <= took_ms <= 900


def test_a_new_connection_is_given_time_to_find_its_pace() -> None:
    detectors = Detectors(Limits(), max_lag_ms=1_500)
    for look in range(200):
        at_ms = look * LOOK_MS
        acked = look * 37_500 if look < 160 else (look - 160) * 5_000
        path = replace(PATH, media_bytes_acked=acked)
        if look >= 160:
            path = replace(path, unsent_bytes=50_000, backlog_ms=800, goodput_kbps=None)
        finding = detectors.look(ns(at_ms), FEED, path)
        assert finding is None, at_ms


@pytest.mark.parametrize(("lump_bytes", "each_ms"), [(12_500, 50), (65_000, 250)])
def test_capacity_is_the_rate_of_acknowledgements_also_in_lumps(
    lump_bytes: int, each_ms: float
) -> None:
    capacity = Capacity()
    for look in range(40):
        acked = int(look * LOOK_MS // each_ms) * lump_bytes
        capacity.look(ns(look * LOOK_MS), acked, True, 200)
    at_ns = ns(39 * LOOK_MS)
    assert capacity.kbps(at_ns) == pytest.approx(lump_bytes * 8 / each_ms)
    capacity.look(ns(40 * LOOK_MS), acked, False, 200)
    assert capacity.kbps(ns(40 * LOOK_MS)) is None


def told_after_a_skip(unsent_bytes: int) -> Iterator[float | None]:
    """1,500 kbps of 3,300: what waits is dropped, and nothing is sent until the next keyframe."""
    watch = CarrierWatch(Limits(), 10_000, PATH)
    watch.restart(has_carried=True)
    watch.feed = replace(FEED, kbps=3_300)
    counts = [0] * 21
    for look in range(200):
        is_full, is_idle = look >= 100, 160 <= look < 174
        kbps = 0 if is_idle else 1_500 if is_full else 3_300
        counts.append(counts[-1] + round(kbps / 8 * LOOK_MS))
        watch.path = replace(
            PATH,
            media_bytes_acked=counts[-1],
            goodput_kbps=(counts[-1] - counts[-21]) * 8 / 1_000,
            backlog_ms=0 if is_idle else 60 + max(0, look - 100) * 25,
            unsent_bytes=unsent_bytes if is_full and not is_idle else 0,
        )
        watch.look(ns(look * LOOK_MS))
        if watch.finding is not None and 160 <= look < 190:
            yield watch.carried_kbps


@pytest.mark.parametrize("unsent_bytes", [0, 50_000])
def test_a_pause_with_nothing_to_send_is_no_rate_of_the_path(unsent_bytes: int) -> None:
    """What is told of a path is what it carried while it was given more than that."""
    told = list(told_after_a_skip(unsent_bytes))
    assert told
    assert told == pytest.approx([1_500] * len(told), rel=0.2)
