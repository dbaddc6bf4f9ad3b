"""What does the page of the queue show, in which order, and what moves? Pure; time is passed in.

A page has one `QueueView` (`Moderating.new_view()`), calls `refresh` at its own pace and gives
orders to a `QueueDesk`. Rows are kept in order by their keys, so a change costs a search and not a
sort. What waits comes first, by the time left to its store's target; that order does not change as
time passes. While the cursor or the pointer stands on a row nothing moves: rows that no longer
belong here stay as `left`, new ones are counted in `news`, until `settle` or until nothing is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from livedesk.core.moderation import Item
from livedesk.desk.model import Moment
from livedesk.desk.moderation_words import repeated_words
from livedesk.desk.queue_answers import Offer
from livedesk.desk.queue_counts import (
    FaqView,
    QueueCounts,
    RuleView,
    StoreHealth,
    counted,
    health_of,
    rule_views,
)
from livedesk.desk.queue_desk import (
    Batch,
    BatchKind,
    BatchProgress,
    OrderNote,
    QueueDesk,
    Undoable,
)
from livedesk.desk.queue_list import RowList, RowsListener
from livedesk.desk.queue_model import QueueBook, StoreQueue
from livedesk.desk.queue_orders import QueueOrders
from livedesk.desk.queue_place import Key, Show, belongs, key_of
from livedesk.desk.queue_row import (
    Abilities,
    AgeStep,
    ClaimView,
    EffectView,
    Mark,
    Measure,
    OrderState,
    OrderView,
    QueueRow,
    RecentView,
)
from livedesk.desk.queue_rows import RowMaker
from livedesk.desk.queue_text import LONGEST, cut, shown, whole

__all__ = [
    "Abilities", "AgeStep", "Batch", "BatchKind", "BatchProgress", "ClaimView", "EffectView",
    "FaqView", "Mark", "Measure", "OrderNote", "OrderState", "OrderView", "QueueCounts",
    "QueueDesk", "QueueFilter", "QueueRow", "QueueView", "RecentView", "RowsListener", "RuleView",
    "Show", "StoreHealth", "Undoable",
]  # fmt: skip

ANEW_FROM: Final = 1_000
"""So many changes at once are told as one reset: each by itself would cost a window more."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """`store` None: all stores. `open`: all that waits, was done by a rule, or is to be done by
    hand; `all`: also what people decided since this console is here."""

    show: Show = "waiting"
    store: str | None = None


class QueueView:
    """The rows of one page; `Moderating.new_view` makes them, and `close` ends them."""

    def __init__(
        self,
        book: QueueBook,
        orders: QueueOrders,
        me: Callable[[], str],
        wanted: QueueFilter | None = None,
    ) -> None:
        self._book = book
        self._rows = RowMaker(book, orders, me)
        self._filter = wanted or QueueFilter()
        self._dirty = book.watch()
        here = book.keys(self._filter.show, self._filter.store)
        self._dirty.update(dict.fromkeys(key[2] for key in here))
        self._list = RowList()
        self._news: set[str] = set()
        self._moved: set[str] = set()
        self._ghosts: dict[str, Item] = {}
        self._cursor: str | None = None
        self._pointed: str | None = None
        self._offer = Offer()

    def close(self) -> None:
        self._book.unwatch(self._dirty)

    # Rows

    def __len__(self) -> int:
        return len(self._list)

    def id_at(self, at: int) -> str:
        return self._list.id_at(at)

    def index_of(self, item_id: str) -> int | None:
        """None when it is not in this list."""
        return self._list.index_of(item_id)

    def row(self, at: int, now: Moment) -> QueueRow:
        """Made anew for each call: ask for the rows that are painted only."""
        item_id = self._list.id_at(at)
        row = self.row_of(item_id, now)
        assert row is not None, "a row without an item: refresh() was not called"
        return row

    def row_of(self, item_id: str, now: Moment) -> QueueRow | None:
        """Also of an item that is not in this list; None when nothing is known of it."""
        item = self._item(item_id)
        if item is None:
            return None
        is_left = item_id in self._list and not self._belongs(item_id)
        return self._rows.row(item, now, left=is_left)

    def message(self, item_id: str) -> tuple[str, tuple[Mark, ...]]:
        """All that the viewer wrote, in lines of its own, and what the rules found in it; at most
        4,000 characters of it."""
        item = self._item(item_id)
        if item is None:
            return "", ()
        return whole(item.comment.text, () if item.verdict is None else item.verdict.spans)

    def _item(self, item_id: str) -> Item | None:
        return self._book.item(item_id) or self._ghosts.get(item_id) or self._dirty.get(item_id)

    # What moves

    @property
    def filter(self) -> QueueFilter:
        return self._filter

    @property
    def news(self) -> int:
        """New rows that wait until nothing is held."""
        return len(self._news)

    @property
    def is_behind(self) -> bool:
        """Whether something came that `refresh` has not taken in."""
        return bool(self._dirty)

    @property
    def is_held(self) -> bool:
        return any(
            held is not None and held in self._list for held in (self._cursor, self._pointed)
        )

    def show(self, wanted: QueueFilter, listener: RowsListener) -> None:
        """Another list; the cursor is taken from its row."""
        self._filter, self._cursor, self._pointed = wanted, None, None
        listener.begin_reset()
        self._dirty.clear()
        self._list.take_all(self._book.keys(wanted.show, wanted.store))
        self._forget_waiting()
        listener.end_reset()

    def refresh(self, listener: RowsListener) -> bool:
        """Take in what came since the last call; False when nothing did."""
        if not self.is_held and (self._news or self._moved):
            self.settle(listener)
            return True
        dirty = self._take_dirty()
        if not dirty:
            return False
        if self.is_held:
            for item_id in dirty:
                self._note(item_id, listener)
        else:
            self._fall_in(dirty, listener)
            self._ghosts.clear()
        return True

    def settle(self, listener: RowsListener) -> None:
        """Let everything fall in place now, held or not: the operator asked for the news."""
        waiting = dict.fromkeys((*self._news, *self._moved, *self._take_dirty()))
        self._fall_in(waiting, listener)
        self._forget_waiting()

    def _take_dirty(self) -> Iterable[str]:
        """What is gone is kept as it was while its row still stands."""
        dirty = self._dirty.copy()
        self._dirty.clear()
        for item_id, gone in dirty.items():
            if gone is not None and item_id in self._list:
                self._ghosts[item_id] = gone
            elif gone is None:
                self._ghosts.pop(item_id, None)
        return dirty.keys()

    def _forget_waiting(self) -> None:
        self._news.clear()
        self._moved.clear()
        self._ghosts = {i: item for i, item in self._ghosts.items() if i in self._list}

    def _note(self, item_id: str, listener: RowsListener) -> None:
        """While something is held: rows change where they stand, and none comes or goes."""
        standing, wanted = self._list.key(item_id), self._wanted(item_id)
        if standing is None:
            (self._news.discard if wanted is None else self._news.add)(item_id)
            return
        (self._moved.discard if wanted == standing else self._moved.add)(item_id)
        self._list.tell_changed(item_id, listener)

    def _fall_in(self, ids: Iterable[str], listener: RowsListener) -> None:
        wanted = {item_id: self._wanted(item_id) for item_id in ids}
        if len(wanted) >= ANEW_FROM:
            self._list.move_all(wanted, listener)
            return
        for item_id, key in wanted.items():
            self._list.move(item_id, key, listener)

    def _belongs(self, item_id: str) -> bool:
        return self._wanted(item_id) is not None

    def _wanted(self, item_id: str) -> Key | None:
        """Where the item should stand in this list; None: nowhere."""
        item, wanted = self._book.item(item_id), self._filter
        if item is None or wanted.store not in (None, item.store):
            return None
        standing = self._book.standing(item_id)
        if not belongs(standing, wanted.show):
            return None
        target_s = self._book.queue(item.store).limits.review_target_s
        return key_of(item_id, standing, wanted.show, target_s)

    # Cursor and pointer

    @property
    def cursor(self) -> str | None:
        """The item on which the operator's keys act."""
        return self._cursor

    def place(self, item_id: str | None) -> None:
        """Put the cursor there; None takes it away. It holds the list from the next `refresh`."""
        self._cursor = item_id

    def point(self, item_id: str | None) -> None:
        """The mouse is over this row, or over none. It holds the list too."""
        self._pointed = item_id

    def step(self, by: int, now: Moment) -> str | None:
        """Move the cursor by so many rows, over those that left and those that another operator is
        at; without a cursor, from the end.

        At the last row that is still here it stays; None when there is no such row."""
        direction = 1 if by > 0 else -1
        begun = None if self._cursor is None else self.index_of(self._cursor)
        at = begun if begun is not None else -1 if by > 0 else len(self._list)
        found: str | None = None
        for _ in range(abs(by)):
            following = self.free(at, direction, now)
            if following is None:
                break
            at, found = following, self._list.id_at(following)
        if found is None and self._cursor is not None and self._belongs(self._cursor):
            found = self._cursor
        self._cursor = found
        return found

    def free(self, at: int, direction: int, now: Moment) -> int | None:
        """The next row from there that is still here and that nobody else is at."""
        while 0 <= (at := at + direction) < len(self._list):
            item_id = self._list.id_at(at)
            if self._belongs(item_id) and not self._rows.is_others(self._book.item(item_id), now):
                return at
        return None

    # Beside the rows

    def batch(self, item_id: str) -> Batch:
        """The items that say the same as this one and stand as it does: they wait like it, or were
        hidden by rules like it. Of the store that is shown, or of all."""
        item, store = self._book.item(item_id), self._filter.store
        if item is None:
            return Batch((), 0, "")
        alike = [each for each in self._book.same(item) if store in (None, each.store)]
        text, _ = shown(item.comment.text, ())
        return Batch(tuple(each.id for each in alike), len({each.store for each in alike}), text)

    def faq(self, item_id: str) -> tuple[FaqView, ...]:
        """All answers for an item, in the order in which they are offered (`queue_answers.py`);
        nine of them have the digit that posts them, the others none."""
        item = self._item(item_id)
        if item is None:
            return ()
        queue = self._book.queue(item.store)
        status = queue.moderation
        most = None if status is None else status.chat.reply_chars
        return tuple(
            FaqView(
                digit=digit or None,
                id=faq.id,
                text=cut(faq.text, LONGEST),
                link=cut(faq.link, LONGEST),
                too_long=most is not None and len(faq.posted) > most,
            )
            for faq, digit in self._offer.of(item, queue.faq, queue.posts)
        )

    def turn_answers(self) -> None:
        """The digits post the next nine answers; after the last ones, the first again."""
        self._offer.turn()

    def duplicate(self, item_id: str, faq_id: str, now: Moment) -> str:
        """Why this answer would be a repetition, in words; empty when it would not."""
        item, utc_ns = self._book.item(item_id), self._book.utc_ns(now)
        if item is None or utc_ns is None:
            return ""
        queue = self._book.queue(item.store)
        text = next((faq.posted for faq in queue.faq if faq.id == faq_id), None)
        if text is None:
            return ""
        found = queue.posts.repeated(text, item.comment.author_id, utc_ns)
        return "" if found is None else repeated_words(found.ago_s, to_author=found.to_author)

    def counts(self, now: Moment) -> QueueCounts:
        """The live counters of the store that is shown, or of all together."""
        return counted(self._shown_queues(), self._book.steady_ns(now))

    def rules(self) -> tuple[RuleView, ...]:
        """What the rules catch and cost; those that people took back most first, then by hits."""
        return rule_views(self._shown_queues())

    def health(self, now: Moment) -> tuple[StoreHealth, ...]:
        """Each store with moderation, by name: for the choice of stores and the banner."""
        return tuple(health_of(queue, now) for queue in self._book.queues())

    def _shown_queues(self) -> list[StoreQueue]:
        return [q for q in self._book.queues() if self._filter.store in (None, q.store)]
