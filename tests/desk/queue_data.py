"""Items, statuses and a listener for the tests of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from livedesk.core.moderation import (
    ChatStatus,
    Comment,
    Decision,
    DecisionKind,
    Effect,
    EffectState,
    Faq,
    Item,
    ItemState,
    ModerationStatus,
    RuleServiceStatus,
    Span,
    Verdict,
)
from livedesk.core.status import Limits, StoreStatus
from livedesk.desk.model import Moment
from livedesk.desk.queue_model import QueueBook
from livedesk.desk.queue_orders import QueueOrders
from livedesk.desk.queue_view import QueueFilter, QueueView

S = 1_000_000_000
T0 = 1_800_000_000 * S
"""The engine's clock when the console's monotonic one is at zero."""

ME = "mei@desk-3"
FAQ = (
    Faq("shipping", "Shipping takes 3 days.", "https://example.com/s"),
    Faq("size", "See the chart."),
)
CHAT = ChatStatus(
    "sandbox", "up", hide="platform", unhide="platform", reply="platform", ban="platform",
    unban="platform",
)  # fmt: skip
UP = RuleServiceStatus("up", version="7", rules=3, terms=40)


def at(second: float) -> Moment:
    """The console's own wall clock is an hour off, which must not matter."""
    return Moment(round(second * S), T0 + round((second - 3_600) * S))


def comment(key: str, second: float, text: str = "send me a dm", author: str = "ana") -> Comment:
    return Comment(f"c{key}", author, author.title(), text, T0 + round(second * S))


def item(
    key: str,
    second: float = 0.0,
    state: ItemState = "waiting",
    *,
    store: str = "glow",
    text: str = "send me a dm",
    **more: Any,
) -> Item:
    action = "review" if state == "waiting" else "hide"
    verdict = Verdict(action, "scam-1", "scams", "Advance-fee scam", (Span(8, 12),), "a dm", "7")  # type: ignore[arg-type]
    values: dict[str, Any] = {"same": text.casefold()} | more
    return Item(f"i{key}", store, comment(key, second, text), verdict, state, **values)


def decided(it: Item, kind: DecisionKind, second: float, by: str = ME) -> Item:
    states: dict[str, ItemState] = {
        "approve": "approved", "hide": "hidden", "reply": "replied", "ban": "banned",
        "undo": "waiting",
    }  # fmt: skip
    decision = Decision(kind, by, T0 + round(second * S), f"k{len(it.decisions)}")
    return replace(
        it, state=states[kind], decisions=(*it.decisions, decision), revision=it.revision + 1,
        claim=None,
    )  # fmt: skip


def effect(verb: Any, state: EffectState, second: float, **more: Any) -> Effect:
    return Effect(f"{verb}:1:c", verb, state, T0 + round(second * S), **more)


def status(
    store: str = "glow", second: float = 0.0, review_s: float = 22, **more: Any
) -> StoreStatus:
    values: dict[str, Any] = {"service": UP, "chat": CHAT, "faq": FAQ} | more
    return StoreStatus(
        store, store.title(), T0 + round(second * S), state="live",
        limits=Limits(review_target_s=review_s), moderation=ModerationStatus(**values),
    )  # fmt: skip


@dataclass
class Rows:
    """What a list model of Qt would know: the ids in their order, by what it was told alone."""

    view: QueueView = field(init=False)
    ids: list[str] = field(default_factory=list)
    changed_ids: list[str] = field(default_factory=list)
    resets: int = 0
    _first: int = 0
    _last: int = 0

    def begin_insert(self, first: int, last: int) -> None:
        assert len(self.view) == len(self.ids)
        self._first, self._last = first, last

    def end_insert(self) -> None:
        for at_row in range(self._first, self._last + 1):
            self.ids.insert(at_row, self.view.id_at(at_row))

    def begin_remove(self, first: int, last: int) -> None:
        assert [self.view.id_at(n) for n in range(first, last + 1)] == self.ids[first : last + 1]
        self._first, self._last = first, last

    def end_remove(self) -> None:
        del self.ids[self._first : self._last + 1]

    def changed(self, first: int, last: int) -> None:
        self.changed_ids += self.ids[first : last + 1]

    def begin_reset(self) -> None:
        self.resets += 1

    def end_reset(self) -> None:
        self.ids = [self.view.id_at(n) for n in range(len(self.view))]


class Page:
    """A book, its orders and one view of it."""

    def __init__(self, *items: Item, show: QueueFilter | None = None) -> None:
        self.book = QueueBook()
        self.orders = QueueOrders(self.book.touch)
        for store in sorted({each.store for each in items} | {"glow"}):
            self.book.status(status(store), at(0))
        self.rows = Rows()
        self.rows.view = self.view = QueueView(self.book, self.orders, lambda: ME, show)
        self.take(*items)

    def take(self, *items: Item) -> None:
        for each in items:
            self.book.take(each)
        self.refresh()

    def refresh(self) -> bool:
        told = self.view.refresh(self.rows)
        assert self.rows.ids == [self.view.id_at(n) for n in range(len(self.view))]
        return told

    @property
    def keys(self) -> str:
        """The ids without their letter, as one word."""
        return "".join(each.removeprefix("i") for each in self.rows.ids)

    def show(self, wanted: QueueFilter) -> str:
        self.view.show(wanted, self.rows)
        return self.keys


def ids(items: Sequence[Item]) -> list[str]:
    return [each.id for each in items]
