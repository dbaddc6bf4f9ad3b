"""How is the moderation of a store? The card of the strip of the feed page."""

from __future__ import annotations

from livedesk.core.moderation import ModerationStatus
from livedesk.desk.looks import Card, Look, lost
from livedesk.desk.model import StoreView
from livedesk.desk.moderation_words import problems
from livedesk.desk.words import number, span, tr

MODERATION = "moderation"
"""Key of the card."""


def moderation_card(view: StoreView) -> Card | None:
    """How many wait, how old the oldest is, and whether rules and chat are there; None for a store
    that does not moderate."""
    status = view.status.moderation
    if status is None:
        return None
    key, title = MODERATION, tr("Queue")
    if view.stale:
        return lost(key, title, view, number(status.waiting), tr("wait"))
    oldest_s = None if status.oldest_s is None else status.oldest_s + view.age_s
    look, word = _word(status, oldest_s, view.status.limits.review_target_s)
    figure = number(status.waiting) if status.waiting else ""
    unit = tr("wait") if status.waiting else ""
    trouble = problems(status)
    if trouble:
        worse = max(look, trouble[0][0], key=_ORDER.index)
        return Card(key, title, worse, word, figure, unit, trouble[0][1], _source(status))
    return Card(key, title, look, word, figure, unit, _note(status, oldest_s), _source(status))


_ORDER: tuple[Look, ...] = ("idle", "ok", "unknown", "notice", "warning", "critical")


def _word(status: ModerationStatus, oldest_s: float | None, target_s: float) -> tuple[Look, str]:
    if status.by_hand:
        return "notice", tr("By hand")
    if status.overdue and oldest_s is not None and oldest_s > 2 * target_s:
        return "critical", tr("Overdue")
    if status.overdue:
        return "warning", tr("Overdue")
    if status.waiting:
        return "ok", tr("Waiting")
    if status.chat.state == "unknown":
        return "unknown", tr("Not known yet")
    return "ok", tr("All seen")


def _note(status: ModerationStatus, oldest_s: float | None) -> str:
    hand = tr("{n} by hand").format(n=number(status.by_hand)) if status.by_hand else ""
    old = ""
    if status.waiting and oldest_s is not None:
        old = tr("oldest {age}").format(age=span(oldest_s))
    hidden = tr("{n} hidden by rules").format(n=number(status.hidden))
    return " · ".join(filter(None, (hand, old, hidden)))


def _source(status: ModerationStatus) -> str:
    if status.service.local:
        return tr("judged here")
    if status.hide_p99_ms is None:
        return tr("rules {version}").format(version=status.service.version or "?")
    return tr("hidden within {n} s, 99 %").format(n=number(status.hide_p99_ms / 1000, 1))
