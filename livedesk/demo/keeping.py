"""What does a demo leave in the folder that was asked for, and is it what it should be?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from livedesk.demo.check import Check
from livedesk.journal.errors import JournalError
from livedesk.journal.exports.export import FORMATS, export
from livedesk.journal.exports.formats import ONE_FILE
from livedesk.journal.exports.parquet import ParquetUnavailableError
from livedesk.journal.exports.pdf import NothingToDrawWithError
from livedesk.journal.reader import SessionReader

KEPT_FORMATS: Final = tuple(name for name in FORMATS if name not in ONE_FILE.values())
"""All but those that hold in one file what others hold in several."""


@dataclass(slots=True)
class Kept:
    """`left_out`: formats that this machine lacks something for, a sentence each: no failure."""

    files: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


def keep(sessions: Sequence[Path], out: Path) -> Kept:
    """Copy the records of an engine that has ended, and export the copies in every format."""
    kept = Kept()
    for session in sessions:
        copy = out / session.name
        _copy(session, copy)
        kept.files.append(copy)
        kept.checks += (_exports(copy, out, kept), _seal(copy))
    return kept


def _copy(session: Path, copy: Path) -> None:
    """With the rows that may still wait in the log beside it."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(session)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _exports(copy: Path, out: Path, kept: Kept) -> Check:
    """One format that fails leaves the others theirs."""
    written: list[Path] = []
    failed: list[str] = []
    for name in KEPT_FORMATS:
        try:
            files = export(copy, [name], out)
        except (ParquetUnavailableError, NothingToDrawWithError) as error:
            kept.left_out.append(f"{name}: {error}")
            continue
        except JournalError as error:
            failed.append(f"{name}: {error}")
            continue
        written += files
        if not files or not all(file.stat().st_size for file in files):
            failed.append(f"{name}: a file is empty")
    kept.files += written
    found = "; ".join(failed) or f"{len(written)} files"
    return Check("the record is exported in every format", not failed and bool(written), found)


def _seal(copy: Path) -> Check:
    name = "the record is as it was written, by its seal"
    try:
        with SessionReader.open(copy) as reader:
            seal, damage = reader.seal(), reader.damage()
    except JournalError as error:
        return Check(name, False, str(error))
    if seal.state != "intact" or damage is not None:
        return Check(name, False, damage or f"{seal.state} from event {seal.broken_seq} on")
    return Check(name, True, f"{seal.sealed_events:,} events")
