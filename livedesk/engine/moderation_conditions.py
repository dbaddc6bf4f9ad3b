"""What about a store's moderation needs a person? Pure; the delays are in `alarms`.

An item that waits is told by the queue, and one effect that failed by its row: here is what stands
in the way of all of them, what is forgotten, and what the platform holds against the live.
"""

from __future__ import annotations

from typing import Final

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.moderation import (
    ChatStatus,
    ComplianceWarning,
    ModerationStatus,
    RuleServiceStatus,
)
from livedesk.core.one_line import one_line
from livedesk.core.status import StoreStatus
from livedesk.engine.moderation_facts import ModerationFacts

MANY_SLOW: Final = 3
"""So many of the last ten automatic hides over their target are no accident."""

BY_HAND_S: Final = 30.0
_NAME: Final = 60
"""Characters of a product's or a rule's name."""

UNKNOWN_S: Final = 5.0
"""What an effect became of is usually told, or asked for again, within this time."""

SERVICE = AlarmRule(
    "medium", 0.0, 1.0,
    "Go on: decisions are kept and told later. Check the rule service and this machine's network.",
)  # fmt: skip
NO_RULES = AlarmRule(
    "high", 0.0, 1.0,
    "Moderate in the platform's own window until the rule service is back; check its address and "
    "token.",
)  # fmt: skip
CHAT = AlarmRule(
    "high", 5.0, 3.0,
    "Moderate in the platform's own window until it is back; check the chat's settings and this "
    "machine's network.",
)  # fmt: skip
OVERDUE = AlarmRule(
    "medium", 5.0, 5.0,
    "Decide the oldest first, or have somebody help; comments that say the same can be decided "
    "together.",
)  # fmt: skip
SLOW = AlarmRule(
    "medium", 0.0, 10.0,
    "Watch the live itself: what the rules hide is seen for longer. Check the platform's answers "
    "and this machine's network.",
)  # fmt: skip
BY_HAND = AlarmRule(
    "high", 0.0, 0.0, "Do it in the platform's own window now, then say so in the queue."
)
UNKNOWN = AlarmRule(
    "medium", 0.0, 1.0, "Look at the live, then decide the item again or say that it was done."
)
RULE = AlarmRule(
    "low",
    0.0,
    5.0,
    "Look at what it finds; change the rule, or allow the words that it should not.",
)
LOST = AlarmRule(
    "medium", 0.0, 5.0, "Watch the live itself until it ends; the record says how many and when."
)
WARNING = AlarmRule(
    "high", 0.0, 0.0,
    "Have the host correct it and look at the platform's page; then say on the Pins page that it "
    "was seen to.",
)  # fmt: skip


def moderation_findings(status: StoreStatus, facts: ModerationFacts | None) -> dict[str, Finding]:
    moderation = status.moderation
    if moderation is None or facts is None:
        return {}
    on_air = status.state in ("live", "interrupted")
    limits = status.limits
    found = {
        "moderation.service": _service(moderation.service, on_air=on_air),
        "moderation.chat": _chat(moderation.chat, on_air=on_air),
        "moderation.overdue": Finding(
            OVERDUE,
            facts.long_overdue > 0,
            _overdue_cause(moderation, limits.review_target_s),
        ),
        "moderation.slow": Finding(
            SLOW,
            on_air and facts.slow >= MANY_SLOW,
            f"{facts.slow} of the last {facts.judged} automatic hides took longer than "
            f"{limits.hide_target_s:g} s.",
            part_of=("moderation.chat",),
        ),
        "moderation.by_hand": _by_hand(moderation.by_hand, facts.by_hand_s),
        "moderation.unknown": _unknown(moderation.unknown, facts.unknown_s),
        "moderation.rule": _rule(facts),
        "moderation.lost": Finding(
            LOST,
            facts.lost > 0,
            f"{facts.lost:,} comments of the last minute were not judged, or not kept for the rule "
            "service.",
        ),
    }
    for warning in facts.warnings:
        found[f"compliance.{warning.id}"] = _warning(warning)
    return found


def _service(service: RuleServiceStatus, *, on_air: bool) -> Finding:
    """Before the first answer nothing is known."""
    is_away: bool | None = service.state == "down" or service.local
    if service.state == "unknown" and not service.local:
        is_away = None if on_air else False
    why = _because(service.reason)
    if not service.version:
        cause = f"No comment is judged: the rule service is away{why}, and no rules are known here."
        return Finding(NO_RULES, is_away if is_away is None else on_air and is_away, cause)
    cause = (
        f"The rule service is away{why}: comments are judged here, with rules {service.version}; "
        f"{service.unsent:,} wait to be told."
    )
    return Finding(SERVICE, is_away if is_away is None else on_air and is_away, cause)


def _chat(chat: ChatStatus, *, on_air: bool) -> Finding:
    if chat.kind == "none":
        return Finding(CHAT, False, "This store has no chat of its own.")
    is_down = None if chat.state == "unknown" else chat.state == "down"
    present = False if not on_air else is_down
    return Finding(CHAT, present, f"No comments come in{_because(chat.reason)}.")


def _by_hand(count: int, oldest_s: float | None) -> Finding:
    if oldest_s is None:
        return Finding(BY_HAND, False, "Nothing waits to be done by hand.")
    cause = f"{max(count, 1)} to be done by hand, the oldest for {oldest_s:,.0f} s."
    return Finding(BY_HAND, oldest_s >= BY_HAND_S, cause)


def _unknown(count: int, oldest_s: float | None) -> Finding:
    if oldest_s is None:
        return Finding(UNKNOWN, False, "What was sent was answered.")
    cause = f"Of {max(count, 1)} sent to the platform nobody knows what became of it."
    return Finding(UNKNOWN, oldest_s >= UNKNOWN_S, cause)


def _rule(facts: ModerationFacts) -> Finding:
    worst = max(facts.overturned, key=lambda rule: rule.overturned, default=None)
    if worst is None:
        return Finding(RULE, False, "No rule finds what people take back.")
    more = len(facts.overturned) - 1
    beside = f" So it is with {more} more." if more else ""
    cause = (
        f"People took back {worst.overturned} of {worst.decided} hits of the rule "
        f"{one_line(worst.rule, _NAME)} ({one_line(worst.list, _NAME)}).{beside}"
    )
    return Finding(RULE, True, cause)


def _warning(warning: ComplianceWarning) -> Finding:
    """In the order in which a person asks: what, of which product, when, and what not to say."""
    product = warning.product or warning.product_id
    of = f" Product: {one_line(product, _NAME)}." if product else ""
    minute = "" if warning.minute is None else f" Minute {warning.minute}."
    terms = ", ".join(f"“{one_line(term, 40)}”" for term in warning.terms[:5])
    unsaid = f" Not to be said again: {terms}." if terms else ""
    text = one_line(warning.text, 300).rstrip(".") or "The platform warns of this live"
    return Finding(WARNING, True, f"{text}.{of}{minute}{unsaid}")


def _overdue_cause(moderation: ModerationStatus, target_s: float) -> str:
    """By the same limit as every other count of what is overdue; the oldest says how bad it is."""
    count, oldest_s = max(moderation.overdue, 1), moderation.oldest_s
    items = "1 item waits" if count == 1 else f"{count:,} items wait"
    oldest = "" if oldest_s is None else f", the oldest for {oldest_s:,.0f} s"
    return f"{items} for longer than {target_s:g} s{oldest}."


def _because(reason: str) -> str:
    return f" ({one_line(reason, 200).rstrip('.')})" if reason else ""
