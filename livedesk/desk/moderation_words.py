"""How are items, effects, orders and the moderation itself told? Words, looks and figures."""

from __future__ import annotations

from typing import Final

from livedesk.core.moderation import (
    Ability,
    ChatStatus,
    DecisionKind,
    Effect,
    Item,
    ModerationStatus,
    RuleStatistics,
    Verb,
)
from livedesk.desk.looks import Look
from livedesk.desk.pin_words import title_of
from livedesk.desk.queue_orders import Act, Asked
from livedesk.desk.words import number, span, tr

NOT_TAKEN_S: Final = 4.0
"""A platform that answers does so well within this: the engine has asked more than once by then."""


def state_words(item: Item) -> tuple[Look, str, str]:
    """Look, word, and who decided."""
    decision = item.decision
    by = "" if decision is None else title_of(decision.by, 60)
    match item.state:
        case "waiting":
            return "notice", tr("Waiting"), ""
        case "hidden" if decision is None:
            return "warning", tr("Hidden by a rule"), ""
        case "hidden":
            return "idle", tr("Hidden"), by
        case "banned":
            return "idle", tr("Hidden, author banned"), by
        case "replied" if decision is None:
            return "ok", tr("Answered by a rule"), ""
        case "replied":
            return "ok", tr("Answered"), by
        case "approved":
            return "ok", tr("Approved"), by


def effect_words(effect: Effect, *, chat_is_down: bool = False, waits_s: float = 0.0
                 ) -> tuple[Look, str, str]:  # fmt: skip
    """Look, word and note: done on the platform, do it by hand, or not possible here. `waits_s`:
    since it was wanted."""
    verb, reason = effect.verb, title_of(effect.reason) if effect.reason else ""
    match effect.state:
        case "wanted" | "sent" if chat_is_down or waits_s >= NOT_TAKEN_S:
            why = tr("the chat does not answer")
            if not chat_is_down:
                why = tr("the platform has not confirmed it")
            return "notice", tr("{what}: not done yet").format(what=_wish(verb)), why
        case "wanted":
            return "busy", tr("{what}: about to be sent").format(what=_wish(verb)), reason
        case "sent":
            return "busy", tr("{what}: sent").format(what=_wish(verb)), reason
        case "done":
            return "ok", tr("{done} on the platform").format(done=_done(verb)), reason
        case "by_hand":
            where = tr("in the platform's own window, then say so here")
            return "warning", tr("{what} by hand").format(what=_wish(verb)), reason or where
        case "not_possible":
            return "unknown", tr("{what}: not possible here").format(what=_wish(verb)), reason
        case "failed":
            return "critical", tr("{what}: failed").format(what=_wish(verb)), reason
        case "unknown":
            asked = tr("nothing tells what became of it: look at the live")
            return "unknown", tr("{what}: unknown").format(what=_wish(verb)), reason or asked
        case "dropped":
            return "idle", tr("{what}: not sent").format(what=_wish(verb)), reason


def order_words(asked: Asked) -> tuple[Look, str, str]:
    what = act_name(asked.order.act)
    match asked.state:
        case "sending":
            return "busy", tr("Sending: {what}").format(what=what), ""
        case "refused":
            return "warning", tr("Refused: {what}").format(what=what), title_of(asked.why)
        case "not_sent":
            return "warning", tr("Not sent: {what}").format(what=what), title_of(asked.why)
        case "unknown":
            look_first = tr("Whether it was carried out is not known: look before you ask again.")
            note = f"{title_of(asked.why)} {look_first}".strip()
            return "unknown", tr("No answer: {what}").format(what=what), note


def act_name(act: Act) -> str:
    return {
        "approve": tr("approve"),
        "hide": tr("hide"),
        "ban": tr("ban"),
        "reply": tr("reply"),
        "undo": tr("undo"),
        "claim": tr("claim"),
        "release": tr("release"),
        "done": tr("done by hand"),
    }[act]


def decision_name(kind: DecisionKind) -> str:
    return act_name(kind)


def chat_words(chat: ChatStatus) -> str:
    """What can be done there, such as "hide and reply on the platform · ban by hand"."""
    verbs: tuple[tuple[Ability, str], ...] = (
        (chat.hide, tr("hide")), (chat.reply, tr("reply")), (chat.ban, tr("ban")),
    )  # fmt: skip
    named: tuple[tuple[Ability, str], ...] = (
        ("platform", tr("{verbs} on the platform")),
        ("by_hand", tr("{verbs} by hand")),
        ("not_possible", tr("{verbs} not possible here")),
    )
    parts = []
    for ability, words in named:
        of_this = [name for each, name in verbs if each == ability]
        if of_this:
            parts.append(words.format(verbs=", ".join(of_this)))
    return " · ".join(parts)


def problems(status: ModerationStatus) -> tuple[tuple[Look, str], ...]:
    """What stands in the way of moderation, the worst first."""
    service, chat = status.service, status.chat
    found: list[tuple[Look, str]] = []
    if chat.state == "down":
        why = _because(chat.reason)
        found.append(("critical", tr("No comments come in{why}.").format(why=why)))
    if service.state == "down" or service.local:
        with_rules = tr("judged here with rules {v}").format(v=service.version or "?")
        if not service.version:
            with_rules = tr("nothing is judged: no rules are known here")
        words = tr("The rule service is away{why}: {how}; {n} wait to be told.").format(
            why=_because(service.reason), how=with_rules, n=number(service.unsent)
        )
        found.append(("warning" if service.version else "critical", words))
    if service.dropped:
        words = tr("{n} comments or decisions were too many to keep for the rule service.")
        found.append(("warning", words.format(n=number(service.dropped))))
    if chat.lost_s >= 1:
        words = tr("{span} of chat passed unseen.").format(span=span(chat.lost_s))
        found.append(("notice", words))
    return tuple(found)


def rule_words(rule: RuleStatistics) -> tuple[Look, str]:
    if rule.is_wrong:
        return "warning", tr("People took back half of it or more: look at this rule.")
    if (rule.overturned_share or 0.0) >= 0.5:
        return "notice", tr("People took back much of it, of few so far.")
    return "idle", ""


def repeated_words(ago_s: float, *, to_author: bool) -> str:
    if to_author:
        return tr("This author got this answer {span} ago.").format(span=span(ago_s))
    return tr("This answer was posted {span} ago.").format(span=span(ago_s))


def _because(reason: str) -> str:
    return f" ({title_of(reason).rstrip('.')})" if reason else ""


def _wish(verb: Verb) -> str:
    return {
        "hide": tr("Hide it"),
        "unhide": tr("Show it again"),
        "reply": tr("Answer"),
        "ban": tr("Ban the author"),
        "unban": tr("Unban the author"),
    }[verb]


def _done(verb: Verb) -> str:
    return {
        "hide": tr("Hidden"),
        "unhide": tr("Shown again"),
        "reply": tr("Answered"),
        "ban": tr("Author banned"),
        "unban": tr("Author unbanned"),
    }[verb]
