"""What does a session file say? Read-only: also while it is written, and after a crash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.journal.errors import DamagedSessionError, NotASessionError
from livedesk.journal.opened import EVENT_COLUMNS, in_words
from livedesk.journal.reader_events import EventReader, TimedEvent
from livedesk.journal.reader_samples import SampleReader, SecondRow
from livedesk.journal.reader_seal import SealReader
from livedesk.journal.reader_stills import StillReader
from livedesk.journal.salvaging.salvage import LAST_NS, LONGEST_MS, MOST, Salvaged, salvage

__all__ = ["SecondRow", "SessionEnd", "SessionReader", "TimedEvent"]

_SOUND_TIME = f"utc_ns BETWEEN 0 AND {LAST_NS} AND abs(t_ms) < {LONGEST_MS}"
_TICK_BEFORE = (
    "SELECT t_s, utc_ns, next_s FROM (SELECT t_s, utc_ns, lead(t_s) OVER later AS next_s, "
    "lead(utc_ns) OVER later AS next_ns FROM ticks WINDOW later AS (ORDER BY t_s)) "
    "WHERE utc_ns <= :at AND (next_ns IS NULL OR next_ns > :at "
    f"OR (next_ns < utc_ns AND :at < utc_ns + {NS_PER_S})) ORDER BY t_s LIMIT 1"
)
_UNUSABLE = (
    f"SELECT count(*) FROM events WHERE ({_SOUND_TIME} AND "
    "CASE WHEN json_valid(data) THEN json_type(data) END IS 'object') IS NOT TRUE",
    f"SELECT count(*) FROM (SELECT utc_ns, t_s * 1000 AS t_ms FROM ticks) "
    f"WHERE ({_SOUND_TIME}) IS NOT TRUE",
    f"SELECT count(*) FROM samples WHERE (abs(min) <= {MOST} AND abs(mean) <= {MOST} "
    f"AND abs(max) <= {MOST} AND n > 0) IS NOT TRUE",
)


_NEWEST = 5_000
"""Events that are put in line later may be of an earlier time, but not by so many."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The newest row of a file: how far the record reaches."""

    seq: int
    t_ms: int
    utc_ns: int
    mono_ns: int


class SessionReader(EventReader, SampleReader, StillReader, SealReader):
    """A session file, opened (`opened.py`): its events, samples, stills and seal, and how far it
    reaches."""

    salvaged: Salvaged | None = None
    """What was lost, where this is what could still be read of a damaged file."""

    @classmethod
    def open_or_salvage(cls, path: Path, folder: Path) -> Self:
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
    def _of_salvaged(cls, path: Path, folder: Path, unreadable: NotASessionError | None) -> Self:
        try:
            salvaged = salvage(path, folder)
        except NotASessionError as nothing:
            if unreadable is None or isinstance(unreadable, DamagedSessionError):
                raise
            raise unreadable from nothing
        reader = cls.open(salvaged.path)
        reader.salvaged = salvaged
        return reader

    def t_s_from(self, utc_ns: int) -> int:
        """Session time of the first recorded second at or after a wall-clock time."""
        with in_words(self.path):
            (t_s,) = self._connection.execute(
                "SELECT min(t_s) FROM ticks WHERE utc_ns >= ?", (utc_ns,)
            ).fetchone()
        return self.end().t_ms // 1000 + 1 if t_s is None else int(t_s)

    def t_ms_at(self, utc_ns: int) -> int:
        """Session time of a wall-clock time, to the ms. Of a time that the clock showed twice,
        because it was set back, the first; one that it left out is where it was set forward."""
        with in_words(self.path):
            found = self._connection.execute(_TICK_BEFORE, {"at": utc_ns}).fetchone()
        if found is None:
            return (utc_ns - self.info.started_utc_ns) // NS_PER_MS
        t_s, tick_ns, next_s = found
        t_ms = t_s * 1000 + (utc_ns - tick_ns) // NS_PER_MS
        return int(t_ms if next_s is None else min(t_ms, next_s * 1000))

    def utc_ns_at(self, t_ms: int) -> int:
        """What the wall clock showed then: it may have been set in the show."""
        with in_words(self.path):
            tick = self._connection.execute(
                "SELECT t_s, utc_ns FROM ticks WHERE t_s <= ? ORDER BY t_s DESC LIMIT 1",
                (t_ms // 1000,),
            ).fetchone()
        t_s, utc_ns = tick or (0, self.info.started_utc_ns)
        return int(utc_ns + (t_ms - t_s * 1000) * NS_PER_MS)

    def end(self) -> SessionEnd:
        """The newest row; a session without any row ends where it started. Raises
        DamagedSessionError for one so late that no session lasts so long."""
        start = (0, self.info.started_utc_ns, self.info.started_mono_ns)
        with in_words(self.path):
            (seq,) = self._connection.execute("SELECT max(seq) FROM events").fetchone()
            newest = self._connection.execute(
                "SELECT t_ms, utc_ns, mono_ns FROM "
                f"(SELECT * FROM events ORDER BY seq DESC LIMIT {_NEWEST}) UNION ALL "
                "SELECT t_s * 1000, utc_ns, mono_ns FROM "
                "(SELECT * FROM ticks ORDER BY t_s DESC LIMIT 1) ORDER BY t_ms DESC LIMIT 1"
            ).fetchone()
        t_ms, utc_ns, mono_ns = max(start, newest or start)
        if t_ms >= LONGEST_MS:
            raise DamagedSessionError(self.path, "its times make no sense")
        return SessionEnd(seq=seq or 0, t_ms=t_ms, utc_ns=utc_ns, mono_ns=mono_ns)

    def start_mono_ns(self) -> int:
        """Session start on the monotonic clock of the newest event (it restarts with the machine).

        Events keep session time in whole milliseconds, so a smaller difference is rounding.
        """
        began_ns = self.info.started_mono_ns
        with in_words(self.path):
            newest = self._connection.execute(
                "SELECT mono_ns - t_ms * 1000000 FROM events ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        if newest is None or abs(newest[0] - began_ns) < NS_PER_MS:
            return began_ns
        return int(newest[0])

    @property
    def lost(self) -> tuple[int, int]:
        """Events and samples that the writer had to give up while the disk was away."""
        return self._given_up("events"), self._given_up("samples")

    @property
    def lost_stills(self) -> int:
        return self._given_up("stills")

    def _given_up(self, what: str) -> int:
        """A count that damage took away is none: the rest of the record is worth reading."""
        count = self.meta.get(f"dropped_{what}", "0")
        return int(count) if count.isdecimal() else 0

    def damage(self) -> str | None:
        """What SQLite's own integrity check finds wrong, or None."""
        with in_words(self.path):
            (verdict,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        return None if verdict == "ok" else str(verdict)

    def unusable_rows(self) -> int:
        """Rows that SQLite finds nothing wrong with, and that make no sense all the same: a bit
        of a time, of a number or of JSON was flipped. Raises NotASessionError for a text that is
        none."""
        with in_words(self.path):
            for _ in self._connection.execute(f"SELECT {EVENT_COLUMNS} FROM events"):
                pass  # every text is decoded on the way
            return sum(self._connection.execute(each).fetchone()[0] for each in _UNUSABLE)
