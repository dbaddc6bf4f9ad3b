"""What stands on the first page, that alone has to tell of the show?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.core.records import SummaryFigure
from livedesk.journal.chain import Seal
from livedesk.journal.fold.incidents import Incident
from livedesk.journal.fold.summary import Summary
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.report.stream import SIDES, incident_lasted, incident_words
from livedesk.journal.text import duration, shortened, show_time

FIRST: Final = (
    "on_air_s", "share_above_min", "worst_skew_ms", "switches",
    "pins_within", "hides_within", "reviews_within", "alarms_per_hour",
)  # fmt: skip
"""The verdict, in the order in which it is asked for."""

MAX_WORST: Final = 4


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


def worst_incidents(summary: Summary, words: AsWritten) -> list[WorstIncident]:
    """The longest, in order of time, with the numbers that they have in the list of all."""
    numbered = list(enumerate(summary.incidents, 1))
    longest = sorted(numbered, key=lambda each: -_lasted_ms(each[1], summary))[:MAX_WORST]
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


def caveats(summary: Summary, seal: Seal) -> list[str]:
    """What keeps the verdict from being the whole truth; the worst first."""
    told: list[str] = []
    if seal.state == "broken":
        told.append(
            f"The seal of this record is broken at event {seal.broken_seq}: it is not as it was "
            "written."
        )
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
