"""How quick and how reliable are the pins of this session, and which were the worst?"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from heapq import nsmallest
from itertools import islice
from math import ceil
from typing import Final

from livedesk.core.pins import PinLatency, PinState
from livedesk.pins.pin import Pin

KEPT: Final = 10_000

_MISSED: Final[frozenset[PinState]] = frozenset(("late", "failed", "unknown"))


class Ledger:
    """The newest pins, each as it was last told; the figures are of these."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._pins: dict[str, Pin] = {}
        self._latencies_ms: list[float] = []
        self._within = 0
        self._sent = 0
        self._states: Counter[PinState] = Counter()

    def take(self, pin: Pin) -> None:
        """A new pin, or what became of one; the order is that of their cues."""
        before = self._pins.get(pin.id)
        if before is not None:
            self._count(before, -1)
        self._pins[pin.id] = pin
        self._count(pin, 1)
        if len(self._pins) > self._limit:
            self._count(self._pins.pop(next(iter(self._pins))), -1)

    def pin(self, pin_id: str) -> Pin | None:
        return self._pins.get(pin_id)

    def recent(self, n: int) -> tuple[Pin, ...]:
        """The newest first."""
        return tuple(islice(reversed(self._pins.values()), max(0, n)))

    def worst(self, n: int) -> tuple[Pin, ...]:
        """Those that were not shown, the newest first; then the slowest of the others."""
        judged = enumerate(pin for pin in self._pins.values() if _is_judged(pin))
        ranked = nsmallest(max(0, n), judged, key=lambda numbered: _rank(*numbered))
        return tuple(pin for _, pin in ranked)

    def latency(self) -> PinLatency:
        return PinLatency(
            sent=self._sent,
            shown=len(self._latencies_ms),
            within=self._within,
            late=self._states["late"],
            failed=self._states["failed"],
            unknown=self._states["unknown"],
            superseded=self._states["superseded"],
            refused=self._states["refused"],
            p50_ms=self._quantile_ms(0.50),
            p95_ms=self._quantile_ms(0.95),
            p99_ms=self._quantile_ms(0.99),
            max_ms=self._quantile_ms(1.0),
        )

    def _count(self, pin: Pin, sign: int) -> None:
        self._states[pin.state] += sign
        self._sent += sign if pin.sent_mono_ns is not None else 0
        latency_ms = pin.latency_ms
        if latency_ms is None:
            return
        assert pin.settled_mono_ns is not None
        self._within += sign if pin.settled_mono_ns <= pin.deadline_mono_ns else 0
        if sign > 0:
            insort(self._latencies_ms, latency_ms)
        else:
            del self._latencies_ms[bisect_left(self._latencies_ms, latency_ms)]

    def _quantile_ms(self, share: float) -> float | None:
        """Nearest rank."""
        if not self._latencies_ms:
            return None
        return self._latencies_ms[ceil(share * len(self._latencies_ms)) - 1]


def _is_judged(pin: Pin) -> bool:
    return pin.latency_ms is not None or pin.state in _MISSED


def _rank(place: int, pin: Pin) -> tuple[int, float]:
    if pin.latency_ms is None:
        return 0, -place
    return 1, -pin.latency_ms
