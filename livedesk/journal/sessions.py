"""Which sessions are on this machine, and which of them never came to an end?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from livedesk.core.clock import NS_PER_S
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionEnd, SessionReader
from livedesk.journal.schema import FILE_SUFFIX
from livedesk.journal.values import SessionInfo

SESSION_END = "session.end"


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session file in the data folder. With a `problem` the rest is not known."""

    path: Path
    info: SessionInfo | None = None
    end: SessionEnd | None = None
    signed_off: bool = False
    problem: str | None = None


def session_path(data_dir: Path, store: str, started_utc_ns: int) -> Path:
    """`<data>/sessions/<store>/<YYYYmmddTHHMMSSZ>.livedesk`; the store's id as a safe name."""
    started = datetime.fromtimestamp(started_utc_ns // NS_PER_S, UTC)
    folder = re.sub(r"[^A-Za-z0-9_-]", "_", store) or "_"
    return data_dir / "sessions" / folder / f"{started:%Y%m%dT%H%M%SZ}{FILE_SUFFIX}"


def list_sessions(data_dir: Path, store: str | None = None) -> list[SessionEntry]:
    """All session files, newest first; what cannot be read is listed with its problem."""
    found = sorted(
        (data_dir / "sessions").glob(f"*/*{FILE_SUFFIX}"), key=lambda path: path.name, reverse=True
    )
    entries = [describe(path) for path in found]
    return [e for e in entries if store is None or (e.info is not None and e.info.store == store)]


def describe(path: Path) -> SessionEntry:
    try:
        with SessionReader.open(path) as reader:
            signed_off = any(True for _ in reader.events(kinds=(SESSION_END,)))
            return SessionEntry(path, reader.info, reader.end(), signed_off)
    except JournalError as error:
        return SessionEntry(path, problem=str(error))


def last_seq(data_dir: Path) -> int:
    """The highest event number in any session, from which a new engine counts on."""
    return max((e.end.seq for e in list_sessions(data_dir) if e.end is not None), default=0)
