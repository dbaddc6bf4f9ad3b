"""How quick and how reliable are the pins of this session, and which were the worst?"""

from __future__ import annotations

from itertools import islice
from typing import Final

from livedesk.core.pin_latency import LatencyCount, worst_of
from livedesk.core.pins import PinLatency
from livedesk.pins.pin import Pin

KEPT: Final = 10_000


class Ledger:
    """The newest pins, each as it was last told; the figures are of these."""

    def __init__(self, budget_ms: float, limit: int = KEPT) -> None:
        self._limit = limit
        self._pins: dict[str, Pin] = {}
        self._count = LatencyCount(budget_ms)

    def take(self, pin: Pin) -> None:
        """A new pin, or what became of one; the order is that of their cues."""
        before = self._pins.get(pin.id)
        if before is not None:
            self._count.remove(before.status(None))
        self._pins[pin.id] = pin
        self._count.add(pin.status(None))
        if len(self._pins) > self._limit:
            self._count.remove(self._pins.pop(next(iter(self._pins))).status(None))

    def pin(self, pin_id: str) -> Pin | None:
        return self._pins.get(pin_id)

    def recent(self, n: int) -> tuple[Pin, ...]:
        """The newest first."""
        return tuple(islice(reversed(self._pins.values()), max(0, n)))

    def worst(self, n: int) -> tuple[Pin, ...]:
        """Those that were not shown, the newest first; then the slowest of the others."""
        worst = worst_of((pin.status(None) for pin in self._pins.values()), n)
        return tuple(self._pins[pin.id] for pin in worst)

    def latency(self) -> PinLatency:
        return self._count.figures()
