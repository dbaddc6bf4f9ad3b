"""How soon does the policy decide on a wide area network? Virtual time.

On the loopback the kernel's round trips are none, whatever a path delays, and its windows are
small. The model has both: a window of twice what the way holds, acknowledgements a round trip late.
An outage cannot be told there before one lost packet could have been repeated.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.failover_false import replayed
from benchmarks.link_model import Changing, FeedModel, Way
from benchmarks.rows import Row, percentile
from livedesk.sandbox.supply import ConstantRate

_FEED: Final = FeedModel(6_000, 6_000)
_GOOD: Final = ConstantRate(14_000)
_SETTLE_S: Final = 12.0
_AFTER_S: Final = 6.0
_ROUND_TRIPS_S: Final = (0.02, 0.04, 0.08)


@dataclass(frozen=True, slots=True)
class _Fault:
    name: str
    then_kbps: float | None
    """None: nothing comes back any more."""
    goal: str = "–"

    def strike(self, way: Way, at_s: float) -> Way:
        if self.then_kbps is None:
            return replace(way, dies_s=at_s)
        return replace(way, supply=Changing(way.supply, at_s, ConstantRate(self.then_kbps)))


_FAULTS: Final = (
    _Fault("outage", None),
    _Fault("6,000 → 2,000 kbps", 2_000.0, "p95 ≤ 400 ms"),
)


def measure(trials: int) -> Iterator[Row]:
    for fault in _FAULTS:
        for round_trip_s in _ROUND_TRIPS_S:
            yield _row(fault, round_trip_s, trials)


def _row(fault: _Fault, round_trip_s: float, trials: int) -> Row:
    begun_s = time.monotonic()
    delays_ms, causes, early = [], set(), 0
    for seed in range(trials):
        at_s = _SETTLE_S + random.Random(seed).uniform(0, 2)
        calm = Way(_GOOD, rtt_s=round_trip_s, jitter_s=round_trip_s / 4, lost_every_s=1e9)
        found = replayed(_FEED, fault.strike(calm, at_s), at_s + _AFTER_S, seed, once=True)
        for switch, decided_s in found.switches[:1]:
            early += decided_s < at_s
            delays_ms.append((decided_s - at_s) * 1000)
            causes.add(switch.cause)
    missed = trials - len(delays_ms)
    took_s = time.monotonic() - begun_s
    if not delays_ms:
        return Row(f"{fault.name}, round trip {round_trip_s * 1000:.0f} ms", "NOT DECIDED")
    p50, p95 = percentile(delays_ms, 0.5), percentile(delays_ms, 0.95)
    return Row(
        f"{fault.name} over a modelled path, round trip {round_trip_s * 1000:.0f} ms: fault to "
        f"decision, {trials} trials",
        f"p50 {p50:.0f}, p95 {p95:.0f}, max {max(delays_ms):.0f} ms ({', '.join(sorted(causes))})"
        + (f", {missed} NOT DECIDED" if missed else "")
        + (f", {early} TOO EARLY" if early else ""),
        "–"
        if fault.then_kbps is not None
        else f"{200 + 2000 * round_trip_s:.0f} ms (a retransmission timeout and its answer)",
        f"{trials * (_SETTLE_S + _AFTER_S) / took_s:,.0f} × real time",
        fault.goal,
    )
