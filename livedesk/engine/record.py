"""Where do a store's events and samples go? Into the open session's file, or a short memory.

Between sessions there is no file. What happens then is remembered, and opens the next record: how
a session came about belongs to it. While the disk is away the writer keeps everything in memory
and tries again; this room only reports that.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Event
from livedesk.core.settings import StoreSettings
from livedesk.core.status import PartState, PartStatus
from livedesk.engine.bus import Write
from livedesk.engine.past import POSITION_KEY, LastSession
from livedesk.engine.record_facts import versions
from livedesk.journal.errors import JournalError
from livedesk.journal.sessions import session_path
from livedesk.journal.values import SampleRow, SessionInfo
from livedesk.journal.writer import JournalWriter

log = logging.getLogger(__name__)

_LEAD_IN = 100

_PART_STATES: Mapping[str, PartState] = {"ok": "up", "tight": "stale", "failing": "down"}


class SessionRecord:
    """The record of one store, session after session."""

    def __init__(self, store: StoreSettings, data: Path, clock: Clock) -> None:
        self._store = store
        self._data = data
        self._clock = clock
        self._lead_in: deque[Event] = deque(maxlen=_LEAD_IN)
        self._writer: JournalWriter | None = None

    @property
    def session(self) -> SessionInfo | None:
        return None if self._writer is None else self._writer.info

    @property
    def start_mono_ns(self) -> int | None:
        """Start of the open session on the present monotonic clock."""
        return None if self._writer is None else self._writer.start_mono_ns

    def part(self) -> PartStatus:
        """Without a session there is nothing to write, which is no fault."""
        if self._writer is None:
            return PartStatus("up")
        health = self._writer.health
        return PartStatus(_PART_STATES[health.state], health.reason)

    def begin(self, mono_ns: int, utc_ns: int) -> SessionInfo:
        """Open the record of a session that starts with media at this instant."""
        path = self._free_path(utc_ns)
        info = SessionInfo(
            session=f"{self._store.id}-{path.stem}",
            store=self._store.id,
            name=self._store.name,
            platform=self._store.platform,
            started_utc_ns=utc_ns,
            started_mono_ns=mono_ns,
            limits=self._store.limits,
            uplinks=tuple(uplink.name for uplink in self._store.uplinks),
            versions=versions(),
            sandbox=self._store.sandbox,
        )
        self._writer = JournalWriter.create(path, info, self._clock)
        for event in self._lead_in:
            self._writer.note(replace(event, session=info.session))
        self._lead_in.clear()
        return info

    def _free_path(self, utc_ns: int) -> Path:
        """Two sessions may begin in one second; a file is never shared."""
        while (path := session_path(self._data, self._store.id, utc_ns)).exists():
            utc_ns += NS_PER_S
        return path

    async def resume(self, last: LastSession) -> bool:
        """Go on with the record of an earlier engine. False when its file does not allow that."""
        try:
            self._writer = await JournalWriter.resume(last.path, self._clock)
        except JournalError as error:
            log.error("session %s cannot be continued: %s", last.info.session, error)
            return False
        return True

    def sink(self) -> Write:
        """Where an event of this moment belongs, whenever its turn to be written comes."""
        writer = self._writer
        return self._remember if writer is None else partial(_write, writer)

    async def _remember(self, event: Event) -> bool:
        writer = self._writer
        if writer is None:
            self._lead_in.append(event)
            return False
        # The session began while the event waited for its turn.
        return await _write(writer, replace(event, session=writer.info.session))

    def sample(self, rows: Sequence[SampleRow], position: tuple[str, int] | None = None) -> None:
        """Write rows, and with them up to which entry of which relay they reach."""
        if self._writer is None:
            return
        if rows:
            self._writer.sample(rows)
        if position is not None:
            self._writer.reach(POSITION_KEY, list(position))

    def still(self, why: str, jpeg: bytes, mono_ns: int) -> None:
        """Keep a picture of the feed as it was at this instant."""
        if self._writer is not None:
            age_ns = self._clock.mono_ns() - mono_ns
            self._writer.still(why, jpeg, mono_ns, self._clock.utc_ns() - age_ns)

    def detach(self) -> JournalWriter | None:
        """End the record here; the caller closes the writer once its last event is written."""
        writer, self._writer = self._writer, None
        return writer


async def _write(writer: JournalWriter, event: Event) -> bool:
    """Return when the event is on disk, or, with False, when that will take longer."""
    if writer.health.state == "failing":
        writer.note(event)
        return False
    try:
        await writer.record(event)
    except JournalError as error:
        log.warning("journal: %s", error)
        return False
    return True
