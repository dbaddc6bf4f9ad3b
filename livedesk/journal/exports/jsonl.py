"""The record as JSON Lines: one object a line, its `type` first, readable as a stream.

What each type holds is in `jsonl_schema`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import Final, cast

import msgspec

from livedesk.core.clock import iso_utc
from livedesk.core.events import Json
from livedesk.core.status import Limits
from livedesk.journal.commerce.tables import commerce_tables
from livedesk.journal.commerce.values import Commerce
from livedesk.journal.exports.source import Source
from livedesk.journal.exports.table import Cell, Column
from livedesk.journal.fold.settings import SettingRow
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.rows import to_json
from livedesk.journal.text import unit

JSONL_VERSION: Final = 2

_Line = tuple[str, dict[str, Json]]


def json_lines(source: Source) -> Iterator[str]:
    """First `schema` and `session`, then everything that was recorded (`event`, `sample`), what it
    amounts to (`incident` … `clock`), and `summary` as the last."""
    yield _line("schema", {"name": "livedesk-session", "version": JSONL_VERSION})
    recorded = chain(
        _events(source),
        _samples(source.reader),
        _derived(source.summary, source.words),
        _sold(source.commerce),
    )
    about: _Line = ("session", _session(source.summary))
    for kind, fields in chain([about], source.progress.through(recorded)):
        yield _line(kind, _in_brand(fields, source.words) if source.words.is_brand else fields)
    yield _line("summary", _summary(source))


def _in_brand(fields: dict[str, Json], words: AsWritten) -> dict[str, Json]:
    # Through JSON, so that tuples are lists and nothing in them is passed over.
    told = words.data(msgspec.json.decode(msgspec.json.encode(fields)))
    return cast("dict[str, Json]", told)


def _line(kind: str, fields: dict[str, Json]) -> str:
    return to_json({"type": kind, **fields}) + "\n"


def _events(source: Source) -> Iterator[_Line]:
    for event in source.events():
        seq, t_ms, utc_ns, mono_ns, kind, level, seen_by, text, actor, data = event
        yield (
            "event",
            {
                "seq": seq,
                "utc": iso_utc(utc_ns),
                "utc_ns": utc_ns,
                "mono_ns": mono_ns,
                "t_ms": t_ms,
                "kind": kind,
                "level": level,
                "source": seen_by,
                "actor": actor,
                "text": text,
                "data": msgspec.json.decode(data),
            },
        )


def _session(summary: Summary) -> dict[str, Json]:
    info = summary.info
    return {
        "session": info.session,
        "store": info.store,
        "name": info.name,
        "platform": info.platform,
        "sandbox": info.sandbox,
        "started_utc": iso_utc(info.started_utc_ns),
        "started_utc_ns": info.started_utc_ns,
        "started_mono_ns": info.started_mono_ns,
        "limits": {name: getattr(info.limits, name) for name in Limits.__dataclass_fields__},
        "uplinks": list(info.uplinks),
        "versions": dict(info.versions),
    }


def _samples(reader: SessionReader) -> Iterator[_Line]:
    for figure, subject in reader.subjects():
        for row in reader.samples(figure, subject):
            yield (
                "sample",
                {
                    "t_s": row.t_s,
                    "utc_ns": row.utc_ns,
                    "figure": figure,
                    "subject": subject,
                    "unit": unit(figure),
                    "epoch": row.epoch,
                    "n": row.n,
                    "min": row.min,
                    "mean": row.mean,
                    "max": row.max,
                },
            )


def _derived(summary: Summary, words: AsWritten) -> Iterator[_Line]:
    for incident in summary.incidents:
        # A switch has a line of its own.
        yield "incident", msgspec.to_builtins(replace(incident, switch=None))
    yield from _switches(summary)
    for pin in summary.pins:
        yield "pin", {"t_ms": pin.t_ms, **msgspec.to_builtins(pin.pin)}
    yield from _queue(summary)
    for t_ms, warning in summary.warnings:
        yield "warning", {"t_ms": t_ms, **msgspec.to_builtins(warning)}
    for kind, rows in (
        ("alarm", summary.alarms),
        ("drill", summary.drills),
        ("action", summary.actions),
        ("setting", [_setting(row, words) for row in summary.settings]),
        ("clock", summary.clock),
    ):
        for row in rows:
            yield kind, msgspec.to_builtins(row)


def _setting(row: SettingRow, words: AsWritten) -> SettingRow:
    return replace(row, value=words.setting(row.name, row.value))


def _sold(commerce: Commerce | None) -> Iterator[_Line]:
    """The rows of its tables."""
    for table in [] if commerce is None else commerce_tables(commerce):
        for row in table.rows:
            cells = zip(table.columns, row, strict=True)
            yield table.name, {column.name: _told(column, value) for column, value in cells}


def _told(column: Column, value: Cell) -> Json:
    if isinstance(value, Decimal):
        return float(value)  # JSON knows no other; 15 digits of it are exact
    is_time = column.kind == "time" and isinstance(value, int)
    return iso_utc(cast(int, value)) if is_time else value


def _switches(summary: Summary) -> Iterator[_Line]:
    for row in summary.switches:
        yield (
            "switch",
            {
                "t_ms": row.t_ms,
                "utc": iso_utc(row.utc_ns),
                "utc_ns": row.utc_ns,
                "from": row.from_,
                "to": row.to,
                "state": row.state,
                "cause": row.cause,
                "because": row.cause_words,
                "reason": row.reason,
                "figures": dict(row.figures),
                "actor": row.actor,
                "onset_utc": None if row.detect_ms is None else iso_utc(row.onset_utc_ns),
                "detect_ms": row.detect_ms,
                "publish_ms": row.publish_ms,
                "switch_ms": row.switch_ms,
                "frames_lost": row.frames_lost,
                "frames_repeated": row.frames_repeated,
                "lost_ms": row.lost_ms,
            },
        )


def _queue(summary: Summary) -> Iterator[_Line]:
    for row in summary.queue:
        item = row.item
        yield (
            "item",
            {
                "t_ms": row.t_ms,
                "hide_ms": row.hide_ms,
                "review_s": row.review_s_of(item),
                "overturned": item.is_overturned,
                **msgspec.to_builtins(item),
            },
        )


def _summary(source: Source) -> dict[str, Json]:
    summary, seal = source.summary, source.seal
    worst = summary.worst_skew
    return {
        "signed_off": summary.signed_off_utc_ns is not None,
        "end_utc": iso_utc(summary.end_utc_ns),
        "length_ms": summary.length_ms,
        "on_air_s": summary.on_air_s,
        "off_air_s": summary.off_air_s,
        "unmeasured_s": summary.unmeasured_s,
        "gaps_s": [[gap.start_s, gap.end_s] for gap in summary.gaps],
        "feed_share": summary.feed_share.fraction,
        "goodput_share": summary.goodput_share.fraction,
        "worst_skew_ms": None if worst is None else worst.skew_ms,
        "worst_skew_t_s": None if worst is None else worst.t_s,
        "pins": msgspec.to_builtins(summary.pin_latency),
        "moderation": msgspec.to_builtins(summary.queue_figures),
        "reconnects": dict(summary.reconnects),
        "dropped_messages": dict(summary.dropped_messages),
        "lost_events": summary.lost_events,
        "lost_samples": summary.lost_samples,
        "seal": seal.state,
        "seal_head": seal.head,
    }
