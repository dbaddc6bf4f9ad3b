"""Is the way to the platform kept open: warm connections, access that outlasts the show?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.pins import GatewayStatus
from livedesk.engine.pinning.sources import ProductSource
from livedesk.engine.pinning.stage import Tell
from livedesk.pins.gateways.base import Gateway
from livedesk.platforms.tokens import RenewalNews

WARM_EVERY_S: Final = 15.0
RENEW_EVERY_S: Final = 60.0
EXPECTED_S: Final = 600.0
"""So long after somebody last did something a session is expected."""


class Upkeep:
    """`planned_end_utc_ns` is asked each time; of a session to come it moves on."""

    def __init__(
        self,
        gateway: Gateway,
        source: ProductSource,
        clock: Clock,
        tell: Tell,
        planned_end_utc_ns: Callable[[], int],
    ) -> None:
        self._gateway = gateway
        self._source = source
        self._clock = clock
        self._tell = tell
        self._planned_end_utc_ns = planned_end_utc_ns
        self._expected_ns = 0
        self._wake = asyncio.Event()
        self._on_air = False
        self._was_down: bool | None = None
        self._was_limited = False
        self._was_short: bool | None = None
        self._failing: set[str] = set()
        """Identities whose renewal failed last."""
        self.expect()

    def expect(self) -> None:
        """Somebody prepares a show, or runs it: connections are kept warm from now on."""
        was_cold = not self._is_wanted
        self._expected_ns = self._clock.mono_ns() + round(EXPECTED_S * NS_PER_S)
        if was_cold:
            self._wake.set()

    def on_air(self, *, is_open: bool) -> None:
        if is_open and not self._on_air:
            self._wake.set()
        self._on_air = is_open

    @property
    def _is_wanted(self) -> bool:
        return self._on_air or self._clock.mono_ns() < self._expected_ns

    async def keep_warm(self) -> None:
        while True:
            if self._is_wanted:
                await self._gateway.keep_warm()
            await self._pause()

    async def _pause(self) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(WARM_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def keep_signed_in(self) -> None:
        while True:
            until_utc_ns = self._planned_end_utc_ns()
            await self._gateway.renew(until_utc_ns)
            await self._source.renew(until_utc_ns)
            await asyncio.sleep(RENEW_EVERY_S)

    def look(self, status: GatewayStatus) -> None:
        """Tell what has changed of the way to the platform."""
        self._look_at_state(status)
        self._look_at_limit(status)
        self._look_at_token(status)

    def _look_at_state(self, status: GatewayStatus) -> None:
        if status.state == "unknown":
            return
        is_down = status.state == "down"
        was_down, self._was_down = self._was_down, is_down
        if is_down and not was_down:
            self._say("gateway.down", "warning", f"Pins cannot be sent: {status.reason}", status)
        elif was_down and not is_down:
            self._say("gateway.up", "info", "Pins can be sent again.", status)

    def _look_at_limit(self, status: GatewayStatus) -> None:
        is_limited = status.blocked_s is not None or status.calls_left == 0
        was_limited, self._was_limited = self._was_limited, is_limited
        if is_limited and not was_limited:
            if status.blocked_s is not None:
                text = f"The platform takes no calls for {status.blocked_s:,.1f} s."
            else:
                text = "All calls of this minute are used."
            self._say("gateway.limited", "warning", text, status)

    def renewal(self, news: RenewalNews) -> None:
        """What became of a renewal of this store's gateway, or of where its products come from.

        One that fails is tried again every minute or so: that is told once, until it succeeds.
        """
        data: dict[str, Json] = {"access": news.name, "token_until_utc_ns": news.until_utc_ns}
        if news.ok:
            self._failing.discard(news.name)
            self._tell("gateway.renewed", "info", news.text, data)
        elif news.name not in self._failing:
            self._failing.add(news.name)
            self._tell("gateway.not_renewed", "warning", news.text, data)

    def _look_at_token(self, status: GatewayStatus) -> None:
        """Of an access that ends although nobody tried to renew it."""
        is_short = status.token_covers_show is False
        was_short, self._was_short = self._was_short, is_short
        if is_short and not was_short and not self._failing:
            text = f"The access to the platform does not last until the end: {status.reason}"
            self._say("gateway.not_renewed", "warning", text, status)

    def _say(self, kind: str, level: Level, text: str, status: GatewayStatus) -> None:
        data: dict[str, Json] = {
            "gateway": status.kind, "state": status.state, "reason": status.reason,
            "blocked_s": status.blocked_s, "calls_left": status.calls_left,
            "token_until_utc_ns": status.token_until_utc_ns,
        }  # fmt: skip
        self._tell(kind, level, text, data)
