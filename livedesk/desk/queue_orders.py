"""What did this console ask for, what came of it, and what can be taken back? Pure.

An order stands as *sending* until the engine answers; it has a key, so it may be sent again. Only
an answer makes it done: nothing is shown as decided that the engine has not confirmed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from livedesk.core.moderation import DecisionKind, Item
from livedesk.desk.model import Moment
from livedesk.desk.queue_desk import BatchProgress, OrderNote, Undoable
from livedesk.desk.queue_row import OrderState

Act = Literal["approve", "hide", "ban", "reply", "undo", "claim", "release", "done"]
_Failure = Literal["refused", "not_sent", "unknown"]
_DECISIONS: dict[Act, DecisionKind] = {
    "approve": "approve", "hide": "hide", "ban": "ban", "reply": "reply", "undo": "undo",
}  # fmt: skip

UNDO_KEPT = 50
NOTES_KEPT = 20
GIVE_UP_S = 30.0
"""An order without an answer for so long is no longer sent: what became of it is unknown."""

REFUSAL_SHOWN_S = 12.0


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """One order, as it is sent. `key` makes it one, however often."""

    store: str
    item_id: str
    act: Act
    key: str
    faq_id: str = ""
    again: bool = False
    effect_key: str = ""
    done: bool = True
    text: str = ""
    """Why it could not be done by hand."""
    batch: int = 0
    """Number of the batch to which it belongs; 0: none."""
    seen: int = 0
    """How many decisions the item had when it was given: one made since is not overruled."""

    @property
    def kind(self) -> DecisionKind | None:
        return _DECISIONS.get(self.act)


@dataclass(frozen=True, slots=True)
class Asked:
    """`why` is empty while it is being sent."""

    order: QueueOrder
    at: Moment
    state: OrderState = "sending"
    why: str = ""


@dataclass(slots=True)
class _Undo:
    kind: DecisionKind
    batch: int
    items: dict[str, Item]


@dataclass(slots=True)
class QueueOrders:
    """The orders of this console, for all stores. `touch` is told whose row changed."""

    touch: Callable[[str], None]
    _asked: dict[str, Asked] = field(default_factory=dict)
    _undo: deque[_Undo] = field(default_factory=lambda: deque(maxlen=UNDO_KEPT))
    _notes: deque[OrderNote] = field(default_factory=lambda: deque(maxlen=NOTES_KEPT))
    _progress: BatchProgress | None = None
    _batch: int = 0

    # What windows read

    def of(self, item_id: str, now: Moment) -> Asked | None:
        """The newest order for the item that was not answered with success. One of which nobody
        knows what became stands until it is heard of, asked for anew or dismissed."""
        asked = self._asked.get(item_id)
        if asked is None:
            return None
        if asked.state in ("refused", "not_sent") and now.since_s(asked.at) >= REFUSAL_SHOWN_S:
            del self._asked[item_id]
            return None
        return asked

    @property
    def progress(self) -> BatchProgress | None:
        return self._progress

    @property
    def notes(self) -> tuple[OrderNote, ...]:
        return tuple(self._notes)

    @property
    def undoable(self) -> Undoable | None:
        if not self._undo:
            return None
        last = self._undo[-1]
        first = next(iter(last.items.values()))
        return Undoable(tuple(last.items), last.kind, first.comment.author, first.comment.text)

    # What is asked for

    def asked(self, order: QueueOrder, now: Moment) -> bool:
        """Note an order before it is sent; False for a double press, or while another is out."""
        known = self._asked.get(order.item_id)
        if known is not None and known.state == "sending":
            return False
        self._asked[order.item_id] = Asked(order, now)
        self.touch(order.item_id)
        return True

    def begin_batch(self, kind: DecisionKind, total: int) -> int:
        self._batch += 1
        self._progress = BatchProgress(kind, total)
        return self._batch

    def waiting(self) -> tuple[Asked, ...]:
        """What was not answered yet, oldest first: to be sent to the engine that came back."""
        return tuple(each for each in self._asked.values() if each.state == "sending")

    def last_act(self) -> tuple[Item, ...] | None:
        """What the last act decided, to be taken back; None when there is none."""
        return tuple(self._undo[-1].items.values()) if self._undo else None

    def known(self, item_id: str) -> Item | None:
        """An item of which this console decided, also when the mirror has it no more."""
        found = (act.items[item_id] for act in reversed(self._undo) if item_id in act.items)
        return next(found, None)

    def passed_over(self, batch: int, why: str) -> None:
        """One of a batch that was not sent."""
        self._count(batch, "refused", why)

    def dismiss(self, item_id: str) -> None:
        asked = self._asked.get(item_id)
        if asked is not None and asked.state != "sending":
            del self._asked[item_id]
            self.touch(item_id)

    # What came of it

    def answered(self, order: QueueOrder, item: Item) -> None:
        self._carried_out(order, item)
        self._count(order.batch, "done")

    def heard(self, item: Item) -> None:
        """A change may tell what a lost answer did not: the order's key is among the decisions."""
        asked = self._asked.get(item.id)
        if asked is None or asked.state != "unknown" or asked.order.kind is None:
            return
        if any(decision.key == asked.order.key for decision in item.decisions):
            self._carried_out(asked.order, item)

    def refused(self, order: QueueOrder, why: str, now: Moment, *, final: bool = False) -> None:
        """`final`: asking again would be refused again."""
        if order.kind == "undo" and final:
            # It would stand before what can be taken back.
            self._forget_undone(order.item_id)
        self._failed(order, "refused", why, now)

    def not_sent(self, order: QueueOrder, why: str, now: Moment) -> None:
        """It never left: nobody refused it."""
        self._failed(order, "not_sent", why, now)

    def unanswered(self, order: QueueOrder, why: str, now: Moment) -> None:
        self._failed(order, "unknown", why, now)

    def _failed(self, order: QueueOrder, state: _Failure, why: str, now: Moment) -> None:
        asked = self._asked.get(order.item_id)
        if asked is not None and asked.order is order:
            self._asked[order.item_id] = Asked(order, now, state, why)
        self._notes.appendleft(OrderNote(order.item_id, why, now.utc_ns))
        self._count(order.batch, "unknown" if state == "unknown" else "refused", why)
        self.touch(order.item_id)

    def _carried_out(self, order: QueueOrder, item: Item) -> None:
        self._drop(order)
        if order.kind == "undo":
            self._forget_undone(order.item_id)
        elif order.kind is not None:
            self._keep_undo(order, order.kind, item)

    def _drop(self, order: QueueOrder) -> None:
        asked = self._asked.get(order.item_id)
        if asked is not None and asked.order is order:
            del self._asked[order.item_id]
            self.touch(order.item_id)

    def _keep_undo(self, order: QueueOrder, kind: DecisionKind, item: Item) -> None:
        last = self._undo[-1] if self._undo else None
        if last is not None and order.batch and last.batch == order.batch:
            last.items[item.id] = item
        else:
            self._undo.append(_Undo(kind, order.batch, {item.id: item}))

    def _forget_undone(self, item_id: str) -> None:
        """The newest act on this item is none to be undone any more."""
        for act in reversed(self._undo):
            if act.items.pop(item_id, None) is not None:
                break
        if any(not act.items for act in self._undo):
            left = [act for act in self._undo if act.items]
            self._undo.clear()
            self._undo.extend(left)

    def _count(
        self, batch: int, what: Literal["done", "refused", "unknown"], why: str = ""
    ) -> None:
        progress = self._progress
        if progress is None or not batch or batch != self._batch:
            return
        match what:
            case "done":
                progress = replace(progress, done=progress.done + 1)
            case "refused":
                progress = replace(progress, refused=progress.refused + 1)
            case "unknown":
                progress = replace(progress, unknown=progress.unknown + 1)
        self._progress = replace(progress, why=progress.why or why)
