"""The record as CSV: which tables, which columns, in which units?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from livedesk.core.clock import iso_utc
from livedesk.core.figures import FIGURES
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import to_json
from livedesk.journal.summary import Summary
from livedesk.journal.text import cell, label, number, unit, utc_ns_at

Row = Sequence[str | float | None]
"""Texts and numbers as they are; how a cell is written is decided in one place, `csv_lines`."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the set. `rows` are written as they come, so hours need no memory."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


def tables(reader: SessionReader, summary: Summary) -> list[Table]:
    return [
        Table("summary.csv", "The session in figures.", _SUMMARY, _summary_rows(summary)),
        Table("incidents.csv", "What went wrong, one row each.", _INCIDENTS, _incidents(summary)),
        Table("switches.csv", "When the stream moved, one row each.", _SWITCHES, _moves(summary)),
        Table("events.csv", "Everything that was written down.", _EVENTS, _events(reader)),
        Table(
            "samples.csv",
            "One row per second, figure, uplink and epoch. A missing row is a gap.",
            _SAMPLES,
            _samples(reader),
        ),
    ]


def csv_lines(table: Table) -> Iterator[str]:
    """RFC 4180: comma, CRLF, quotes where needed; UTF-8."""
    yield _line([column.name for column in table.columns])
    for row in table.rows:
        yield _line([cell(value) if isinstance(value, str) else number(value) for value in row])


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


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


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


_SWITCHES = (
    Column("utc", "wall time of the decision"),
    Column("t_s", "session time of the decision, s"),
    Column("from", "the uplink that was left"),
    Column("to", "the uplink that took over"),
    Column("state", "done, failed, or open: its end is not on record"),
    Column("cause", "a stable word, see the architecture's Failover"),
    Column("because", "the cause in words"),
    Column("reason", "what was seen, with the figures that decided"),
    Column("figures", "the same for programs, JSON"),
    Column("actor", "who ordered it, if a person did"),
    Column("onset_utc", "wall time at which the fault began, by estimate"),
    Column("detect_ms", "from there to the decision"),
    Column("publish_ms", "from the decision until the platform took the publication"),
    Column("first_keyframe_ms", "until it had acknowledged the first keyframe"),
    Column("frames_lost", "given up, because too much waited"),
    Column("frames_repeated", "sent again, from the last keyframe on"),
    Column("lost_ms", "media time given up"),
)


def _moves(summary: Summary) -> Iterator[Row]:
    for row in summary.switches:
        yield (
            iso_utc(row.utc_ns),
            row.t_ms / 1000,
            row.from_,
            row.to,
            row.state,
            row.cause,
            row.cause_words,
            row.reason,
            to_json(dict(row.figures)),
            row.actor,
            "" if row.detect_ms is None else iso_utc(row.onset_utc_ns),
            row.detect_ms,
            row.publish_ms,
            row.switch_ms,
            row.frames_lost,
            row.frames_repeated,
            row.lost_ms,
        )


_SUMMARY = (
    Column("item", "what"),
    Column("subject", "the uplink, if it is about one"),
    Column("value", "how much"),
    Column("unit", "of the value"),
    Column("meaning", "how it is counted"),
)


def _summary_rows(summary: Summary) -> Iterator[Row]:
    yield from _session_rows(summary)
    yield from _share_rows(summary)
    if (worst := summary.worst_skew) is not None:
        at = f"at {iso_utc(worst.utc_ns)}; positive: sound early"
        yield ("worst_skew_ms", "", worst.skew_ms, "ms", at)
    for uplink, carried_s in summary.carried_s.items():
        yield ("carried", uplink, carried_s, "s", "seconds on air that this uplink carried")
    for uplink, count in summary.reconnects.items():
        yield ("reconnects", uplink, count, "", "times up again by itself")
    for uplink, count in summary.dropped_messages.items():
        yield ("dropped_messages", uplink, count, "", "frames given up for a slow path")
    for stats in summary.figures:
        for name in ("min", "p05", "mean", "p95", "max"):
            yield (
                f"{stats.figure}.{name}",
                stats.subject,
                getattr(stats, name),
                unit(stats.figure),
                f"{name} of {label(stats.figure)}, over {stats.measured_s} measured seconds",
            )


def _session_rows(summary: Summary) -> Iterator[Row]:
    info = summary.info
    yield ("session", "", info.session, "", "")
    yield ("store", "", info.store, "", info.name)
    yield ("platform", "", info.platform, "", "")
    yield ("start", "", iso_utc(info.started_utc_ns), "", "first media")
    yield ("end", "", iso_utc(summary.end_utc_ns), "", "encoder gone, else sign-off or newest row")
    signed_off_utc_ns = summary.signed_off_utc_ns
    signed_off = "" if signed_off_utc_ns is None else iso_utc(signed_off_utc_ns)
    yield ("signed_off", "", signed_off, "", "empty: the record has no sign-off")
    yield ("length", "", summary.length_ms / 1000, "s", "start to end")
    yield ("on_air", "", summary.on_air_s, "s", "an uplink's far end acknowledged media")
    yield ("off_air", "", summary.off_air_s, "s", "known not to be on air")
    yield ("unmeasured", "", summary.unmeasured_s, "s", "nothing recorded")
    yield ("lost_events", "", summary.lost_events, "", "given up while the disk was away")
    yield ("lost_samples", "", summary.lost_samples, "", "given up while the disk was away")
    for part, version in sorted(info.versions.items()):
        yield ("version", part, version, "", "")


def _share_rows(summary: Summary) -> Iterator[Row]:
    limit = number(summary.info.limits.min_kbps)
    for name, share in (("feed", summary.feed_share), ("goodput", summary.goodput_share)):
        percent = None if share.fraction is None else share.fraction * 100
        meaning = f"seconds at or above {limit} kbps among {share.known_s} known seconds"
        yield (f"{name}_share", "", percent, "%", meaning)
