"""How long is a path waited for? As long as TCP would wait for one lost packet, and no longer."""

from __future__ import annotations

import pytest

from livedesk.core.status import Limits
from livedesk.failover.detectors import Detectors
from livedesk.failover.facts import PathFacts
from livedesk.failover.patience import LOOK_MS, Patience
from tests.failover.link import ns
from tests.failover.test_detectors import FEED

STEADY_MS = 15.0


class Link:
    """What is seen of one connection, look after look."""

    def __init__(self, limit_ms: float, rtt_ms: float, sigma_ms: float = STEADY_MS) -> None:
        self.patience = Patience()
        self.at_ms = 0.0
        self._limit_ms = limit_ms
        self._rtt_ms = rtt_ms
        self._sigma_ms = sigma_ms

    def look(self, silent_ms: float = 0.0) -> Patience:
        self.at_ms += LOOK_MS
        facts = PathFacts(
            "primary",
            "carrying",
            silent_ms=silent_ms,
            silence_limit_ms=self._limit_ms,
            base_rtt_ms=self._rtt_ms,
        )
        self.patience.look(ns(self.at_ms), facts, self._sigma_ms)
        return self.patience

    def is_left_within(self, silent_ms: float) -> bool:
        """After so long a silence, which then ends if it did not count as an outage."""
        looks = range(1, int(silent_ms / LOOK_MS) + 1)
        seen = [self.look(number * LOOK_MS).is_over for number in looks]
        self.look()
        return any(seen)


@pytest.mark.parametrize("rtt_ms", [20, 40, 70, 150, 300])
def test_one_lost_packet_of_a_far_path_is_waited_out_and_a_dead_one_is_not(rtt_ms: float) -> None:
    """Given up after a round trip and 200 ms, its repetition acknowledged a round trip later."""
    lost_ms = 2 * rtt_ms + 200
    assert not Link(300, rtt_ms).is_left_within(lost_ms)
    assert Link(300, rtt_ms).is_left_within(lost_ms + 200)


def test_a_near_and_steady_path_is_waited_for_as_long_as_it_was_learned_to_be_silent() -> None:
    assert Link(200, 20).is_left_within(200)
    assert not Link(200, 20, sigma_ms=70).is_left_within(400)


def test_a_silence_that_ended_by_itself_may_come_again_a_little_longer() -> None:
    link = Link(300, 20)
    assert not link.is_left_within(250)
    assert not link.is_left_within(350)
    assert Link(300, 20).is_left_within(350)


def test_an_outage_makes_no_outage_usual() -> None:
    link = Link(300, 20)
    assert link.is_left_within(2_000)
    assert link.is_left_within(350)


def test_where_packets_are_lost_again_and_again_two_in_a_row_are_waited_out() -> None:
    link = Link(300, 70)
    assert link.is_left_within(600)
    link = Link(300, 70)
    for _ in range(2):
        assert not link.is_left_within(300)
    assert not link.is_left_within(600)
    assert link.is_left_within(900)


def test_after_ten_minutes_a_long_silence_is_forgotten() -> None:
    link = Link(300, 20)
    link.is_left_within(250)
    for _ in range(round(601_000 / LOOK_MS)):
        link.look()
    assert link.is_left_within(350)


def test_a_slow_start_after_a_lost_packet_is_no_full_path() -> None:
    """TCP begins anew with one segment: for six round trips little gets through."""
    detectors = Detectors(Limits(), max_lag_ms=1_500)
    acked, lag_ms, found = 0, 0.0, []
    for look in range(400):
        after_ms = (look - 300) * LOOK_MS
        silent_ms = after_ms if 0 < after_ms <= 300 else 0.0
        is_slow = 300 < after_ms <= 700
        acked += 0 if silent_ms else 2_000 if is_slow else 37_500
        lag_ms = lag_ms + LOOK_MS if silent_ms or is_slow else max(0.0, lag_ms - LOOK_MS)
        facts = PathFacts(
            "primary",
            "carrying",
            silent_ms=silent_ms,
            silence_limit_ms=300,
            goodput_kbps=2_200 if 500 < after_ms < 1_500 else 6_000,
            backlog_ms=90 + lag_ms,
            media_bytes_acked=acked,
            unsent_bytes=50_000 if lag_ms else 0,
            base_rtt_ms=80,
        )
        found.append(detectors.look(ns(look * LOOK_MS), FEED, facts))
    assert not any(found)
