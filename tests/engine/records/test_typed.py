"""What was done on the command line gets into the audit trail, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from livedesk.core.clock import ManualClock
from livedesk.engine.people.audit import Audit
from livedesk.engine.records.typed import TypedTrail
from livedesk.journal.typed_acts import TypedAct, take, write_down

DELETED = TypedAct("session.deleted", "jo", 1_795_327_074_000_000_000, "glow", {"session": "s-1"})


def test_what_was_typed_is_noted_once_with_its_own_time(tmp_path: Path, clock: ManualClock) -> None:
    async def story() -> None:
        audit = Audit(tmp_path / "audit.livedesk", clock)
        running = asyncio.create_task(audit.run())
        typed = TypedTrail(tmp_path, audit)
        for _ in range(3):
            await typed.look()
        [entry] = await audit.page(0, 10)
        assert (entry.act, entry.actor, entry.store) == (
            "session.deleted",
            "jo (command line)",
            "glow",
        )
        assert entry.data == {"session": "s-1", "at": "2026-11-22T05:57:54.000Z"}
        await audit.close(running)

    (tmp_path / "sessions").mkdir()
    write_down(tmp_path, DELETED)
    asyncio.run(story())
    assert take(tmp_path) == []


def test_what_the_trail_could_not_write_yet_waits_and_is_not_noted_twice(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        audit = Audit(tmp_path / "missing" / "audit.livedesk", clock)
        running = asyncio.create_task(audit.run())
        typed = TypedTrail(tmp_path, audit)
        await typed.look()
        assert take(tmp_path) == [DELETED]
        audit.path.parent.mkdir()
        await typed.look()
        assert len(await audit.page(0, 10)) == 1
        await audit.close(running)

    (tmp_path / "sessions").mkdir()
    write_down(tmp_path, DELETED)
    asyncio.run(story())
