"""How long may this source be silent before that means something?

A source has a usual spacing: 20 ms for picture and sound together, 500 ms for an encoder that sends
twice a second. Silence is unusual when it is long against what this source does by itself.
"""

from __future__ import annotations

import ipaddress
import math
from typing import Final

from livedesk.core.clock import NS_PER_MS

FAR_FLOOR_MS: Final = 300.0
"""One lost packet costs TCP a round trip and a retransmission timeout of 200 ms (RFC 6298, Linux's
minimum): on a path over the internet that is no silence yet."""
LEARNING_LIMIT_MS: Final = 900.0
_LEARNING_MS: Final = 2_000.0
"""Until so much has been seen of a source, the limit is one that bursts of half a second pass."""

_USUAL_FACTOR: Final = 3.0
_LONG_FACTOR: Final = 1.5
_LONG_SHARE: Final = 0.999
_BUCKET_RATIO: Final = 1.05
_LONGEST_MS: Final = 60_000.0
_BUCKETS: Final = int(math.log(_LONGEST_MS, _BUCKET_RATIO)) + 2
_BUCKETS_PER_E: Final = 1 / math.log(_BUCKET_RATIO)
_HALF_LIFE_MS: Final = 15_000.0
_REFRESH_MS: Final = 1_000.0


def is_near(address: str) -> bool:
    """Whether the peer is on this machine or in this network; False for what is no address."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_private


class Silence:
    """Learns the gaps of one source. O(1) for a message, bounded memory.

    Gaps are kept in a histogram with buckets of 5 %, and count half after 15 s. A gap that was
    silence by the limit of its time teaches little: it counts as one of the limit's length, and is
    left out of the long gaps. So an outage does not make outages usual, however long or frequent,
    and an encoder that turns to bursts is learned after a few of them, because then most of the
    time lies in such gaps.
    """

    def __init__(self, silence_ms: float, near: bool = True) -> None:
        self._floor_ms = silence_ms if near else max(silence_ms, FAR_FLOOR_MS)
        self.restart()

    def restart(self) -> None:
        """Another source: nothing is known of it."""
        self._spent_ms = [0.0] * _BUCKETS
        self._counts = [0.0] * _BUCKETS
        self._last_ns: int | None = None
        self._learned_ms = 0.0
        self._refresh_at_ms = _REFRESH_MS
        self._halve_at_ms = _HALF_LIFE_MS
        self.limit_ms = max(self._floor_ms, LEARNING_LIMIT_MS)
        self.usual_ms: float | None = None

    def message(self, arrival_ns: int) -> None:
        """Something came. Times must not decrease."""
        if self._last_ns is not None:
            gap_ns = arrival_ns - self._last_ns
            if gap_ns < NS_PER_MS:  # of one write: no gap of its own
                return
            self.gap(gap_ns / NS_PER_MS)
        self._last_ns = arrival_ns

    def gap(self, gap_ms: float) -> None:
        """Something came so long after the one before."""
        was_silence = gap_ms > self.limit_ms
        spent_ms = self.limit_ms if was_silence else gap_ms
        bucket = _bucket(spent_ms)
        self._spent_ms[bucket] += spent_ms
        if not was_silence:
            self._counts[bucket] += 1
        self._learned_ms += spent_ms
        if self._learned_ms >= self._refresh_at_ms or was_silence:
            self._refresh()

    def _refresh(self) -> None:
        self._refresh_at_ms = self._learned_ms + _REFRESH_MS
        if self._learned_ms >= self._halve_at_ms:
            self._halve_at_ms = self._learned_ms + _HALF_LIFE_MS
            self._spent_ms = [spent / 2 for spent in self._spent_ms]
            self._counts = [count / 2 for count in self._counts]
        # A moment taken at random falls into a gap of this length: not the mean, because the
        # messages inside a burst would make a gap of half a second look like one of 30 ms.
        self.usual_ms = _quantile(self._spent_ms, sum(self._spent_ms) / 2)
        if self._learned_ms >= _LEARNING_MS:
            total = sum(self._counts)
            # At least one may be longer: what came once is no habit.
            long_ms = _quantile(self._counts, min(_LONG_SHARE * total, total - 1))
            self.limit_ms = max(
                self._floor_ms, _USUAL_FACTOR * self.usual_ms, _LONG_FACTOR * long_ms
            )


def _bucket(gap_ms: float) -> int:
    if gap_ms <= 1:
        return 0
    return min(_BUCKETS - 1, 1 + int(math.log(gap_ms) * _BUCKETS_PER_E))


def _quantile(weights: list[float], wanted: float) -> float:
    """The upper edge of the bucket in which this much of the weight is reached, in ms."""
    reached = 0.0
    for bucket, weight in enumerate(weights):
        reached += weight
        if weight and reached >= wanted:
            return float(_BUCKET_RATIO**bucket)
    return 0.0
