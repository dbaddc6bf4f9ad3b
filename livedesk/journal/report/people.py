"""What stands in the report about people: which alarms called them, and what did they do?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import iso_utc
from livedesk.core.records import Mark
from livedesk.journal.fold.actions import ActionRow
from livedesk.journal.fold.alarms import AlarmRow
from livedesk.journal.fold.drills import DrillRow
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.report.grid import Cell, Chapter, Column, Grid, Row, left_out
from livedesk.journal.report.words import at_utc, joined
from livedesk.journal.text import duration, shortened, show_time

MAX_ALARMS: Final = 80
MAX_ACTIONS: Final = 100
CHECK_KINDS: Final = ("check.signed", "check.standing")

_PRIORITIES: Final[dict[str, Mark]] = {"high": "bad", "medium": "look", "low": "unknown"}

_ALARMS: Final = (
    Column("First", 11, "number"),
    Column("Priority", 9, "strong"),
    Column("Cause", 38),
    Column("Times", 6, "number"),
    Column("Stood", 10, "number"),
    Column("Seen by", 14),
    Column("Put aside", 14),
)
_ACTIONS: Final = (
    Column("At", 9, "number"),
    Column("UTC", 9, "number"),
    Column("Who", 14, "strong"),
    Column("What", 68),
)
_DRILLS: Final = (
    Column("At", 11, "number"),
    Column("Result", 12, "strong"),
    Column("How far it came", 45),
    Column("Gaps ms", 16, "number"),
    Column("By", 16),
)
_CHECKS: Final = _ACTIONS

_DRILL_MARKS: Final[dict[str, Mark]] = {"passed": "good", "failed": "bad", "open": "unknown"}
_IN_OTHER_TABLES: Final = ("pin.", "moderation.", "show.", "check.")


def alarms_chapter(summary: Summary, words: AsWritten) -> Chapter:
    alarms = [row for row in summary.alarms if row.lives]
    if not alarms:
        return Chapter("alarms", "Alarms", ["None was raised in this session."])
    hours = summary.length_ms / 3_600_000
    raised = summary.alarms_raised
    per_hour = f", {raised / hours:.1f} an hour" if hours >= 1 else ""
    told = f"{raised} alarm{'s' * (raised != 1)} began in the session{per_hour}"
    grid = Grid(
        "Alarms in order of their first beginning",
        _ALARMS,
        [_alarm(row, summary, words) for row in alarms[:MAX_ALARMS]],
        left_out(min(len(alarms), MAX_ALARMS), len(alarms), "The first"),
    )
    return Chapter("alarms", "Alarms", [f"{told}."], grids=[grid])


def _alarm(row: AlarmRow, summary: Summary, words: AsWritten) -> Row:
    is_open = row.cleared_ms is None
    seen = Cell("not by anybody", mark="look")
    if row.acknowledged_ms is not None:
        seen = Cell(
            words.name(row.acknowledged_by) or "yes", f"at {show_time(row.acknowledged_ms)}"
        )
    aside = Cell("")
    if row.shelved_ms is not None:
        by = words.name(row.shelved_by)
        aside = Cell(joined(f"by {by}" if by else "", shortened(words.edit(row.shelved_why), 120)))
    return (
        Cell(show_time(row.first_ms), f"{at_utc(summary, row.first_ms)} UTC"),
        Cell(row.priority, mark=_PRIORITIES.get(row.priority, "look")),
        Cell(
            shortened(words.edit(row.cause) or row.id, 300),
            shortened(words.edit(" ".join(row.notes)), 200),
        ),
        str(row.count),
        Cell(duration(row.stood_ms(summary.length_ms) / 1000), "stands" if is_open else ""),
        seen,
        aside,
    )


def actions_chapter(summary: Summary, words: AsWritten) -> Chapter:
    """Cues and decisions in the queue stand with pins and comments; they would bury the rest."""
    acts = [row for row in summary.actions if not row.act.startswith(_IN_OTHER_TABLES)]
    listed = acts[-MAX_ACTIONS:]
    others = len(summary.actions) - len(acts)
    told = [
        f"{others:,} cues, orders in the run of show, checks and decisions in the queue stand with "
        "pins, comments and the check."
    ] * bool(others)
    if not listed:
        return Chapter("actions", "What people did", ["No order was given.", *told])
    grid = Grid(
        "Acts in order of time",
        _ACTIONS,
        [_act(row, summary, words) for row in listed],
        [*told, *left_out(len(listed), len(acts), "The newest")],
    )
    return Chapter("actions", "What people did", grids=[grid])


def _act(row: ActionRow, summary: Summary, words: AsWritten) -> Row:
    return (
        show_time(row.t_ms, tenths=True),
        iso_utc(row.utc_ns)[11:19],
        words.name(row.actor),
        Cell(shortened(words.edit(row.text), 400), shortened(words.edit(row.outcome), 300)),
    )


def drills_grid(drills: tuple[DrillRow, ...], summary: Summary, words: AsWritten) -> Grid:
    rows: list[Row] = [
        (
            Cell(show_time(row.t_ms), f"{at_utc(summary, row.t_ms)} UTC"),
            Cell(
                "end not told" if row.state == "open" else row.state, mark=_DRILL_MARKS[row.state]
            ),
            shortened(words.edit(row.step), 300),
            ", ".join(f"{gap:,.0f}" for gap in row.gaps_ms) or "–",
            words.name(row.actor),
        )
        for row in drills[-50:]
    ]
    return Grid("Drills: the stream moved there and back, as a test", _DRILLS, rows)


def check_chapter(reader: SessionReader, words: AsWritten) -> Chapter | None:
    rows: list[Row] = [
        (
            show_time(timed.t_ms, tenths=True),
            iso_utc(timed.event.utc_ns)[11:19],
            words.name(timed.event.actor) or "–",
            shortened(words.edit(timed.event.text), 2_000),
        )
        for timed in reader.events(kinds=CHECK_KINDS)
    ]
    if not rows:
        return None
    grid = Grid("What was signed before the show", _CHECKS, rows[-50:])
    return Chapter("check", "Check before the show", grids=[grid])
