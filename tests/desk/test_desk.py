"""The desk against a real socket: attach, lose, resume, and what is sent on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.engine_status import EngineStatus, Me
from livedesk.core.secrets import Secret
from livedesk.core.status import FailoverStatus, StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.desk.asked import Order
from livedesk.desk.client import EngineClient
from livedesk.desk.desk import Desk
from livedesk.desk.errors import UnreachableError
from livedesk.desk.link import Backoff, EngineAccess
from livedesk.desk.operator_name import this_operator
from livedesk.desk.previews import Previews
from livedesk.desk.wire import History
from tests.desk.fake_engine import TOKEN, FakeEngine, Script, running
from tests.waiting import until

QUICK = Backoff(first_s=0.01, limit_s=0.02)


class Address:
    """Where the engine is now; nowhere while it is away."""

    def __init__(self, access: EngineAccess | None) -> None:
        self.access = access

    async def __call__(self) -> EngineAccess:
        if self.access is None:
            raise UnreachableError("No engine runs.", "test", "Wait.")
        return self.access


@asynccontextmanager
async def attached(address: Address, clock: ManualClock) -> AsyncIterator[Desk]:
    tasks = Tasks()
    desk = Desk(address, clock, tasks, Random(1), backoff=QUICK)
    desk.start()
    try:
        yield desk
    finally:
        await tasks.close()
        await desk.close()


def status(clock: ManualClock, **changes: object) -> StoreStatus:
    return StoreStatus("lumen", "Lumen", clock.utc_ns(), **changes)  # type: ignore[arg-type]


def test_an_engine_dies_and_returns_elsewhere_and_no_event_is_lost(
    clock: ManualClock, script: Script
) -> None:
    script.statuses["lumen"] = status(clock)
    script.happen("before")

    async def play() -> None:
        address = Address(None)
        async with attached(address, clock) as desk:
            with running(script) as first:
                address.access = old = first.access
                await until(lambda: len(desk.snapshot().events) == 1)
            address.access = None
            await until(lambda: not desk.snapshot().link.answering)
            script.happen("while away")
            with running(script) as second:
                assert second.access != old
                address.access = second.access
                await until(lambda: desk.snapshot().link.answering)
                script.happen("after")
                await until(lambda: len(desk.snapshot().events) == 3)
            assert [e.text for e in desk.snapshot().events] == ["before", "while away", "after"]

    asyncio.run(play())
    asked = [seen for seen in script.seen if seen.path == "/v1/events"]
    assert (asked[0].last_event_id, asked[0].recent) == (None, "200")
    assert (asked[-1].last_event_id, asked[-1].recent) == ("1", None)


def test_a_wrong_token_is_said_and_not_shown(clock: ManualClock, engine: FakeEngine) -> None:
    async def play() -> str:
        address = Address(EngineAccess(engine.access.url, Secret("canary-wrong")))
        async with attached(address, clock) as desk:
            await until(lambda: bool(desk.snapshot().link.reason))
            return desk.snapshot().link.reason

    reason = asyncio.run(play())
    assert reason.startswith("Wrong token.\n")
    assert "canary" not in reason


def test_an_unreadable_list_of_stores_is_a_note_and_the_rest_goes_on(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    script.raw["/v1/stores"] = b'{"stores": [{"store": 1}]}'
    script.statuses["lumen"] = status(clock)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: desk.snapshot().note is not None)
            note = desk.snapshot().note
            assert note is not None
            assert "/v1/stores" in note.text
            assert TOKEN not in note.text
            await until(lambda: len(desk.snapshot().stores) == 1)

    asyncio.run(play())


def test_history_is_fetched_for_a_show_that_began_before_the_console(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    start = clock.utc_ns()
    clock.advance(60)
    script.statuses["lumen"] = status(clock, state="live", session="s",
                                      session_started_utc_ns=start)  # fmt: skip

    async def play() -> None:
        async with attached(Address(engine.access), clock):
            await until(lambda: "/v1/stores/lumen/history" in script.paths("GET"))

    asyncio.run(play())


def test_what_happened_before_the_console_came_is_on_its_timeline(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    start = clock.utc_ns()
    script.recorded = [replace(script.happen("Pinned."), utc_ns=start + NS_PER_S)]
    script.events.clear()
    clock.advance(60)
    script.statuses["lumen"] = status(clock, state="live", session="s",
                                      session_started_utc_ns=start)  # fmt: skip

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            timeline = desk.plots("lumen").timeline
            await until(lambda: timeline.version > 0)
            assert [entry.text for entry in timeline.between(0, 1e11)] == ["Pinned."]

    asyncio.run(play())


def test_history_is_fetched_again_for_a_time_without_news(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    def live() -> StoreStatus:
        return status(clock, state="live", session="s", session_started_utc_ns=clock.utc_ns())

    script.statuses["lumen"] = live()

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: script.paths("GET").count("/v1/stores/lumen/history") == 1)
            clock.advance(4)
            script.statuses["lumen"] = live()
            await until(lambda: script.paths("GET").count("/v1/stores/lumen/history") == 2)
            assert desk.snapshot().link.answering

    asyncio.run(play())


def test_only_the_store_on_screen_is_watched(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    script.jpeg = b"jpeg"
    script.statuses = {
        name: StoreStatus(name, name, clock.utc_ns()) for name in ("lumen", "aurora")
    }

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            desk.watch("lumen")
            await until(lambda: desk.preview("lumen") is not None)
            assert desk.preview("aurora") is None

    asyncio.run(play())
    assert "/v1/stores/aurora/preview.mjpg" not in script.paths("GET")


def test_a_sign_off_and_a_stop_reach_the_engine_in_this_order(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    script.statuses["lumen"] = status(clock, state="live", session="s")

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: len(desk.snapshot().on_air) == 1)
            await desk.end_and_stop()

    asyncio.run(play())
    assert script.paths("POST") == ["/v1/stores/lumen/session/end", "/v1/engine/stop"]


def test_waits_between_tries_grow_and_stay_bounded() -> None:
    rng = Random(3)
    waits = [Backoff().wait_s(failures, rng) for failures in range(1, 200)]
    assert waits[0] <= 0.13
    assert max(waits) <= 0.65
    assert min(waits[20:]) >= 0.35


def test_no_call_is_left_on_an_engine_that_moved(clock: ManualClock, script: Script) -> None:
    """A client that closes under its own requests leaves their connections behind."""
    script.statuses["lumen"] = status(clock, state="live", session="s",
                                      session_started_utc_ns=clock.utc_ns())  # fmt: skip
    open_calls: list[int] = []
    calls = 0

    class Counted(EngineClient):
        async def history(self, store: str, begin_s: float, end_s: float, points: int) -> History:
            nonlocal calls
            calls += 1
            try:
                await asyncio.Event().wait()
                raise AssertionError("never answered")
            finally:
                calls -= 1

        async def close(self) -> None:
            open_calls.append(calls)
            await super().close()

    async def play() -> None:
        address, tasks = Address(None), Tasks()
        desk = Desk(address, clock, tasks, Random(1), lambda a: Counted(a.url, a.token), QUICK)
        desk.start()
        with running(script) as first:
            address.access = first.access
            await until(lambda: calls == 1)
        with running(script) as second:
            address.access = second.access
            await until(lambda: len(open_calls) == 1)
            await until(lambda: calls == 1)
            await tasks.close()
            await desk.close()

    asyncio.run(play())
    assert open_calls == [0, 0]


def test_an_order_is_sent_once_and_done_when_the_status_shows_it(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    on_primary = FailoverStatus("primary", "auto", next="bonded")
    script.statuses["lumen"] = status(clock, failover=on_primary)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: bool(desk.snapshot().stores))
            for _ in range(2):
                desk.order("lumen", Order("switch", to="bonded"))
            await until(lambda: len(script.bodies("/v1/stores/lumen/failover")) == 1)
            assert [asked.state for asked in desk.asked("lumen")] == ["sent"]
            switching = replace(on_primary, switching_to="bonded")
            script.statuses["lumen"] = status(clock, failover=switching)
            await until(lambda: not desk.asked("lumen"))

    asyncio.run(play())
    (body,) = script.bodies("/v1/stores/lumen/failover")
    assert body["to"] == "bonded"


def test_a_refusal_is_told_in_the_relays_words_and_a_silent_relay_is_unknown(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    script.statuses["lumen"] = status(clock)
    script.refusals["/v1/stores/lumen/drill"] = (
        409, "on_air", "A feed is carried.", "Confirm the drill.",
    )  # fmt: skip
    script.refusals["/v1/stores/lumen/hold"] = (504, "silent", "The relay did not answer.", "Wait.")

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: bool(desk.snapshot().stores))
            desk.order("lumen", Order("drill", stay_s=5.0))
            await until(lambda: desk.asked("lumen")[0].state == "refused")
            assert desk.asked("lumen")[0].text == (
                "Drill was refused: A feed is carried. Confirm the drill."
            )
            desk.order("lumen", Order("hold", on=True))
            await until(lambda: {a.state for a in desk.asked("lumen")} == {"refused", "unknown"})

    asyncio.run(play())
    assert script.bodies("/v1/stores/lumen/drill") == [
        {"by": this_operator(), "confirm": False, "stay_s": 5.0}
    ]


def test_the_console_knows_whose_it_is_and_asks_again_when_it_may_not(
    clock: ManualClock, script: Script
) -> None:
    """Rights can be taken away while a console runs."""
    script.statuses["lumen"] = status(clock)
    script.me = Me("Mia", "producer", ("see", "operate"), named=True)

    async def play() -> None:
        with running(script) as engine:
            async with attached(Address(engine.access), clock) as desk:
                await until(lambda: desk.snapshot().me == script.me)
                script.me = Me("Mia", "analyst", ("see",), named=True)
                path = "/v1/stores/lumen/session/end"
                script.refusals[path] = (403, "forbidden", "Mia may not do this.", "")
                desk.end_session("lumen")
                await until(lambda: desk.snapshot().me == script.me)

    asyncio.run(play())


def test_what_the_engine_says_of_itself_is_shown_with_its_age(
    clock: ManualClock, script: Script
) -> None:
    script.statuses["lumen"] = status(clock)
    script.engine = EngineStatus(clock.utc_ns(), agency="Bright")

    async def play() -> None:
        with running(script) as engine:
            async with attached(Address(engine.access), clock) as desk:
                await until(lambda: desk.snapshot().engine == script.engine)
                clock.advance(3)
                snapshot = desk.snapshot()
                assert snapshot.engine_age_s == 3
                assert snapshot.me is None

    asyncio.run(play())


def test_a_host_is_not_refused_again_and_again(
    clock: ManualClock, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures and queues are not for the role; each refusal would ask who this is once more."""
    script.statuses["lumen"] = status(clock)
    script.me = Me("Hana", "host", ("pin",), named=True)
    tries: list[str] = []
    fetch = Previews._fetch

    async def counted(previews: Previews, store: str) -> None:
        tries.append(store)
        await fetch(previews, store)

    monkeypatch.setattr(Previews, "_fetch", counted)
    monkeypatch.setattr("livedesk.desk.previews.PERIOD_S", 0.01)

    async def play() -> None:
        with running(script) as engine:
            async with attached(Address(engine.access), clock) as desk:
                await until(lambda: desk.snapshot().me == script.me)
                desk.watch("lumen")
                await until(lambda: len(tries) >= 5)
                assert not any("preview" in path for path in script.paths("GET"))
                assert desk.me == "Hana"

    asyncio.run(play())
