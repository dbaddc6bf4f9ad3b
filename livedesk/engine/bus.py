"""In which order did things happen on this engine, and who has been told?

Every event of every store passes one line: it gets its number, it is written down, and only then
it is published. Numbers therefore reach subscribers in order, and a subscriber that returns with
the last number it saw misses nothing and gets nothing twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from livedesk.core.bounded import DropOldest
from livedesk.core.clock import Clock
from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.moderation import QueueChange
from livedesk.core.status import StoreStatus

log = logging.getLogger(__name__)

Write = Callable[[Event], Awaitable[bool]]
"""Journals an event; returns whether it is on disk."""


_WRITES_AT_ONCE: Final = 1_000
_MOST_ITEMS: Final = 5_000
"""Of a queue that wait for one reader; one that is further behind does better to fetch it anew."""


class Past(Protocol):
    """The journals of this machine; reads files, so it is called in a thread."""

    def between(self, after: int, until: int) -> list[Event]:
        """Events with `after < seq <= until`, oldest first."""
        ...

    def newest(self, count: int, until: int) -> list[Event]:
        """The newest events with `seq <= until`, oldest first."""
        ...


class SubscriberLostError(Exception):
    """The subscriber was too slow: it has to resume from the last number it has seen."""

    def __init__(self, dropped: int) -> None:
        super().__init__(f"{dropped} events were not delivered")
        self.dropped = dropped


class Subscription:
    """What one reader still has to be told: events in order, per store the newest status and, if
    it wants the `queue`, what has changed in that since it was last told. With `engine` also the
    newest status of the engine itself."""

    def __init__(
        self,
        stores: frozenset[str] | None,
        limit: int,
        *,
        queue: bool = False,
        engine: bool = False,
    ) -> None:
        self._stores = stores
        self._limit = limit
        self._wants_queue = queue
        self._wants_engine = engine
        self._events: deque[Event] = deque()
        self._statuses: dict[str, StoreStatus] = {}
        self._engine: EngineStatus | None = None
        self._changes: dict[str, QueueChange] = {}
        self._wake = asyncio.Event()
        self._dropped = 0
        self._closed = False

    def wants(self, store: str) -> bool:
        return self._stores is None or store in self._stores

    def offer(self, event: Event) -> bool:
        """Returns False at the event for which there was no room: it is lost from then on."""
        if not self.wants(event.store):
            return True
        self._wake.set()
        if self._dropped:
            self._dropped += 1
            return True
        if len(self._events) >= self._limit:
            self._dropped = 1 + len(self._events)
            self._events.clear()
            return False
        self._events.append(event)
        return True

    def offer_status(self, status: StoreStatus) -> None:
        if self.wants(status.store):
            self._statuses[status.store] = status
            self._wake.set()

    def offer_queue(self, change: QueueChange) -> None:
        if self._wants_queue and self.wants(change.store):
            self._changes[change.store] = joined(self._changes.get(change.store), change)
            self._wake.set()

    def offer_engine(self, status: EngineStatus) -> None:
        if self._wants_engine:
            self._engine = status
            self._wake.set()

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    async def get(self) -> Event | StoreStatus | QueueChange | EngineStatus | None:
        """The next thing to tell; None when the engine closes. Raises SubscriberLostError."""
        while True:
            if self._dropped:
                raise SubscriberLostError(self._dropped)
            if self._events:
                return self._events.popleft()
            if self._changes:
                return self._changes.pop(next(iter(self._changes)))
            if self._engine is not None:
                engine, self._engine = self._engine, None
                return engine
            if self._statuses:
                return self._statuses.pop(next(iter(self._statuses)))
            if self._closed:
                return None
            self._wake.clear()
            await self._wake.wait()


def joined(waiting: QueueChange | None, change: QueueChange) -> QueueChange:
    """One change in place of two. Where they do not join, or became too many, the newer alone: who
    reads it sees by its `since` that something is missing."""
    if waiting is None or waiting.revision != change.since:
        return change
    items = {item.id: item for item in (*waiting.items, *change.items)}
    if len(items) > _MOST_ITEMS:
        return change
    gone = dict.fromkeys((*waiting.gone, *change.gone))
    for item in change.items:
        gone.pop(item.id, None)
    for item_id in change.gone:
        items.pop(item_id, None)
    return QueueChange(
        change.store, waiting.since, change.revision, tuple(items.values()), tuple(gone)
    )


class Receipt:
    """Of one event in line. Who must not act before it is on record waits for it."""

    __slots__ = ("_is_recorded", "_settled")

    def __init__(self) -> None:
        self._settled = asyncio.Event()
        self._is_recorded = False

    def settle(self, *, is_recorded: bool) -> None:
        self._is_recorded = is_recorded
        self._settled.set()

    @property
    def is_settled(self) -> bool:
        """Whether the event has left the line: it is on disk, or waits with the writer for it."""
        return self._settled.is_set()

    async def recorded(self, limit_s: float) -> bool:
        """Whether it is on disk, as far as that is known after `limit_s`."""
        try:
            async with asyncio.timeout(limit_s):
                await self._settled.wait()
        except TimeoutError:
            return False
        return self._is_recorded


@dataclass(frozen=True, slots=True)
class _Posted:
    event: Event
    write: Write | None
    receipt: Receipt

    async def write_down(self) -> None:
        is_recorded = False
        try:
            is_recorded = self.write is not None and await self.write(self.event)
        except Exception:
            log.exception("an event could not be journalled")
        finally:
            self.receipt.settle(is_recorded=is_recorded)


@dataclass(frozen=True, slots=True)
class _Written:
    event: Event
    writing: asyncio.Task[None]


class Bus:
    """Numbers, writes down and publishes the events of all stores; keeps the recent ones."""

    def __init__(
        self,
        clock: Clock,
        last_seq: int,
        past: Past,
        *,
        ring: int = 2_000,
        subscriber_limit: int = 1_000,
        queue_limit: int = 10_000,
    ) -> None:
        self._clock = clock
        self._last_seq = last_seq
        self._past = past
        self._ring: deque[Event] = deque()
        self._ring_limit = ring
        self._floor = last_seq  # events up to this number are in files only
        self._subscriber_limit = subscriber_limit
        self._posted: DropOldest[_Posted] = DropOldest(queue_limit)
        self._written: asyncio.Queue[_Written] = asyncio.Queue(_WRITES_AT_ONCE)
        self._idle = asyncio.Event()
        self._idle.set()
        self._subscriptions: set[Subscription] = set()
        self.lost_subscribers = 0

    @property
    def subscribers(self) -> int:
        return len(self._subscriptions)

    @property
    def unwritten(self) -> int:
        """Events that were never numbered because the line was full."""
        return self._posted.dropped

    @property
    def last_seq(self) -> int:
        return self._last_seq

    def post(self, event: Event, write: Write | None) -> Receipt:
        """Put an event in line; its `seq` is given here, later. `write` journals it."""
        self._idle.clear()
        receipt = Receipt()
        self._posted.put(_Posted(event, write, receipt))
        return receipt

    async def drain(self) -> None:
        """Wait until everything posted so far is written and published."""
        await self._idle.wait()

    async def run(self) -> None:
        """Writes begin in the order of the numbers, and none waits for the disk of another: an
        intent must not stand behind a batch of other news. Only telling waits for its turn."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._write_all())
            both.create_task(self._publish_all())

    async def _write_all(self) -> None:
        while True:
            posted = await self._posted.get()
            item = replace(posted, event=self._number(posted.event))
            writing = asyncio.create_task(item.write_down())
            await self._written.put(_Written(item.event, writing))

    async def _publish_all(self) -> None:
        while True:
            written = await self._written.get()
            await written.writing
            self._publish(written.event)
            if not len(self._posted) and self._written.empty():
                self._idle.set()

    def _number(self, event: Event) -> Event:
        """Microseconds of UTC as a floor make numbers grow over restarts without a counter file."""
        self._last_seq = max(self._last_seq + 1, self._clock.utc_ns() // 1_000)
        return replace(event, seq=self._last_seq)

    def _publish(self, event: Event) -> None:
        self._ring.append(event)
        if len(self._ring) > self._ring_limit:
            self._floor = self._ring.popleft().seq
        for subscription in self._subscriptions:
            if not subscription.offer(event):
                self.lost_subscribers += 1

    def publish_status(self, status: StoreStatus) -> None:
        for subscription in self._subscriptions:
            subscription.offer_status(status)

    def publish_engine(self, status: EngineStatus) -> None:
        for subscription in self._subscriptions:
            subscription.offer_engine(status)

    def publish_queue(self, change: QueueChange) -> None:
        for subscription in self._subscriptions:
            subscription.offer_queue(change)

    async def subscribe(
        self,
        stores: frozenset[str] | None = None,
        after: int | None = None,
        recent: int = 0,
        *,
        queue: bool = False,
        engine: bool = False,
    ) -> tuple[list[Event], Subscription]:
        """What came since `after` (else the newest `recent` events), and what continues there."""
        subscription = Subscription(stores, self._subscriber_limit, queue=queue, engine=engine)
        self._subscriptions.add(subscription)
        try:
            earlier = await self._since(after) if after is not None else await self._newest(recent)
        except BaseException:
            self.unsubscribe(subscription)
            raise
        return [event for event in earlier if subscription.wants(event.store)], subscription

    async def _since(self, after: int) -> list[Event]:
        floor, ring = self._floor, list(self._ring)
        older: list[Event] = []
        if after < floor:
            older = await asyncio.to_thread(self._past.between, after, floor)
        return [*older, *(event for event in ring if event.seq > after)]

    async def _newest(self, count: int) -> list[Event]:
        floor, ring = self._floor, list(self._ring)
        if count <= 0:
            return []
        older: list[Event] = []
        if len(ring) < count and floor:
            older = await asyncio.to_thread(self._past.newest, count - len(ring), floor)
        return [*older, *ring][-count:]

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    def close(self) -> None:
        for subscription in self._subscriptions:
            subscription.close()
