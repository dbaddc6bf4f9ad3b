"""How does the console follow the alarms of all stores, and how do its orders get to the engine?

What stands comes with the statuses, what ended is fetched. An order is sent until it is answered:
each says how the alarm is to be, so that one that arrives twice does nothing more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm, StoreStatus
from livedesk.desk.alarm_book import AlarmBook
from livedesk.desk.alarm_client import AlarmClient
from livedesk.desk.alarm_list import ENGINE, AlarmKey, AlarmList, key_of
from livedesk.desk.alarm_orders import GIVE_UP_S, AlarmOrder, AlarmOrders, AskedAlarm
from livedesk.desk.alarm_settings import AlarmSettings
from livedesk.desk.errors import BadAnswerError, DeskError, NotSentError, RefusedError
from livedesk.desk.model import Moment
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

RESEND_S: Final = (0.2, 0.4, 0.8, 1.6)
"""Waits before an order is sent again; the last one for all further."""

AT_ONCE: Final = 8
"""Orders that are out at one time."""

_CHANGES_ENDED: Final = frozenset(
    ("limit.clear", "alarm.acknowledged", "alarm.unseen", "session.start")
)

Wait = Callable[[float], Awaitable[None]]
Spawn = Callable[[str, Coroutine[Any, Any, None]], None]


class Alarming:
    """The alarms of a desk's stores and of its engine."""

    def __init__(
        self,
        client: Callable[[], AlarmClient],
        spawn: Spawn,
        now: Callable[[], Moment],
        me: Callable[[], str],
        wait: Wait = asyncio.sleep,
    ) -> None:
        """`client` raises NotSentError while no engine is attached; `spawn` notes a DeskError.
        `me`: under which name this console acts, as far as the engine lets it say so."""
        self._client = client
        self._spawn = spawn
        self._now = now
        self._me = me
        self._wait = wait
        self._orders = AlarmOrders()
        self._book = AlarmBook(self._orders)
        self._out: set[AlarmOrder] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._fetching: set[str] = set()
        self._again: set[str] = set()
        self._ticks: dict[AlarmKey, frozenset[int]] = {}
        self.settings = AlarmSettings(client, spawn, me)

    # What windows read

    def lines(self) -> AlarmList:
        """All alarms, as they will be once what was asked for is done."""
        if self._orders.tidy(self._now()):
            self._book.changed()
        return self._book.lines(self._me())

    def as_asked(self, store: str, alarm: AlarmStatus) -> AlarmStatus:
        """An alarm of a status, as it will be once what was asked for is done."""
        return self._orders.as_asked(key_of(store, alarm), alarm, self._me())

    def asked(self, key: AlarmKey) -> AskedAlarm | None:
        """The newest order about it, while there is something to say of it."""
        return self._orders.asked(key)

    @property
    def floods(self) -> dict[str, AlarmFlood]:
        return self._book.floods

    def ticked(self, key: AlarmKey) -> frozenset[int]:
        """Which steps of the runbook somebody at this console has taken."""
        return self._ticks.get(key, frozenset())

    # What a person does

    def acknowledge(self, key: AlarmKey) -> None:
        """Somebody has seen it, and does something about it."""
        self._ask(AlarmOrder(key, "ack"))

    def acknowledge_all(self, store: str) -> None:
        """Of one store, also what is over; of the engine with `ENGINE`."""
        for line in self.lines().lines:
            if line.key.store == store and line.needs_somebody:
                self.acknowledge(line.key)

    def shelve(self, key: AlarmKey, minutes: int, why: str) -> None:
        self._ask(AlarmOrder(key, "shelve", minutes, why))

    def unshelve(self, key: AlarmKey) -> None:
        self._ask(AlarmOrder(key, "unshelve"))

    def dismiss(self, key: AlarmKey) -> None:
        """Somebody has read why an order failed."""
        self._orders.dismiss(key)
        self._book.changed()

    def tick(self, key: AlarmKey, step: int, *, on: bool) -> None:
        before = self.ticked(key)
        self._ticks[key] = before | {step} if on else before - {step}

    # What the desk tells

    def attached(self) -> None:
        """Fetch what ended meanwhile, and send what an engine that went away did not answer."""
        for store in self._book.stores:
            self._fetch_soon(store)
        for asked in self._orders.waiting():
            if asked.order not in self._out:
                self._start(asked.order)
        self.settings.attached()

    def keep_only(self, stores: frozenset[str]) -> None:
        self._book.keep_only(stores)
        self._ticks = {key: on for key, on in self._ticks.items() if key.store in (*stores, ENGINE)}

    def status(self, status: StoreStatus) -> None:
        if self._book.status(status):
            self._fetch_soon(status.store)

    def engine(self, status: EngineStatus) -> None:
        if self._book.engine(status):
            self._fetch_soon(ENGINE)

    def event(self, event: Event) -> None:
        if event.kind in _CHANGES_ENDED:
            self._fetch_soon(event.store)

    # What ended

    def _fetch_soon(self, store: str) -> None:
        self._spawn("alarms", self._fetch(store))

    async def _fetch(self, store: str) -> None:
        """One call at a time for each store, and another when news came meanwhile."""
        self._again.add(store)
        if store in self._fetching:
            return
        self._fetching.add(store)
        try:
            while store in self._again:
                self._again.discard(store)
                self._book.fetched(store, await self._client().alarms(store))
        except DeskError as error:
            # What stands is told by the statuses; this is asked again with the next change.
            log.info("alarms of %s: %s", store or "the engine", error)
        finally:
            self._fetching.discard(store)
            self._again.discard(store)

    # Orders

    def _ask(self, order: AlarmOrder) -> None:
        if self._orders.begin(order, self._now()):
            self._book.changed()
            self._start(order)

    def _start(self, order: AlarmOrder) -> None:
        self._spawn(f"alarm {order.act}", self._send(order))

    async def _send(self, order: AlarmOrder) -> None:
        # Noted here: work that is ended before it began runs no line of this.
        self._out.add(order)
        try:
            async with self._room:
                answer = await self._answer(order)
        except RefusedError as refusal:
            self._orders.failed(order, f"{refusal.what} {refusal.action}".strip(), self._now())
        except NotSentError as error:
            unsent = tr("It was not sent: ask again when the engine answers.")
            self._orders.failed(order, f"{error.what} {unsent}", self._now())
        except DeskError as error:
            self._orders.failed(order, error.what, self._now())
        else:
            self._orders.answered(order, self._now())
            self._book.answered(order.store, answer)
        finally:
            # Cancelled, because the engine goes away: it stays asked, and `attached` sends it.
            self._out.discard(order)
            self._book.changed()

    async def _answer(self, order: AlarmOrder) -> AlarmStatus | EndedAlarm:
        """Ask until there is an answer. Raises DeskError when there is none for too long."""
        begun, tries = self._now(), 0
        while True:
            try:
                return await self._client().give(order, self._me())
            except DeskError as error:
                is_answer = isinstance(error, RefusedError) and error.is_answer
                if is_answer or isinstance(error, BadAnswerError):
                    raise
                if self._now().since_s(begun) >= GIVE_UP_S:
                    raise
            await self._wait(RESEND_S[min(tries, len(RESEND_S) - 1)])
            tries += 1
