"""What did a session on record look like between two instants? All of it blocks: call it in a
thread."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.engine.history import HistorySeries, read_into
from livedesk.journal.reader import SessionReader


def history_of(path: Path, from_s: float, to_s: float, points: int) -> list[HistorySeries]:
    """Times in seconds since 1970 (UTC). Raises JournalError."""
    found: dict[tuple[str, str], HistorySeries] = {}
    read_into(found, path, from_s, to_s, points)
    return list(found.values())


def events_of(
    path: Path, from_s: float, to_s: float, kinds: Collection[str], count: int
) -> list[Event]:
    """The newest `count` between two instants, oldest first; kinds as of `SessionReader.events`.
    Raises JournalError."""
    between_ns = round(from_s * NS_PER_S), round(to_s * NS_PER_S)
    with SessionReader.open(path) as reader:
        newest = reader.newest_events(count, kinds=kinds, utc_ns=between_ns)
        return [timed.event for timed in newest]
