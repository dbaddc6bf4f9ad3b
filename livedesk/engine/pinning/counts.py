"""How many pins ended how, and after how long? Counted since the engine started, for Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Final

from livedesk.core.pins import PinState
from livedesk.pins.pin import Pin

BUCKETS_S: Final = (0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds; 0.8 is the budget that most stores have."""


class PinCounts:
    """Each pin once, when it is settled. Latencies are of pins only: no sale waits for an unpin."""

    def __init__(self) -> None:
        self.outcomes: Counter[PinState] = Counter()
        self.sum_s = 0.0
        self._buckets = [0] * (len(BUCKETS_S) + 1)

    def take(self, pin: Pin) -> None:
        self.outcomes[pin.state] += 1
        if pin.product is None or pin.latency_ms is None:
            return
        latency_s = pin.latency_ms / 1000
        self._buckets[bisect_left(BUCKETS_S, latency_s)] += 1
        self.sum_s += latency_s

    def cumulative(self) -> list[tuple[str, float]]:
        """Per upper bound in seconds how many took at most so long."""
        total, rows = 0, []
        for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), self._buckets, strict=True):
            total += count
            rows.append((bound, float(total)))
        return rows
