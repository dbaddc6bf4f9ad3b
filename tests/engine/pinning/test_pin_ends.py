"""How pins come to an end on record: each once, and none is left open."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from livedesk.core.events import Event
from livedesk.core.pins import PinStatus
from livedesk.core.status import Limits
from livedesk.journal.fold.pins import PIN_EVENTS, pin_rows, pin_told, unsettled_pins
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from tests.engine.conftest import Bench, Running
from tests.engine.pinning.service import pin_service
from tests.engine.pinning.test_pins_api import S, cue, settled, show
from tests.waiting import until


def recorded(bench: Bench) -> tuple[list[Event], list[PinStatus]]:
    """What the one session tells of its pins."""
    [entry] = list_sessions(bench.paths.data)
    with SessionReader.open(entry.path) as reader:
        timed = list(reader.events(kinds=(*PIN_EVENTS, "pin.displaced", "session.end")))
    return [each.event for each in timed], [row.pin for row in pin_rows(timed)]


async def metric(running: Running, name: str) -> dict[str, float]:
    lines = (await running.http.get("/metrics")).text.splitlines()
    found = (line.rsplit(" ", 1) for line in lines if line.startswith(name))
    return {labels.removeprefix(name): float(value) for labels, value in found}


def test_a_pin_that_an_older_one_displaces_is_sent_once_more_and_counted_once(
    bench: Bench,
) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            service.delays_s = {"a": 0.5}
            first = (await cue(running, product_id="a")).json()
            await until(lambda: service.asked, "the first is with the platform")
            second = (await cue(running, product_id="b")).json()
            executed = [("b", second["key"]), ("a", first["key"]), ("b", f"{second['key']}/2")]
            await until(lambda: service.executed == executed, "the newer one is shown again")

            async def end() -> dict[str, Any] | None:
                pin = await settled(running, second["id"])
                return pin if pin["code"] == "displaced" else None

            pin = await until(end, "the end of the one that was displaced")
            assert (pin["state"], pin["shown"]) == ("confirmed", True)
            ledger = (await running.http.get(f"{S}/cues")).json()
            latency = ledger["latency"]
            assert (latency["sent"], latency["shown"], latency["superseded"]) == (2, 1, 1)
            counted = await metric(running, "livedesk_pins_total")
            assert sum(counted.values()) == 2
            assert sum((await metric(running, "livedesk_pin_latency_seconds_count")).values()) == 1
            lines = (await running.http.get(f"{S}/show")).json()["cues"]
            assert {line["product_id"]: line["pins"] for line in lines}["b"] == 1
        events, pins = recorded(bench)
        assert Counter(event.kind for event in events)["pin.displaced"] == 1
        assert [pin.state for pin in pins] == ["superseded", "confirmed"]

    asyncio.run(story())


def test_a_pin_that_is_open_at_the_sign_off_ends_in_that_record_as_far_as_it_came(
    bench: Bench,
) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            service.silent = True
            pin = (await cue(running, product_id="a")).json()
            await until(lambda: service.asked, "the platform has it")
            store = running.engine.store("glow")
            assert store is not None
            await store.sign_off("test")
            ended = await settled(running, pin["id"])
            assert (ended["state"], ended["code"]) == ("unknown", "signed_off")
            assert ended["shown"] is None
            service.silent = False
            asked = len(service.asked)
        assert len(service.asked) == asked
        events, _ = recorded(bench)
        assert unsettled_pins(events) == []
        last = [told.state for event in events if (told := pin_told(event)) is not None][-1]
        assert (last, events[-1].kind) == ("unknown", "session.end")

    asyncio.run(story())


def test_an_engine_that_stops_with_its_relays_leaves_no_pin_open(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service:
            async with show(bench, service.settings()) as running:
                service.silent = True
                await cue(running, product_id="a")
                await until(lambda: service.asked, "the platform has it")
            events, [pin] = recorded(bench)
            assert (pin.state, pin.settled_ms is not None) == ("unknown", True)
            assert unsettled_pins(events) == []

    asyncio.run(story())


def test_within_the_budget_is_what_the_store_s_limits_say(bench: Bench) -> None:
    async def story() -> None:
        limits = Limits(pin_budget_ms=150)
        async with pin_service() as service:
            service.delays_s = {"a": 0.2}
            async with show(bench, service.settings(), limits=limits) as running:
                pin = (await cue(running, product_id="a")).json()
                assert (await settled(running, pin["id"]))["state"] == "late"
                latency = (await running.status())["pins"]["latency"]
                assert (latency["shown"], latency["within"]) == (1, 0)

    asyncio.run(story())


def test_why_the_next_one_cannot_be_pinned_is_said_and_it_stays_next(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            assert (await running.status())["pins"]["next_refusal"] == ""
            lines = (await running.http.get(f"{S}/show")).json()["cues"]
            sold = next(line for line in lines if line["product_id"] == "sold")
            await running.http.post(f"{S}/show", json={"op": "move", "cue_id": sold["id"], "to": 0})
            pins = (await running.status())["pins"]
            assert pins["next_up"]["product_id"] == "sold"
            assert pins["next_refusal"] == "Out of stock."
            answer = await cue(running, next=True)
            assert answer.json()["error"]["code"] == "out_of_stock"
            assert (await running.status())["pins"]["next_up"]["product_id"] == "sold"

    asyncio.run(story())
