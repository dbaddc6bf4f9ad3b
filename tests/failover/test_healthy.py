"""Nothing moves the stream while its path is good, however odd the feed and the round trip are."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from tests.failover.link import Feed, Path
from tests.failover.show import LOOK_MS, Show

Build = Callable[[random.Random], Show]


def build(
    chance: random.Random, feed: Feed, *, kbps: float = 20_000.0, rtt_ms: float = 20.0
) -> Show:
    paths = [Path(name, chance, kbps, rtt_ms=rtt_ms) for name in ("primary", "bonded")]
    return Show(feed, paths, phase_ms=chance.uniform(0, LOOK_MS))


def large_keyframes_on_a_narrow_path(chance: random.Random) -> Show:
    return build(chance, Feed(chance, 4_050, key_bytes=200_000), kbps=1.3 * 4_050)


def static_scenes(chance: random.Random) -> Show:
    """900 kbps for minutes, and motion between them."""
    scene_s = chance.uniform(20, 60)

    def kbps(at_s: float) -> float:
        return 900 if int(at_s / scene_s) % 2 else 4_050

    return build(chance, Feed(chance, scene_kbps=kbps), kbps=6_000)


def scenes_around_the_limit(chance: random.Random) -> Show:
    period_s = chance.uniform(3, 30)

    def kbps(at_s: float) -> float:
        return 2_500 + 1_500 * math.sin(at_s / period_s)

    return build(chance, Feed(chance, scene_kbps=kbps), kbps=6_000, rtt_ms=80)


def a_feed_that_is_low_by_itself(chance: random.Random) -> Show:
    return build(chance, Feed(chance, 1_200), kbps=3_000)


def a_second_of_media_at_once(chance: random.Random) -> Show:
    return build(chance, Feed(chance, 4_050, burst_ms=1_000), kbps=8_000)


def a_tenth_of_a_second_at_once(chance: random.Random) -> Show:
    return build(chance, Feed(chance, 4_050, burst_ms=chance.choice([100, 300, 500])), kbps=6_000)


def jitter_and_loss(chance: random.Random) -> Show:
    """Case 13 of the fault list: 30 % loss and 300 ms of jitter, and still all gets through."""
    show = build(chance, Feed(chance, 4_050))
    for path in show.paths:
        path.jitter_ms, path.loss = 300, 0.3
    return show


def a_far_platform(chance: random.Random) -> Show:
    paths = [
        Path(name, chance, rtt_ms=250, jitter_ms=30, loss=0.002, near=False)
        for name in ("primary", "bonded")
    ]
    return Show(Feed(chance, 4_050), paths)


ALL: list[Build] = [
    large_keyframes_on_a_narrow_path,
    static_scenes,
    scenes_around_the_limit,
    a_feed_that_is_low_by_itself,
    a_second_of_media_at_once,
    a_tenth_of_a_second_at_once,
    jitter_and_loss,
    a_far_platform,
]


def stays(show: Show, seconds: float) -> None:
    show.run(seconds)
    assert [(move.at_s, move.words) for move in show.moves] == []


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_a_good_path_is_kept(make: Build) -> None:
    stays(make(random.Random(20_261_122)), 40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [9_001, 9_002])
def test_good_paths_are_kept_for_a_long_time(seed: int) -> None:
    """The hours are in `make bench`."""
    for make in ALL:
        stays(make(random.Random(seed)), 150)
