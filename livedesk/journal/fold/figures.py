"""Which figures has the verdict? The same, by the same keys, for report, sheet, API and CLI.

`text` of a figure is what people read, with its unit; `value` is in `unit`. Figures of a part that
the session did not have (pins, moderation, a second uplink) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from livedesk.core.clock import iso_utc
from livedesk.core.ladder import SkewLadder
from livedesk.core.records import Mark, RecordedIncident, SessionFigures, SummaryFigure
from livedesk.core.status import Limits
from livedesk.journal.fold.headline import headline
from livedesk.journal.fold.judged import (
    NONE,
    all_of_them,
    count_figure,
    number_figure,
    share_figure,
    within,
)
from livedesk.journal.fold.measured import Share
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.text import NBSP, duration, percent, show_time, shown

ALARMS_ACCEPTABLE: Final = 6.0
ALARMS_MANAGEABLE: Final = 12.0
"""Alarms an hour that one person can see to, and can just see to: about one and two in ten minutes
(ISA-18.2 and EEMUA 191, as training texts quote them)."""

_MS_PER_H: Final = 3_600_000

_SKEW: Final[dict[str, tuple[Mark, str]]] = {
    "ok": ("good", "not noticeable"),
    "notice": ("look", "noticeable"),
    "warning": ("look", "disturbing"),
    "critical": ("bad", "beyond the limit"),
}


def figures_of(summary: Summary) -> tuple[SummaryFigure, ...]:
    """In the order in which they are told."""
    return (
        _on_air(summary),
        _rate(summary),
        _skew(summary),
        *_switches(summary),
        *_pins(summary),
        *_hides(summary),
        *_reviews(summary),
        _alarms(summary),
        _seconds("off_air_s", "Off air", summary.off_air_s, "look", "never"),
        _seconds("unmeasured_s", "Not measured", summary.unmeasured_s, "unknown", "no gap"),
        count_figure(
            "reconnects", "Uplink reconnects", summary.reconnects, "no reconnect", "reconnected"
        ),
        count_figure(
            "frames_dropped", "Frames dropped", summary.dropped_messages, "none given up",
            "slow path",
        ),
    )  # fmt: skip


def session_figures(reader: SessionReader, summary: Summary) -> SessionFigures:
    """What a session amounts to. It reads all events once more: the seal is looked through."""
    seal = reader.seal()
    info = summary.info
    return SessionFigures(
        session=info.session,
        store=info.store,
        name=info.name,
        started_utc_ns=info.started_utc_ns,
        length_ms=summary.length_ms,
        headline=headline(summary),
        figures=figures_of(summary),
        incidents=tuple(
            RecordedIncident(
                start_ms=incident.start_ms,
                end_ms=incident.end_ms,
                side=incident.side,
                cause=f"{incident.subject}: {incident.cause}"
                if incident.subject
                else incident.cause,
                done=incident.done,
                by=incident.by,
                effect=incident.effect,
            )
            for incident in summary.incidents
        ),
        limits={name: getattr(info.limits, name) for name in Limits.__dataclass_fields__},
        sealed=seal.state,
        seal_head=seal.head,
    )


def _on_air(summary: Summary) -> SummaryFigure:
    away = [
        f"{duration(seconds)} {what}"
        for seconds, what in ((summary.off_air_s, "off air"), (summary.unmeasured_s, "unmeasured"))
        if seconds
    ]
    mark: Mark = "look" if summary.off_air_s else "good"
    word = "interrupted" if summary.off_air_s else "without a break"
    if summary.unmeasured_s and mark == "good":
        mark, word = "unknown", "as far as seen"
    if not summary.on_air_s:
        mark, word = "bad", "never on air"
    note = ", ".join([f"of {show_time(summary.length_ms)}", *away])
    text = show_time(summary.on_air_s * 1000)
    return SummaryFigure("on_air_s", "On air for", summary.on_air_s, text, "s", mark, word, note)


def _rate(summary: Summary) -> SummaryFigure:
    share = summary.goodput_share
    title = f"Above {summary.info.limits.min_kbps:,.0f} kbps"
    feed = f"feed {percent(summary.feed_share.fraction)}"
    if share.fraction is None:
        judgement: tuple[Mark, str] = ("unknown", "goodput not measured")
        return share_figure("share_above_min", title, None, judgement, feed)
    note = f"goodput; {feed}"
    return share_figure("share_above_min", title, share.fraction, _judge_share(share), note)


def _judge_share(share: Share) -> tuple[Mark, str]:
    below_s = share.known_s - share.ok_s
    if below_s == 0:
        return "good", "held"
    nearly = share.fraction is not None and share.fraction >= 0.99
    return ("look" if nearly else "bad"), f"{duration(below_s)} below"


def _skew(summary: Summary) -> SummaryFigure:
    """Compared by its distance from zero; its sign is in the text."""
    key, title, worst = "worst_skew_ms", "Worst A/V skew", summary.worst_skew
    if worst is None:
        return number_figure(key, title, None, "ms", ("unknown", "not measured"), "no probe data")
    ladder = SkewLadder(critical_ms=summary.info.limits.max_skew_ms)
    mark, word = _SKEW[ladder.state(worst.skew_ms)]
    side = "sound early" if worst.skew_ms > 0 else "sound late"
    where = f"at {show_time(worst.t_s * 1000)}, {iso_utc(worst.utc_ns)[11:19]} UTC"
    note = where if round(worst.skew_ms) == 0 else f"{side} {where}"
    text = f"{shown('skew_ms', worst.skew_ms, signed=True)}{NBSP}ms"
    return SummaryFigure(key, title, abs(worst.skew_ms), text, "ms", mark, word, note, "low")


def _switches(summary: Summary) -> Iterator[SummaryFigure]:
    if len(summary.info.uplinks) < 2 and not summary.switches:
        return
    rows = [row for row in summary.switches if row.t_ms >= 0]
    failed = sum(row.state == "failed" for row in rows)
    faults = sum(row.is_for_fault for row in rows)
    mark: Mark = "bad" if failed else "look" if faults else "good"
    words = {"bad": f"{failed} failed", "look": f"{faults} for a fault", "good": "none for a fault"}
    note = f"{faults} for a fault, {len(rows) - faults} ordered or back"
    yield number_figure("switches", "Switches", len(rows), "", (mark, words[mark]), note)
    gaps = [row for row in rows if row.gap_ms is not None]
    if not gaps:
        return
    worst = max(gaps, key=lambda row: row.gap_ms or 0.0)
    where = f"{worst.from_} to {worst.to} at {show_time(worst.t_ms)}"
    judgement: tuple[Mark, str] = (
        ("look", "for a fault") if worst.is_for_fault else ("good", "not for a fault")
    )
    title = "Longest gap of a switch"
    yield number_figure("switch_gap_ms", title, worst.gap_ms, "ms", judgement, where)


def _pins(summary: Summary) -> Iterator[SummaryFigure]:
    if not summary.pins:
        return
    figures, budget_ms = summary.pin_latency, summary.info.limits.pin_budget_ms
    key, title = "pins_within", f"Pins within {budget_ms:,.0f} ms"
    share = figures.share_within
    if share is None:
        nothing: tuple[Mark, str] = ("unknown", "none was sent")
        yield share_figure(key, title, None, nothing, f"{figures.refused} refused")
        return
    lost = figures.missed
    mark: Mark = "good" if share == 1 else "bad" if lost or share < 0.99 else "look"
    late = figures.shown - figures.within
    troubles = [f"{late} late"] * bool(late) + [f"{lost} not shown"] * bool(lost)
    p95 = "" if figures.p95_ms is None else f"; 95 % in {figures.p95_ms:,.0f} ms"
    note = f"{figures.shown:,} of {figures.shown + lost:,} shown{p95}"
    yield share_figure(key, title, share, (mark, ", ".join(troubles) or "all of them"), note)
    for percentile, value in ((50, figures.p50_ms), (95, figures.p95_ms), (99, figures.p99_ms)):
        yield number_figure(
            f"pin_p{percentile}_ms", f"{percentile} % of pins in", value, "ms",
            within(value, budget_ms), f"of {figures.shown:,} shown",
        )  # fmt: skip


def _hides(summary: Summary) -> Iterator[SummaryFigure]:
    figures, target_s = summary.queue_figures, summary.info.limits.hide_target_s
    if not figures.hidden:
        return
    done = f"{figures.hidden_done:,} of {figures.hidden:,} done on the platform"
    p99 = "" if figures.hide_p99_ms is None else f"; 99 % in {figures.hide_p99_ms / 1000:.1f} s"
    share = figures.hidden_within / figures.hidden_done if figures.hidden_done else None
    judgement = all_of_them(share, figures.hidden_done < figures.hidden)
    yield share_figure(
        "hides_within", f"Hidden within {target_s:g} s", share, judgement, done + p99
    )
    judgement = within(figures.hide_p99_ms, target_s * 1000)
    title = "99 % of hides in"
    yield number_figure("hide_p99_ms", title, figures.hide_p99_ms, "ms", judgement, done)


def _reviews(summary: Summary) -> Iterator[SummaryFigure]:
    figures, target_s = summary.queue_figures, summary.info.limits.review_target_s
    if not figures.for_review:
        return
    share = figures.reviewed_within / figures.for_review
    never = f"; {figures.never_looked_at:,} never looked at" * bool(figures.never_looked_at)
    note = f"{figures.reviewed:,} of {figures.for_review:,}{never}"
    judgement = all_of_them(share, bool(figures.never_looked_at))
    yield share_figure("reviews_within", f"Reviewed within {target_s:g} s", share, judgement, note)
    p90_s = figures.review_p90_s
    yield number_figure(
        "review_p90_s", "90 % of reviews in", p90_s, "s", within(p90_s, target_s), note, decimals=1
    )


def _alarms(summary: Summary) -> SummaryFigure:
    """Beginnings within the session; a flapping one is one alarm (ISA-18.2).

    Of less than an hour the number itself is judged: a rate of hours says nothing of minutes.
    """
    count = summary.alarms_raised
    key, title = "alarms_per_hour", "Alarms an hour"
    if not summary.length_ms:
        return number_figure(key, title, None, "", ("unknown", "no session time"))
    rate = count * _MS_PER_H / summary.length_ms
    an_hour = count * _MS_PER_H / max(summary.length_ms, _MS_PER_H)
    judgement: tuple[Mark, str] = ("good", "acceptable")
    if an_hour > ALARMS_MANAGEABLE:
        judgement = "bad", "more than one person can follow"
    elif an_hour > ALARMS_ACCEPTABLE:
        judgement = "look", "many"
    told = f"about {ALARMS_ACCEPTABLE:.0f} are acceptable, {ALARMS_MANAGEABLE:.0f} the most"
    note = f"{count:,} in {show_time(summary.length_ms)}; {told}"
    figure = number_figure(key, title, rate, "", judgement, note, decimals=1)
    if summary.length_ms >= _MS_PER_H:
        return figure
    note = f"in {show_time(summary.length_ms)}; {told} in an hour"
    return replace(figure, title="Alarms", text=f"{count:,}", note=note)


def _seconds(key: str, title: str, seconds: int, mark: Mark, none: str) -> SummaryFigure:
    text = duration(seconds) if seconds else NONE
    word = f"{duration(seconds)} in all" if seconds else none
    judged: Mark = mark if seconds else "good"
    return SummaryFigure(key, title, seconds, text, "s", judged, word, "", "low")
