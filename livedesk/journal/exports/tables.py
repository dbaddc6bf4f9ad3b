"""The record as CSV: which tables, which columns, in which units?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from livedesk.core.clock import iso_utc
from livedesk.core.figures import FIGURES
from livedesk.journal.exports.table import Column, Row, Table
from livedesk.journal.exports.tables_acts import PINS, SWITCHES, pin_lines, switch_lines
from livedesk.journal.exports.tables_queue import QUEUE, RULES, queue_lines, rule_lines
from livedesk.journal.exports.tables_summary import SUMMARY, summary_rows
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import to_json
from livedesk.journal.text import cell, unit, utc_ns_at


def tables(reader: SessionReader, summary: Summary) -> list[Table]:
    return [
        Table("summary.csv", "The session in figures.", SUMMARY, summary_rows(summary)),
        Table("incidents.csv", "What went wrong, one row each.", _INCIDENTS, _incidents(summary)),
        Table(
            "switches.csv", "When the stream moved, one row each.", SWITCHES, switch_lines(summary)
        ),
        Table("pins.csv", "What was called for, one row each.", PINS, pin_lines(summary)),
        Table(
            "queue.csv",
            "Comments on which somebody acted, one row each.",
            QUEUE,
            queue_lines(summary),
        ),
        Table("rules.csv", "What each rule caught, one row each.", RULES, rule_lines(summary)),
        Table("events.csv", "Everything that was written down.", _EVENTS, _events(reader)),
        Table(
            "samples.csv",
            "One row per second, figure, uplink and epoch. A missing row is a gap.",
            _SAMPLES,
            _samples(reader),
        ),
    ]


def readme(summary: Summary, listed: Iterable[Table]) -> str:
    """What the columns mean and how the figures are defined."""
    info = summary.info
    lines = [
        f"livedesk session {cell(info.session)} of {cell(info.name)} ({cell(info.store)})",
        f"First media at {iso_utc(info.started_utc_ns)}.",
        "",
        "CSV after RFC 4180, UTF-8, decimal point, times in UTC. t_s is session time: seconds",
        "since first media on a monotonic clock, so clock corrections do not move it.",
        "A text that a spreadsheet would take for a formula has a leading apostrophe.",
    ]
    for table in listed:
        width = max(len(column.name) for column in table.columns)
        lines += ["", table.name, f"  {table.about}"]
        lines += [f"  {column.name:<{width}}  {column.meaning}" for column in table.columns]
    width = max(map(len, FIGURES))
    lines += ["", "Figures"]
    lines += [f"  {f.name:<{width}}  {f.unit:<5} {f.definition}" for f in FIGURES.values()]
    return "\n".join(lines) + "\n"


_EVENTS = (
    Column("seq", "number of the event, growing; gaps belong to other stores"),
    Column("utc", "wall time"),
    Column("t_s", "session time, s"),
    Column("kind", "what happened, a stable dotted name"),
    Column("level", "info, notice, warning or critical"),
    Column("source", "the part that saw or did it"),
    Column("actor", "the person who did it, if one did"),
    Column("text", "the same in a sentence"),
    Column("data", "figures behind the sentence, JSON"),
)


def _events(reader: SessionReader) -> Iterator[Row]:
    for timed in reader.events():
        event = timed.event
        yield (
            event.seq,
            iso_utc(event.utc_ns),
            timed.t_ms / 1000,
            event.kind,
            event.level,
            event.source,
            event.actor or "",
            event.text,
            to_json(event.data),
        )


_SAMPLES = (
    Column("t_s", "session time, whole s"),
    Column("utc", "wall time of the second"),
    Column("figure", "what is measured, see Figures"),
    Column("subject", "the uplink, for figures that exist once per uplink"),
    Column("unit", "unit of min, mean and max"),
    Column("epoch", "stretch with one continuous timeline; do not join across epochs"),
    Column("n", "readings in this second"),
    Column("min", "smallest reading"),
    Column("mean", "mean of the readings"),
    Column("max", "largest reading"),
)


def _samples(reader: SessionReader) -> Iterator[Row]:
    for figure, subject in reader.subjects():
        fixed = (figure, subject, unit(figure))
        for row in reader.samples(figure, subject):
            yield (
                row.t_s,
                iso_utc(row.utc_ns),
                *fixed,
                row.epoch,
                row.n,
                row.min,
                row.mean,
                row.max,
            )


_INCIDENTS = (
    Column("start_utc", "wall time of the start"),
    Column("start_s", "session time of the start, s"),
    Column("end_s", "session time of the end, s; empty if it lasted to the end"),
    Column("duration_s", "s; to the end of the record if it did not end"),
    Column("side", "encoder, path, relay, sync, instrument, person or other"),
    Column("figure", "the figure that was beyond its limit"),
    Column("subject", "the uplink, if it was about one"),
    Column("worst", "worst second of the figure, in its unit"),
    Column("cause", "in words"),
)


def _incidents(summary: Summary) -> Iterator[Row]:
    for incident in summary.incidents:
        end_ms = summary.length_ms if incident.end_ms is None else incident.end_ms
        yield (
            iso_utc(utc_ns_at(summary, incident.start_ms)),
            incident.start_ms / 1000,
            "" if incident.end_ms is None else end_ms / 1000,
            (end_ms - incident.start_ms) / 1000,
            incident.side,
            incident.figure or "",
            incident.subject,
            incident.worst,
            incident.cause,
        )
