"""What does a pad that runs by itself need of an engine? Statuses, events and its cues; no more.

A host's token sees only what a pad needs, so nothing else is asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any
from uuid import UUID

from livedesk.core.clock import Clock
from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import BadAnswerError, DeskError, RefusedError, UnreachableError
from livedesk.desk.link import Backoff, EngineAccess, EngineLink, Locate
from livedesk.desk.model import DeskModel, Moment
from livedesk.desk.pad_desk import PadClient, PadDesk
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

NO_ACCESS = (401, 403)
"""HTTP statuses of a token that is not known (any more), or may not do this."""


class PadHost:
    """One engine as a pad sees it. `desk` is what the window shows."""

    def __init__(
        self,
        locate: Locate,
        clock: Clock,
        tasks: Tasks,
        rng: Random,
        dial: Callable[[EngineAccess], EngineClient],
        *,
        is_local: bool,
        backoff: Backoff | None = None,
        calls: Tasks | None = None,
    ) -> None:
        """`is_local`: the engine was found on this machine, so its clock is ours. `calls` owns the
        requests: they end before their client is closed."""
        self._clock = clock
        self._tasks = tasks
        self._calls = calls or Tasks()
        self._is_local = is_local
        self._link = EngineLink(locate, dial, rng, backoff)
        self._model = DeskModel(self.now())
        self.desk = PadDesk(
            self._client,
            self._spawn,
            self.now,
            lambda: self._model.snapshot(self.now()),
            lambda: str(UUID(int=rng.getrandbits(128), version=4)),
        )

    def now(self) -> Moment:
        return Moment(self._clock.mono_ns(), self._clock.utc_ns())

    def start(self) -> None:
        self._tasks.spawn("engine link", self._link.run(self))

    async def close(self) -> None:
        """The link's task belongs to `Tasks`, which is closed before."""
        await self._calls.close()
        await self._link.close()

    def _client(self) -> PadClient:
        if self._link.client is None:
            raise UnreachableError(
                tr("No engine is attached."), tr("pad"), tr("Wait until it is back.")
            )
        return self._link.client.pins

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._calls.spawn(name, work)

    # What the link tells

    @property
    def last_seq(self) -> int | None:
        return self._model.last_seq

    def opened(self, client: EngineClient) -> None:
        self._model.attached(client.where, self.now())
        self.desk.attached(is_local=self._is_local)

    async def leaving(self) -> None:
        await self._calls.close()

    def lost(self, error: DeskError) -> None:
        if isinstance(error, RefusedError) and error.status in NO_ACCESS:
            self.desk.no_access = tr("This pad is no longer let in. Ask the desk for a new token.")
        self._model.lost(f"{error.what}\n{error.action}", self.now())

    def status(self, status: StoreStatus) -> None:
        self._model.status(status, self.now())
        self.desk.status(status)

    def event(self, event: Event) -> None:
        self._model.event(event)
        self.desk.event(event)

    def engine(self, status: EngineStatus) -> None:
        """A host is not told of the engine, and needs nothing of it."""

    def unreadable(self, seq: int | None, error: BadAnswerError) -> None:
        log.warning("unreadable message: %s", error)
        if seq is not None:
            self._model.skip(seq)
