"""How does each channel go its own pace? One task a channel, so that none waits for another."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from livedesk.alarms.channels.delivery import Courier, Delivery
from livedesk.alarms.channels.message import Message
from livedesk.alarms.channels.queue import Outbox
from livedesk.core.channel_settings import ChannelSettings
from livedesk.core.clock import Clock
from livedesk.core.engine_status import ChannelStatus

log = logging.getLogger(__name__)

LAST_WORDS_S: Final = 3.0
"""So long the end of the engine waits for messages that are due."""


class Sender:
    """One channel: what waits, and who carries it."""

    def __init__(self, settings: ChannelSettings, courier: Courier, clock: Clock) -> None:
        self.settings = settings
        self._outbox = Outbox(settings.name, settings.kind, settings.per_min)
        self._courier = courier
        self._clock = clock
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, message: Message) -> None:
        """Never waits and never fails: when there is no room, something less important goes."""
        self._outbox.put(message, self._clock.mono_ns())
        self._idle.clear()
        self._wake.set()

    def status(self) -> ChannelStatus:
        return self._outbox.status(self._clock.mono_ns())

    async def test(self, message: Message) -> Delivery:
        """Sends it now, past the queue."""
        delivery = await self._deliver(message)
        self._outbox.proven(delivery, self._clock.mono_ns())
        self._wake.set()
        return delivery

    async def run(self) -> None:
        """For ever."""
        while True:
            mono_ns = self._clock.mono_ns()
            message = self._outbox.take(mono_ns, self._clock.utc_ns())
            if message is None:
                await self._rest(self._outbox.wait_s(mono_ns))
                continue
            before = self.status().reason
            delivery = await self._deliver(message)
            self._outbox.settle(delivery, self._clock.mono_ns())
            self._note(before, delivery)

    def _note(self, before: str, delivery: Delivery) -> None:
        """Once: a way that is down for an hour would fill the log."""
        if not delivery.ok and delivery.reason != before:
            log.warning("channel %s: %s", self.settings.name, delivery.reason)
        elif delivery.ok and before:
            log.info("channel %s works again", self.settings.name)

    async def _rest(self, wait_s: float | None) -> None:
        if wait_s is None:
            self._idle.set()
        self._wake.clear()
        try:
            async with asyncio.timeout(wait_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _deliver(self, message: Message) -> Delivery:
        try:
            return await self._courier.deliver(message, self._clock.utc_ns())
        except Exception as error:  # noqa: BLE001 - a message must not take its channel with it
            # Its text and traceback may hold an address or a token.
            log.error("channel %s failed: %s", self.settings.name, type(error).__name__)
            return Delivery(False, "a fault of ours; the engine's log says more", again=True)

    async def leave(self) -> tuple[Message, ...]:
        """Of a channel that is no more, once its task has ended: what others may still tell."""
        await self._courier.close()
        return self._outbox.waiting()

    async def close(self) -> None:
        """Gives what waits a moment to get out. The task is its owner's to end, after this."""
        limit_s = 0.0 if self.status().state == "failing" else LAST_WORDS_S
        try:
            async with asyncio.timeout(limit_s):
                await self._idle.wait()
        except TimeoutError:
            waiting = self.status().waiting
            log.warning("channel %s: %d messages were not sent", self.settings.name, waiting)
        await self._courier.close()
