"""The session in figures, as a table: one figure or one fact a row."""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.core.clock import iso_utc
from livedesk.core.status import Limits
from livedesk.journal.chain import Seal
from livedesk.journal.exports.table import Column, Row
from livedesk.journal.fold.figures import figures_of
from livedesk.journal.fold.summary import Summary
from livedesk.journal.text import label, number, unit

SUMMARY = (
    Column("item", "what", is_word=True),
    Column("subject", "the uplink, if it is about one"),
    Column("value", "how much", "number"),
    Column("text", "the fact, where it is no number"),
    Column("unit", "of the value", is_word=True),
    Column("meaning", "how it is counted"),
)


VERDICT = (
    Column("key", "a stable word; two sessions can be compared by it", is_word=True),
    Column("title", "what"),
    Column("value", "how much; empty: not known", "number"),
    Column("unit", "of the value", is_word=True),
    Column("text", "the same for people", is_word=True),
    Column("mark", "good, look, bad or unknown", is_word=True),
    Column("word", "the mark in words", is_word=True),
    Column("note", "how it is counted, and what it is made of"),
    Column("better", "which of two is better: high or low; empty: neither", is_word=True),
)


def verdict(summary: Summary) -> Iterator[Row]:
    for one in figures_of(summary):
        yield (
            one.key,
            one.title,
            one.value,
            one.unit,
            one.text,
            one.mark,
            one.word,
            one.note,
            one.better or "",
        )


def summary_rows(summary: Summary, seal: Seal) -> Iterator[Row]:
    yield from _session_rows(summary)
    yield from _seal_rows(seal)
    yield from _share_rows(summary)
    if (worst := summary.worst_skew) is not None:
        at = f"at {iso_utc(worst.utc_ns)}; positive: sound early"
        yield measure("worst_skew_ms", worst.skew_ms, "ms", at)
    for uplink, carried_s in summary.carried_s.items():
        yield measure("carried", carried_s, "s", "on air, carried by this uplink", uplink)
    for uplink, count in summary.reconnects.items():
        yield measure("reconnects", count, "", "times up again by itself", uplink)
    for uplink, count in summary.dropped_messages.items():
        yield measure("dropped_messages", count, "", "frames given up for a slow path", uplink)
    yield from _pin_rows(summary)
    yield from _queue_rows(summary)
    for stats in summary.figures:
        for name in ("min", "p05", "mean", "p95", "max"):
            yield measure(
                f"{stats.figure}.{name}",
                getattr(stats, name),
                unit(stats.figure),
                f"{name} of {label(stats.figure)}, over {stats.measured_s} measured seconds",
                stats.subject,
            )


def measure(item: str, value: float | None, unit_name: str, meaning: str, subject: str = "") -> Row:
    return (item, subject, value, "", unit_name, meaning)


def _fact(item: str, text: str, meaning: str = "", subject: str = "") -> Row:
    return (item, subject, None, text, "", meaning)


def _pin_rows(summary: Summary) -> Iterator[Row]:
    if not summary.pins:
        return
    figures, budget = summary.pin_latency, number(summary.info.limits.pin_budget_ms)
    share = None if figures.share_within is None else figures.share_within * 100
    yield measure("pins.sent", figures.sent, "", "pins that were sent, or asked of a person")
    yield measure("pins.share_within", share, "%", f"read back within {budget} ms of the cue")
    for name in ("shown", "late", "failed", "unknown", "superseded", "refused"):
        yield measure(f"pins.{name}", getattr(figures, name), "", "see the state of each pin")
    yield measure("pins.unsent", figures.unsent, "", "of the late ones: not sent, no time was left")
    for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms"):
        yield measure(f"pins.{name[:-3]}", getattr(figures, name), "ms", "cue to read-back")


def _session_rows(summary: Summary) -> Iterator[Row]:
    info = summary.info
    signed_off_utc_ns = summary.signed_off_utc_ns
    signed_off = "" if signed_off_utc_ns is None else iso_utc(signed_off_utc_ns)
    yield _fact("session", info.session)
    yield _fact("store", info.store)
    yield _fact("name", info.name)
    yield _fact("platform", info.platform)
    yield _fact("start", iso_utc(info.started_utc_ns), "first media")
    yield _fact("end", iso_utc(summary.end_utc_ns), "encoder gone, else sign-off or newest row")
    yield _fact("signed_off", signed_off, "empty: the record has no sign-off")
    yield measure("length", summary.length_ms / 1000, "s", "start to end")
    yield measure("on_air", summary.on_air_s, "s", "an uplink's far end acknowledged media")
    yield measure("off_air", summary.off_air_s, "s", "known not to be on air")
    yield measure("unmeasured", summary.unmeasured_s, "s", "nothing recorded")
    yield measure("lost_events", summary.lost_events, "", "given up while the disk was away")
    yield measure("lost_samples", summary.lost_samples, "", "given up while the disk was away")
    for part, version in sorted(info.versions.items()):
        yield _fact("version", version, subject=part)
    for name in Limits.__dataclass_fields__:
        yield measure(f"limit.{name}", getattr(info.limits, name), "", "in force at the start")


def _seal_rows(seal: Seal) -> Iterator[Row]:
    meaning = "intact: every sealed event is as it was written; see the architecture's Journal"
    yield _fact("seal", seal.state, meaning)
    yield _fact("seal_head", seal.head, "digest that stands for all sealed events")
    yield measure("sealed_events", seal.sealed_events, "", "under the seal")
    yield measure("unsealed_events", seal.unsealed_events, "", "of a livedesk without a seal")
    if seal.broken_seq is not None:
        meaning = "number of the first event that is not as it was written"
        yield measure("seal_broken_at", seal.broken_seq, "", meaning)


def _share_rows(summary: Summary) -> Iterator[Row]:
    limit = number(summary.info.limits.min_kbps)
    for name, share in (("feed", summary.feed_share), ("goodput", summary.goodput_share)):
        percent = None if share.fraction is None else share.fraction * 100
        meaning = f"seconds at or above {limit} kbps among {share.known_s} known seconds"
        yield measure(f"{name}_share", percent, "%", meaning)


def _queue_rows(summary: Summary) -> Iterator[Row]:
    if not summary.has_moderation:
        return
    figures, limits = summary.queue_figures, summary.info.limits
    hide_s, review_s = number(limits.hide_target_s), number(limits.review_target_s)
    meanings = {
        "comments": "that came in, clean ones among them",
        "items": "comments on which a rule or a person acted",
        "hidden": "by rules",
        "hidden_done": "of those, done on the platform",
        "hidden_within": f"of those done, within {hide_s} s of the comment",
        "for_review": "that a rule put before a person",
        "reviewed": "of those, decided by a person",
        "reviewed_within": f"of those, within {review_s} s of the comment",
        "decided": "by people, whatever the rules had said",
        "overturned": "a person approved what a rule had found, or had it shown again",
        "replied": "under which an answer was posted",
        "banned": "whose author was banned",
        "local": "judged by the engine itself, without the rule service",
        "not_done": "effects that failed, or of which nobody knows",
    }
    for name, meaning in meanings.items():
        yield measure(f"moderation.{name}", getattr(figures, name), "", meaning)
    for name in ("hide_p50_ms", "hide_p99_ms"):
        meaning = "comment to hidden on the platform, by rules"
        yield measure(f"moderation.{name[:-3]}", getattr(figures, name), "ms", meaning)
    for name in ("review_p50_s", "review_p90_s"):
        yield measure(
            f"moderation.{name[:-2]}",
            getattr(figures, name),
            "s",
            "comment to the first decision of a person",
        )
    yield measure("moderation.warnings", len(summary.warnings), "", "compliance warnings")
