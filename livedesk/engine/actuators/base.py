"""What is asked of everything that can move a stream from outside, and what does it answer?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.settings import UplinkSettings


@dataclass(frozen=True, slots=True)
class SwitchOrder:
    """Move this store's stream. `to` holds a stream key; only OBS is given it."""

    store: str
    from_name: str
    to: UplinkSettings
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One part of what was done, and how long it took."""

    name: str
    ms: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order. `ok`: it was carried out as far as the one who did it can see."""

    ok: bool
    words: str
    """For people: what was done, or what is wrong and what to do. Without any secret."""
    took_ms: float
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """What a sending program says of its own stream.

    `sent_bytes` counts what it gave to its socket, which is more than what arrived.
    """

    active: bool
    reconnecting: bool
    congestion: float
    """0 (nothing waits) to 1 (it drops frames)."""
    sent_bytes: int
    skipped_frames: int
    total_frames: int


class Actuator(Protocol):
    """Moves one store's stream. One order at a time; none of its methods raises."""

    async def check(self) -> str | None:
        """What would keep it from moving the stream now and what to do about it; None if fine."""
        ...

    async def switch(self, order: SwitchOrder) -> Outcome: ...

    async def sender(self) -> SenderFacts | None:
        """None when it cannot be known, now or ever."""
        ...

    async def carrying(self, uplinks: tuple[UplinkSettings, ...]) -> str | None:
        """Over which of them the stream is set to go now; None when it is another or not known."""
        ...

    async def close(self) -> None: ...


class Stopwatch:
    """Notes how long the steps of one order take."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun_ns = self._step_ns = clock.mono_ns()
        self._steps: list[Step] = []

    def step(self, name: str) -> None:
        """Everything since the last step was this one."""
        now_ns = self._clock.mono_ns()
        self._steps.append(Step(name, (now_ns - self._step_ns) / NS_PER_MS))
        self._step_ns = now_ns

    def outcome(self, ok: bool, words: str) -> Outcome:
        took_ms = (self._clock.mono_ns() - self._begun_ns) / NS_PER_MS
        return Outcome(ok, words, took_ms, tuple(self._steps))


def seconds(duration_s: float) -> str:
    """`0.4 s`, `10 s`: as short as it says enough."""
    return (
        f"{duration_s:.0f} s"
        if math.isclose(duration_s, round(duration_s))
        else f"{duration_s:.1f} s"
    )
