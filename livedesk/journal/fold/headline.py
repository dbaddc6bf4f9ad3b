"""What is the first thing to know about a show? One sentence, worst news first."""

from __future__ import annotations

from livedesk.journal.fold.summary import Summary
from livedesk.journal.text import duration


def headline(summary: Summary) -> str:
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
