"""What stands in the report about the stream: its incidents, switches, uplinks and figures?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import iso_utc
from livedesk.journal.fold.incidents import Incident
from livedesk.journal.fold.measured import FigureStats
from livedesk.journal.fold.summary import Summary
from livedesk.journal.fold.switches import SwitchRow
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.report.grid import Cell, Chapter, Column, Grid, Row, left_out
from livedesk.journal.report.people import drills_grid
from livedesk.journal.report.words import at_utc, joined, plain_number
from livedesk.journal.text import duration, label, shortened, show_time, shown, unit

SIDES: Final = {
    "encoder": "Encoder",
    "path": "Path",
    "sync": "Sync",
    "relay": "Relay",
    "instrument": "Our instrument",
    "person": "Ordered",
    "other": "Other",
}

MAX_INCIDENTS: Final = 100
MAX_SWITCHES: Final = 60
_LONGEST: Final = 220

_PLAIN_NAMES: Final = {"min_kbps": "contract_kbps"}
_NOT_DONE: Final = {"failed": "failed", "open": "not told"}

_INCIDENTS: Final = (
    Column("#", 4, "number"),
    Column("Start", 11, "number"),
    Column("Lasted", 10, "number"),
    Column("What happened", 35),
    Column("What was done, by whom", 22),
    Column("What it meant for viewers", 22),
)
_SWITCHES: Final = (
    Column("Decided", 11, "number"),
    Column("From → to", 15, "strong"),
    Column("Because", 38),
    Column("Detected ms", 9, "number"),
    Column("Publish ms", 8, "number"),
    Column("First keyframe ms", 10, "number"),
    Column("Frames lost", 8, "number"),
    Column("Repeated", 9, "number"),
)
_UPLINKS: Final = (
    Column("Uplink", 20, "strong"),
    Column("Carried", 12, "number"),
    Column("Share of the time on air", 13, "number"),
    Column("Mean kbps", 11, "number"),
    Column("Lowest 5 % kbps", 11, "number"),
    Column("Round trip 95 % ms", 11, "number"),
    Column("Reconnects", 11, "number"),
    Column("Frames dropped", 11, "number"),
)
_FIGURES: Final = (
    Column("Figure", 26, "strong"),
    Column("Unit", 8, "muted"),
    Column("Minimum", 10, "number"),
    Column("5 %", 9, "number"),
    Column("Mean", 9, "number"),
    Column("95 %", 9, "number"),
    Column("Maximum", 10, "number"),
    Column("Measured", 10, "number"),
    Column("Not measured", 10, "number"),
)


def is_fault(incident: Incident) -> bool:
    """Not so a switch that a person ordered, or one back to the better uplink, that came about:
    it is a moment which viewers may have noticed."""
    switch = incident.switch
    return switch is None or switch.is_for_fault or switch.state == "failed"


def incidents_chapter(summary: Summary, words: AsWritten) -> Chapter:
    rows = [
        _incident(place, incident, summary, words)
        for place, incident in enumerate(summary.incidents[:MAX_INCIDENTS], 1)
    ]
    if not rows:
        none = (
            "None: no loss of feed or uplink was recorded, and no measured second was beyond a "
            "limit."
        )
        return Chapter("incidents", "Incidents", [none])
    notes = [
        "Numbers are those in the timeline. What merely follows from another incident is not "
        "listed a second time. A switch that was ordered, or that went back to the better uplink, "
        "is listed as a moment that viewers may have noticed; it is no fault.",
        *left_out(len(rows), len(summary.incidents), "The first"),
    ]
    grid = Grid("Incidents in order of their beginning", _INCIDENTS, rows, notes)
    return Chapter("incidents", "Incidents", grids=[grid])


def incident_words(incident: Incident, words: AsWritten) -> str:
    """The subject is named where it is an uplink; the id of an alarm tells people nothing."""
    cause, subject = words.edit(incident.cause), incident.subject
    return cause if not subject or "." in subject else f"{subject}: {cause}"


def incident_lasted(incident: Incident, summary: Summary) -> str:
    end_ms = summary.length_ms if incident.end_ms is None else incident.end_ms
    told = duration(max(0, end_ms - incident.start_ms) / 1000)
    return f"{told}, to the end" if incident.end_ms is None else told


def _incident(place: int, incident: Incident, summary: Summary, words: AsWritten) -> Row:
    end = "to the end" if incident.end_ms is None else f"to {show_time(incident.end_ms)}"
    start = Cell(show_time(incident.start_ms), f"{at_utc(summary, incident.start_ms)} UTC")
    side = SIDES.get(incident.side, incident.side)
    return (
        str(place),
        start,
        Cell(incident_lasted(incident, summary).partition(",")[0], end),
        Cell(f"{side}. {shortened(incident_words(incident, words), _LONGEST)}", _worst(incident)),
        _done(incident, words),
        words.edit(incident.effect) or "–",
    )


def _done(incident: Incident, words: AsWritten) -> Cell:
    by = ", ".join(filter(None, map(words.name, incident.by.split(", "))))
    return Cell(shortened(words.edit(incident.done), _LONGEST) or "–", f"by {by}" if by else "")


def _worst(incident: Incident) -> str:
    figure = incident.figure
    if figure is None:
        return ""
    value = shown(figure, incident.worst, signed=figure == "skew_ms")
    return f"worst second: {value} {unit(figure)}"


def switches_chapter(summary: Summary, words: AsWritten) -> Chapter:
    rows = [_switch(row, words) for row in summary.switches[-MAX_SWITCHES:]]
    drills = [drills_grid(summary.drills, summary, words)] if summary.drills else []
    if not rows:
        none = "None: the stream stayed on one uplink."
        return Chapter("switches", "Switches", [none], grids=drills)
    notes = [
        "Detected: from the estimated onset of the fault to the decision. Publish and first "
        "keyframe: from the decision until the platform took the publication, and until it had "
        "acknowledged the first keyframe.",
        *left_out(len(rows), len(summary.switches), "The newest"),
    ]
    grid = Grid("Switches between uplinks", _SWITCHES, rows, notes)
    return Chapter("switches", "Switches", grids=[grid, *drills])


def _switch(row: SwitchRow, words: AsWritten) -> Row:
    deciding = ", ".join(_figure(name, value) for name, value in row.deciding.items())
    by = f"by {words.name(row.actor)}" if row.actor else ""
    return (
        Cell(show_time(row.t_ms, tenths=True), f"{iso_utc(row.utc_ns)[11:19]} UTC"),
        f"{row.from_} → {row.to}",
        Cell(
            joined(row.cause_words, shortened(words.edit(row.reason), _LONGEST), sep=". "),
            joined(deciding, by, sep="; "),
        ),
        plain_number(row.detect_ms),
        plain_number(row.publish_ms),
        _keyframe(row),
        plain_number(row.frames_lost),
        plain_number(row.frames_repeated),
    )


def _keyframe(row: SwitchRow) -> str | Cell:
    if row.state == "done":
        return plain_number(row.switch_ms)
    return Cell(_NOT_DONE[row.state], mark="bad" if row.state == "failed" else "unknown")


def _figure(name: str, value: float) -> str:
    """`goodput_kbps` 1480 as "goodput 1,480 kbps": a name carries its unit."""
    what, _, unit_name = _PLAIN_NAMES.get(name, name).rpartition("_")
    return f"{what.replace('_', ' ')} {value:,.0f} {unit_name}".strip()


def uplinks_chapter(summary: Summary) -> Chapter:
    stats = {(s.figure, s.subject): s for s in summary.figures}
    names = dict.fromkeys((*summary.carried_s, *summary.reconnects, *summary.dropped_messages))
    rows = [_uplink(name, summary, stats) for name in names]
    if not rows:
        return Chapter("uplinks", "Uplinks", ["No uplink is in the record."])
    notes = [
        "Goodput is what the far end acknowledged while the uplink carried. An uplink that stands "
        "by sends no media, so it has no rate."
    ]
    grid = Grid("Uplinks side by side", _UPLINKS, rows, notes)
    return Chapter("uplinks", "Uplinks compared", grids=[grid])


def _uplink(name: str, summary: Summary, stats: dict[tuple[str, str], FigureStats]) -> Row:
    carried_s = summary.carried_s.get(name, 0)
    rate, trip = stats.get(("goodput_kbps", name)), stats.get(("rtt_ms", name))
    return (
        name or "–",
        duration(carried_s),
        f"{carried_s / summary.on_air_s:.0%}" if summary.on_air_s else "–",
        shown("goodput_kbps", None if rate is None else rate.mean),
        shown("goodput_kbps", None if rate is None else rate.p05),
        shown("rtt_ms", None if trip is None else trip.p95),
        f"{summary.reconnects.get(name, 0):,}",
        f"{summary.dropped_messages.get(name, 0):,}",
    )


def figures_chapter(summary: Summary) -> Chapter:
    if not summary.figures:
        return Chapter("figures", "Figures", ["No figure was measured in this session."])
    notes = [
        "Minimum and maximum are single readings; 5 %, mean and 95 % are over the means of "
        "measured seconds (nearest rank). The first 2 s are left out."
    ]
    rows = [_stats(each) for each in summary.figures]
    return Chapter("figures", "Figures", grids=[Grid("Figures measured", _FIGURES, rows, notes)])


def _stats(s: FigureStats) -> Row:
    values = [
        shown(s.figure, value, signed=s.figure == "skew_ms")
        for value in (s.min, s.p05, s.mean, s.p95, s.max)
    ]
    name = label(s.figure, s.subject)
    return (name, unit(s.figure), *values, duration(s.measured_s), duration(s.missing_s))
