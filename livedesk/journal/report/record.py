"""What stands in the report about the record: what was in force, what is missing, is it whole?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from livedesk.core.clock import iso_utc
from livedesk.core.figures import FIGURES
from livedesk.core.ladder import SkewLadder
from livedesk.journal.chain import Seal
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader, TimedEvent
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.report.grid import Cell, Chapter, Column, Grid, Row, left_out
from livedesk.journal.report.words import at_utc, joined
from livedesk.journal.salvaging.salvage import SALVAGED_META
from livedesk.journal.text import duration, shortened, show_time, shown

MAX_EVENTS: Final = 500
MAX_LOUD: Final = 150
"""A page that nobody can scroll serves nobody; the rest is in the CSV, and the page says so."""

MAX_SETTINGS: Final = 200
MAX_GAPS: Final = 100

_EVENTS: Final = (
    Column("Show time", 10, "number"),
    Column("UTC", 9, "number"),
    Column("Level", 10),
    Column("Kind", 20, "code"),
    Column("What happened", 51),
)
_GAPS: Final = (
    Column("From", 20, "number"),
    Column("To", 20, "number"),
    Column("UTC", 20, "number"),
    Column("Lasted", 20, "number"),
)
_LIMITS: Final = (Column("Limit", 60), Column("In force", 40, "number"))
_SETTINGS: Final = (
    Column("From", 12, "number"),
    Column("Setting", 44, "code"),
    Column("Value", 44, "code"),
)
_CLOCK: Final = (
    Column("From", 14, "number"),
    Column("Ahead of true time ms", 16, "number"),
    Column("Give or take ms", 14, "number"),
    Column("Synchronised", 16),
    Column("Asked", 40),
)

_SYNCHRONISED: Final[dict[bool | None, Cell]] = {
    True: Cell("yes", mark="good"),
    False: Cell("no", mark="look"),
    None: Cell("not known", mark="unknown"),
}
_NOTED: Final = {
    "": "",
    "held": "The audit trail noted a head at the end of the session, and it is in this record.",
    "missing": "The head that the audit trail noted at the end of the session is not in it.",
}
_LIMIT_SETTING: Final = "limits."


def events_chapter(reader: SessionReader, words: AsWritten) -> Chapter:
    newest = reader.newest_events(MAX_EVENTS)
    loud = reader.newest_events(MAX_LOUD, levels=("notice", "warning", "critical"))
    by_seq = {timed.event.seq: timed for timed in (*loud, *newest)}
    listed = sorted(by_seq.values(), key=lambda timed: (timed.t_ms, timed.event.seq))
    if not listed:
        return Chapter("events", "Events", ["No event was recorded."])
    which = f"The newest {MAX_EVENTS:,}, and the newest {MAX_LOUD:,} above info, together"
    grid = Grid(
        "Events in order of session time",
        _EVENTS,
        [_event(timed, words) for timed in listed],
        left_out(len(listed), reader.count_events(), which),
        [timed.event.level for timed in listed],
    )
    return Chapter("events", "Events", grids=[grid])


def _event(timed: TimedEvent, words: AsWritten) -> Row:
    event = timed.event
    text = shortened(words.edit(event.text), 600)
    by = words.name(event.actor)
    return (
        show_time(timed.t_ms, tenths=True),
        iso_utc(event.utc_ns)[11:19],
        event.level,
        event.kind,
        f"{text} ({by})" if by else text,
    )


def unmeasured_chapter(summary: Summary) -> Chapter:
    told = [
        "Skew compares the timestamps of sound and picture. A lip-sync error made before the "
        "encoder keeps those timestamps intact and cannot be seen here."
    ]
    if summary.lost_events or summary.lost_samples:
        told.insert(
            0,
            f"While the disk could not be written, {summary.lost_events:,} events and "
            f"{summary.lost_samples:,} samples were lost.",
        )
    never = [name for name in FIGURES if name not in {s.figure for s in summary.figures}]
    if never:
        names = ", ".join(FIGURES[name].label for name in never)
        told.append(f"Never measured in this session: {names}.")
    if not summary.gaps:
        return Chapter(
            "unmeasured", "What could not be measured",
            ["The record covers every second of the session."], notes=told,
        )  # fmt: skip
    rows: list[Row] = [
        (
            show_time(gap.start_s * 1000),
            show_time(gap.end_s * 1000),
            at_utc(summary, gap.start_s * 1000),
            duration(gap.end_s - gap.start_s),
        )
        for gap in summary.gaps[:MAX_GAPS]
    ]
    notes = [
        "About these stretches the record says nothing: the relay forwards without the engine, "
        "but nobody wrote down what it saw. They count neither as good nor as bad.",
        *left_out(len(rows), len(summary.gaps), "The first"),
    ]
    grid = Grid("Stretches without a record", _GAPS, rows, notes, percent=60)
    return Chapter("unmeasured", "What could not be measured", grids=[grid], notes=told)


def limits_chapter(summary: Summary, words: AsWritten) -> Chapter:
    limits, ladder = summary.info.limits, SkewLadder(summary.info.limits.max_skew_ms)
    rows: list[Row] = [
        ("Rate of feed and uplink, at least", f"{shown('feed_kbps', limits.min_kbps)} kbps"),
        ("Cue to pin, at most", f"{limits.pin_budget_ms:,.0f} ms"),
        ("Comment to hidden, at most", f"{limits.hide_target_s:g} s"),
        ("Comment to a person's decision, at most", f"{limits.review_target_s:g} s"),
        ("A/V skew, critical", f"±{shown('skew_ms', limits.max_skew_ms)} ms"),
        ("A/V skew, warning", _pair(ladder.warning_ms)),
        ("A/V skew, notice", _pair(ladder.notice_ms)),
    ]
    grids = [Grid("Limits in force when the session began", _LIMITS, rows, percent=60)]
    settings: list[Row] = [
        (
            show_time(max(0, row.t_ms)),
            row.name,
            shortened(words.setting(row.name, row.value), 200) or "not set any more",
        )
        for row in summary.settings
        if row.t_ms > 0 or not row.name.startswith(_LIMIT_SETTING)
    ]
    if settings:
        notes = ["A setting holds until a later line of the same name."]
        notes += left_out(MAX_SETTINGS, len(settings), "The first")
        grids.append(Grid("Settings in force", _SETTINGS, settings[:MAX_SETTINGS], notes))
    if summary.clock:
        grids.append(_clock(summary, words))
    return Chapter("limits", "Limits and settings in force", grids=grids)


def _pair(bounds: tuple[float, float]) -> str:
    low, high = (shown("skew_ms", bound, signed=True) for bound in bounds)
    return f"{high} / {low} ms"


def _clock(summary: Summary, words: AsWritten) -> Grid:
    rows: list[Row] = [
        (
            show_time(max(0, row.t_ms)),
            "–" if row.offset_ms is None else f"{row.offset_ms:+,.1f}".replace("-", "−"),
            "–" if row.error_ms is None else f"{row.error_ms:,.1f}",
            _SYNCHRONISED[row.synchronised],
            shortened(words.edit(row.source), 120),
        )
        for row in summary.clock[-50:]
    ]
    return Grid("The wall clock of this record", _CLOCK, rows)


def seal_words(seal: Seal) -> tuple[str, str]:
    """In two or three words, and in sentences."""
    head = joined(f"Its head is {seal.head}." if seal.head else "", _NOTED[seal.noted], sep=" ")
    if seal.state == "intact":
        older = (
            f" {seal.unsealed_events:,} events of an older format are not covered."
            if seal.unsealed_events
            else ""
        )
        return "intact", (
            f"Each of the {seal.sealed_events:,} sealed events has the digest that follows from "
            f"it and from all before it: none was changed, taken out or put in since. {head}{older}"
        )
    if seal.state == "broken" and seal.noted == "missing":
        return "BROKEN", (
            f"It ends before what the engine noted when the session ended: from event "
            f"{seal.broken_seq} on, events are missing or are not as they were written. {head}"
        )
    if seal.state == "broken":
        return "BROKEN", (
            f"From event {seal.broken_seq} on this record is not as it was written: an event was "
            f"changed, taken out or put in. Nothing after it can be relied upon. {head}"
        )
    return "without a seal", (
        "This record is of a format that had no seal: whether it was changed since cannot be told."
    )


def salvaged_words(reader: SessionReader) -> list[str]:
    """What was lost, where the file is what was saved of a damaged one."""
    try:
        return msgspec.json.decode(reader.meta.get(SALVAGED_META, "[]"), type=list[str])
    except msgspec.DecodeError:
        return ["What was lost is not told."]


def seal_chapter(seal: Seal, salvaged: Sequence[str]) -> Chapter:
    """A seal that is intact says nothing of rows that are missing at the end, nor of samples."""
    return Chapter(
        "seal",
        "Is this record as it was written?",
        [seal_words(seal)[1], *_of_the_damage(salvaged)],
        notes=[
            "Digests are SHA-256 over an event's content and the digest before it. At sign-off the "
            "engine notes the head in its audit trail; “livedesk verify” compares them."
        ],
    )


def _of_the_damage(salvaged: Sequence[str]) -> list[str]:
    if not salvaged:
        return []
    return [
        "This file was made of what could be read of a damaged record. The seal speaks of the "
        "events that are left; of the figures and pictures it says nothing.",
        *salvaged,
    ]


def definitions_chapter() -> Chapter:
    own = (
        ("On air", "Seconds in which an uplink's far end acknowledged media; where a connection "
         "has just begun to carry, by the first rate that it had. Off air: known not to be. "
         "Unmeasured: nothing recorded."),
        ("Share above the limit", "Seconds whose mean was at or above the limit, among the "
         "seconds whose value is known. Seconds in which the feed or the only uplink is recorded "
         "as gone count as below. The first 2 s, in which the measuring windows fill, are left "
         "out."),
        ("50 %, 95 %, 99 %", "Percentiles of the nearest rank: so many of all were as fast or "
         "faster, so each is a time that somebody waited."),
    )  # fmt: skip
    measured = [(figure.label, figure.definition) for figure in FIGURES.values()]
    return Chapter("definitions", "Definitions", terms=[*own, *measured])
