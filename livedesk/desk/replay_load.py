"""What of a session on record is fetched once, when it is opened? Curves, events and incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.core.records import SessionFigures
from livedesk.desk.errors import RefusedError
from livedesk.desk.record_client import RecordClient
from livedesk.desk.replay_marks import ReplayMark, marks_of
from livedesk.desk.timeline import RECALLED
from livedesk.desk.wire import History

OVERVIEW_POINTS: Final = 3_600
PAGE_EVENTS: Final = 5_000
"""The engine tells no more at a time."""

MOST_PAGES: Final = 4

KINDS: Final = (
    *(kind for kind in RECALLED if kind != "pin"), "order", "operator", "compliance", "relay",
    "pin.confirmed", "pin.late", "pin.failed", "pin.unknown", "pin.refused", "pin.by_hand",
)  # fmt: skip
"""What a show is read by. Of a pin only how it ended: the steps before are in its status."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """`is_fine`: each recorded second has a point of its own."""

    history: History
    events: tuple[Event, ...]
    marks: tuple[ReplayMark, ...]
    is_fine: bool


async def load(client: RecordClient, session: str, begin_s: float, end_s: float) -> Loaded:
    """Raises DeskError; without its incidents a session can be seen all the same."""
    history = await client.history(session, begin_s, end_s + 1.0, OVERVIEW_POINTS)
    events = await _events(client, session, end_s + 1.0)
    figures: SessionFigures | None = None
    try:
        figures = await client.figures(session)
    except RefusedError:
        figures = None
    is_fine = end_s - begin_s + 1.0 <= OVERVIEW_POINTS
    return Loaded(history, events, marks_of(events, figures, end_s), is_fine)


async def fine_part(client: RecordClient, session: str, begin_s: float, end_s: float) -> History:
    """A stretch as it was recorded, second by second. Raises DeskError."""
    return await client.history(session, begin_s, end_s, max(1, round(end_s - begin_s) + 2))


async def _events(client: RecordClient, session: str, until_s: float) -> tuple[Event, ...]:
    """The newest first asked for, page by page; the oldest first in the end."""
    found: dict[int, Event] = {}
    for _ in range(MOST_PAGES):
        page = await client.events(session, 0.0, until_s, KINDS, PAGE_EVENTS)
        new = [event for event in page if event.seq not in found]
        found |= {event.seq: event for event in new}
        if len(page) < PAGE_EVENTS or not new:
            break
        until_s = min(event.utc_ns for event in new) / NS_PER_S
    return tuple(sorted(found.values(), key=lambda event: (event.utc_ns, event.seq)))
