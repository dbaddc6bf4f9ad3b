"""What does a session file say? Read-only: also while it is written, and after a crash."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from livedesk.core.clock import NS_PER_MS
from livedesk.core.events import Event
from livedesk.journal.chain import Check, Seal
from livedesk.journal.errors import DamagedSessionError, JournalError, NotASessionError
from livedesk.journal.rows import meta_info, row_event
from livedesk.journal.salvage import LAST_NS, LONGEST_MS, MOST, Salvaged, salvage
from livedesk.journal.schema import BUSY_MS, SCHEMA_VERSION, SEALED_SINCE, check
from livedesk.journal.series import Series, bucket_width_s, downsample
from livedesk.journal.values import EventRow, SampleRow, SealedRow, SessionInfo, Still

MAX_SEQ = 2**63 - 1
"""The largest number that SQLite can store."""

_NO_LOCK_TABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

_EVENT_COLUMNS = "seq, t_ms, utc_ns, mono_ns, kind, level, source, text, actor, data"
_STILL_COLUMNS = "t_ms, utc_ns, why, jpeg"


SecondRow = tuple[int, int, float, float, float]
"""One second of a figure in one epoch: t_s, n, min, mean, max."""


_SOUND_TIME = f"utc_ns BETWEEN 0 AND {LAST_NS} AND abs(t_ms) < {LONGEST_MS}"
_UNUSABLE = (
    f"SELECT count(*) FROM events WHERE ({_SOUND_TIME} AND "
    "CASE WHEN json_valid(data) THEN json_type(data) END IS 'object') IS NOT TRUE",
    f"SELECT count(*) FROM (SELECT utc_ns, t_s * 1000 AS t_ms FROM ticks) "
    f"WHERE ({_SOUND_TIME}) IS NOT TRUE",
    f"SELECT count(*) FROM samples WHERE (abs(min) <= {MOST} AND abs(mean) <= {MOST} "
    f"AND abs(max) <= {MOST} AND n > 0) IS NOT TRUE",
)


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The newest row of a file: how far the record reaches."""

    seq: int
    t_ms: int
    utc_ns: int
    mono_ns: int


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event with its place in session time."""

    t_ms: int
    event: Event


class SessionReader:
    """One snapshot of a session file: what is written after opening is not seen.

    Everything that goes wrong while reading is a JournalError with a sentence.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        copy: Path | None = None,
        version: int = SCHEMA_VERSION,
    ) -> None:
        self.path = path
        self.salvaged: Salvaged | None = None
        """What was lost, where this is what could still be read of a damaged file."""
        self._connection = connection
        self._copy = copy
        self._is_sealed_format = version >= SEALED_SINCE
        self.meta = dict(connection.execute("SELECT key, value FROM meta"))
        self.info: SessionInfo = meta_info(self.meta)

    @classmethod
    def open(cls, path: Path) -> SessionReader:
        """Raises NotASessionError or NewerSessionError."""
        if not path.is_file():
            raise NotASessionError(path, "there is no such file")
        with _in_words(path):
            try:
                return cls._begin(path, _connect(path, "mode=ro"))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _NO_LOCK_TABLE:
                    raise
            return cls._open_in_read_only_folder(path)

    @classmethod
    def open_or_salvage(cls, path: Path, folder: Path) -> SessionReader:
        """As `open`; of a damaged file, what can still be read of it, put into a file in `folder`.

        `salvaged` then says what was lost. Raises NotASessionError where nothing can be read, and
        NewerSessionError.
        """
        try:
            reader = cls.open(path)
        except NotASessionError as unreadable:
            if not path.is_file():
                raise
            return cls._of_salvaged(path, folder, unreadable)
        try:
            is_sound = reader.damage() is None and not reader.unusable_rows()
        except NotASessionError:
            is_sound = False
        if is_sound:
            return reader
        reader.close()
        return cls._of_salvaged(path, folder, None)

    @classmethod
    def _of_salvaged(
        cls, path: Path, folder: Path, unreadable: NotASessionError | None
    ) -> SessionReader:
        try:
            salvaged = salvage(path, folder)
        except NotASessionError as nothing:
            if unreadable is None or isinstance(unreadable, DamagedSessionError):
                raise
            raise unreadable from nothing
        reader = cls.open(salvaged.path)
        reader.salvaged = salvaged
        return reader

    @classmethod
    def _open_in_read_only_folder(cls, path: Path) -> SessionReader:
        """SQLite wants to write a lock table beside a WAL file; here it cannot.

        Without a WAL the file is whole and nobody can be writing it. With one, the newest rows
        are in the WAL, so both are copied to where SQLite may work.
        """
        wal = path.with_name(path.name + "-wal")
        if not wal.exists() or wal.stat().st_size == 0:
            return cls._begin(path, _connect(path, "immutable=1"))
        folder = Path(tempfile.mkdtemp(prefix="livedesk-"))
        try:
            shutil.copyfile(path, folder / path.name)
            shutil.copyfile(wal, folder / wal.name)
            return cls._begin(path, _connect(folder / path.name, "mode=ro"), folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    @classmethod
    def _begin(
        cls, path: Path, connection: sqlite3.Connection, copy: Path | None = None
    ) -> SessionReader:
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("BEGIN")
            version = check(connection, path)
            return cls(path, connection, copy, version)
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> SessionReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()
        if self._copy is not None:
            shutil.rmtree(self._copy, ignore_errors=True)

    def events(
        self, after_seq: int = 0, until_seq: int = MAX_SEQ, *, kinds: Collection[str] = ()
    ) -> Iterator[TimedEvent]:
        """Events with after_seq < seq ≤ until_seq in order, all kinds or only those named, whole
        (`pin.failed`) or by their first part (`pin`)."""
        with _in_words(self.path):
            for row in self._connection.execute(
                f"SELECT {_EVENT_COLUMNS} FROM events "
                f"WHERE seq > ? AND seq <= ? {_of_kinds(kinds)} ORDER BY seq",
                (after_seq, until_seq, *kinds, *kinds),
            ):
                yield TimedEvent(row[1], row_event(row, self.info))

    def people(self) -> list[tuple[str, bool]]:
        """Who acted, in the order of their first acts, and whether as a host, at a pad."""
        with _in_words(self.path):
            rows = self._connection.execute(
                "SELECT actor, max(kind = 'pin.cued' AND json_valid(data) "
                "AND json_extract(data, '$.source') IN ('pad', 'web_pad')) "
                "FROM events WHERE actor IS NOT NULL AND actor <> '' "
                "GROUP BY actor ORDER BY min(seq)"
            ).fetchall()
            return [(actor, bool(is_host)) for actor, is_host in rows]

    def raw_events(self) -> Iterator[EventRow]:
        """Events as they stand in the file, in order: for who looks into few of them. Their data
        are JSON that nobody has looked at yet."""
        with _in_words(self.path):
            rows = self._connection.execute(f"SELECT {_EVENT_COLUMNS} FROM events ORDER BY seq")
            # Not from the cursor itself: who stops early would close it, maybe after its file.
            yield from iter(rows.fetchone, None)

    def newest_events(
        self,
        count: int,
        until_seq: int = MAX_SEQ,
        *,
        levels: Collection[str] = (),
        kinds: Collection[str] = (),
        utc_ns: tuple[int, int] = (0, MAX_SEQ),
    ) -> list[TimedEvent]:
        """The newest `count` events with seq ≤ until_seq, of all levels and kinds (as of `events`)
        or only those named, from one wall time on and before another, oldest first."""
        of_levels = f"AND level IN ({','.join('?' * len(levels))})" if levels else ""
        with _in_words(self.path):
            rows = self._connection.execute(
                f"SELECT {_EVENT_COLUMNS} FROM events WHERE seq <= ? AND utc_ns >= ? "
                f"AND utc_ns < ? {of_levels} {_of_kinds(kinds)} ORDER BY seq DESC LIMIT ?",
                (until_seq, *utc_ns, *levels, *kinds, *kinds, count),
            ).fetchall()
            return [TimedEvent(row[1], row_event(row, self.info)) for row in reversed(rows)]

    def count_events(self) -> int:
        with _in_words(self.path):
            (count,) = self._connection.execute("SELECT count(*) FROM events").fetchone()
            return int(count)

    def sealed_rows(self, after_seq: int = 0, until_seq: int = MAX_SEQ) -> Iterator[SealedRow]:
        """Events with after_seq < seq ≤ until_seq as they are in the file, with their digests."""
        digest = "digest" if self._is_sealed_format else "NULL"
        with _in_words(self.path):
            for row in self._connection.execute(
                f"SELECT {_EVENT_COLUMNS}, {digest} FROM events "
                "WHERE seq > ? AND seq <= ? ORDER BY seq",
                (after_seq, until_seq),
            ):
                yield SealedRow(row[:-1], row[-1])

    def seal(self) -> Seal:
        """Looks through all events, one at a time: seconds for a long session."""
        check = Check(self.meta)
        for sealed in self.sealed_rows():
            check.take(sealed.row, sealed.digest)
        return check.result(is_sealed_format=self._is_sealed_format)

    def head(self) -> tuple[str, int]:
        """The newest digest, as it is in the file, and how many events there are."""
        digest = "digest" if self._is_sealed_format else "NULL"
        with _in_words(self.path):
            newest = self._connection.execute(
                f"SELECT {digest}, (SELECT count(*) FROM events) FROM events "
                "ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        return ("", 0) if newest is None else (newest[0] or "", newest[1])

    def stills(self, from_ms: int = 0, to_ms: int = MAX_SEQ) -> Iterator[Still]:
        """Those with from_ms ≤ t_ms < to_ms in order of time."""
        if not self._is_sealed_format:
            return
        with _in_words(self.path):
            for row in self._connection.execute(
                f"SELECT {_STILL_COLUMNS} FROM stills WHERE t_ms >= ? AND t_ms < ? ORDER BY t_ms",
                (from_ms, to_ms),
            ):
                yield Still(*row)

    def still_near(self, t_ms: int) -> Still | None:
        """The one nearest to this instant, however far; None of a session without pictures."""
        if not self._is_sealed_format:
            return None
        columns = f"SELECT {_STILL_COLUMNS} FROM stills WHERE t_ms"
        with _in_words(self.path):
            row = self._connection.execute(
                f"SELECT * FROM (SELECT * FROM ({columns} <= :t ORDER BY t_ms DESC LIMIT 1) "
                f"UNION ALL SELECT * FROM ({columns} > :t ORDER BY t_ms LIMIT 1)) "
                "ORDER BY abs(t_ms - :t) LIMIT 1",
                {"t": t_ms},
            ).fetchone()
        return None if row is None else Still(*row)

    def still_times(self) -> list[tuple[int, str]]:
        """When there is a picture, in ms of the session, and why, without the pictures."""
        if not self._is_sealed_format:
            return []
        with _in_words(self.path):
            return self._connection.execute("SELECT t_ms, why FROM stills ORDER BY t_ms").fetchall()

    def subjects(self) -> list[tuple[str, str]]:
        """Every pair of figure and subject with samples, in order."""
        with _in_words(self.path):
            return self._connection.execute(
                "SELECT DISTINCT figure, subject FROM samples ORDER BY figure, subject"
            ).fetchall()

    def samples(
        self, figure: str, subject: str = "", from_s: int = 0, to_s: int | None = None
    ) -> Iterator[SampleRow]:
        """Rows with from_s ≤ t_s < to_s in order of time and epoch."""
        with _in_words(self.path):
            for row in self._connection.execute(
                "SELECT s.t_s, t.utc_ns, t.mono_ns, s.figure, s.subject, s.epoch, s.n, "
                "s.min, s.mean, s.max FROM samples AS s JOIN ticks AS t ON t.t_s = s.t_s "
                "WHERE s.figure = ? AND s.subject = ? AND s.t_s >= ? AND s.t_s < ? "
                "ORDER BY s.t_s, s.epoch",
                (figure, subject, from_s, MAX_SEQ if to_s is None else to_s),
            ):
                yield SampleRow(*row)

    def seconds(self, figure: str, subject: str = "") -> Iterator[SecondRow]:
        """All rows in order of time and epoch, without their clocks."""
        with _in_words(self.path):
            rows = self._connection.execute(
                "SELECT t_s, n, min, mean, max FROM samples WHERE figure = ? AND subject = ? "
                "ORDER BY t_s, epoch",
                (figure, subject),
            )
            yield from iter(rows.fetchone, None)

    def series(self, figure: str, subject: str, from_s: int, to_s: int, points: int) -> Series:
        """[from_s, to_s) in at most `points` buckets; see `downsample` for what is kept."""
        rows = self.samples(figure, subject, from_s, to_s)
        folded = downsample(rows, bucket_width_s(from_s, to_s, points))
        return Series(figure, subject, tuple(folded))

    def t_s_from(self, utc_ns: int) -> int:
        """Session time of the first recorded second at or after a wall-clock time."""
        with _in_words(self.path):
            (t_s,) = self._connection.execute(
                "SELECT min(t_s) FROM ticks WHERE utc_ns >= ?", (utc_ns,)
            ).fetchone()
        return self.end().t_ms // 1000 + 1 if t_s is None else int(t_s)

    def end(self) -> SessionEnd:
        """The newest row; a session without any row ends where it started."""
        start = (0, self.info.started_utc_ns, self.info.started_mono_ns)
        with _in_words(self.path):
            (seq,) = self._connection.execute("SELECT max(seq) FROM events").fetchone()
            newest = self._connection.execute(
                "SELECT t_ms, utc_ns, mono_ns FROM events UNION ALL "
                "SELECT t_s * 1000, utc_ns, mono_ns FROM "
                "(SELECT * FROM ticks ORDER BY t_s DESC LIMIT 1) ORDER BY t_ms DESC LIMIT 1"
            ).fetchone()
        t_ms, utc_ns, mono_ns = max(start, newest or start)
        return SessionEnd(seq=seq or 0, t_ms=t_ms, utc_ns=utc_ns, mono_ns=mono_ns)

    def start_mono_ns(self) -> int:
        """Session start on the monotonic clock of the newest event (it restarts with the machine).

        Events keep session time in whole milliseconds, so a smaller difference is rounding.
        """
        began_ns = self.info.started_mono_ns
        with _in_words(self.path):
            newest = self._connection.execute(
                "SELECT mono_ns - t_ms * 1000000 FROM events ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        if newest is None or abs(newest[0] - began_ns) < NS_PER_MS:
            return began_ns
        return int(newest[0])

    @property
    def lost(self) -> tuple[int, int]:
        """Events and samples that the writer had to give up while the disk was away."""
        return int(self.meta["dropped_events"]), int(self.meta["dropped_samples"])

    @property
    def lost_stills(self) -> int:
        return int(self.meta.get("dropped_stills", 0))

    def damage(self) -> str | None:
        """What SQLite's own integrity check finds wrong, or None."""
        with _in_words(self.path):
            (verdict,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        return None if verdict == "ok" else str(verdict)

    def unusable_rows(self) -> int:
        """Rows that SQLite finds nothing wrong with, and that make no sense all the same: a bit
        of a time, of a number or of JSON was flipped. Raises NotASessionError for a text that is
        none."""
        with _in_words(self.path):
            for _ in self._connection.execute(f"SELECT {_EVENT_COLUMNS} FROM events"):
                pass  # every text is decoded on the way
            return sum(self._connection.execute(each).fetchone()[0] for each in _UNUSABLE)


_TROUBLE = {
    sqlite3.SQLITE_NOTADB: "it is no database, or its beginning is damaged",
    sqlite3.SQLITE_CORRUPT: "it is damaged (livedesk recover saves what can still be read)",
    sqlite3.SQLITE_IOERR: "the disk reports an error, or the file is cut off",
    sqlite3.SQLITE_BUSY: "another program holds it",
}


def _of_kinds(kinds: Collection[str]) -> str:
    """A condition that takes the kinds twice: as whole ones, and as first parts."""
    named = f"IN ({','.join('?' * len(kinds))})"
    first_part = "substr(kind, 1, instr(kind, '.') - 1)"
    return f"AND (kind {named} OR {first_part} {named})" if kinds else ""


def _connect(path: Path, how: str) -> sqlite3.Connection:
    # A reader may be opened in one worker thread and read in another, never in two at once.
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{how}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except JournalError:
        raise
    except (sqlite3.Error, OSError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise DamagedSessionError(path, _TROUBLE.get(code, str(error))) from error
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedSessionError(path, f"its content does not make sense ({error!r})") from error
