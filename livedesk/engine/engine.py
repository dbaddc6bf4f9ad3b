"""What is one engine? Its stores, the one line of events, and its own health."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from livedesk.core.clock import Clock
from livedesk.core.engine_status import EngineStatus
from livedesk.engine.alarming.channels import Channels
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.runbook_file import RunbookFile
from livedesk.engine.api.view import EngineFigures
from livedesk.engine.bus import Bus
from livedesk.engine.store import Store

log = logging.getLogger(__name__)

_LAG_EVERY_S = 1.0


class LoopLag:
    """How late the event loop wakes up: everything the engine does waits at least that long."""

    def __init__(self) -> None:
        self.last_s = 0.0
        self.max_s = 0.0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + _LAG_EVERY_S
            await asyncio.sleep(_LAG_EVERY_S)
            self.last_s = max(0.0, loop.time() - due_s)
            self.max_s = max(self.max_s, self.last_s)


@dataclass(frozen=True, slots=True)
class StopOrder:
    """`relays`: whether the media paths end as well."""

    relays: bool
    actor: str


class OverviewSource(Protocol):
    def status(self) -> EngineStatus: ...


class Engine:
    """What the API sees of the engine."""

    def __init__(
        self,
        clock: Clock,
        bus: Bus,
        lag: LoopLag,
        overview: OverviewSource,
        alarms: EngineAlarms,
        runbook: RunbookFile,
        channels: Channels,
    ) -> None:
        self.clock = clock
        self.bus = bus
        self.alarms = alarms
        self.runbook = runbook
        self.channels = channels
        self._lag = lag
        self._overview = overview
        self._started_utc_ns = clock.utc_ns()
        self._stores: dict[str, Store] = {}
        self._order: StopOrder | None = None
        self._ordered = asyncio.Event()

    def add(self, store: Store) -> None:
        self._stores[store.settings.id] = store

    def stores(self) -> Sequence[Store]:
        return tuple(self._stores.values())

    def store(self, store_id: str) -> Store | None:
        return self._stores.get(store_id)

    def figures(self) -> EngineFigures:
        return EngineFigures(self._lag.last_s, self._lag.max_s, self._started_utc_ns)

    def overview(self) -> EngineStatus:
        return self._overview.status()

    def running(self) -> frozenset[str]:
        """The ids of the sessions that are open now."""
        sessions = (store.status().session for store in self.stores())
        return frozenset(session for session in sessions if session is not None)

    def ask_to_stop(self, *, relays: bool, actor: str) -> None:
        """The first order counts; a second one can only add the relays."""
        before = self._order
        self._order = StopOrder(relays or (before is not None and before.relays), actor)
        self._ordered.set()

    async def stop_ordered(self) -> StopOrder:
        await self._ordered.wait()
        if self._order is None:
            raise RuntimeError("the engine was told to stop without an order")
        return self._order
