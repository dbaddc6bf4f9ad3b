"""Alarms, drills and what people did, as tables: one row each."""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.journal.exports.table import Column, Row
from livedesk.journal.fold.summary import Summary
from livedesk.journal.text import utc_ns_at

ALARMS = (
    Column("alarm", "its id"),
    Column("priority", "high, medium or low, at its newest beginning", is_word=True),
    Column("first_utc", "wall time of its first beginning", "time"),
    Column("first_s", "session time of that", "number", "s"),
    Column("last_s", "session time of its newest beginning", "number", "s"),
    Column("cleared_s", "session time of its end; empty: it stood at the end", "number", "s"),
    Column("stood_s", "all of the time in which it stood", "number", "s"),
    Column("begun", "how often it began", "int"),
    Column("count", "how often its condition came in that time", "int"),
    Column("acknowledged_by", "who last acknowledged it", who="person"),
    Column("acknowledged_s", "session time of that", "number", "s"),
    Column("shelved_by", "who last put it aside", who="person"),
    Column("shelved_s", "session time of that", "number", "s"),
    Column("shelved_until", "until when", "time"),
    Column("shelved_why", "why, in that person's words"),
    Column("cause", "in words"),
    Column("action", "what was to be done"),
    Column("notes", "what else is to be known"),
)


def alarm_lines(summary: Summary) -> Iterator[Row]:
    for row in summary.alarms:
        yield (
            row.id,
            row.priority,
            utc_ns_at(summary, row.first_ms),
            row.first_ms / 1000,
            row.last_ms / 1000,
            seconds(row.cleared_ms),
            row.stood_ms(summary.length_ms) / 1000,
            len(row.lives),
            row.count,
            row.acknowledged_by,
            seconds(row.acknowledged_ms),
            row.shelved_by,
            seconds(row.shelved_ms),
            row.shelved_until_utc_ns,
            row.shelved_why,
            row.cause,
            row.action,
            " ".join(row.notes),
        )


ACTIONS = (
    Column("utc", "wall time", "time"),
    Column("t_s", "session time", "number", "s"),
    Column("actor", "who did it", who="person"),
    Column("act", "what, a stable dotted word", is_word=True),
    Column("subject", "the alarm, uplink, product or comment that it was about"),
    Column("text", "the same in a sentence"),
    Column("outcome", "why an order was not carried out; empty: it was"),
)


def action_lines(summary: Summary) -> Iterator[Row]:
    for row in summary.actions:
        yield (row.utc_ns, row.t_ms / 1000, row.actor, row.act, row.subject, row.text, row.outcome)


DRILLS = (
    Column("utc", "wall time of its beginning", "time"),
    Column("t_s", "session time of that", "number", "s"),
    Column("actor", "who ordered it", who="person"),
    Column("state", "passed, failed, or open: its end is not on record", is_word=True),
    Column("step", "how far it came, in words"),
    Column("end_s", "session time of its end", "number", "s"),
    Column("worst_gap_ms", "the longest gap that a switch of it made", "number", "ms"),
    Column("switches", "of which a gap is known", "int"),
)


def drill_lines(summary: Summary) -> Iterator[Row]:
    for row in summary.drills:
        yield (
            row.utc_ns,
            row.t_ms / 1000,
            row.actor,
            row.state,
            row.step,
            seconds(row.end_ms),
            max(row.gaps_ms, default=None),
            len(row.gaps_ms),
        )


def seconds(t_ms: int | None) -> float | None:
    return None if t_ms is None else t_ms / 1000
