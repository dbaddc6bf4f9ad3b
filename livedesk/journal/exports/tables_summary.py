"""The session in figures, as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.core.clock import iso_utc
from livedesk.journal.exports.table import Column, Row
from livedesk.journal.exports.tables_queue import queue_summary_rows
from livedesk.journal.fold.summary import Summary
from livedesk.journal.text import label, number, unit

SUMMARY = (
    Column("item", "what"),
    Column("subject", "the uplink, if it is about one"),
    Column("value", "how much"),
    Column("unit", "of the value"),
    Column("meaning", "how it is counted"),
)


def summary_rows(summary: Summary) -> Iterator[Row]:
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
    yield from _pin_rows(summary)
    yield from queue_summary_rows(summary)
    for stats in summary.figures:
        for name in ("min", "p05", "mean", "p95", "max"):
            yield (
                f"{stats.figure}.{name}",
                stats.subject,
                getattr(stats, name),
                unit(stats.figure),
                f"{name} of {label(stats.figure)}, over {stats.measured_s} measured seconds",
            )


def _pin_rows(summary: Summary) -> Iterator[Row]:
    if not summary.pins:
        return
    figures, budget = summary.pin_latency, number(summary.info.limits.pin_budget_ms)
    share = None if figures.share_within is None else figures.share_within * 100
    yield ("pins.sent", "", figures.sent, "", "pins that were sent, or asked of a person")
    yield ("pins.share_within", "", share, "%", f"read back within {budget} ms of the cue")
    for name in ("shown", "late", "failed", "unknown", "superseded", "refused"):
        yield (f"pins.{name}", "", getattr(figures, name), "", "see the state in pins.csv")
    yield ("pins.unsent", "", figures.unsent, "", "of the late ones: not sent, no time was left")
    for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms"):
        yield (f"pins.{name[:-3]}", "", getattr(figures, name), "ms", "cue to read-back")


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
