"""Which sessions must stay, which have been here long enough, and how does one go safely?

The marks are in `<data>/sessions/kept.json`: `<store folder>/<file>` → why it is kept. Engine and
command line both write them, so each change is made under a lock.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.one_line import one_line
from livedesk.core.runtime import FileLock
from livedesk.core.whole_file import write_whole
from livedesk.journal.errors import JournalError
from livedesk.journal.schema import FILE_SUFFIX
from livedesk.journal.sessions import describe, session_files

if sys.platform != "win32":
    import fcntl

DAY_NS: Final = 86_400 * NS_PER_S

LONGEST_WHY: Final = 200

_MARKS: Final = "kept.json"
_LOCK: Final = ".kept.lock"
_AS_ANOTHER: Final = "do it as the user who runs the engine"
_LOCK_S: Final = 5.0
_AGAIN_S: Final = 0.02
_SHARED_FROM: Final = 0x4000_0002
_SHARED_BYTES: Final = 510
"""Where SQLite's users of a file hold a lock (os.h of SQLite, "locking byte page")."""

_BESIDE: Final = ("-wal", "-shm", "-journal")


class KeptMarksError(JournalError):
    """The marks cannot be read or written: which sessions are kept is not known."""

    def __init__(self, path: Path, why: str, to_do: str = "") -> None:
        advice = to_do or "repair it, or move it away to give all marks up"
        super().__init__(
            f"{path}, which says what sessions are kept, {why}. Nothing is deleted before that is "
            f"mended; {advice}."
        )
        self.path = path

    @classmethod
    def of(cls, path: Path, what: str, error: OSError | ValueError) -> KeptMarksError:
        if isinstance(error, PermissionError):
            return cls(path, f"may not be {what} by this user", _AS_ANOTHER)
        why = getattr(error, "strerror", None) or error
        return cls(path, f"cannot be {what} ({why})")


class KeptSessionError(JournalError):
    """Somebody said that this session stays."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name} is kept ({why}). Take the mark off before it is deleted.")
        self.path = path
        self.why = why


class OpenSessionError(JournalError):
    """The session is being written, or read by an export."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is in use: it is being written or exported. Delete it afterwards."
        )
        self.path = path


class NoSuchSessionError(JournalError):
    """There is no such session file in the data folder."""

    def __init__(self, path: Path, data: Path) -> None:
        super().__init__(f"{path} is no session file of {data}.")
        self.path = path


def kept(data: Path) -> dict[str, str]:
    """Why each kept session stays, by `mark_of` its file. Raises KeptMarksError."""
    path = data / "sessions" / _MARKS
    try:
        marks = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise KeptMarksError.of(path, "read", error) from error
    if not isinstance(marks, dict) or not all(isinstance(why, str) for why in marks.values()):
        raise KeptMarksError(path, "does not hold a reason for each session")
    return marks


def mark_of(path: Path) -> str:
    """`<store folder>/<file>`: how the marks name a session file."""
    return f"{path.parent.name}/{path.name}"


def keep(data: Path, path: Path, why: str) -> None:
    """From now on the file is deleted by nobody. Raises NoSuchSessionError, KeptMarksError."""
    name = mark_of(_own(data, path))
    reason = one_line(why, LONGEST_WHY) or "no reason was given"
    _change(data, lambda marks: marks | {name: reason})


def unkeep(data: Path, path: Path) -> None:
    """It may go again. Raises NoSuchSessionError, KeptMarksError."""
    name = mark_of(_own(data, path))
    _change(data, lambda marks: {one: why for one, why in marks.items() if one != name})


def delete_session(data: Path, path: Path) -> int:
    """Remove a session with all that belongs to it; returns the bytes that became free.

    Raises NoSuchSessionError, KeptSessionError, OpenSessionError, KeptMarksError, or JournalError
    when the disk refuses. A file that cannot be read may be deleted like any other.
    """
    own = _own(data, path)
    with locked(data):
        why = kept(data).get(mark_of(own))
        if why is not None:
            raise KeptSessionError(own, why)
        with _alone(own):
            files = [own, *(own.with_name(own.name + end) for end in _BESIDE)]
            freed = sum(file.stat().st_size for file in files if file.exists())
        try:
            for file in files:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise JournalError(f"{own} cannot be deleted: {error.strerror or error}.") from error
    return freed


def is_in_use(path: Path) -> bool:
    """Whether somebody has the file open, without touching it. False where that cannot be told.

    Only for a process that has no session file open itself: closing a file takes away all locks
    that the process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    if sys.platform == "win32":
        return path.with_name(f"{path.name}-wal").exists()
    with suppress(OSError), path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FROM)
        except BlockingIOError:
            return True
    return False


def due(data: Path, keep_days: float, now_utc_ns: int) -> list[Path]:
    """The sessions that ended more than `keep_days` ago, oldest first; of 0 days none.

    Never one that is kept, and never one that cannot be read: when that ended is not known, and
    what can be saved of it is for a person to say. Raises KeptMarksError.
    """
    if keep_days <= 0:
        return []
    marks, before_ns = kept(data), now_utc_ns - round(keep_days * DAY_NS)
    found: list[tuple[int, Path]] = []
    for path in session_files(data):
        if mark_of(path) in marks:
            continue
        entry = describe(path)
        if entry.end is not None and entry.end.utc_ns < before_ns:
            found.append((entry.end.utc_ns, path))
    return [path for _, path in sorted(found)]


def _own(data: Path, path: Path) -> Path:
    """The file itself, if it stands where session files stand: no link leads out of there."""
    own, root = path.parent.resolve() / path.name, (data / "sessions").resolve()
    is_ours = own.parent.parent == root and own.suffix == FILE_SUFFIX
    if not is_ours or own.is_symlink() or not own.is_file():
        raise NoSuchSessionError(path, data)
    return own


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else has the file open. SQLite knows: every user of a file with a WAL holds a lock.

    Through SQLite and never by opening the file: closing that would take the locks of this
    process away (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise OpenSessionError(path) from error
        yield


def _change(data: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    path = data / "sessions" / _MARKS
    with locked(data):
        text = json.dumps(change(kept(data)), ensure_ascii=False, indent=1, sort_keys=True)
        try:
            write_whole(path, f"{text}\n".encode())
        except OSError as error:
            raise KeptMarksError.of(path, "written", error) from error


@contextmanager
def locked(data: Path) -> Iterator[None]:
    path = data / "sessions" / _LOCK
    lock = FileLock(path)
    ends = time.monotonic() + _LOCK_S
    try:
        while not lock.acquire():
            if time.monotonic() > ends:
                held = f"is held by another program for more than {_LOCK_S:g} s"
                raise KeptMarksError(path.with_name(_MARKS), held, "try again")
            time.sleep(_AGAIN_S)
    except OSError as error:
        raise KeptMarksError.of(path.with_name(_MARKS), "locked", error) from error
    try:
        yield
    finally:
        lock.release()
