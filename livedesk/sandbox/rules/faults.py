"""How badly does the service serve? Faults as values, and what they make of calls and events.

An order (`POST /rules-faults`) may have `delay_ms` (each call takes so much longer), `error_pct`
(503), `drop_before_pct` and `drop_after_pct` (the connection is closed without an answer, before or
after it is carried out), `down_s` (every connection is closed for so long), `repeat_pct` and
`skip_pct` (events that come twice or not at all), `mute` (true: streams show no sign of life),
`seed` (chance begins anew) and `clear` (true: none of these). Shares are in percent.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.sandbox.orders import MAX_DELAY_MS, MAX_TIME_S, OrderError, flag, number, only
from livedesk.sandbox.rules.answers import busy
from livedesk.sandbox.shop.server import Lines

_SHARES: Final = ("error_pct", "drop_before_pct", "drop_after_pct", "repeat_pct", "skip_pct")
ORDERS: Final = ("delay_ms", *_SHARES, "down_s", "mute", "seed", "clear")
_STREAM: Final = "/v1/events"

_Fate = Literal["well", "error", "drop_before", "drop_after"]


@dataclass(frozen=True, slots=True)
class Wish:
    delay_ms: float = 0
    error_pct: float = 0
    drop_before_pct: float = 0
    drop_after_pct: float = 0
    repeat_pct: float = 0
    skip_pct: float = 0
    mute: bool = False
    down_until_ns: int = 0
    """On the monotonic clock."""


class Faults:
    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self.wish = Wish()

    def order(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        only(order, ORDERS)
        wish = Wish() if flag(order, "clear") else self.wish
        changed: dict[str, Any] = {
            name: number(order, name, 0, 100) for name in _SHARES if name in order
        }
        if "delay_ms" in order:
            changed["delay_ms"] = number(order, "delay_ms", 0, MAX_DELAY_MS)
        if "mute" in order:
            changed["mute"] = flag(order, "mute")
        if "down_s" in order:
            down_ns = round(number(order, "down_s", 0, MAX_TIME_S) * NS_PER_S)
            changed["down_until_ns"] = self._clock.mono_ns() + down_ns
        wish = replace(wish, **changed)
        if wish.error_pct + wish.drop_before_pct + wish.drop_after_pct > 100:
            raise OrderError("error_pct, drop_before_pct and drop_after_pct: at most 100 together")
        if "seed" in order:
            self._rng.seed(round(number(order, "seed", 0, 2**53)))
        self.wish = wish

    def figures(self) -> dict[str, Json]:
        return {**asdict(self.wish), "down": self.is_down}

    @property
    def is_down(self) -> bool:
        return self._clock.mono_ns() < self.wish.down_until_ns

    def fate(self) -> _Fate:
        """Of one call."""
        drawn, wish = self._rng.uniform(0, 100), self.wish
        shares: tuple[tuple[_Fate, float], ...] = (
            ("error", wish.error_pct),
            ("drop_before", wish.drop_before_pct),
            ("drop_after", wish.drop_after_pct),
        )
        for fate, share in shares:
            if drawn < share:
                return fate
            drawn -= share
        return "well"

    def spoiled(self, events: Sequence[bytes]) -> list[bytes]:
        """Some of them twice, some not at all."""
        wish, told = self.wish, []
        for event in events:
            if self._rng.uniform(0, 100) >= wish.skip_pct:
                told.append(event)
            if self._rng.uniform(0, 100) < wish.repeat_pct:
                told.append(event)
        return told


class FaultyService:
    """The app as the faults let it be seen."""

    def __init__(self, app: ASGIApp, faults: Faults, lines: Lines) -> None:
        self._app = app
        self._faults = faults
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._faults.wish == Wish():
            await self._app(scope, receive, send)
            return
        fate = "drop_before" if self._faults.is_down else self._faults.fate()
        await self._lines.pause(self._faults.wish.delay_ms / 1000)
        if fate == "drop_before":
            await self._lines.cut(scope, receive)
        elif fate == "error":
            refusal = busy("The sandbox was told to fail at this call.")
            await refusal.response()(scope, receive, send)
        elif fate == "drop_after" and scope["path"] != _STREAM:
            await self._app(scope, receive, _nothing)
            await self._lines.cut(scope, receive)
        else:
            await self._app(scope, receive, send)


async def _nothing(message: Message) -> None:
    """An answer that nobody hears."""
