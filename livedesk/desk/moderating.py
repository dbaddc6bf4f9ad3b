"""How does the console follow the queues of all stores, and how do its orders get to the engine?

Each store's queue is fetched once and then follows by changes; where one is missing, it is fetched
anew (`queue_fetch.py`). Orders go their own way (`queue_sender.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Final

from livedesk.core.moderation import Item, QueueChange
from livedesk.core.status import StoreStatus
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.model import Moment
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.queue_desk import Batch, BatchKind, BatchProgress, OrderNote, Undoable
from livedesk.desk.queue_fetch import QueueFetch, Wait
from livedesk.desk.queue_hold import HoldCall, Holding
from livedesk.desk.queue_model import QueueBook
from livedesk.desk.queue_orders import Act, QueueOrder, QueueOrders
from livedesk.desk.queue_sender import QueueSender
from livedesk.desk.queue_text import LONGEST_NAME, cut
from livedesk.desk.queue_view import QueueFilter, QueueView
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

GROWTH: Final = 500
"""Items: as many as a page has."""


class Moderating:
    """The queues of all stores of a desk, and the orders about them (`QueueDesk`)."""

    def __init__(
        self,
        client: Callable[[], ModerationClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        now: Callable[[], Moment],
        rng: Random,
        me: Callable[[], str],
        wait: Wait = asyncio.sleep,
    ) -> None:
        """`client` raises NotSentError while no engine is attached; `spawn` notes a DeskError.
        `me`: under which name this console acts; known only once the engine has told it."""
        self._client = client
        self._spawn = spawn
        self._now = now
        self._rng = rng
        self._me = me
        self.book = QueueBook()
        self.orders = QueueOrders(self.book.touch)
        self._fetch = QueueFetch(self.book, client, spawn, wait, self._note_size)
        self._told_size = 0
        self.on_growth: Callable[[], None] = _nothing
        """Told each time that the mirror has some hundred items more, which stay."""
        self._sender = QueueSender(self.book, self.orders, client, spawn, now, wait, me)
        self._holding = Holding()

    def new_view(self, wanted: QueueFilter | None = None) -> QueueView:
        """The rows of one page; whoever asked for it closes it."""
        return QueueView(self.book, self.orders, self._me, wanted)

    # What windows read and ask for (`QueueDesk`)

    @property
    def me(self) -> str:
        return self._me()

    @property
    def undoable(self) -> Undoable | None:
        return self.orders.undoable

    @property
    def progress(self) -> BatchProgress | None:
        return self.orders.progress

    @property
    def notes(self) -> tuple[OrderNote, ...]:
        return self.orders.notes

    def attend(self, item_id: str | None, idle_s: float) -> None:
        item = None if item_id is None else self.book.item(item_id)
        now = self._now()
        for call in self._holding.at(item, now, self.book.utc_ns(now), idle_s):
            self._spawn(call.act, self._hold(call))

    def claim(self, item_id: str) -> None:
        self._holding.by_hand(item_id, "claim")
        self._ask(item_id, "claim")

    def release(self, item_id: str) -> None:
        self._holding.by_hand(item_id, "release")
        self._ask(item_id, "release")

    def approve(self, item_id: str) -> None:
        self._ask(item_id, "approve")

    def hide(self, item_id: str) -> None:
        self._ask(item_id, "hide")

    def ban(self, item_id: str) -> None:
        self._ask(item_id, "ban")

    def reply(self, item_id: str, faq_id: str, *, again: bool = False) -> None:
        self._ask(item_id, "reply", faq_id=faq_id, again=again)

    def by_hand(self, item_id: str, effect_key: str, *, done: bool, text: str = "") -> None:
        self._ask(item_id, "done", effect_key=effect_key, done=done, text=text)

    def batch(self, batch: Batch, kind: BatchKind, faq_id: str = "") -> None:
        """All viewers of a live read an answer, so each live gets it once; the others who asked the
        same are answered by it."""
        number = self.orders.begin_batch(kind, batch.count) if batch.item_ids else 0
        answered: set[str] = set()
        for item_id in batch.item_ids:
            item = self.book.item(item_id)
            if item is None:
                self.orders.passed_over(number, tr("It is in the queue no more."))
                continue
            is_answered = kind == "reply" and item.store in answered
            answered.add(item.store)
            self._ask(item_id, "approve" if is_answered else kind, faq_id=faq_id, batch=number)

    def undo(self, item_id: str | None = None) -> None:
        if item_id is not None:
            self._ask(item_id, "undo")
            return
        last = self.orders.last_act()
        if last is None:
            return
        number = self.orders.begin_batch("undo", len(last)) if len(last) > 1 else 0
        for item in last:
            self._undo_own(item, number)

    def _undo_own(self, item: Item, batch: int) -> None:
        """The engine takes back the newest decision: it must still be this operator's."""
        newest = self.book.item(item.id) or item
        decision, order = newest.decision, self._order(newest, "undo", batch=batch)
        if decision is not None and decision.by == self._me():
            self._give(order)
        elif self.orders.asked(order, self._now()):
            by = tr("Nobody") if decision is None else cut(decision.by, LONGEST_NAME)
            why = tr("{by} has decided about it since: it stays so.").format(by=by)
            if decision is None:
                why = tr("It was taken back already.")
            self.orders.refused(order, why, self._now(), final=True)

    def dismiss(self, item_id: str) -> None:
        self.orders.dismiss(item_id)

    # What the desk tells

    def attached(self) -> None:
        """Fetch everything anew, and send what an engine that went away did not answer."""
        self.book.attached()
        self._holding.forget()
        self._fetch.attached()
        self._sender.attached()

    def keep_only(self, stores: frozenset[str]) -> None:
        self.book.keep_only(stores)

    def status(self, status: StoreStatus) -> None:
        self.book.status(status, self._now())
        self._fetch.catch_up(status.store)

    def changed(self, change: QueueChange) -> None:
        for item in change.items:
            self.orders.heard(item)
        if not self.book.change(change):
            self._fetch.catch_up(change.store)
        self._note_size()

    def _note_size(self) -> None:
        self._told_size = min(self._told_size, len(self.book))
        if len(self.book) - self._told_size >= GROWTH:
            self._told_size = len(self.book)
            self.on_growth()

    # Orders

    def _ask(
        self,
        item_id: str,
        act: Act,
        *,
        faq_id: str = "",
        again: bool = False,
        effect_key: str = "",
        done: bool = True,
        text: str = "",
        batch: int = 0,
    ) -> None:
        item = self.book.item(item_id) or self.orders.known(item_id)
        if item is not None:
            order = self._order(
                item,
                act,
                faq_id=faq_id,
                again=again,
                effect_key=effect_key,
                done=done,
                text=text,
                batch=batch,
            )
            self._give(order)

    def _order(self, item: Item, act: Act, **parts: Any) -> QueueOrder:
        key, seen = f"{self._rng.getrandbits(96):024x}", len(item.decisions)
        return QueueOrder(item.store, item.id, act, key, seen=seen, **parts)

    def _give(self, order: QueueOrder) -> None:
        if self.orders.asked(order, self._now()):
            self._sender.start(order)
        elif order.batch:
            self.orders.passed_over(order.batch, tr("Another order for it is still out."))

    # Claims that come and go with the cursor

    async def _hold(self, call: HoldCall) -> None:
        """Nobody waits for it: who is at it is told by the item, and a decision needs no claim."""
        try:
            self.book.take(await self._client().hold(call, self._me()))
        except RefusedError as refusal:
            if refusal.item is not None:
                self.book.take(refusal.item)
        except DeskError as error:
            log.info("%s of %s: %s", call.act, call.item_id, error)


def _nothing() -> None:
    """Nobody asked to be told."""
