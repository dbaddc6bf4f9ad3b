"""How do rows get onto the disk? The blocking half of the writer, used by its thread only."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from livedesk.core.events import Json
from livedesk.journal import schema
from livedesk.journal.chain import digest_after, origin
from livedesk.journal.errors import NotASessionError
from livedesk.journal.rows import info_meta, to_json
from livedesk.journal.values import EventRow, SampleRow, SessionInfo, Still

Connect = Callable[[Path], sqlite3.Connection]

# The same event may be offered twice when a commit failed after it had reached the disk.
_ADD_EVENT = "INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (seq) DO NOTHING"
_NEWEST_EVENT = "SELECT seq, digest FROM events ORDER BY seq DESC LIMIT 1"
_ADD_STILL = "INSERT INTO stills VALUES (?,?,?,?) ON CONFLICT (t_ms) DO NOTHING"
_SET_META = "INSERT INTO meta VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_ADD_TICK = "INSERT INTO ticks VALUES (?,?,?) ON CONFLICT (t_s) DO NOTHING"
# Two engines share a second when one dies and the next one continues within it.
_ADD_SAMPLE = """
INSERT INTO samples VALUES (?,?,?,?,?,?,?,?)
ON CONFLICT (figure, subject, t_s, epoch) DO UPDATE SET
    mean = (mean * n + excluded.mean * excluded.n) / (n + excluded.n),
    n = n + excluded.n, min = min(min, excluded.min), max = max(max, excluded.max)
"""


class SessionDisk:
    """One session file open for writing. Opens on first use and again after `discard`."""

    def __init__(self, path: Path, info: SessionInfo, connect: Connect) -> None:
        self._path = path
        self._info = info
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._synchronous = ""
        """As the connection has it. Setting it costs a turn of the interpreter's lock, which is
        milliseconds on a busy machine, and an event that must be on disk waits for it."""

    def open(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect(self._path)
        try:
            schema.prepare(connection, self._path, info_meta(self._info))
            self._refuse_other_session(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._synchronous = connection, ""
        return connection

    def write_events(self, rows: Sequence[EventRow]) -> None:
        """Durable against power loss once this returns."""
        with self._transaction("FULL") as connection:
            connection.executemany(_ADD_EVENT, _sealed(connection, rows))

    def write_samples(
        self,
        rows: Sequence[SampleRow],
        reached: Mapping[str, Json] | None = None,
        *,
        is_synced: bool = False,
    ) -> None:
        """Durable against a crash of ours; a power loss takes what came since the last `is_synced`
        or the last event.

        `reached` goes into `meta`: how far these rows reach into the source they come from.
        """
        with self._transaction("FULL" if is_synced else "NORMAL") as connection:
            connection.executemany(
                _ADD_TICK,
                {row.t_s: (row.t_s, row.utc_ns, row.mono_ns) for row in rows}.values(),
            )
            connection.executemany(
                _ADD_SAMPLE,
                [
                    (r.figure, r.subject, r.t_s, r.epoch, r.n, r.min, r.mean, r.max)
                    for r in rows
                ],
            )  # fmt: skip
            connection.executemany(
                _SET_META, [(key, to_json(value)) for key, value in (reached or {}).items()]
            )

    def write_stills(self, stills: Sequence[Still]) -> None:
        """As durable as samples."""
        with self._transaction("NORMAL") as connection:
            connection.executemany(
                _ADD_STILL, [(each.t_ms, each.utc_ns, each.why, each.jpeg) for each in stills]
            )

    def add_losses(self, events: int, samples: int, stills: int) -> None:
        """A record that lost something says so itself."""
        losses = {"dropped_events": events, "dropped_samples": samples, "dropped_stills": stills}
        with self._transaction("NORMAL") as connection:
            connection.executemany(
                "UPDATE meta SET value = CAST(value AS INTEGER) + ? WHERE key = ?",
                [(count, key) for key, count in losses.items()],
            )

    def discard(self) -> None:
        """Let go of the connection; the next write opens the file anew."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def fold(self) -> bool:
        """Fold the WAL in, for one plain file that is readable also from a read-only folder.

        False while a reader holds the file open; should it stay, the WAL stays too, and is valid.
        """
        if self._connection is None:
            return True
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            return getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY
        return True

    @contextmanager
    def _transaction(self, synchronous: Literal["FULL", "NORMAL"]) -> Iterator[sqlite3.Connection]:
        connection = self.open()
        if self._synchronous != synchronous:
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            self._synchronous = synchronous
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _refuse_other_session(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("SELECT value FROM meta WHERE key = 'session'").fetchone()
        if found != (to_json(self._info.session),):
            raise NotASessionError(self._path, "it already holds another session")


def _sealed(
    connection: sqlite3.Connection, rows: Sequence[EventRow]
) -> Iterator[tuple[object, ...]]:
    """The rows with their digests, from the head that is in the file now: what was committed is
    the truth, also where the word of it was lost on its way here."""
    newest_seq, head = connection.execute(_NEWEST_EVENT).fetchone() or (0, None)
    before = head or origin(dict(connection.execute("SELECT key, value FROM meta")))
    for row in rows:
        if row[0] <= newest_seq:
            # There already. Should it be another one, a row without a digest breaks the seal.
            yield (*row, None)
            continue
        before = digest_after(before, row)
        yield (*row, before)


def is_full(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == errno.ENOSPC


def explain(error: Exception, path: Path) -> str:
    """Trouble with the disk as a sentence that says what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    sentences = {
        sqlite3.SQLITE_FULL: f"The disk of {path.parent} is full. Free some space.",
        sqlite3.SQLITE_READONLY: f"{path} is read-only. Make the folder writable.",
        sqlite3.SQLITE_CANTOPEN: f"{path} cannot be created. Check the folder and its rights.",
        sqlite3.SQLITE_PERM: f"{path} may not be written. Check the rights of the folder.",
        sqlite3.SQLITE_BUSY: f"{path} is locked by another program. Close that program.",
        sqlite3.SQLITE_LOCKED: f"{path} is locked by another program. Close that program.",
        sqlite3.SQLITE_IOERR: f"The disk of {path.parent} reports an error. Check the disk.",
        sqlite3.SQLITE_CORRUPT: f"{path} is damaged. Keep it for recovery; end the session.",
        sqlite3.SQLITE_NOTADB: f"{path} is not a session file. Move it away.",
    }
    return sentences.get(code, f"{path} cannot be written: {error}")
