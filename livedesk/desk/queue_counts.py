"""What do the rules catch and cost, how much waits, and does the moderation itself work?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import ModerationStatus, RuleStatistics
from livedesk.desk.looks import Look
from livedesk.desk.model import Moment
from livedesk.desk.moderation_words import chat_words, problems, rule_words
from livedesk.desk.pin_words import title_of
from livedesk.desk.queue_model import StoreQueue
from livedesk.desk.queue_text import cut

_ALARMS: Final = ("moderation.service", "moderation.chat", "rules.away", "chats.away")
"""Those of the engine that say that rules or chat are away."""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Of one store or of all together; None: not known. Times are the worst of the stores'."""

    waiting: int = 0
    overdue: int = 0
    """Of those that wait, past their target."""
    by_hand: int = 0
    """Items that ask for a person's hand, or of which it is not known what became of them."""
    hidden: int = 0
    """By rules, not looked at by a person."""
    oldest_s: float | None = None
    comments: int = 0
    comments_per_min: float | None = None
    auto_hidden: int = 0
    """By rules in this session."""
    decided: int = 0
    replied: int = 0
    overturned: int = 0
    local: int = 0
    hide_p50_ms: float | None = None
    hide_p99_ms: float | None = None
    review_p50_s: float | None = None
    review_p90_s: float | None = None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule over the stores that are shown."""

    rule: str
    list: str
    hits: int
    hidden: int
    decided: int
    overturned: int
    share: float | None
    """Overturned of decided, 0 to 1."""
    look: Look
    note: str = ""


@dataclass(frozen=True, slots=True)
class FaqView:
    digit: int | None
    """The key that posts it now."""
    id: str
    text: str
    link: str = ""
    too_long: bool = False
    """For the store's platform."""


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether a store's moderation works; `problems` are sentences, the worst first."""

    store: str
    name: str
    waiting: int
    by_hand: int
    look: Look
    problems: tuple[str, ...] = ()
    local: bool = False
    """The engine judges by itself."""
    can: str = ""
    """What can be done on the platform, in words."""
    stale: bool = False
    fetched: bool = True
    """The store's queue has been fetched; else what is shown is not complete."""
    alarmed: bool = False
    """An alarm tells it already, in the same window and with what to do."""


def counted(queues: Sequence[StoreQueue], steady_ns: int | None) -> QueueCounts:
    """What waits is counted here, by the item; figures of the session are the engines'.
    `steady_ns`: see `QueueBook.steady_ns`."""
    known = [queue.moderation for queue in queues if queue.moderation is not None]
    oldest = [_oldest_s(queue, steady_ns) for queue in queues]
    return QueueCounts(
        waiting=sum(queue.waiting for queue in queues),
        overdue=0 if steady_ns is None else sum(queue.overdue(steady_ns) for queue in queues),
        by_hand=sum(queue.by_hand for queue in queues),
        hidden=sum(queue.hidden for queue in queues),
        oldest_s=_most(oldest),
        comments=sum(each.comments for each in known),
        comments_per_min=_sum(each.comments_per_min for each in known),
        auto_hidden=sum(each.hidden for each in known),
        decided=sum(each.decided for each in known),
        replied=sum(each.replied for each in known),
        overturned=sum(each.overturned for each in known),
        local=sum(each.local for each in known),
        hide_p50_ms=_worst(known, lambda each: each.hide_p50_ms),
        hide_p99_ms=_worst(known, lambda each: each.hide_p99_ms),
        review_p50_s=_worst(known, lambda each: each.review_p50_s),
        review_p90_s=_worst(known, lambda each: each.review_p90_s),
    )


def rule_views(queues: Iterable[StoreQueue]) -> tuple[RuleView, ...]:
    """Each rule over all stores; those that people took back most first, then by hits."""
    summed: dict[str, RuleStatistics] = {}
    for queue in queues:
        for rule in () if queue.moderation is None else queue.moderation.rules:
            known = summed.get(rule.rule, RuleStatistics(rule.rule, rule.list))
            summed[rule.rule] = RuleStatistics(
                rule.rule,
                rule.list,
                known.hits + rule.hits,
                known.hidden + rule.hidden,
                known.decided + rule.decided,
                known.overturned + rule.overturned,
            )
    views = map(_rule_view, summed.values())
    return tuple(sorted(views, key=lambda v: (v.look != "warning", -v.hits, v.rule)))


def health_of(queue: StoreQueue, now: Moment) -> StoreHealth:
    status = queue.moderation or ModerationStatus()
    found = problems(status)
    return StoreHealth(
        store=queue.store,
        name=title_of(queue.name, 60),
        waiting=queue.waiting,
        by_hand=queue.by_hand,
        look=found[0][0] if found else "ok",
        problems=tuple(text for _, text in found),
        local=status.service.local,
        can=chat_words(status.chat),
        stale=queue.is_stale(now),
        fetched=queue.revision is not None,
        alarmed=_is_alarmed(queue),
    )


def _is_alarmed(queue: StoreQueue) -> bool:
    status = queue.status
    alarms = () if status is None else (*status.alarms, *status.common)
    return any(alarm.id in _ALARMS and alarm.shelved_by is None for alarm in alarms)


def _rule_view(rule: RuleStatistics) -> RuleView:
    look, note = rule_words(rule)
    return RuleView(
        cut(rule.rule, 80), cut(rule.list, 80), rule.hits, rule.hidden, rule.decided,
        rule.overturned, rule.overturned_share, look, note,
    )  # fmt: skip


def _oldest_s(queue: StoreQueue, steady_ns: int | None) -> float | None:
    if steady_ns is None or not queue.deadlines:
        return None
    due_ns, _ = queue.deadlines[0]
    return max(0.0, (steady_ns - due_ns) / NS_PER_S + queue.limits.review_target_s)


def _worst(
    known: Iterable[ModerationStatus], figure: Callable[[ModerationStatus], float | None]
) -> float | None:
    return _most(map(figure, known))


def _most(figures: Iterable[float | None]) -> float | None:
    return max((each for each in figures if each is not None), default=None)


def _sum(figures: Iterable[float | None]) -> float | None:
    known = [each for each in figures if each is not None]
    return sum(known) if known else None
