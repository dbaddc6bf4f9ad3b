"""What is shown of a store's moderation: its status, what its alarms need, a page of its queue."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.moderation import EffectState, Item, ModerationStatus
from livedesk.core.status import Limits
from livedesk.engine.api.moderation_view import MOST_A_PAGE, QueuePage, QueueState
from livedesk.engine.moderating.alerts import Alerts
from livedesk.engine.moderating.chat_watch import ChatWatch
from livedesk.engine.moderating.losses import Losses
from livedesk.engine.moderating.queue_book import QueueBook
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.engine.moderating.service_link import ServiceLink
from livedesk.engine.moderation_facts import ModerationFacts
from livedesk.moderation.items import is_open

_UNKNOWN_NEWS_S: Final = 600.0


class Overview:
    """`started_ns`: when the newest session began, by the monotonic clock."""

    def __init__(
        self,
        limits: Limits,
        book: QueueBook,
        link: ServiceLink,
        chat: ChatWatch,
        alerts: Alerts,
        losses: Losses,
        shelf: RuleShelf,
        clock: Clock,
        started_ns: Callable[[], int],
    ) -> None:
        self._limits = limits
        self._book = book
        self._link = link
        self._chat = chat
        self._alerts = alerts
        self._losses = losses
        self._shelf = shelf
        self._clock = clock
        self._started_ns = started_ns

    def status(self) -> ModerationStatus:
        mirror, counts = self._book.mirror, self._book.counts
        now_ns, rules = self._clock.mono_ns(), self._shelf.rules
        oldest_ns = mirror.oldest_waiting_ns(self._since_ns())
        return ModerationStatus(
            service=self._link.status(),
            chat=self._chat.status(),
            revision=mirror.revision,
            waiting=mirror.waiting,
            oldest_s=None if oldest_ns is None else max(0.0, (now_ns - oldest_ns) / NS_PER_S),
            overdue=self._waiting_for(self._limits.review_target_s),
            by_hand=_effects(mirror.by_hand(), "by_hand"),
            unknown=_effects(mirror.unknown(), "unknown"),
            comments=counts.comments,
            comments_per_min=counts.per_min(now_ns),
            hidden=counts.hidden,
            decided=counts.decided,
            replied=counts.replied,
            overturned=counts.overturned,
            hide_p50_ms=counts.hide_ms(50),
            hide_p99_ms=counts.hide_ms(99),
            review_p50_s=counts.review_s(50),
            review_p90_s=counts.review_s(90),
            local=counts.local,
            rules=counts.rules(),
            faq=() if rules is None else rules.faq,
            warnings=self._alerts.newest,
            terms=self._alerts.terms(),
        )

    def facts(self) -> ModerationFacts:
        counts, now_ns = self._book.counts, self._clock.mono_ns()
        slow, judged = counts.slow(self._limits.hide_target_s, now_ns)
        return ModerationFacts(
            long_overdue=self._waiting_for(2 * self._limits.review_target_s),
            slow=slow,
            judged=judged,
            by_hand_s=self._longest_s(self._book.mirror.by_hand(), "by_hand"),
            unknown_s=self._longest_s(self._book.mirror.unknown(), "unknown", _UNKNOWN_NEWS_S),
            overturned=counts.wrong_rules(),
            lost=self._losses.last_minute(),
            warnings=self._alerts.open(),
        )

    def queue(self, state: QueueState, after: str, limit: int) -> QueuePage:
        """`after` is the time and the id of the last item of the page before."""
        limit = max(1, min(limit, MOST_A_PAGE))
        rules, mirror = self._shelf.rules, self._book.mirror
        # What has changed until now is in the page, so it must not come again as a change to it.
        self._book.publish()
        items: list[Item] = []
        following = ""
        for item in mirror.after(_place(after)):
            if not _belongs(item, state):
                continue
            if len(items) == limit:
                last = items[-1]
                following = f"{last.comment.utc_ns}-{last.id}"
                break
            items.append(item)
        faq = () if rules is None else rules.faq
        return QueuePage(mirror.revision, tuple(items), following, faq)

    def _since_ns(self) -> int:
        """What waits from an earlier session is there, but makes nobody late in this one."""
        return self._started_ns()

    def _waiting_for(self, least_s: float) -> int:
        before_ns = self._clock.mono_ns() - round(least_s * NS_PER_S)
        return self._book.mirror.waiting_between(self._since_ns(), before_ns)

    def _longest_s(
        self, items: Iterable[Item], state: EffectState, most_s: float = math.inf
    ) -> float | None:
        """For how long an effect of theirs has been in this state; `most_s` at most counts."""
        every_s = (
            self._book.ages.waits_s(effect)
            for item in items
            for effect in item.effects
            if effect.state == state
        )
        return max((each_s for each_s in every_s if each_s <= most_s), default=None)


def _effects(items: Iterable[Item], state: EffectState) -> int:
    return sum(effect.state == state for item in items for effect in item.effects)


def _belongs(item: Item, state: QueueState) -> bool:
    if state == "open":
        return is_open(item)
    if state == "hidden":
        return item.state in ("hidden", "banned")
    return state == "all" or item.state == "waiting"


def _place(after: str) -> tuple[int, str] | None:
    """None for what is no place: then from the beginning."""
    time, _, item_id = after.partition("-")
    return (int(time), item_id) if time.isascii() and time.isdecimal() else None
