"""When did the stream move? Instants that plots mark with a line and a word."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event

SWITCH = "failover.switch"


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant (Unix seconds) and what happened in a word or two."""

    t: float
    label: str


def switch_marks(events: tuple[Event, ...], store: str) -> tuple[Mark, ...]:
    """One for each switch that the events tell of, the oldest first."""
    return tuple(
        Mark(event.utc_ns / NS_PER_S, f"→ {event.data.get('to', '')}".rstrip())
        for event in events
        if event.kind == SWITCH and event.store == store
    )
