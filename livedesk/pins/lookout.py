"""Is a pin still shown, after an older one may have taken its place? Looks, one at a time."""

from __future__ import annotations

import asyncio
from typing import Final

from livedesk.pins.facts import Rival
from livedesk.pins.gateways.base import Shown
from livedesk.pins.pin import Pin
from livedesk.pins.run import SHORTEST_WAIT_S, Means

LOOKS: Final = 3
PAUSE_S: Final = 0.5
LISTEN_S: Final = 0.25
"""A write may also be over because its time is: so often is that looked at."""


class Lookout:
    def __init__(self, means: Means) -> None:
        self._means = means

    async def was_displaced(self, pin: Pin, read_sent_ns: int) -> bool:
        """Whether an older pin took effect after the read that showed this one."""
        wanted = pin.product.id if pin.product else None
        for _ in range(LOOKS):
            rivals = await self._rivals_over(pin.key, wanted)
            asked = {rival.product_id for rival in rivals if (rival.over_ns or 0) >= read_sent_ns}
            if not asked:
                return False
            shown = await self.look(pin)
            if shown is not None and shown.known:
                return shown.product_id in asked
            await asyncio.sleep(PAUSE_S)
        return False

    async def look(self, pin: Pin) -> Shown | None:
        """One read-back, as soon as there is a call for it; None when there is none."""
        calls, clock = self._means.calls, self._means.clock
        for _ in range(LOOKS):
            if calls.take("read", clock.mono_ns()):
                break
            await asyncio.sleep(max(calls.wait_s("read", clock.mono_ns()), SHORTEST_WAIT_S))
        else:
            return None
        heard: asyncio.Future[Shown] = asyncio.get_running_loop().create_future()
        self._means.traffic.read(
            pin.id, lambda shown: None if heard.done() else heard.set_result(shown)
        )
        return await heard

    async def _rivals_over(self, key: str, wanted: str | None) -> tuple[Rival, ...]:
        """Wait until no older write may take effect any more."""
        writes, ended = self._means.traffic.writes, self._means.traffic.write_ended
        while True:
            ended.clear()
            rivals = writes.rivals(key, wanted, self._means.clock.mono_ns())
            if all(rival.over_ns is not None for rival in rivals):
                return rivals
            try:
                async with asyncio.timeout(LISTEN_S):
                    await ended.wait()
            except TimeoutError:
                continue
