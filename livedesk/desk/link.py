"""How does the console stay attached to an engine that comes and goes?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from livedesk.core.secrets import Secret
from livedesk.desk.client import EngineClient, Listener, OnQueue
from livedesk.desk.errors import DeskError, UnreachableError
from livedesk.desk.words import tr

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineAccess:
    """Where an engine answers and with which token."""

    url: str
    token: Secret


Locate = Callable[[], Awaitable[EngineAccess]]
"""Finds the engine anew before each try: a restarted one has another port and token.

Raises DeskError while there is none.
"""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting times between tries: growing, bounded, and not in step with other consoles.

    The bound is short because a window that shows old figures costs more than a try on loopback.
    """

    first_s: float = 0.1
    factor: float = 1.5
    limit_s: float = 0.5
    jitter: float = 0.3

    def wait_s(self, failures: int, rng: Random) -> float:
        """The wait after the n-th failure in a row, n from 1."""
        plain_s = min(self.limit_s, self.first_s * self.factor ** min(failures - 1, 20))
        return plain_s * (1 + self.jitter * rng.uniform(-1, 1))


class Watcher(Listener, Protocol):
    """Who is told about the connection and what it brings."""

    @property
    def last_seq(self) -> int | None: ...

    def opened(self, client: EngineClient) -> None: ...

    def lost(self, error: DeskError) -> None: ...

    async def leaving(self) -> None:
        """End every call on the present client, because it is closed next.

        A client that is closed under its own requests leaves their connections behind.
        """


class EngineLink:
    """Holds one connection to the engine, and makes a new one whenever it breaks."""

    def __init__(
        self,
        locate: Locate,
        dial: Callable[[EngineAccess], EngineClient],
        rng: Random,
        backoff: Backoff | None = None,
        on_queue: OnQueue | None = None,
    ) -> None:
        """`on_queue`: who is told what changes in the queues; None: nobody wants to know."""
        self._on_queue = on_queue
        self._locate = locate
        self._dial = dial
        self._rng = rng
        self._backoff = backoff or Backoff()
        self._access: EngineAccess | None = None
        self._opened = False
        self.client: EngineClient | None = None
        """The way to the engine that was tried last, for calls beside the stream."""

    async def run(self, watcher: Watcher) -> None:
        """Listen until cancelled."""
        failures = 0
        while True:
            self._opened = False
            try:
                await self._listen(watcher)
            except DeskError as error:
                log.info("engine: %s", error)
                watcher.lost(error)
            failures = 1 if self._opened else failures + 1
            await asyncio.sleep(self._backoff.wait_s(failures, self._rng))

    async def _listen(self, watcher: Watcher) -> None:
        client = await self._connect(watcher)

        def opened() -> None:
            self._opened = True
            watcher.opened(client)

        await client.listen(watcher.last_seq, watcher, opened, self._on_queue)
        raise UnreachableError(
            tr("The engine ended the connection."),
            client.where,
            tr("livedesk tries again by itself."),
        )

    async def _connect(self, watcher: Watcher) -> EngineClient:
        access = await self._locate()
        if self.client is None or access != self._access:
            # First out of reach, then unused, then closed: no new call can slip in between.
            before, self.client = self.client, None
            await watcher.leaving()
            if before is not None:
                await before.close()
            self.client, self._access = self._dial(access), access
        return self.client

    async def close(self) -> None:
        """Close the client; whoever calls on it has stopped before."""
        client, self.client = self.client, None
        if client is not None:
            await client.close()
