"""Which moments of a session does an editor look for, and how long is each?

Pins, switches and incidents, on the time of the session: a recording that begins with the first
media has them where they happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from livedesk.journal.fold.pins import PinRow
from livedesk.journal.fold.summary import Summary
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.text import one_line

MarkerKind = Literal["pin", "switch", "incident"]

LEAST_MS: Final = 2_000
"""A marker of something sudden is shown so long, or nobody could read it."""


@dataclass(frozen=True, slots=True)
class Marker:
    """[start_ms, end_ms) of the session. `number` counts the markers of its kind from 1."""

    kind: MarkerKind
    number: int
    start_ms: int
    end_ms: int
    title: str
    note: str = ""


def markers(summary: Summary, words: AsWritten) -> list[Marker]:
    """In order of time, then of kind. What was before the first media is at 0."""
    found = [*_pins(summary, words), *_switches(summary, words), *_incidents(summary, words)]
    return sorted(found, key=lambda marker: (marker.start_ms, marker.kind, marker.number))


def _pins(summary: Summary, words: AsWritten) -> Iterator[Marker]:
    """One that was shown lasts until the next is; one that was not is a moment."""
    shown = [row for row in summary.pins if row.pin.shown and row.pin.action == "pin"]
    until = {row.pin.id: _pinned_ms(after) for row, after in pairwise(shown)}
    for number, row in enumerate(summary.pins, 1):
        pin = row.pin
        start_ms = max(0, _pinned_ms(row))
        end_ms = until.get(pin.id, summary.length_ms) if row in shown else start_ms
        title = f"{'Pin' if pin.action == 'pin' else 'Unpin'}: {pin.title or pin.product_id}"
        took = "" if pin.latency_ms is None else f", {pin.latency_ms:.0f} ms after the cue"
        note = f"{pin.state}{took}. {pin.reason}"
        yield _marker("pin", number, start_ms, end_ms, words.edit(title), words.edit(note))


def _pinned_ms(row: PinRow) -> int:
    return row.t_ms + round(row.pin.latency_ms or 0.0)


def _switches(summary: Summary, words: AsWritten) -> Iterator[Marker]:
    for number, row in enumerate(summary.switches, 1):
        title = f"Switch: {row.from_} → {row.to}"
        note = f"{row.state}, because {row.cause_words}. {row.reason}"
        start_ms, end_ms = row.onset_ms, row.end_ms or row.t_ms
        yield _marker("switch", number, start_ms, end_ms, words.edit(title), words.edit(note))


def _incidents(summary: Summary, words: AsWritten) -> Iterator[Marker]:
    # A switch has a marker of its own.
    own = [one for one in summary.incidents if one.switch is None]
    for number, incident in enumerate(own, 1):
        end_ms = summary.length_ms if incident.end_ms is None else incident.end_ms
        title = f"Incident: {incident.side}"
        note = words.edit(" ".join((incident.cause, incident.done, incident.effect)))
        yield _marker("incident", number, incident.start_ms, end_ms, title, note)


def _marker(
    kind: MarkerKind, number: int, start_ms: int, end_ms: int, title: str, note: str
) -> Marker:
    start_ms = max(0, start_ms)
    end_ms = max(end_ms, start_ms + LEAST_MS)
    return Marker(kind, number, start_ms, end_ms, one_line(title), one_line(note))
