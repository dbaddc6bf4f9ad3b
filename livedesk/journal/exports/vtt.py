"""The markers as WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format", section 4): a track of
metadata or chapters for a player that shows the recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from livedesk.core.clock import iso_utc
from livedesk.journal.exports.markers import Marker
from livedesk.journal.text import one_line


def vtt_lines(name: str, started_utc_ns: int, markers: Iterable[Marker]) -> Iterator[str]:
    """A cue a marker. Its identifier is `pin-1`, `switch-1` or `incident-1`."""
    yield f"WEBVTT {_text(one_line(name))}\n\n"
    yield f"NOTE\nTimes count from the first media, {iso_utc(started_utc_ns)}.\n\n"
    for marker in markers:
        yield f"{marker.kind}-{marker.number}\n"
        yield f"{_time(marker.start_ms)} --> {_time(marker.end_ms)}\n"
        note = f"\n{_text(marker.note)}" if marker.note else ""
        yield f"{_text(marker.title)}{note}\n\n"


def _text(line: str) -> str:
    """Cue text knows tags and entities; without `>` nothing in it is an arrow either."""
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(t_ms: int) -> str:
    seconds, thousandths = divmod(t_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{thousandths:03d}"
