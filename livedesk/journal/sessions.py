"""Which sessions are on this machine, and which of them never came to an end?"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from livedesk.core.clock import NS_PER_S
from livedesk.core.records import RecordedSession
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionEnd, SessionReader
from livedesk.journal.schema import FILE_SUFFIX
from livedesk.journal.values import SessionInfo

SESSION_END = "session.end"

_LATE_EVENTS = 5_000
"""Among so many of all stores a sign-off is as a rule, if there is one."""


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session file in the data folder. With a `problem` the rest is not known."""

    path: Path
    info: SessionInfo | None = None
    end: SessionEnd | None = None
    signed_off: bool = False
    problem: str | None = None


def session_path(data_dir: Path, store: str, started_utc_ns: int) -> Path:
    """`<data>/sessions/<store>/<YYYYmmddTHHMMSSZ>.livedesk`."""
    started = datetime.fromtimestamp(started_utc_ns // NS_PER_S, UTC)
    return data_dir / "sessions" / folder_of(store) / f"{started:%Y%m%dT%H%M%SZ}{FILE_SUFFIX}"


def folder_of(store: str) -> str:
    """The store's id as a name that every file system takes."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", store) or "_"


def session_files(data_dir: Path) -> list[Path]:
    """Every session file, newest first, read or not. What is no file at all is none of them."""
    found = filter(_is_file, (data_dir / "sessions").glob(f"*/*{FILE_SUFFIX}"))
    return sorted(found, key=lambda path: (path.name, path.parent.name), reverse=True)


def list_sessions(data_dir: Path, store: str | None = None) -> list[SessionEntry]:
    """All session files, newest first; what cannot be read is listed with its problem."""
    entries = [describe(path) for path in session_files(data_dir)]
    return [e for e in entries if store is None or (e.info is not None and e.info.store == store)]


def describe(path: Path) -> SessionEntry:
    try:
        with SessionReader.open(path) as reader:
            end = reader.end()
            return SessionEntry(path, reader.info, end, _signed_off(reader, end.seq))
    except (JournalError, OSError) as error:
        return SessionEntry(path, problem=str(error))


def recorded(entry: SessionEntry, *, why_kept: str = "", is_open: bool = False) -> RecordedSession:
    """The session as windows and scripts know it. `why_kept`: its mark (`retention.kept`)."""
    path, store = entry.path, _shown(entry.path.parent.name)
    about = RecordedSession(
        id=f"{store}-{_shown(path.stem)}",
        store=store,
        file=f"sessions/{store}/{_shown(path.name)}",
        bytes=_bytes(path),
        open=is_open,
        kept=why_kept,
        problem=None if entry.problem is None else _shown(entry.problem),
    )
    if entry.info is None or entry.end is None:
        return about
    return replace(
        about,
        id=entry.info.session,
        store=entry.info.store,
        name=entry.info.name,
        platform=entry.info.platform,
        started_utc_ns=entry.info.started_utc_ns,
        ended_utc_ns=None if is_open else entry.end.utc_ns,
        signed_off=entry.signed_off,
        sandbox=entry.info.sandbox,
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # it may not be looked at, which is to be told
        return True


def _shown(text: str) -> str:
    """Of a name that is not UTF-8, what JSON can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _bytes(path: Path) -> int:
    """With the rows that still wait beside the file to be folded in."""
    size = 0
    for file in (path, path.with_name(f"{path.name}-wal")):
        with suppress(OSError):
            size += file.stat().st_size
    return size


def _signed_off(reader: SessionReader, newest_seq: int) -> bool:
    """Looked for at the end first: hours of events need not be read for what stands in the last."""
    late = max(0, newest_seq - _LATE_EVENTS)
    return any(
        next(reader.events(after, until, kinds=(SESSION_END,)), None) is not None
        for after, until in ((late, newest_seq), (0, late))
    )


def last_seq(data_dir: Path) -> int:
    """The highest event number in any session, from which a new engine counts on."""
    return max((e.end.seq for e in list_sessions(data_dir) if e.end is not None), default=0)
