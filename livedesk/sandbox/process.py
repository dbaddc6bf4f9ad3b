"""How does a part of the sandbox live as a process? A job as one line in, where it is as one out.

It ends with the end of standard input or on SIGTERM, and leaves nothing running.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from livedesk.core.events import Json
from livedesk.core.tasks import Tasks
from livedesk.sandbox.encoder.job import JobError

Say = Callable[[Mapping[str, Json]], None]
Run = Callable[[str, Say, Awaitable[object]], Awaitable[None]]
"""Given the job's line, what tells the parent, and the end to wait for. May raise JobError."""

_LINE_BYTES: Final = 65_536


async def as_process(run: Run) -> int:
    """Exit status 0 when it ended as asked, 1 when the job cannot be done."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=_LINE_BYTES)
    inlet, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    tasks = Tasks()
    try:
        job = (await lines.readline()).decode(errors="replace")
        tasks.spawn("standard input", _until_closed(lines, end))
        await run(job, _print, end.wait())
    except (JobError, OSError) as fault:
        _print({"error": f"The sandbox cannot start: {fault}.", "action": "Correct its job."})
        return 1
    finally:
        await tasks.close()
        inlet.close()
    return 0


async def _until_closed(lines: asyncio.StreamReader, end: asyncio.Event) -> None:
    while await lines.read(_LINE_BYTES):
        pass
    end.set()


def _print(line: Mapping[str, Json]) -> None:
    """One line to the parent, at start or in place of it: it waits for just that."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
