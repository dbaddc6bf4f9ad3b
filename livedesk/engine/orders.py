"""What may people order of the failover, and how does an order reach the relay?

An order is on record before it is sent, and what the relay says to it is on record too. Whether an
order can be carried out is the relay's to say: here is only refused what no relay has to be asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from livedesk.core.events import Json, Level
from livedesk.core.settings import FailoverSettings
from livedesk.core.status import FailoverMode, StoreStatus
from livedesk.engine.entries import Reply

ANSWER_WITHIN_S: Final = 2.0
"""A relay answers within one turn of its loop; after this long it hangs or is stopped."""

_RECORD_WITHIN_S: Final = 1.0
"""A sick disk holds no order up for longer; the journal's alarm tells of it."""


class RelaySilentError(Exception):
    """The relay gave no answer; the text says what is known of that."""


class OrderRefusedError(Exception):
    """An order is not carried out: a stable code, why, and what to do."""

    def __init__(self, code: str, problem: str, action: str) -> None:
        super().__init__(problem)
        self.code = code
        self.action = action


class Commanded(Protocol):
    """Who takes commands: the relay's link."""

    async def command(self, name: str, fields: dict[str, Json]) -> Reply:
        """Raises RelaySilentError."""
        ...


class Post(Protocol):
    """Puts an event in line for the record."""

    def __call__(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str
    ) -> None: ...


class Orders:
    """The orders of one store, on their way to its relay."""

    def __init__(
        self,
        relay: Commanded,
        settings: FailoverSettings,
        status: Callable[[], StoreStatus],
        post: Post,
        written: Callable[[], Awaitable[None]],
    ) -> None:
        """`written` waits until everything posted so far is on record."""
        self._relay = relay
        self._settings = settings
        self._status = status
        self._post = post
        self._written = written

    async def failover(self, to: str, reason: str, actor: str) -> str | None:
        """Move the stream; returns where it is now. What comes of it is told by events.

        Raises OrderRefusedError and RelaySilentError, as the others do.
        """
        status = self._status()
        known = [uplink.name for uplink in status.uplinks]
        if to not in known:
            raise OrderRefusedError(
                "unknown_uplink", f"This store has no such uplink; it has {', '.join(known)}.",
                "Name one of these.",
            )  # fmt: skip
        why = f": {reason}" if reason else "."
        text = f"Switch to {to} ordered{why}"
        fields: dict[str, Json] = {"to": to, "reason": reason, "actor": actor}
        await self._send("failover", text, fields, actor)
        return status.failover.active

    async def hold(self, on: bool, actor: str) -> FailoverMode:
        """Hold the stream where it is, or let it move again; returns the mode that follows."""
        text = "Hold ordered." if on else "Release of the hold ordered."
        await self._send("hold", text, {"on": on, "actor": actor}, actor)
        if on:
            return "hold"
        if len(self._status().uplinks) < 2:
            return "single"
        return "auto" if self._settings.automatic else "manual"

    async def drill(self, stay_s: float, actor: str, *, confirmed: bool) -> None:
        """A switch there and back. On air it is a risk that somebody has to take knowingly."""
        status = self._status()
        feed = status.feed
        if feed.state not in ("OK", "LOW", "STARVED"):
            raise OrderRefusedError(
                "no_feed", "There is no feed to move.",
                "Start the encoder, wait until the feed flows, then drill.",
            )  # fmt: skip
        if not confirmed and any(uplink.state == "carrying" for uplink in status.uplinks):
            raise OrderRefusedError(
                "on_air", "The platform is being given media: a drill moves the live stream.",
                "Confirm the drill if viewers may see it.",
            )  # fmt: skip
        text = f"Drill ordered: there, {stay_s:g} s, and back."
        await self._send("drill", text, {"stay_s": stay_s, "actor": actor}, actor)

    async def hold_again(self, actor: str) -> None:
        """A new relay knows nothing of the hold that its predecessor was under."""
        text = "The new relay is told to hold, as the one before it was."
        fields: dict[str, Json] = {"on": True, "actor": actor}
        try:
            await self._send("hold", text, fields, actor)
        except (OrderRefusedError, RelaySilentError) as error:
            text = f"The new relay does not hold, unlike the one before it: {error}"
            self._post("failover.hold_lost", "critical", text, {}, actor)

    async def _send(self, name: str, text: str, fields: dict[str, Json], actor: str) -> None:
        self._post(f"order.{name}", "notice", text, fields, actor)
        try:
            async with asyncio.timeout(_RECORD_WITHIN_S):
                await self._written()
        except TimeoutError:
            pass
        data: dict[str, Json] = {"order": name}
        try:
            reply = await self._relay.command(name, fields)
        except RelaySilentError as error:
            self._post("order.unanswered", "warning", f"{text} {error}", data, actor)
            raise
        if not reply.ok:
            data |= {"code": reply.code}
            refusal = f"{text} Refused: {reply.error} {reply.action}"
            self._post("order.refused", "notice", refusal, data, actor)
            raise OrderRefusedError(reply.code, reply.error, reply.action)
