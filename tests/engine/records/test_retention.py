"""Sessions go by themselves when they are old; never one that is kept, open or being exported."""

from __future__ import annotations

import asyncio
from pathlib import Path

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.engine.records.job import Asked
from livedesk.engine.records.records import Deleted, Records
from livedesk.engine.records.retention import Retention
from livedesk.journal.retention import keep
from tests.engine.records.bench import Children, session_file
from tests.journal.kit import START_UTC_NS

DAY_S = 86_400


def test_old_sessions_go_and_what_somebody_needs_stays(tmp_path: Path) -> None:
    session_file(tmp_path, "glow", "old")
    kept = session_file(tmp_path, "glow", "kept", later_s=1)
    session_file(tmp_path, "glow", "open", later_s=2)
    exported = session_file(tmp_path, "glow", "exported", later_s=3)
    session_file(tmp_path, "glow", "fresh", later_s=20 * DAY_S)
    damaged = session_file(tmp_path, "glow", "damaged", later_s=4)
    damaged.write_bytes(b"no session")
    keep(tmp_path, kept, "dispute")
    clock = ManualClock(utc_ns=START_UTC_NS + 31 * DAY_S * NS_PER_S)

    async def story() -> None:
        records = Records(tmp_path, clock, lambda: frozenset({"open"}), Children())
        await records.open()
        records.jobs.add(Asked(("exported",), (exported,), ("html",)))
        told: list[Deleted] = []
        await Retention(records, 0, clock, told.append).look()
        assert told == []
        retention = Retention(records, 30, clock, told.append)
        await retention.look()
        [lost] = told
        assert (lost.session.id, lost.seal.events) == ("old", 3)
        assert lost.freed_bytes > 0
        assert len(lost.seal.head) == 64
        left = {session.id for session in await records.sessions()}
        assert left == {"kept", "open", "exported", "fresh", f"glow-{damaged.stem}"}
        (tmp_path / "sessions" / "kept.json").write_text("{")
        await records.close()
        await retention.look()
        assert len(told) == 1

    asyncio.run(story())
