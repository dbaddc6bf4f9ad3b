"""How does the console follow the queues of all stores, and how do its orders get to the engine?

Each store's queue is fetched once and then follows by changes; where one is missing, it is fetched
anew. An order is sent until it is answered, under one key, so that a connection that breaks or an
engine that restarts does not make two of one, and loses none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from random import Random
from typing import Any, Final

from livedesk.core.moderation import Item, QueueChange
from livedesk.core.status import StoreStatus
from livedesk.desk.errors import BadAnswerError, DeskError, NotSentError, RefusedError
from livedesk.desk.model import Moment
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.queue_desk import Batch, BatchKind, BatchProgress, OrderNote, Undoable
from livedesk.desk.queue_model import QueueBook
from livedesk.desk.queue_orders import GIVE_UP_S, Act, QueueOrder, QueueOrders
from livedesk.desk.queue_text import LONGEST_NAME, cut
from livedesk.desk.queue_view import QueueFilter, QueueView
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

AGAIN_AFTER_S: Final = 2.0
"""Between a queue that could not be fetched and the next try."""

RESEND_S: Final = (0.2, 0.4, 0.8, 1.6)
"""Waits before an order is sent again; the last one for all further."""

AT_ONCE: Final = 8
"""Orders of a batch that are out at one time."""

_REFUSED_BY_SERVICE: Final = 502
_NEVER_AGAIN: Final = frozenset(("nothing_to_undo", "not_undoable", "unknown_item"))

Wait = Callable[[float], Awaitable[None]]


class Moderating:
    """The queues of all stores of a desk, and the orders about them (`QueueDesk`)."""

    def __init__(
        self,
        client: Callable[[], ModerationClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        now: Callable[[], Moment],
        rng: Random,
        me: str,
        wait: Wait = asyncio.sleep,
    ) -> None:
        """`client` raises NotSentError while no engine is attached; `spawn` notes a DeskError."""
        self._client = client
        self._spawn = spawn
        self._now = now
        self._rng = rng
        self._me = me
        self._wait = wait
        self._fetching: set[str] = set()
        self._out: set[str] = set()
        self._left: set[str] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self.book = QueueBook()
        self.orders = QueueOrders(self.book.touch)

    def new_view(self, wanted: QueueFilter | None = None) -> QueueView:
        """The rows of one page; whoever asked for it closes it."""
        return QueueView(self.book, self.orders, self._me, wanted)

    # What windows read and ask for (`QueueDesk`)

    @property
    def me(self) -> str:
        return self._me

    @property
    def undoable(self) -> Undoable | None:
        return self.orders.undoable

    @property
    def progress(self) -> BatchProgress | None:
        return self.orders.progress

    @property
    def notes(self) -> tuple[OrderNote, ...]:
        return self.orders.notes

    def claim(self, item_id: str) -> None:
        self._ask(item_id, "claim")

    def release(self, item_id: str) -> None:
        self._ask(item_id, "release")

    def approve(self, item_id: str) -> None:
        self._ask(item_id, "approve")

    def hide(self, item_id: str) -> None:
        self._ask(item_id, "hide")

    def ban(self, item_id: str) -> None:
        self._ask(item_id, "ban")

    def reply(self, item_id: str, faq_id: str, *, again: bool = False) -> None:
        self._ask(item_id, "reply", faq_id=faq_id, again=again)

    def by_hand(self, item_id: str, effect_key: str, *, done: bool) -> None:
        self._ask(item_id, "done", effect_key=effect_key, done=done)

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
        decision, order = newest.decision, self._order(item, "undo", batch=batch)
        if decision is not None and decision.by == self._me:
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
        self._fetching.clear()
        now = self._now()
        for asked in self.orders.waiting():
            order = asked.order
            if order.key in self._out:
                continue
            if now.since_s(asked.at) < GIVE_UP_S:
                self._start(order)
            else:
                self._give_up(order, tr("The engine was away."))

    def keep_only(self, stores: frozenset[str]) -> None:
        self.book.keep_only(stores)

    def status(self, status: StoreStatus) -> None:
        self.book.status(status, self._now())
        self._catch_up(status.store)

    def changed(self, change: QueueChange) -> None:
        for item in change.items:
            self.orders.heard(item)
        if not self.book.change(change):
            self._catch_up(change.store)

    # Fetching

    def _catch_up(self, store: str) -> None:
        if self.book.lacks(store) and store not in self._fetching:
            self._fetching.add(store)
            self._spawn("queue", self._fetch(store))

    async def _fetch(self, store: str) -> None:
        """Statuses come four times a second: a fetch that fails is not repeated with each."""
        self.book.fetch_begins(store)
        try:
            self.book.fetched(store, await self._pages(store))
        except DeskError as error:
            self.book.fetch_failed(store)
            log.info("queue of %s: %s", store, error)
            await self._wait(AGAIN_AFTER_S)
        except asyncio.CancelledError:
            self.book.fetch_failed(store)
            raise
        finally:
            self._fetching.discard(store)

    async def _pages(self, store: str) -> int:
        """Take in all pages; returns the revision of the first."""
        client, queue = self._client(), self.book.queue(store)
        page = await client.queue(store)
        revision, queue.faq = page.revision, page.faq or queue.faq
        while True:
            for item in page.items:
                self.book.take(item)
            if not page.after:
                return revision
            page = await client.queue(store, page.after)

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
                batch=batch,
            )
            self._give(order)

    def _order(self, item: Item, act: Act, **parts: Any) -> QueueOrder:
        return QueueOrder(item.store, item.id, act, f"{self._rng.getrandbits(96):024x}", **parts)

    def _give(self, order: QueueOrder) -> None:
        if self.orders.asked(order, self._now()):
            self._start(order)
        elif order.batch:
            self.orders.passed_over(order.batch, tr("Another order for it is still out."))

    def _start(self, order: QueueOrder) -> None:
        self._out.add(order.key)
        self._spawn(f"order {order.act}", self._send(order))

    async def _send(self, order: QueueOrder) -> None:
        try:
            # One that a person waits for does not stand behind a batch.
            async with self._room if order.batch else nullcontext():
                item = await self._answer(order)
        except RefusedError as refusal:
            self._refused(order, refusal)
        except DeskError as error:
            self._give_up(order, error.what)
        else:
            self.book.take(item)
            self.orders.answered(order, item)
        finally:
            # Cancelled, because the engine goes away: it stays asked, and `attached` sends it.
            self._out.discard(order.key)
        self._left.discard(order.key)

    async def _answer(self, order: QueueOrder) -> Item:
        """Ask until there is an answer. Raises DeskError when there is none for too long."""
        begun, tries = self._now(), 0
        while True:
            try:
                return await self._asked_once(order)
            except RefusedError as refusal:
                if _is_final(refusal):
                    raise
                error: DeskError = refusal
            except BadAnswerError:
                raise
            except DeskError as broken:
                error = broken
            if self._now().since_s(begun) >= GIVE_UP_S:
                raise error
            await self._wait(RESEND_S[min(tries, len(RESEND_S) - 1)])
            tries += 1

    async def _asked_once(self, order: QueueOrder) -> Item:
        client = self._client()
        was_sent = order.key in self._left
        self._left.add(order.key)
        try:
            return await client.give(order, self._me)
        except NotSentError:
            if not was_sent:
                self._left.discard(order.key)
            raise
        except RefusedError as refusal:
            # What was done by hand has no key: sent again, it finds nothing that waits any more.
            item = refusal.item
            if was_sent and order.act == "done" and item is not None and _is_told(order, item):
                return item
            raise

    def _refused(self, order: QueueOrder, refusal: RefusedError) -> None:
        if refusal.item is not None:
            self.book.take(refusal.item)
        if not refusal.is_answer and refusal.status != _REFUSED_BY_SERVICE:
            self._give_up(order, refusal.what)
            return
        why = f"{refusal.what} {refusal.action}".strip()
        final = refusal.code in _NEVER_AGAIN
        self.orders.refused(order, why, self._now(), final=final)

    def _give_up(self, order: QueueOrder, why: str) -> None:
        if order.key in self._left:
            self.orders.unanswered(order, why, self._now())
        else:
            unsent = tr("It was not sent: ask again when the engine answers.")
            self.orders.refused(order, f"{why} {unsent}", self._now())
        self._left.discard(order.key)


def _is_final(refusal: RefusedError) -> bool:
    """Whether it is an answer; else the engine was stopping or failed, and a key makes it safe to
    ask again."""
    return refusal.is_answer or refusal.status == _REFUSED_BY_SERVICE


def _is_told(order: QueueOrder, item: Item) -> bool:
    return any(
        effect.key == order.effect_key and effect.state == ("done" if order.done else "failed")
        for effect in item.effects
    )
