"""From when to when was something away? Pairs of events: lost and back, tripped and cleared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from livedesk.journal.reader import TimedEvent

_CLOSED_BY = {
    "feed.lost": "feed.up",
    "uplink.down": "uplink.up",
    "relay.died": "feed.up",
    "probe.lost": "probe.opened",
    "probe.died": "probe.opened",
    "limit.trip": "limit.clear",
}

NOTHING_CAME = ("feed.lost", "relay.died")
"""From these on no media came from the encoder, until it came back."""

_NO_PATH = "path.none"

SPAN_EVENTS = frozenset((*_CLOSED_BY, *_CLOSED_BY.values(), "uplink.ready"))
"""Those that `spans` looks at."""


@dataclass(frozen=True, slots=True)
class Span:
    """From an event to the one that undoes it; without `end_ms` it lasted to the end."""

    kind: str
    subject: str
    start_ms: int
    end_ms: int | None
    opened: TimedEvent


def spans(events: Iterable[TimedEvent], *, has_standby: bool = False) -> list[Span]:
    """Pair events by kind and subject. Events of a relay may be recorded late, so time decides.

    `has_standby`: an uplink that was left is up again when it could carry again.
    """
    closed_by = [*_CLOSED_BY.items()]
    if has_standby:
        closed_by.append(("uplink.down", "uplink.ready"))
    found: list[Span] = []
    opened: dict[tuple[str, str], TimedEvent] = {}
    for timed in sorted(events, key=lambda e: (e.t_ms, e.event.seq)):
        kind, subject = timed.event.kind, subject_of(timed)
        if kind in _CLOSED_BY:
            opened.setdefault((kind, subject), timed)
        for opening, closing in closed_by:
            if kind == closing and (start := opened.pop((opening, subject), None)) is not None:
                found.append(Span(opening, subject, start.t_ms, timed.t_ms, start))
    found += [Span(kind, subject, e.t_ms, None, e) for (kind, subject), e in opened.items()]
    return sorted(found, key=lambda span: (span.start_ms, span.kind, span.subject))


def subject_of(timed: TimedEvent) -> str:
    """Which alarm or uplink an event is about, as far as it says so."""
    for key in ("alarm", "uplink", "name"):
        if isinstance(value := timed.event.data.get(key), str):
            return value
    return ""


def no_way_out(uplinks: Sequence[str], pairs: Sequence[Span]) -> list[Span]:
    """When nothing could reach the platform: of several uplinks another one may have carried."""
    if len(uplinks) == 1:
        return [span for span in pairs if span.kind == "uplink.down"]
    return [span for span in pairs if span.kind == "limit.trip" and span.subject == _NO_PATH]
