"""What is the first thing to know about a show? One sentence and five figures, each judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.clock import iso_utc
from livedesk.core.ladder import SkewLadder
from livedesk.journal.fold.summary import Share, Summary
from livedesk.journal.text import duration, percent, show_time, shown

Mark = Literal["good", "look", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the verdict. `word` says the mark, so that nothing depends on its colour."""

    title: str
    value: str
    unit: str
    mark: Mark
    word: str
    note: str


def headline(summary: Summary) -> str:
    """The verdict in one sentence, worst news first."""
    share = summary.goodput_share if summary.goodput_share.known_s else summary.feed_share
    limit = f"{summary.info.limits.min_kbps:,.0f} kbps"
    if not share.known_s:
        return "Nothing was measured, so nothing can be said about this show."
    below_s = share.known_s - share.ok_s
    if below_s == 0:
        told = f"The stream held {limit} in every second that was measured"
    else:
        who = "the platform" if share is summary.goodput_share else "livedesk"
        told = f"For {duration(below_s)} {who} got less than {limit}{_cause_clause(summary)}"
    return f"{told}{_sync_clause(summary)}{_pin_clause(summary)}."


def tiles(summary: Summary) -> list[Tile]:
    judged = [_on_air(summary), _rate(summary), _sync(summary)]
    pins = [_pins(summary)] if summary.pins else []
    queue = _moderation(summary) if summary.has_moderation else []
    return [*judged, *pins, *queue, _reconnects(summary), _drops(summary)]


def _cause_clause(summary: Summary) -> str:
    sides = {incident.side for incident in summary.incidents}
    names = [f"the {side}" for side in ("encoder", "path", "relay") if side in sides]
    return f", because of {' and '.join(names)}" if names else ""


def _sync_clause(summary: Summary) -> str:
    worst = summary.worst_skew
    if worst is None:
        return "; sync was not measured"
    limit_ms = summary.info.limits.max_skew_ms
    if abs(worst.skew_ms) < limit_ms:
        return f"; sound and picture stayed within {limit_ms:,.0f} ms"
    return f"; sound and picture were up to {abs(worst.skew_ms):,.0f} ms apart"


def _pin_clause(summary: Summary) -> str:
    figures = summary.pin_latency
    lost = figures.missed
    if not lost:
        return ""
    whole = figures.shown + lost
    return f"; {lost} of {whole} pins {'was' if lost == 1 else 'were'} not shown"


def _on_air(summary: Summary) -> Tile:
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
    of = f"of {show_time(summary.length_ms)}"
    return Tile(
        "On air for", show_time(summary.on_air_s * 1000), "", mark, word, ", ".join([of, *away])
    )


def _rate(summary: Summary) -> Tile:
    share = summary.goodput_share
    title = f"Above {summary.info.limits.min_kbps:,.0f} kbps"
    note = f"feed {percent(summary.feed_share.fraction)}"
    if share.fraction is None:
        return Tile(title, "–", "", "unknown", "goodput not measured", note)
    mark, word = _judge_share(share)
    return Tile(title, percent(share.fraction), "", mark, word, f"goodput; {note}")


def _judge_share(share: Share) -> tuple[Mark, str]:
    below_s = share.known_s - share.ok_s
    if below_s == 0:
        return "good", "held"
    nearly = share.fraction is not None and share.fraction >= 0.99
    return ("look" if nearly else "bad"), f"{duration(below_s)} below"


def _sync(summary: Summary) -> Tile:
    worst = summary.worst_skew
    if worst is None:
        return Tile("Worst A/V skew", "–", "", "unknown", "not measured", "no probe data")
    ladder = SkewLadder(critical_ms=summary.info.limits.max_skew_ms)
    marks: dict[str, tuple[Mark, str]] = {
        "ok": ("good", "not noticeable"),
        "notice": ("look", "noticeable"),
        "warning": ("look", "disturbing"),
        "critical": ("bad", "beyond the limit"),
    }
    mark, word = marks[ladder.state(worst.skew_ms)]
    side = "sound early" if worst.skew_ms > 0 else "sound late"
    where = f"at {show_time(worst.t_s * 1000)}, {iso_utc(worst.utc_ns)[11:19]} UTC"
    note = where if round(worst.skew_ms) == 0 else f"{side} {where}"
    return Tile(
        "Worst A/V skew", shown("skew_ms", worst.skew_ms, signed=True), "ms", mark, word, note
    )


def _pins(summary: Summary) -> Tile:
    figures, budget_ms = summary.pin_latency, summary.info.limits.pin_budget_ms
    title = f"Pins within {budget_ms:,.0f} ms"
    share = figures.share_within
    if share is None:
        return Tile(title, "–", "", "unknown", "none was sent", f"{figures.refused} refused")
    lost = figures.missed
    mark: Mark = "good" if share == 1 else "bad" if lost or share < 0.99 else "look"
    late = figures.shown - figures.within
    troubles = [f"{late} late"] * bool(late) + [f"{lost} not shown"] * bool(lost)
    p95 = "" if figures.p95_ms is None else f"; 95 % in {figures.p95_ms:,.0f} ms"
    note = f"{figures.shown} of {figures.shown + lost} shown{p95}"
    return Tile(title, percent(share), "", mark, ", ".join(troubles) or "all of them", note)


def _moderation(summary: Summary) -> list[Tile]:
    figures, limits = summary.queue_figures, summary.info.limits
    tiles = []
    if figures.hidden:
        done = f"{figures.hidden_done} of {figures.hidden} done on the platform"
        p99 = "" if figures.hide_p99_ms is None else f"; 99 % in {figures.hide_p99_ms / 1000:.1f} s"
        share = figures.hidden_within / figures.hidden_done if figures.hidden_done else None
        mark, word = _judged(share, figures.hidden_done < figures.hidden)
        title = f"Hidden within {limits.hide_target_s:g} s"
        tiles.append(Tile(title, percent(share), "", mark, word, done + p99))
    if figures.for_review:
        share = figures.reviewed_within / figures.for_review
        mark, word = _judged(share, bool(figures.never_looked_at))
        title = f"Reviewed within {limits.review_target_s:g} s"
        never = f"; {figures.never_looked_at} never looked at" * bool(figures.never_looked_at)
        note = f"{figures.reviewed} of {figures.for_review}{never}"
        tiles.append(Tile(title, percent(share), "", mark, word, note))
    return tiles


def _judged(share: float | None, is_short: bool) -> tuple[Mark, str]:
    if share is None:
        return "unknown", "none was done"
    if share == 1 and not is_short:
        return "good", "all of them"
    return ("look" if share >= 0.9 and not is_short else "bad"), "not all"


def _reconnects(summary: Summary) -> Tile:
    return _count("Uplink reconnects", dict(summary.reconnects), "no reconnect", "reconnected")


def _drops(summary: Summary) -> Tile:
    return _count("Frames dropped", dict(summary.dropped_messages), "none given up", "slow path")


def _count(title: str, counts: dict[str, int], none: str, some: str) -> Tile:
    total = sum(counts.values())
    each = ", ".join(f"{name or 'uplink'} {count:,}" for name, count in counts.items())
    return Tile(title, f"{total:,}", "", "look" if total else "good", some if total else none, each)
