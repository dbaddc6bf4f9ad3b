"""What stands on the first page, that alone has to tell of the show?"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.core.records import SummaryFigure
from livedesk.journal.chain import Seal
from livedesk.journal.fold.effects import MEASURING_ONLY, NO_EFFECT
from livedesk.journal.fold.incidents import Incident
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.report.stream import SIDES, incident_lasted, incident_words, is_fault
from livedesk.journal.text import duration, shortened, show_time

FIRST: Final = (
    "on_air_s", "share_above_min", "worst_skew_ms", "switches",
    "pins_within", "hides_within", "reviews_within", "alarms_per_hour",
)  # fmt: skip
"""The verdict, in the order in which it is asked for."""

MAX_WORST: Final = 4
MAX_WORST_BESIDE_STILLS: Final = 3
"""One sheet has no room for more."""

STILLS: Final = 6
_LARGEST_STILL: Final = 60_000
"""Bytes. Those of the preview have some 10,000, so that a page stays one that can be mailed."""

_JPEG: Final = b"\xff\xd8\xff"
_UNFELT: Final = frozenset(("", NO_EFFECT, MEASURING_ONLY))


@dataclass(frozen=True, slots=True)
class WorstIncident:
    number: int
    start: str
    lasted: str
    side: str
    words: str
    effect: str


def first_figures(figures: Sequence[SummaryFigure]) -> list[SummaryFigure]:
    """Those of the verdict that this session has, as large figures."""
    by_key = {figure.key: figure for figure in figures}
    return [by_key[key] for key in FIRST if key in by_key]


def other_figures(figures: Sequence[SummaryFigure]) -> list[SummaryFigure]:
    """The others, as a list in small type."""
    return [figure for figure in figures if figure.key not in FIRST]


def fault_count(summary: Summary) -> int:
    """Of the incidents those that are faults."""
    return sum(map(is_fault, summary.incidents))


def worst_incidents(
    summary: Summary, words: AsWritten, most: int = MAX_WORST
) -> list[WorstIncident]:
    """Faults that viewers may have noticed first, the longest of them, in order of time, with the
    numbers that they have in the list of all."""
    numbered = [each for each in enumerate(summary.incidents, 1) if is_fault(each[1])]
    longest = sorted(
        numbered, key=lambda each: (each[1].effect in _UNFELT, -_lasted_ms(each[1], summary))
    )[:most]
    return [
        WorstIncident(
            number=number,
            start=show_time(incident.start_ms),
            lasted=incident_lasted(incident, summary),
            side=SIDES.get(incident.side, incident.side),
            words=shortened(incident_words(incident, words), 120),
            effect=shortened(words.edit(incident.effect), 90),
        )
        for number, incident in sorted(longest, key=lambda each: each[0])
    ]


def _lasted_ms(incident: Incident, summary: Summary) -> int:
    return (summary.length_ms if incident.end_ms is None else incident.end_ms) - incident.start_ms


@dataclass(frozen=True, slots=True)
class ShownStill:
    """`source`: the picture itself, as an address that needs nothing to be fetched."""

    at: str
    source: str


def shown_stills(reader: SessionReader, summary: Summary) -> list[ShownStill]:
    """A few over the whole show, each the nearest to the middle of its part. None where the record
    has no pictures."""
    part_ms = max(1, summary.length_ms) / STILLS
    wanted = [round(part_ms * (place + 0.5)) for place in range(STILLS)]
    near = (reader.still_near(t_ms) for t_ms in wanted)
    found = {still.t_ms: still for still in near if still is not None}
    return [
        ShownStill(show_time(max(0, t_ms)), _as_source(still.jpeg))
        for t_ms, still in sorted(found.items())
        if still.jpeg.startswith(_JPEG) and len(still.jpeg) <= _LARGEST_STILL
    ]


def _as_source(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"


def caveats(summary: Summary, seal: Seal, salvaged: Sequence[str]) -> list[str]:
    """What keeps the verdict from being the whole truth; the worst first. `salvaged`: what was
    lost, where this is what was saved of a damaged record."""
    told: list[str] = []
    if salvaged:
        told.append(f"This is what could be saved of a damaged record. {' '.join(salvaged)}")
    if seal.state == "broken":
        what = "its end is missing" if seal.noted == "missing" else "it is not as it was written"
        told.append(f"The seal of this record is broken at event {seal.broken_seq}: {what}.")
    if summary.signed_off_utc_ns is None:
        told.append(
            "There is no sign-off in this record: the session was still running, or the engine "
            "ended before it did. Everything here covers the time up to the last record."
        )
    if summary.unmeasured_s:
        told.append(f"About {duration(summary.unmeasured_s)} of the show the record says nothing.")
    if summary.lost_events or summary.lost_samples:
        told.append(
            f"{summary.lost_events:,} events and {summary.lost_samples:,} samples were lost while "
            "the disk could not be written."
        )
    return told
