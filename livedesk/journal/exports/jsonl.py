"""The record as JSON Lines: one object a line, its `type` first, readable as a stream."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from livedesk.core.clock import iso_utc
from livedesk.core.events import Json
from livedesk.core.status import Limits
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import to_json
from livedesk.journal.text import unit

JSONL_VERSION = 1


def json_lines(reader: SessionReader, summary: Summary) -> Iterator[str]:
    """`schema` line, then `session`, `event`, `sample`, `incident`, `switch`, `pin`, `item`,
    `warning`, `summary`."""
    yield _line("schema", {"name": "livedesk-session", "version": JSONL_VERSION})
    yield _line("session", _session(summary))
    for timed in reader.events():
        event = timed.event
        fields: dict[str, Json] = {
            "seq": event.seq,
            "utc": iso_utc(event.utc_ns),
            "utc_ns": event.utc_ns,
            "mono_ns": event.mono_ns,
            "t_ms": timed.t_ms,
            "kind": event.kind,
            "level": event.level,
            "source": event.source,
            "actor": event.actor,
            "text": event.text,
            "data": event.data,
        }
        yield _line("event", fields)
    yield from _samples(reader)
    yield from _incidents(summary)
    yield from _switches(summary)
    yield from _pins(summary)
    yield from _queue(summary)
    yield _line("summary", _summary(summary))


def _line(kind: str, fields: dict[str, Json]) -> str:
    return to_json({"type": kind, **fields}) + "\n"


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


def _samples(reader: SessionReader) -> Iterator[str]:
    for figure, subject in reader.subjects():
        for row in reader.samples(figure, subject):
            fields: dict[str, Json] = {
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
            }
            yield _line("sample", fields)


def _incidents(summary: Summary) -> Iterator[str]:
    for incident in summary.incidents:
        fields: dict[str, Json] = {
            "start_ms": incident.start_ms,
            "end_ms": incident.end_ms,
            "side": incident.side,
            "cause": incident.cause,
            "figure": incident.figure,
            "subject": incident.subject,
            "worst": incident.worst,
        }
        yield _line("incident", fields)


def _switches(summary: Summary) -> Iterator[str]:
    for row in summary.switches:
        fields: dict[str, Json] = {
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
        }
        yield _line("switch", fields)


def _pins(summary: Summary) -> Iterator[str]:
    for row in summary.pins:
        yield _line("pin", {"t_ms": row.t_ms, **msgspec.to_builtins(row.pin)})


def _queue(summary: Summary) -> Iterator[str]:
    for row in summary.queue:
        fields: dict[str, Json] = {
            "t_ms": row.t_ms,
            "hide_ms": row.hide_ms,
            "review_s": row.review_s,
            "overturned": row.item.is_overturned,
            **msgspec.to_builtins(row.item),
        }
        yield _line("item", fields)
    for t_ms, warning in summary.warnings:
        yield _line("warning", {"t_ms": t_ms, **msgspec.to_builtins(warning)})


def _summary(summary: Summary) -> dict[str, Json]:
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
    }
