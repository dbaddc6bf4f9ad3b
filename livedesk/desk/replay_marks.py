"""What in a session is worth a mark on the scrubber, and worth a step there?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.core.records import SessionFigures
from livedesk.desk.looks import Look
from livedesk.desk.timeline import SWITCH, Timeline

MarkKind = Literal["incident", "alarm", "switch", "pin"]
MARK_KINDS: tuple[MarkKind, ...] = ("incident", "alarm", "switch", "pin")

_PINS: dict[str, Look] = {
    "pin.confirmed": "ok", "pin.late": "warning", "pin.failed": "critical",
    "pin.unknown": "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReplayMark:
    """Something at `t` (Unix seconds), or from there `until`."""

    t: float
    until: float
    kind: MarkKind
    look: Look
    text: str


def marks_of(
    events: tuple[Event, ...], figures: SessionFigures | None, end_s: float
) -> tuple[ReplayMark, ...]:
    """In order of time. Without figures there are no incidents to be marked."""
    timeline = Timeline()
    timeline.recall(events)
    found = [*_incidents(figures, end_s), *_alarms(timeline, end_s), *_instants(events)]
    return tuple(sorted(found, key=lambda mark: (mark.t, mark.kind)))


def _incidents(figures: SessionFigures | None, end_s: float) -> Iterator[ReplayMark]:
    if figures is None:
        return
    begin_s = figures.started_utc_ns / NS_PER_S
    for each in figures.incidents:
        until = end_s if each.end_ms is None else begin_s + each.end_ms / 1000
        yield ReplayMark(begin_s + each.start_ms / 1000, until, "incident", "critical", each.cause)


def _alarms(timeline: Timeline, end_s: float) -> Iterator[ReplayMark]:
    for entry in timeline.between(0.0, end_s + 1.0):
        if entry.alarm:
            yield ReplayMark(entry.t, entry.lasts(end_s), "alarm", entry.look, entry.text)


def _instants(events: tuple[Event, ...]) -> Iterator[ReplayMark]:
    for event in events:
        t = event.utc_ns / NS_PER_S
        if event.kind == SWITCH:
            yield ReplayMark(t, t, "switch", "notice", event.text)
        elif event.kind in _PINS:
            yield ReplayMark(t, t, "pin", _PINS[event.kind], event.text)
