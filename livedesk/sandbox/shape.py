"""What does a path do to what passes? The values that orders change, and how faults go in time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from livedesk.sandbox.supply import Supply

PACKET_BYTES: Final = 1_448
LEAST_ROUND_TRIP_MS: Final = 10.0
FIRST_TIMEOUT_MS: Final = 200.0
"""Linux' least retransmission timeout (TCP_RTO_MIN); it doubles each time (RFC 6298, 5.5)."""

MAX_TIMEOUTS: Final = 6


@dataclass(frozen=True, slots=True)
class Flap:
    """So long the path passes, so long it does not, again and again, beginning with the former."""

    on_ms: float
    off_ms: float

    def is_open(self, after_ms: float) -> bool:
        """So long after it began."""
        return after_ms % (self.on_ms + self.off_ms) < self.on_ms

    def change_ms(self, after_ms: float) -> float:
        """The time from then until it opens or closes."""
        within_ms = after_ms % (self.on_ms + self.off_ms)
        edge_ms = self.on_ms if within_ms < self.on_ms else self.on_ms + self.off_ms
        return edge_ms - within_ms


@dataclass(frozen=True, slots=True)
class Shape:
    """Delay and jitter are one way; everything applies to both ways."""

    supply: Supply | None = None
    """Capacity each way; None is without limit."""
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    """Added to the delay, evenly from 0 to this, without ever changing the order."""
    loss_pct: float = 0.0
    """Packets that have to be sent again; to a stream that is a wait, never a hole."""
    blackhole: bool = False
    """Nothing comes out, connections stay open and new ones are taken."""
    cut: bool = False
    """As if the cable was pulled: nothing is acknowledged, no new connection is answered."""
    flap: Flap | None = None

    @property
    def passes(self) -> bool:
        return not (self.blackhole or self.cut)


def wait_ms(shape: Shape, size: int, chance: random.Random) -> float:
    """How long bytes that enter now are on their way.

    A lost packet is noticed by those behind it and repeated a round trip later; when the repeat is
    lost as well, TCP waits for its timeout.
    """
    way_ms = shape.delay_ms + chance.random() * shape.jitter_ms
    if not shape.loss_pct:
        return way_ms
    repeats_ms = 0.0
    for _ in range(-(-size // PACKET_BYTES)):
        if _is_lost(shape, chance):
            round_trip_ms = max(LEAST_ROUND_TRIP_MS, 2 * shape.delay_ms)
            repeats_ms = max(repeats_ms, round_trip_ms + _timeouts_ms(shape, chance))
    return way_ms + repeats_ms


def _timeouts_ms(shape: Shape, chance: random.Random) -> float:
    waited_ms, timeout_ms = 0.0, FIRST_TIMEOUT_MS
    for _ in range(MAX_TIMEOUTS):
        if not _is_lost(shape, chance):
            break
        waited_ms += timeout_ms
        timeout_ms *= 2
    return waited_ms


def _is_lost(shape: Shape, chance: random.Random) -> bool:
    return chance.random() * 100 < shape.loss_pct
