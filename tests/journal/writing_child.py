"""A process that records as fast as it can and says what is durable, until somebody kills it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from livedesk.core.clock import SystemClock
from livedesk.core.events import Event
from livedesk.journal.values import SampleRow, SessionInfo
from livedesk.journal.writer import JournalWriter, WriterOptions


async def record_forever(path: Path, *, resume: bool) -> None:
    clock = SystemClock()
    if resume:
        writer = await JournalWriter.resume(path, clock, WriterOptions(batch_s=0.01))
    else:
        info = SessionInfo("s1", "glow", "Glow", "tiktok", clock.utc_ns(), clock.mono_ns())
        writer = JournalWriter.create(path, info, clock, WriterOptions(batch_s=0.01))
    seq = writer.last_seq
    while True:
        seq += 1
        utc_ns, mono_ns = clock.utc_ns(), clock.mono_ns()
        t_s = writer.t_s(mono_ns)
        rows = [
            SampleRow(t_s, utc_ns, mono_ns, f"figure_{n}", "", seq, 1, 1.0, 2.0, 3.0)
            for n in range(20)
        ]
        writer.sample(rows)
        event = Event(seq, utc_ns, mono_ns, "glow", "s1", "operator.pin", "info", "engine", "Pin.")
        await writer.record(event)
        sys.stdout.write(f"{seq}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    FILE = Path(sys.argv[1])
    asyncio.run(record_forever(FILE, resume=FILE.exists()))
