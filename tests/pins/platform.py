"""A platform in virtual time that keeps its own record of what it did, and its faults by script."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from livedesk.core.pins import GatewayStatus, Product
from livedesk.pins.gateways.base import Abilities, Products, Shown
from livedesk.platforms.outcome import Answer, Departure
from tests.pins.virtual import VirtualClock


@dataclass(frozen=True, slots=True)
class Fate:
    """What comes of one call. It takes effect, if at all, at the end of `takes_s`."""

    takes_s: float = 0.08
    does: bool = True
    answers: bool = True
    code: str = ""
    final: bool = False
    retry_after_s: float | None = None


OK = Fate()
DROPPED = Fate(answers=False)
LOST = Fate(does=False, answers=False)
SLOW = Fate(takes_s=1.5)
DOWN = Fate(takes_s=0.02, does=False, code="server_error")


class Platform:
    """A gateway and what is behind it. Calls that are given up still take effect."""

    def __init__(
        self, abilities: Abilities | None = None, chance: Callable[[], Fate] = lambda: OK
    ) -> None:
        self._abilities = abilities or Abilities()
        self.chance = chance
        self.writes: deque[Fate] = deque()
        self.reads: deque[Fate] = deque()
        self.now_shows: str | None = None
        self.executed: list[tuple[float, str, str | None]] = []
        self.keys: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.given_up = 0
        self.connects_s = 0.0
        self.sent: list[tuple[float, str]] = []
        self.came_s: deque[float] = deque(maxlen=5_000)
        """When calls of all kinds came."""

    @property
    def abilities(self) -> Abilities:
        return self._abilities

    @property
    def doubles(self) -> int:
        return len(self.executed) - len(self.keys)

    def status(self) -> GatewayStatus:
        return GatewayStatus("sandbox")

    async def pin(
        self, product: Product, key: str, limit_s: float, departure: Departure | None = None
    ) -> Answer:
        return await self._write(key, product.id, limit_s, departure or Departure())

    async def unpin(self, key: str, limit_s: float, departure: Departure | None = None) -> Answer:
        return await self._write(key, None, limit_s, departure or Departure())

    async def shown(self, limit_s: float) -> Shown:
        self.calls["read"] += 1
        self.came_s.append(asyncio.get_running_loop().time())
        fate = self.reads.popleft() if self.reads else self.chance()
        if not await self._takes(fate, limit_s):
            return Shown(known=False, code="no_answer", text="No answer.")
        if fate.code:
            return Shown(
                known=False, code=fate.code, text="Trouble.", retry_after_s=fate.retry_after_s
            )
        return Shown(known=True, product_id=self.now_shows)

    async def products(self, limit_s: float) -> Products:
        self.came_s.append(asyncio.get_running_loop().time())
        return Products(ok=True)

    async def keep_warm(self) -> None: ...

    async def renew(self, until_utc_ns: int) -> None: ...

    async def close(self) -> None: ...

    async def _write(
        self, key: str, product_id: str | None, limit_s: float, departure: Departure
    ) -> Answer:
        loop = asyncio.get_running_loop()
        if not await self._connected(departure):
            return Answer("none", "not_reached", "Not reached.")
        departure.has_left = True
        self.calls["write"] += 1
        self.sent.append((loop.time(), key))
        self.came_s.append(loop.time())
        fate = self.writes.popleft() if self.writes else self.chance()
        if fate.does:
            loop.call_later(fate.takes_s, self._execute, key, product_id)
        if not await self._takes(fate, limit_s):
            return Answer("maybe", "no_answer", "No answer.")
        if fate.code:
            return Answer(
                "none", fate.code, "Trouble.", final=fate.final, retry_after_s=fate.retry_after_s
            )
        return Answer("done")

    async def _connected(self, departure: Departure) -> bool:
        """Whether there was a connection while the call might still leave."""
        try:
            async with asyncio.timeout(departure.left_s(VirtualClock().mono_ns())):
                await asyncio.sleep(self.connects_s)
        except TimeoutError:
            return False
        return not departure.is_over(VirtualClock().mono_ns())

    async def _takes(self, fate: Fate, limit_s: float) -> bool:
        """Whether an answer came within the limit."""
        in_time = fate.answers and fate.takes_s <= limit_s
        try:
            await asyncio.sleep(fate.takes_s if in_time else limit_s)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return in_time

    def _execute(self, key: str, product_id: str | None) -> None:
        if self._abilities.honours_keys and key in self.keys:
            return
        self.keys.add(key)
        self.executed.append((asyncio.get_running_loop().time(), key, product_id))
        self.now_shows = product_id
