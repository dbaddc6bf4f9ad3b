"""How does what was done to sessions on the command line get into the audit trail?"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from livedesk.core.clock import iso_utc
from livedesk.engine.people.audit import Audit
from livedesk.journal.errors import JournalError
from livedesk.journal.typed_acts import forget, take

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 15.0


class TypedTrail:
    """Takes over what `livedesk sessions delete`, `prune`, `keep` and `unkeep` wrote down."""

    def __init__(self, data: Path, audit: Audit) -> None:
        self._data = data
        self._audit = audit
        self._is_noted = False
        """What was taken is with the trail, and maybe not on the disk yet."""

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except (JournalError, OSError) as error:
                log.warning("what was done on the command line is not in the trail yet: %s", error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Raises JournalError, OSError: it is tried again later, and nothing is noted twice."""
        if not self._is_noted:
            await self._note()
        if self._is_noted and await self._audit.written():
            await asyncio.to_thread(forget, self._data)
            self._is_noted = False

    async def _note(self) -> None:
        for act in await asyncio.to_thread(take, self._data):
            data = act.data | {"at": iso_utc(act.utc_ns)}
            self._audit.note(act.act, f"{act.actor} (command line)", store=act.store, data=data)
            self._is_noted = True
