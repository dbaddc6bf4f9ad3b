"""What does the page of the queue show, in which order, and what moves? Pure; time is passed in.

A page has one `QueueView` (`Moderating.new_view()`), calls `refresh` at its own pace and gives
orders to a `QueueDesk`. Rows are kept in order by their keys, so a change costs a search and not a
sort. What waits comes first, by the time left to its store's target; that order does not change as
time passes. While the cursor or the pointer stands on a row nothing moves: rows that no longer
belong here stay as `left`, new ones are counted in `news`, until `settle` or until nothing is held.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Literal, Protocol

from livedesk.core.moderation import Item
from livedesk.desk.model import Moment
from livedesk.desk.queue_counts import FaqView, QueueCounts, RuleView, StoreHealth
from livedesk.desk.queue_desk import (
    Batch,
    BatchKind,
    BatchProgress,
    OrderNote,
    QueueDesk,
    Undoable,
)
from livedesk.desk.queue_model import Key, QueueBook, Show
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

__all__ = [
    "Abilities", "AgeStep", "Batch", "BatchKind", "BatchProgress", "ClaimView", "EffectView",
    "FaqView", "Mark", "Measure", "OrderNote", "OrderState", "OrderView", "QueueCounts",
    "QueueDesk", "QueueFilter", "QueueRow", "QueueView", "RecentView", "RowsListener", "RuleView",
    "Show", "StoreHealth", "Undoable",
]  # fmt: skip

ANEW_FROM = 1_000
"""So many changes at once are told as one reset: each by itself would cost a window more."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """`store` None: all stores. `open`: all that waits, was done by a rule, or is to be done by
    hand; `all`: also what people decided since this console is here."""

    show: Show = "waiting"
    store: str | None = None


class RowsListener(Protocol):
    """Who is told which rows change, before and after: Qt's own habit (`beginInsertRows`).

    Between a `begin_…` and its `end_…` the view changes; both ends count from 0, inclusive."""

    def begin_insert(self, first: int, last: int) -> None: ...

    def end_insert(self) -> None: ...

    def begin_remove(self, first: int, last: int) -> None: ...

    def end_remove(self) -> None: ...

    def changed(self, first: int, last: int) -> None: ...

    def begin_reset(self) -> None: ...

    def end_reset(self) -> None: ...


class QueueView:
    """The rows of one page. `book`: the mirror of all queues (`Moderating.book`)."""

    def __init__(self, book: QueueBook, wanted: QueueFilter | None = None) -> None:
        self._book = book
        self._news: set[str] = set()
        ...

    # Rows

    def __len__(self) -> int: ...

    def id_at(self, at: int) -> str: ...

    def index_of(self, item_id: str) -> int | None:
        """None when it is not in this list."""
        ...

    def row(self, at: int, now: Moment) -> QueueRow:
        """Made anew for each call (about 20 µs): ask for the rows that are painted only."""
        ...

    def row_of(self, item_id: str, now: Moment) -> QueueRow | None:
        """Also of an item that is in no list now; None when nothing is known of it."""
        ...

    # What moves

    def refresh(self, listener: RowsListener) -> bool:
        """Take in what came since the last call; False when nothing did."""
        ...

    def show(self, wanted: QueueFilter, listener: RowsListener) -> None:
        """Another list; the cursor is taken from its row."""
        ...

    @property
    def filter(self) -> QueueFilter: ...

    def settle(self, listener: RowsListener) -> None:
        """Let everything fall in place now, held or not: the operator asked for the news."""
        ...

    @property
    def news(self) -> int:
        """New rows that wait until nothing is held."""
        ...

    @property
    def is_held(self) -> bool: ...

    # Cursor and pointer

    @property
    def cursor(self) -> str | None:
        """The item on which the operator's keys act."""
        ...

    def place(self, item_id: str | None) -> None:
        """Put the cursor there; None takes it away. Holds the list at the next `refresh`."""
        ...

    def point(self, item_id: str | None) -> None:
        """The mouse is over this row, or over none. Holds the list too."""
        ...

    def step(self, by: int) -> str | None:
        """The row `by` places from the cursor (clamped; from no cursor the first or last), with
        the cursor put on it. Rows that left are passed over. None when there is none."""
        ...

    # Beside the rows

    def batch(self, item_id: str) -> Batch:
        """The items that say the same as this one and wait, or were hidden by rules, like it."""
        ...

    def faq(self, store: str) -> tuple[FaqView, ...]:
        """The answers of a store, with the digit that posts each (1 to 9, then none)."""
        ...

    def duplicate(self, item_id: str, faq_id: str, now: Moment) -> str:
        """Why this answer would be a repetition, in words; empty when it would not."""
        ...

    def counts(self, now: Moment) -> QueueCounts:
        """The live counters of what the filter's store, or all stores, have."""
        ...

    def rules(self) -> tuple[RuleView, ...]:
        """What the rules catch and cost; the most often overturned first, then by hits."""
        ...

    def health(self, now: Moment) -> tuple[StoreHealth, ...]:
        """Each store with moderation, by name: for the choice of stores and the banner."""
        ...
