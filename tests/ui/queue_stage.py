"""Queues on a stage: the real mirror and orders, and an engine that answers when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from random import Random
from typing import Any

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import (
    ChatStatus,
    Comment,
    Decision,
    Effect,
    Faq,
    Item,
    ModerationStatus,
    QueueChange,
    RuleAction,
    RuleServiceStatus,
    RuleStatistics,
    Span,
    Verdict,
)
from livedesk.desk.errors import NotSentError
from livedesk.desk.model import Moment
from livedesk.desk.moderating import Moderating
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.queue_orders import QueueOrder
from livedesk.moderation.items import decided, new_item, with_effect

FAQ = (
    Faq("shipping", "Shipping takes 3 to 5 days.", "https://example.com/shipping"),
    Faq("size", "Sizes run small: take one up."),
    Faq("returns", "Returns are free for 30 days."),
)
RULES = (
    RuleStatistics("scam-1", "scams", 212, 212, 14, 1),
    RuleStatistics("brands-2", "counterfeit", 31, 4, 22, 15),
    RuleStatistics("contact-1", "off-platform", 88, 80, 9, 0),
)
ME = "Mai"


def moderation(**changes: Any) -> ModerationStatus:
    """A chat that can hide, ban and reply, and a rule service that answers."""
    status = ModerationStatus(
        service=RuleServiceStatus("up", version="42", rules=31, terms=640, round_trip_ms=41.0),
        chat=ChatStatus("sandbox", "up", hide="platform", unhide="platform", reply="platform",
                        ban="platform", unban="platform", comments=4210, age_ms=300.0),
        comments=4210, comments_per_min=212.0, hidden=331, decided=45, replied=12, overturned=16,
        hide_p50_ms=310.0, hide_p99_ms=840.0, review_p50_s=7.2, review_p90_s=16.1,
        rules=RULES, faq=FAQ,
    )  # fmt: skip
    return replace(status, **changes)


def verdict(text: str, term: str, action: RuleAction = "review", **changes: Any) -> Verdict:
    """One that found `term` where it stands in the text."""
    at = text.index(term)
    found = Verdict("review", "brands-2", "counterfeit", "Speaks of a counterfeit",
                    (Span(at, at + len(term)),), term, "42")  # fmt: skip
    return replace(found, action=action, **changes)


class StageQueue(Moderating):
    """A `QueueSource` that a test plays by hand: orders stay out until `answer`."""

    def __init__(self, now: Callable[[], Moment]) -> None:
        super().__init__(_nobody, _dropped, now, Random(5), lambda: ME)
        self._clock = now
        self._revisions: dict[str, int] = {}
        self._count = 0

    @property
    def out(self) -> tuple[QueueOrder, ...]:
        """Orders that no engine has answered."""
        return tuple(asked.order for asked in self.orders.waiting())

    def comment(self, text: str, term: str = "", *, store: str = "lumen", author: str = "ana",
                ago_s: float = 0.0, action: RuleAction = "review", recent: tuple[Comment, ...] = (),
                **changes: Any) -> Item:  # fmt: skip
        """A viewer writes, and a rule finds the term (all of the text, if none is named)."""
        self._count += 1
        utc_ns = self._clock().utc_ns - round(ago_s * NS_PER_S)
        comment = Comment(f"c{self._count}", author, author, text, utc_ns)
        found = verdict(text, term or text, action, **changes)
        item = new_item(store, comment, found, recent, FAQ)
        self.tell(item)
        return item

    def tell(self, *items: Item) -> None:
        """The engine says how they are by now."""
        for item in items:
            since = self._revisions.get(item.store, 0)
            self._revisions[item.store] = since + 1
            if self.book.lacks(item.store):
                self.book.fetch_begins(item.store)
                self.book.fetched(item.store, since)
            self.book.change(QueueChange(item.store, since, since + 1, (item,)))

    def answer(self) -> list[Item]:
        """Carry out what was asked for; what the platform does about it comes later."""
        return [self._carry_out(order) for order in self.out]

    def _carry_out(self, order: QueueOrder) -> Item:
        item = self.book.item(order.item_id)
        assert item is not None
        assert order.kind is not None, order.act
        decision = Decision(order.kind, ME, self._clock().utc_ns, order.key, order.faq_id)
        after = decided(item, decision, FAQ)
        self.orders.answered(order, after)
        self.tell(after)
        return after

    def settle(self, item: Item, state: str = "done", after_s: float = 0.4) -> Item:
        """What became of the newest effect."""
        effect = item.effects[-1]
        settled_ns = effect.wanted_utc_ns + round(after_s * NS_PER_S)
        news: dict[str, Any] = {"state": state, "settled_utc_ns": settled_ns}
        known: Effect = replace(effect, **news)
        after = with_effect(item, known)
        self.tell(after)
        return after


def _nobody() -> ModerationClient:
    raise NotSentError("No engine is attached.", "stage", "")


def _dropped(_name: str, work: Coroutine[Any, Any, None]) -> None:
    work.close()
