"""What is one export: what was asked for, what is told of it, and what it needs to be made?"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from livedesk.core.records import Edition, ExportFormat, ExportJob
from livedesk.engine.records.child import Child
from livedesk.journal.work import ZERO_TIMECODE, Evidence, ExportWork, Orders

FLOOR_BYTES: Final = 500_000_000
"""Of the disk, on which the record of a show may be written just now."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants, with the session files it is of."""

    sessions: tuple[str, ...]
    paths: tuple[Path, ...]
    formats: tuple[ExportFormat, ...]
    edition: Edition = "full"
    orders: Orders | None = None
    evidence: Evidence | None = None
    single: bool = False
    """Its format as one file."""
    start_timecode: str = ZERO_TIMECODE
    """Of the editors' timeline, where the recording begins on it."""
    by: str = ""


@dataclass(slots=True)
class Job:
    """What is told of it (`told`), and what it takes to do it."""

    told: ExportJob
    asked: Asked
    folder: Path
    child: Child | None = None
    ended_mono_ns: int = 0
    is_read: int = 0
    """How many are fetching its files: these stay so long."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.told.files)


def work_of(job: Job) -> ExportWork:
    asked = job.asked
    return ExportWork(
        tuple(map(str, asked.paths)),
        asked.formats,
        str(job.folder),
        asked.edition,
        asked.orders,
        asked.evidence,
        asked.single,
        FLOOR_BYTES,
        asked.start_timecode,
    )


def room(folder: Path, sessions: Sequence[Path]) -> str:
    """Make the folder; what is in the way of the export, in words."""
    try:
        folder.mkdir(mode=0o700, parents=True)
        free = shutil.disk_usage(folder).free
        needed = FLOOR_BYTES + sum(path.stat().st_size for path in sessions if path.exists())
    except OSError as error:
        return f"There is no place for the files ({error.strerror or error})."
    if free < needed:
        return (
            f"The disk has {free / 1e6:.0f} MB left, which is for the record of the show. "
            "Free some space, then export again."
        )
    return ""
