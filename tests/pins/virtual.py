"""An event loop whose time only passes while everybody waits: minutes of pins in milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from livedesk.core.clock import NS_PER_S

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Where a real one would sleep, time is moved."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("Everybody waits, and nobody for a time: this would never end.")
        if not ready and timeout:
            self.loop.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now_s = 1_000.0
        super().__init__(selector)

    def time(self) -> float:
        return self.now_s


def stand_still(seconds: float) -> None:
    """The process is stopped for so long, and then goes on: its timers are late."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.now_s += seconds


class VirtualClock:
    """The time of the virtual loop that runs."""

    def mono_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * NS_PER_S)

    def utc_ns(self) -> int:
        return 1_700_000_000 * NS_PER_S + self.mono_ns()


def run_virtually(story: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)
