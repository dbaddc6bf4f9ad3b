"""How fast were pins, and what became of them? One way to count, for the windows and the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from livedesk.core.pins import PinLatency, PinStatus


def latency_of(pins: Iterable[PinStatus], budget_ms: float) -> PinLatency:
    """Percentiles are of the nearest rank, so each is a latency that somebody waited.

    Of pins only: taking one down is no sale that waits. One that a person pins by hand counts, by
    that person's word.
    """
    outcomes: Counter[str] = Counter()
    latencies: list[float] = []
    sent = 0
    for pin in pins:
        if pin.action != "pin":
            continue
        sent += pin.attempts > 0 or pin.by_hand
        outcomes[pin.state] += 1
        if pin.shown and pin.latency_ms is not None:
            latencies.append(pin.latency_ms)
    latencies.sort()
    return PinLatency(
        sent=sent,
        shown=len(latencies),
        within=sum(latency <= budget_ms for latency in latencies),
        late=outcomes["late"],
        failed=outcomes["failed"],
        unknown=outcomes["unknown"],
        superseded=outcomes["superseded"],
        refused=outcomes["refused"],
        p50_ms=_percentile(latencies, 50),
        p95_ms=_percentile(latencies, 95),
        p99_ms=_percentile(latencies, 99),
        max_ms=latencies[-1] if latencies else None,
    )


def slowest_first(pins: Iterable[PinStatus], count: int) -> list[PinStatus]:
    """The worst: those that did not come about first, then those that took longest."""
    judged = [pin for pin in pins if pin.state in ("late", "failed", "unknown", "confirmed")]
    judged.sort(key=lambda pin: (not pin.shown, pin.latency_ms or 0.0), reverse=True)
    return judged[:count]


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    if not ordered:
        return None
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]
