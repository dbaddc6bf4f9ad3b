"""How fast were pins, and what became of them? One way to count, for the windows and the record."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from heapq import nsmallest

from livedesk.core.percentile import percentile
from livedesk.core.pins import PinLatency, PinState, PinStatus

_MISSED: frozenset[PinState] = frozenset(("late", "failed", "unknown"))


class LatencyCount:
    """Pins counted one by one, and taken out again when more is known of them.

    Of pins only: taking one down is no sale that waits. One that a person pins by hand counts by
    that person's word. Percentiles are of the nearest rank, so each is a latency that somebody
    waited.
    """

    def __init__(self, budget_ms: float) -> None:
        self._budget_ms = budget_ms
        self._outcomes: Counter[PinState] = Counter()
        self._latencies_ms: list[float] = []
        self._sent = self._within = self._not_sent_late = 0

    def add(self, pin: PinStatus) -> None:
        if pin.action == "pin":
            self._count(pin, 1)
            if pin.shown and pin.latency_ms is not None:
                insort(self._latencies_ms, pin.latency_ms)

    def remove(self, pin: PinStatus) -> None:
        """One that was added."""
        if pin.action == "pin":
            self._count(pin, -1)
            if pin.shown and pin.latency_ms is not None:
                del self._latencies_ms[bisect_left(self._latencies_ms, pin.latency_ms)]

    def _count(self, pin: PinStatus, sign: int) -> None:
        self._outcomes[pin.state] += sign
        self._sent += sign * (pin.sent_ms is not None)
        self._not_sent_late += sign * (pin.state == "late" and not pin.shown)
        is_within = pin.latency_ms is not None and pin.latency_ms <= self._budget_ms
        self._within += sign * bool(pin.shown and is_within)

    def figures(self) -> PinLatency:
        return PinLatency(
            sent=self._sent,
            shown=len(self._latencies_ms),
            within=self._within,
            late=self._outcomes["late"],
            unsent=self._not_sent_late,
            failed=self._outcomes["failed"],
            unknown=self._outcomes["unknown"],
            superseded=self._outcomes["superseded"],
            refused=self._outcomes["refused"],
            p50_ms=percentile(self._latencies_ms, 50),
            p95_ms=percentile(self._latencies_ms, 95),
            p99_ms=percentile(self._latencies_ms, 99),
            max_ms=percentile(self._latencies_ms, 100),
        )


def latency_of(pins: Iterable[PinStatus], budget_ms: float) -> PinLatency:
    count = LatencyCount(budget_ms)
    for pin in pins:
        count.add(pin)
    return count.figures()


def worst_of(pins: Iterable[PinStatus], count: int) -> list[PinStatus]:
    """Those that were not shown, the newest first; then the slowest of the others. `pins` in the
    order of their cues."""
    judged = (pin for pin in pins if pin.latency_ms is not None or pin.state in _MISSED)
    ranked = nsmallest(max(0, count), enumerate(judged), key=lambda each: _rank(*each))
    return [pin for _, pin in ranked]


def _rank(place: int, pin: PinStatus) -> tuple[int, float]:
    return (0, -place) if pin.latency_ms is None else (1, -pin.latency_ms)
