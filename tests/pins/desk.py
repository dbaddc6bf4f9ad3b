"""A dispatcher on a platform in virtual time, and what it told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import groupby
from random import Random

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import PinState, Product
from livedesk.pins.dispatcher import Dispatcher
from livedesk.pins.pin import Pin
from livedesk.platforms.call_budget import CallBudget
from tests.pins.platform import Platform
from tests.pins.virtual import VirtualClock

BUDGET_NS = 800 * NS_PER_MS


@dataclass
class Desk:
    platform: Platform
    per_min: int = 100_000
    record_takes_s: float = 0.002
    """Negative: it fails."""
    told: list[Pin] = field(default_factory=list)
    displaced: list[Pin] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._told = asyncio.Event()
        self.clock = VirtualClock()
        self.calls = CallBudget(self.per_min)
        self.dispatcher = Dispatcher(
            self.platform,
            self.calls,
            self.clock,
            Random(7),
            self._record,
            self._tell,
            displaced=self.displaced.append,
        )

    def _tell(self, pin: Pin) -> None:
        self.told.append(pin)
        self._told.set()

    async def _record(self, pin: Pin) -> bool:
        if self.record_takes_s < 0:
            raise OSError("the disk is gone")
        await asyncio.sleep(self.record_takes_s)
        self.recorded.append(pin.id)
        return True

    def cue(self, pin_id: str, product_id: str | None = "a", *, age_ms: float = 0) -> Pin:
        pin = self.pin(pin_id, product_id, age_ms=age_ms)
        self.dispatcher.cue(pin)
        return pin

    def pin(self, pin_id: str, product_id: str | None = "a", *, age_ms: float = 0) -> Pin:
        now_ns = self.clock.mono_ns()
        cued_ns = now_ns - round(age_ms * NS_PER_MS)
        return Pin(
            id=pin_id,
            key=f"key-{pin_id}",
            product=None if product_id is None else Product(product_id, product_id),
            cued_mono_ns=cued_ns,
            cued_utc_ns=self.clock.utc_ns(),
            received_mono_ns=now_ns,
            deadline_mono_ns=cued_ns + BUDGET_NS,
            source="pad",
        )

    def last(self, pin_id: str) -> Pin:
        return next(pin for pin in reversed(self.told) if pin.id == pin_id)

    def states(self, pin_id: str) -> list[PinState]:
        """One after the other, each once."""
        told = (pin.state for pin in self.told if pin.id == pin_id)
        return [state for state, _ in groupby(told)]

    async def settled(self, pin_id: str, within_s: float = 120) -> Pin:
        async with asyncio.timeout(within_s):
            while self.last(pin_id).settled_mono_ns is None:
                self._told.clear()
                await self._told.wait()
        return self.last(pin_id)

    async def known(self, answers: int = 12) -> None:
        """Let the dispatcher learn what is usual here."""
        for n in range(answers):
            self.cue(f"known-{n}", f"known-{n}")
            await self.settled(f"known-{n}")
