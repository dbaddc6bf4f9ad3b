"""Events reach their readers in order, once each, over restarts and slow readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.events import Event
from livedesk.core.status import StoreStatus
from livedesk.engine.bus import Bus, SubscriberLostError, Subscription


class Files:
    """The journals: what was written stays readable."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def write(self, event: Event) -> bool:
        await asyncio.sleep(0)
        self.events.append(event)
        return True

    def between(self, after: int, until: int) -> list[Event]:
        return [event for event in self.events if after < event.seq <= until]

    def newest(self, count: int, until: int) -> list[Event]:
        return [event for event in self.events if event.seq <= until][-count:]


def happening(kind: str, store: str = "glow") -> Event:
    return Event(0, 0, 0, store, None, kind, "info", "engine", kind)


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator[Bus]:
    work = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def taken(subscription: Subscription, count: int) -> list[str]:
    got = [await subscription.get() for _ in range(count)]
    return [item.kind for item in got if isinstance(item, Event)]


def test_numbers_grow_over_stores_and_restarts_even_if_the_wall_clock_goes_back() -> None:
    async def story() -> None:
        files, clock = Files(), ManualClock()
        async with running(Bus(clock, 0, files)) as bus:
            for store in ("one", "two", "one"):
                bus.post(happening("a", store), files.write)
            await bus.drain()
        clock.step_wall(-3600)
        async with running(Bus(clock, files.events[-1].seq, files)) as bus:
            bus.post(happening("b"), files.write)
            await bus.drain()
        numbers = [event.seq for event in files.events]
        assert numbers == sorted(set(numbers))
        assert numbers[0] == 1_700_000_000 * 1_000_000

    asyncio.run(story())


def test_an_event_is_written_before_it_is_told() -> None:
    async def story() -> None:
        clock, written = ManualClock(), asyncio.Event()

        async def write(_event: Event) -> bool:
            await written.wait()
            return True

        async with running(Bus(clock, 0, Files())) as bus:
            _, subscription = await bus.subscribe()
            bus.post(happening("a"), write)
            reading = asyncio.create_task(subscription.get())
            for _ in range(20):
                await asyncio.sleep(0)
            assert not reading.done()
            written.set()
            assert isinstance(await reading, Event)

    asyncio.run(story())


def test_a_journal_that_fails_does_not_hold_up_the_news() -> None:
    async def story() -> None:
        async def write(_event: Event) -> bool:
            raise OSError("disk")

        async with running(Bus(ManualClock(), 0, Files())) as bus:
            _, subscription = await bus.subscribe()
            bus.post(happening("a"), write)
            assert await taken(subscription, 1) == ["a"]

    asyncio.run(story())


def test_who_waits_for_one_event_learns_when_it_is_on_record_and_when_it_is_not() -> None:
    async def story() -> None:
        stuck = asyncio.Event()

        async def hang(_event: Event) -> bool:
            return await stuck.wait()

        async def fail(_event: Event) -> bool:
            raise OSError("disk")

        async with running(Bus(ManualClock(), 0, Files())) as bus:
            assert await bus.post(happening("a"), Files().write).recorded(2.0)
            assert not await bus.post(happening("b"), fail).recorded(2.0)
            assert not await bus.post(happening("c"), None).recorded(2.0)
            slow, quick = bus.post(happening("d"), hang), bus.post(happening("e"), Files().write)
            assert await quick.recorded(2.0)
            assert not await slow.recorded(0.01)
            stuck.set()
            assert await slow.recorded(2.0)

    asyncio.run(story())


def test_an_event_is_put_on_record_while_an_earlier_one_still_waits_for_its_disk() -> None:
    async def story() -> None:
        files, stuck = Files(), asyncio.Event()

        async def write(event: Event) -> bool:
            await stuck.wait()
            return await files.write(event)

        async with running(Bus(ManualClock(), 0, files)) as bus:
            _, reader = await bus.subscribe()
            bus.post(happening("slow", "one"), write)
            await asyncio.sleep(0.01)
            intent = bus.post(happening("intent", "two"), files.write)
            assert await intent.recorded(5)
            stuck.set()
            assert await taken(reader, 2) == ["slow", "intent"]
            await asyncio.wait_for(bus.drain(), 5)

    asyncio.run(story())


def test_a_reader_that_returns_gets_what_it_missed_from_ring_and_files() -> None:
    async def story() -> None:
        files = Files()
        async with running(Bus(ManualClock(), 0, files, ring=3)) as bus:
            for name in "abcdefgh":
                bus.post(happening(name), files.write)
            await bus.drain()
            seen = files.events[1].seq
            earlier, subscription = await bus.subscribe(after=seen)
            assert "".join(event.kind for event in earlier) == "cdefgh"
            bus.post(happening("i"), files.write)
            assert await taken(subscription, 1) == ["i"]
            recent, _ = await bus.subscribe(recent=5)
            assert "".join(event.kind for event in recent) == "efghi"

    asyncio.run(story())


def test_a_reader_of_one_store_hears_of_no_other() -> None:
    async def story() -> None:
        files = Files()
        async with running(Bus(ManualClock(), 0, files)) as bus:
            _, subscription = await bus.subscribe(frozenset({"one"}))
            bus.publish_status(StoreStatus("two", "Two", 0))
            bus.post(happening("other", "two"), files.write)
            bus.post(happening("mine", "one"), files.write)
            assert await taken(subscription, 1) == ["mine"]

    asyncio.run(story())


def test_a_slow_reader_is_told_to_resume_and_others_go_on() -> None:
    async def story() -> None:
        files = Files()
        async with running(Bus(ManualClock(), 0, files, subscriber_limit=2)) as bus:
            _, slow = await bus.subscribe()
            for name in "abcde":
                bus.post(happening(name), files.write)
            await bus.drain()
            with pytest.raises(SubscriberLostError) as lost:
                await slow.get()
            assert lost.value.dropped == 5
            assert bus.lost_subscribers == 1
            bus.unsubscribe(slow)
            earlier, _ = await bus.subscribe(after=0)
            assert "".join(event.kind for event in earlier) == "abcde"

    asyncio.run(story())


def test_only_the_newest_status_waits_for_a_reader_and_closing_ends_it() -> None:
    async def story() -> None:
        bus = Bus(ManualClock(), 0, Files())
        _, subscription = await bus.subscribe()
        for utc_ns in (1, 2, 3):
            bus.publish_status(StoreStatus("glow", "Glow", utc_ns))
        status = await subscription.get()
        assert isinstance(status, StoreStatus)
        assert status.utc_ns == 3
        bus.close()
        assert await subscription.get() is None

    asyncio.run(story())
