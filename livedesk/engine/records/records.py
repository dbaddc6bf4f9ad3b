"""What can be had of the sessions on record? The parts together, as API and engine see them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.records import RecordedSession, SessionFigures
from livedesk.engine.past import SealedRecord, seal_of
from livedesk.engine.records.child import Child
from livedesk.engine.records.jobs import ExportJobs
from livedesk.engine.records.library import Found, Library
from livedesk.engine.records.orders import OrderShelf
from livedesk.engine.records.replays import Replays
from livedesk.engine.records.summaries import Summaries
from livedesk.journal.retention import OpenSessionError, delete_session, keep, unkeep
from livedesk.journal.work import Work

EXPORTS: Final = "exports"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was lost: the session, the bytes that became free, and what its record stood at."""

    session: RecordedSession
    freed_bytes: int
    seal: SealedRecord


class Records:
    """Called from the engine's event loop only.

    `running`: the ids of the sessions that are open now.
    """

    def __init__(
        self,
        data: Path,
        clock: Clock,
        running: Callable[[], frozenset[str]],
        make_child: Callable[[Work], Child] = Child,
    ) -> None:
        self.data = data
        self._running = running
        self._library = Library(data)
        self._summaries = Summaries(clock, make_child)
        self.jobs = ExportJobs(data / EXPORTS, clock, make_child)
        self.orders = OrderShelf(data, clock, make_child)
        self.replays = Replays()

    async def open(self) -> None:
        await self.jobs.open()
        await self.orders.open()

    async def close(self) -> None:
        await self.jobs.close()
        await self.orders.close()
        await self._summaries.close()
        await self.replays.close()

    async def sessions(self) -> list[RecordedSession]:
        """The newest first."""
        return [each.session for each in await self.found()]

    async def found(self) -> list[Found]:
        """The same with their files."""
        return await asyncio.to_thread(self._library.all, self._running())

    async def find(self, session_id: str) -> Found | None:
        return await asyncio.to_thread(self._library.find, session_id, self._running())

    async def figures(self, found: Found) -> SessionFigures:
        """Raises NoSummaryError."""
        return await self._summaries.of(found)

    async def keep(self, found: Found, why: str | None) -> None:
        """`why` None: it need not stay any more. Raises JournalError."""
        if why is None:
            await asyncio.to_thread(unkeep, self.data, found.path)
        else:
            await asyncio.to_thread(keep, self.data, found.path, why)

    async def delete(self, found: Found) -> Deleted:
        """Raises JournalError (`journal/retention.py`)."""
        seal = await asyncio.to_thread(seal_of, found.path, found.session.id)
        await self.replays.forget(found.path)
        # Last, as an export may have been asked for meanwhile.
        if found.session.open or self.jobs.uses(found.path):
            raise OpenSessionError(found.path)
        freed = await asyncio.to_thread(delete_session, self.data, found.path)
        self._summaries.forget(found.path)
        return Deleted(found.session, freed, seal)
