"""The markers as a CMX 3600 edit decision list, for Resolve, Premiere, Avid and what reads those.

A marker is an event of the recording onto itself. Two notes name it: `* LOC:`, as Avid writes
locators and OpenTimelineIO reads them, and `|C: |M: |D:`, as Resolve exports and imports timeline
markers. The list has no frame rate of its own; a comment tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from livedesk.journal.exports.markers import Marker, MarkerKind
from livedesk.journal.exports.timecode import FrameRate
from livedesk.journal.text import one_line, shortened

EVENTS_A_LIST: Final = 999
"""An event has a number of three digits; more markers than that go into further lists."""

_NOTE_LENGTH: Final = 200
_TITLE_LENGTH: Final = 60

_LOCATOR_COLOURS: Final[dict[MarkerKind, str]] = {
    "pin": "GREEN",
    "switch": "BLUE",
    "incident": "RED",
}
_RESOLVE_COLOURS: Final[dict[MarkerKind, str]] = {
    "pin": "Green",
    "switch": "Blue",
    "incident": "Red",
}


def edl_lists(
    name: str, markers: Sequence[Marker], rate: FrameRate, start_timecode: str, *, is_measured: bool
) -> list[str]:
    """One list, or as many as the markers need. Raises WrongTimecodeError."""
    start = rate.frame_of(start_timecode)
    rate_told = f"{rate.name} FRAMES A SECOND{'' if is_measured else ' (NOT MEASURED)'}"
    chunks = [
        markers[at : at + EVENTS_A_LIST] for at in range(0, max(1, len(markers)), EVENTS_A_LIST)
    ]
    return [
        "".join(_list(_title(name, number, len(chunks)), chunk, rate, start, rate_told))
        for number, chunk in enumerate(chunks, 1)
    ]


def _title(name: str, number: int, count: int) -> str:
    part = f" {number} of {count}" if count > 1 else ""
    return f"{shortened(one_line(name), _TITLE_LENGTH)}{part}"


def _list(
    title: str, chunk: Sequence[Marker], rate: FrameRate, start: int, rate_told: str
) -> Iterator[str]:
    yield f"TITLE: {title}\n"
    yield f"FCM: {'DROP FRAME' if rate.is_drop else 'NON-DROP FRAME'}\n"
    yield f"* {rate_told}\n\n"
    for number, marker in enumerate(chunk, 1):
        first = start + rate.frame_at(marker.start_ms)
        length = max(1, rate.frame_at(marker.end_ms) - rate.frame_at(marker.start_ms))
        at, end = rate.timecode(first), rate.timecode(first + length)
        title = shortened(_note(marker.title), _NOTE_LENGTH)
        note = shortened(_note(marker.note), _NOTE_LENGTH)
        yield f"{number:03d}  AX       V     C        {at} {end} {at} {end}\n"
        yield f"* LOC: {at} {_LOCATOR_COLOURS[marker.kind]:<7} {title}\n"
        # The note stands first; a blank keeps one that begins with digits from being an event.
        yield f" {note} |C:ResolveColor{_RESOLVE_COLOURS[marker.kind]} |M:{title} |D:{length}\n\n"


def _note(text: str) -> str:
    return text.replace("|", "¦")
