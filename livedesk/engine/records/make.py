"""How do the sessions on record come up with an engine, and go down?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from livedesk.core.clock import Clock
from livedesk.core.settings import RecordSettings
from livedesk.core.tasks import Tasks
from livedesk.engine.people.audit import Audit
from livedesk.engine.records.records import Deleted, Records
from livedesk.engine.records.retention import Retention
from livedesk.engine.records.trail import note_deleted
from livedesk.engine.records.typed import TypedTrail


@asynccontextmanager
async def open_records(
    data: Path,
    clock: Clock,
    running: Callable[[], frozenset[str]],
    settings: RecordSettings,
    audit: Audit,
) -> AsyncIterator[Records]:
    """`running`: the ids of the sessions that are open now."""

    def deleted(lost: Deleted) -> None:
        note_deleted(audit, lost)

    records = Records(data, clock, running)
    await records.open()
    tasks = Tasks()
    tasks.spawn("typed acts", TypedTrail(data, audit).run())
    if settings.keep_days:
        retention = Retention(records, settings.keep_days, clock, deleted)
        tasks.spawn("retention", retention.run())
    try:
        yield records
    finally:
        await tasks.close()
        await records.close()
