"""How does an order get to the engine? It is sent until it is answered, under one key, so that a
connection that breaks or an engine that restarts does not make two of one, and loses none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from typing import Any, Final

from livedesk.core.moderation import Item
from livedesk.desk.errors import BadAnswerError, DeskError, NotSentError, RefusedError
from livedesk.desk.model import Moment
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.queue_model import QueueBook
from livedesk.desk.queue_orders import GIVE_UP_S, QueueOrder, QueueOrders
from livedesk.desk.words import tr

RESEND_S: Final = (0.2, 0.4, 0.8, 1.6)
"""Waits before an order is sent again; the last one for all further."""

AT_ONCE: Final = 8
"""Orders of a batch that are out at one time."""

_REFUSED_BY_SERVICE: Final = 502
_NEVER_AGAIN: Final = frozenset(("nothing_to_undo", "not_undoable", "unknown_item"))

Wait = Callable[[float], Awaitable[None]]


class QueueSender:
    """What comes of each order goes to `QueueOrders`, and its item to the mirror."""

    def __init__(
        self,
        book: QueueBook,
        orders: QueueOrders,
        client: Callable[[], ModerationClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        now: Callable[[], Moment],
        wait: Wait,
        me: Callable[[], str],
    ) -> None:
        self._book = book
        self._orders = orders
        self._client = client
        self._spawn = spawn
        self._now = now
        self._wait = wait
        self._me = me
        self._out: set[str] = set()
        self._left: set[str] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    def start(self, order: QueueOrder) -> None:
        self._out.add(order.key)
        self._spawn(f"order {order.act}", self._send(order))

    def attached(self) -> None:
        """Send what an engine that went away did not answer."""
        now = self._now()
        for asked in self._orders.waiting():
            order = asked.order
            if order.key in self._out:
                continue
            if now.since_s(asked.at) < GIVE_UP_S:
                self.start(order)
            else:
                self._give_up(order, tr("The engine was away."))

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
            self._book.take(item)
            self._orders.answered(order, item)
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
            return await client.give(order, self._me())
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
            self._book.take(refusal.item)
        if not refusal.is_answer and refusal.status != _REFUSED_BY_SERVICE:
            self._give_up(order, refusal.what)
            return
        why = f"{refusal.what} {refusal.action}".strip()
        final = refusal.code in _NEVER_AGAIN
        self._orders.refused(order, why, self._now(), final=final)

    def _give_up(self, order: QueueOrder, why: str) -> None:
        if order.key in self._left:
            self._orders.unanswered(order, why, self._now())
        else:
            unsent = tr("It was not sent: ask again when the engine answers.")
            self._orders.not_sent(order, f"{why} {unsent}", self._now())
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
