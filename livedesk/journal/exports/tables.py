"""The record as tables: which are there, with which columns, in which units?"""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.journal.commerce.tables import commerce_tables
from livedesk.journal.exports.source import Source, in_edition
from livedesk.journal.exports.table import Column, Row, Table
from livedesk.journal.exports.tables_acts import PINS, SWITCHES, pin_lines, switch_lines
from livedesk.journal.exports.tables_alarms import (
    ACTIONS,
    ALARMS,
    DRILLS,
    action_lines,
    alarm_lines,
    drill_lines,
)
from livedesk.journal.exports.tables_queue import QUEUE, RULES, queue_lines, rule_lines
from livedesk.journal.exports.tables_setup import (
    CLOCK,
    SETTINGS,
    STILLS,
    clock_lines,
    setting_lines,
    still_lines,
)
from livedesk.journal.exports.tables_summary import SUMMARY, VERDICT, summary_rows, verdict
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.text import unit, utc_ns_at


def tables(source: Source) -> list[Table]:
    """All of them, in the words of the edition. Their rows are read as they are asked for."""
    sold = [] if source.commerce is None else commerce_tables(source.commerce)
    return [in_edition(table, source.words) for table in (*_tables(source), *sold)]


def _tables(source: Source) -> list[Table]:
    reader, summary = source.reader, source.summary
    return [
        Table("summary", "The session in figures.", SUMMARY, summary_rows(summary, source.seal)),
        Table("verdict", "What was promised, and whether it was kept.", VERDICT, verdict(summary)),
        Table("incidents", "What went wrong, one row each.", _INCIDENTS, _incidents(summary)),
        Table("switches", "When the stream moved, one row each.", SWITCHES, switch_lines(summary)),
        Table("drills", "Switches there and back as a test.", DRILLS, drill_lines(summary)),
        Table("pins", "What was called for, one row each.", PINS, pin_lines(summary)),
        Table(
            "queue", "Comments on which somebody acted, one row each.", QUEUE, queue_lines(summary)
        ),
        Table("rules", "What each rule caught, one row each.", RULES, rule_lines(summary)),
        Table("alarms", "What needed a person, one row each.", ALARMS, alarm_lines(summary)),
        Table("actions", "What people did, one row each.", ACTIONS, action_lines(summary)),
        Table(
            "settings",
            "Settings and limits, and from when on.",
            SETTINGS,
            setting_lines(summary, source.words),
        ),
        Table("clock", "How true the wall clock was.", CLOCK, clock_lines(summary)),
        Table("stills", "Which pictures there are.", STILLS, still_lines(reader, summary)),
        Table("events", "Everything that was written down.", _EVENTS, _events(source)),
        Table(
            "samples",
            "One row per second, figure, uplink and epoch. A missing row is a gap.",
            SAMPLES,
            _samples(reader),
        ),
    ]


_EVENTS = (
    Column("seq", "number of the event, growing; gaps belong to other stores", "int"),
    Column("utc", "wall time", "time"),
    Column("t_s", "session time", "number", "s"),
    Column("kind", "what happened, a stable dotted name", is_word=True),
    Column("level", "info, notice, warning or critical", is_word=True),
    Column("source", "the part that saw or did it", is_word=True),
    Column("actor", "the person who did it, if one did", who="person"),
    Column("text", "the same in a sentence"),
    Column("data", "figures behind the sentence, JSON", is_json=True),
)


def _events(source: Source) -> Iterator[Row]:
    for seq, t_ms, utc_ns, _, kind, level, seen_by, text, actor, data in source.events():
        yield (seq, utc_ns, t_ms / 1000, kind, level, seen_by, actor or "", text, data)


SAMPLES = (
    Column("t_s", "session time", "int", "s"),
    Column("utc", "wall time of the second", "time"),
    Column("figure", "what is measured, see Figures", is_word=True),
    Column("subject", "the uplink, for figures that exist once per uplink"),
    Column("unit", "unit of min, mean and max", is_word=True),
    Column("epoch", "stretch with one continuous timeline; do not join across epochs", "int"),
    Column("n", "readings in this second", "int"),
    Column("min", "smallest reading", "number"),
    Column("mean", "mean of the readings", "number"),
    Column("max", "largest reading", "number"),
)


def _samples(reader: SessionReader) -> Iterator[Row]:
    for figure, subject in reader.subjects():
        unit_name = unit(figure)
        for t_s, utc_ns, _, epoch, n, low, mean, high in reader.raw_samples(figure, subject):
            yield (t_s, utc_ns, figure, subject, unit_name, epoch, n, low, mean, high)


_INCIDENTS = (
    Column("start_utc", "wall time of the start", "time"),
    Column("start_s", "session time of the start", "number", "s"),
    Column("end_s", "session time of the end; empty if it lasted to the end", "number", "s"),
    Column("duration_s", "to the end of the record if it did not end", "number", "s"),
    Column("side", "encoder, path, relay, sync, instrument, person or other", is_word=True),
    Column("figure", "the figure that was beyond its limit", is_word=True),
    Column("subject", "the uplink, if it was about one"),
    Column("worst", "worst second of the figure, in its unit", "number"),
    Column("cause", "in words"),
    Column("done", "what was done about it"),
    Column("by", "who did it", who="person"),
    Column("effect", "what the platform, and so viewers, had of it"),
)


def _incidents(summary: Summary) -> Iterator[Row]:
    for incident in summary.incidents:
        end_ms = summary.length_ms if incident.end_ms is None else incident.end_ms
        yield (
            utc_ns_at(summary, incident.start_ms),
            incident.start_ms / 1000,
            None if incident.end_ms is None else end_ms / 1000,
            (end_ms - incident.start_ms) / 1000,
            incident.side,
            incident.figure or "",
            incident.subject,
            incident.worst,
            incident.cause,
            incident.done,
            incident.by,
            incident.effect,
        )
