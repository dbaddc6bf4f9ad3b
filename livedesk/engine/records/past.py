"""What did a session on record look like between two instants? All of it blocks: call it in a
thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.core.tasks import give_way
from livedesk.engine.history import HistorySeries, read_into
from livedesk.journal.reader import SessionReader

_GIVE_WAY_EVERY: Final = 200


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
    found: deque[Event] = deque(maxlen=count)
    with SessionReader.open(path) as reader:
        for place, timed in enumerate(reader.events(kinds=kinds)):
            if from_s <= timed.event.utc_ns / NS_PER_S < to_s:
                found.append(timed.event)
            if place % _GIVE_WAY_EVERY == 0:
                give_way()
    return list(found)
