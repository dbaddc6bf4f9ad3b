"""When did a packet arrive? Live input says so itself; a file is played by its own timestamps."""

from __future__ import annotations

import threading
from typing import Protocol

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.monitors.timeline import JUMP_MS


class Pacing(Protocol):
    def now_ns(self) -> int: ...

    def arrival_ns(self, position_ms: float | None) -> int | None:
        """The arrival of the packet that was just read; None when the wait for it was ended."""
        ...


class AsItComes:
    """Live input: a packet arrives when the reader gets it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now_ns(self) -> int:
        return self._clock.mono_ns()

    def arrival_ns(self, position_ms: float | None) -> int | None:
        return self._clock.mono_ns()


class AtOnce:
    """A file as fast as it can be read: time is what its timestamps say.

    Time never goes backward, and stands still over a jump, as it would for who receives it.
    """

    def __init__(self, clock: Clock) -> None:
        self._now_ns = clock.mono_ns()
        self._newest_ms: float | None = None

    def now_ns(self) -> int:
        return self._now_ns

    def arrival_ns(self, position_ms: float | None) -> int | None:
        if position_ms is None:
            return self._now_ns
        step_ms = 0.0 if self._newest_ms is None else position_ms - self._newest_ms
        if 0 <= step_ms <= JUMP_MS:
            self._now_ns += round(step_ms * NS_PER_MS)
        if self._newest_ms is None or step_ms > 0 or step_ms < -JUMP_MS:
            self._newest_ms = position_ms
        return self._now_ns


class ByClock:
    """A file in real time: each packet is held back until the clock reaches its timestamp."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._media = AtOnce(clock)

    def now_ns(self) -> int:
        return self._clock.mono_ns()

    def arrival_ns(self, position_ms: float | None) -> int | None:
        due_ns = self._media.arrival_ns(position_ms) or 0
        while (early_ns := due_ns - self._clock.mono_ns()) > 0:
            if self._stop.wait(early_ns / NS_PER_S):
                return None
        return self._clock.mono_ns()
