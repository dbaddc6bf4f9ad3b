"""Are the rules of others what their makers wrote? Their delays against what can be computed."""

from __future__ import annotations

import random

import pytest

from benchmarks.rules import (
    LIMIT_KBPS,
    ServerAverage,
    first_bad_s,
    noalbs,
    steady,
    window,
)

_FAULT_S = 40.0


@pytest.mark.parametrize("kbps", [0, 1_000, 2_000, 2_400])
def test_the_window_is_as_late_as_arithmetic_says(kbps: float) -> None:
    """W·(R1 − L)/(R1 − R2), with a look each 10 ms."""
    arrivals = [*steady(6_000, 0, _FAULT_S), *steady(kbps, _FAULT_S, 60)]

    found_s = first_bad_s(window(arrivals, 60), 0)

    assert found_s == pytest.approx(_FAULT_S + (6_000 - LIMIT_KBPS) / (6_000 - kbps), abs=0.04)


def test_the_window_clears_when_the_rate_is_back() -> None:
    arrivals = [*steady(6_000, 0, 10), *steady(6_000, 15, 30)]

    assert [verdict.is_bad for verdict in window(arrivals, 29)] == [True, False]


def test_the_server_tells_the_block_before_until_a_block_is_over() -> None:
    average = ServerAverage()
    for arrival in steady(5_000, 0, 33):
        average.add(arrival.at_s, arrival.size_bytes)

    assert average.kbps(32.9) == pytest.approx(5_500, rel=0.01)  # eleven seconds, divided by ten
    assert average.kbps(43.5) < 1_000
    assert average.kbps(70) == 0


def test_a_stream_that_is_gone_is_noticed_after_five_questions() -> None:
    arrivals = steady(6_000, 0, _FAULT_S)
    for seed in range(20):
        verdicts = noalbs(arrivals, 60, random.Random(seed).uniform(0, 11), gone_s=_FAULT_S)
        found_s = first_bad_s(verdicts, _FAULT_S)
        assert found_s is not None
        assert 4 <= found_s - _FAULT_S <= 5


def test_a_silent_stream_is_noticed_with_the_servers_next_blocks() -> None:
    found = [
        first_bad_s(noalbs(steady(6_000, begun_s, _FAULT_S), 80, begun_s), _FAULT_S)
        for begun_s in (random.Random(seed).uniform(0, 11) for seed in range(50))
    ]
    delays_s = [found_s - _FAULT_S for found_s in found if found_s is not None]

    assert len(delays_s) == 50
    assert min(delays_s) >= 4
    assert max(delays_s) <= 2 * 11 + 5
    assert max(delays_s) - min(delays_s) > 5  # the phase of the blocks decides


def test_no_rule_gives_up_a_healthy_feed() -> None:
    arrivals = steady(4_000, 0, 120)

    assert not list(window(arrivals, 119))
    assert first_bad_s(noalbs(arrivals, 119, 3.3), after_s=20) is None
