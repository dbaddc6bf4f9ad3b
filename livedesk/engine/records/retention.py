"""When do sessions go by themselves? Those that have been here longer than the settings say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from livedesk.core.clock import Clock
from livedesk.engine.records.library import Found
from livedesk.engine.records.records import Deleted, Records
from livedesk.journal.errors import JournalError
from livedesk.journal.retention import due

log = logging.getLogger(__name__)

FIRST_LOOK_S: Final = 60.0
"""An engine that starts has a show to attach to before it tidies up."""
LOOK_EVERY_S: Final = 6 * 3_600.0


class Retention:
    """`deleted` is told each session that went."""

    def __init__(
        self,
        records: Records,
        keep_days: float,
        clock: Clock,
        deleted: Callable[[Deleted], None],
    ) -> None:
        """`keep_days` 0: all stay."""
        self._records = records
        self._keep_days = keep_days
        self._clock = clock
        self._deleted = deleted

    async def run(self) -> None:
        await asyncio.sleep(FIRST_LOOK_S)
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Delete what is due, the oldest first. What is kept, open or used by an export stays."""
        now_ns = self._clock.utc_ns()
        try:
            paths = await asyncio.to_thread(due, self._records.data, self._keep_days, now_ns)
        except JournalError as error:
            log.warning("no old sessions are deleted: %s", error)
            return
        by_path = {found.path: found for found in await self._records.found()} if paths else {}
        for path in paths:
            if (found := by_path.get(path)) is not None:
                await self._delete(found)

    async def _delete(self, found: Found) -> None:
        try:
            lost = await self._records.delete(found)
        except JournalError as error:
            log.warning("an old session stays: %s", error)
            return
        log.info("deleted %s after %g days", found.session.file, self._keep_days)
        self._deleted(lost)
