"""What happened in a session? The events of its file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from livedesk.core.events import Event
from livedesk.journal.opened import EVENT_COLUMNS, MAX_SEQ, OpenedFile, in_words
from livedesk.journal.rows import row_event
from livedesk.journal.values import EventRow


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event with its place in session time."""

    t_ms: int
    event: Event


class EventReader(OpenedFile):
    """The events of a session file, in order."""

    def events(
        self, after_seq: int = 0, until_seq: int = MAX_SEQ, *, kinds: Collection[str] = ()
    ) -> Iterator[TimedEvent]:
        """Events with after_seq < seq ≤ until_seq in order, all kinds or only those named, whole
        (`pin.failed`) or by their first part (`pin`)."""
        with in_words(self.path):
            for row in self._connection.execute(
                f"SELECT {EVENT_COLUMNS} FROM events "
                f"WHERE seq > ? AND seq <= ? {_of_kinds(kinds)} ORDER BY seq",
                (after_seq, until_seq, *kinds, *kinds),
            ):
                yield TimedEvent(row[1], row_event(row, self.info))

    def people(self) -> list[tuple[str, bool]]:
        """Who acted, in the order of their first acts, and whether as a host, at a pad."""
        with in_words(self.path):
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
        with in_words(self.path):
            rows = self._connection.execute(f"SELECT {EVENT_COLUMNS} FROM events ORDER BY seq")
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
        with in_words(self.path):
            rows = self._connection.execute(
                f"SELECT {EVENT_COLUMNS} FROM events WHERE seq <= ? AND utc_ns >= ? "
                f"AND utc_ns < ? {of_levels} {_of_kinds(kinds)} ORDER BY seq DESC LIMIT ?",
                (until_seq, *utc_ns, *levels, *kinds, *kinds, count),
            ).fetchall()
            return [TimedEvent(row[1], row_event(row, self.info)) for row in reversed(rows)]

    def count_events(self) -> int:
        with in_words(self.path):
            (count,) = self._connection.execute("SELECT count(*) FROM events").fetchone()
            return int(count)


def _of_kinds(kinds: Collection[str]) -> str:
    """A condition that takes the kinds twice: as whole ones, and as first parts."""
    named = f"IN ({','.join('?' * len(kinds))})"
    first_part = "substr(kind, 1, instr(kind, '.') - 1)"
    return f"AND (kind {named} OR {first_part} {named})" if kinds else ""
