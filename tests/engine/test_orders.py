"""Orders of people: on record before they are sent, obeyed, refused in words, or unanswered."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from livedesk.core.runtime import RelayRuntime, read_runtime_file, relay_file
from livedesk.core.secrets import Secret
from livedesk.core.settings import StoreSettings, UplinkSettings
from livedesk.journal.fold.summary import summarise
from livedesk.journal.fold.switches import SwitchRow
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from tests.engine.conftest import ANALYST_TOKEN, GONE, GOOD, Bench, Running, client, store_settings
from tests.small_disk import fill, small_disk
from tests.waiting import until


def two_uplinks() -> StoreSettings:
    bonded = UplinkSettings(
        "bonded", Secret("rtmp://127.0.0.1/app/other"), bind="127.0.0.2", cost="60 GB a month"
    )
    store = store_settings()
    return replace(store, uplinks=(*store.uplinks, bonded))


async def is_so(running: Running, test: Callable[[dict[str, Any]], bool]) -> None:
    async def asked() -> bool:
        return test(await running.status())

    await until(asked)


async def is_live(running: Running) -> None:
    await is_so(running, lambda s: s["state"] == "live" and s["failover"]["active"] is not None)


async def kinds(running: Running) -> list[str]:
    bus = running.engine.bus
    await bus.drain()
    events, subscription = await bus.subscribe(after=0)
    bus.unsubscribe(subscription)
    return [event.kind for event in events]


def test_a_switch_is_ordered_recorded_and_shown(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_live(running)
            order = {"to": "bonded", "reason": "a rehearsal", "by": "mei@desk-3"}
            answer = await running.http.post("/v1/stores/glow/failover", json=order)
            assert answer.status_code == 202
            assert answer.json() == {"accepted": True, "from": "primary", "to": "bonded"}
            await is_so(running, lambda s: s["failover"]["active"] == "bonded")
            failover = (await running.status())["failover"]
            assert failover["switches"] == 1
            assert failover["last"]["actor"] == "mei@desk-3"
            told = await kinds(running)
            assert told.index("order.failover") < told.index("failover.switch")
            metrics = (await running.http.get("/metrics")).text
            assert 'livedesk_failover_switches_total{store="glow"} 1.0' in metrics
            assert 'livedesk_uplink_active{store="glow",uplink="bonded"} 1.0' in metrics
            assert 'livedesk_failover_last_switch_seconds{store="glow"} 0.13' in metrics
        [entry] = list_sessions(bench.paths.data)
        with SessionReader.open(entry.path) as reader:
            [switch] = summarise(reader).switches
            actors = [t.event.actor for t in reader.events() if t.event.kind == "failover.switch"]
        assert (switch.to, switch.actor, switch.state) == ("bonded", "mei@desk-3", "done")
        assert actors == ["mei@desk-3"]

    asyncio.run(story())


def test_the_settings_say_what_an_uplink_costs_and_binds_to(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_live(running)
            primary, bonded = (await running.status())["uplinks"]
            assert (bonded["cost"], bonded["bind"]) == ("60 GB a month", "127.0.0.2")
            assert (bonded["ready"], bonded["healthy_s"]) == (True, 60)
            assert primary["cost"] is None

    asyncio.run(story())


WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("failover", {}),
    ("failover", {"to": ""}),
    ("failover", {"to": "bonded", "reason": 3}),
    ("failover", {"to": "bonded", "reason": "x" * 201}),
    ("failover", {"to": "bonded", "by": 7}),
    ("failover", {"to": "bonded", "by": "x" * 61}),
    ("failover", {"to": "bonded", "who": "me"}),
    ("hold", {"on": "yes"}),
    ("hold", {}),
    ("drill", {"confirm": 1}),
    ("drill", {"stay_s": True}),
    ("drill", {"stay_s": -1}),
    ("drill", {"stay_s": 1e9}),
)


async def refused(running: Running, call: str, body: dict[str, Any]) -> tuple[int, str, str]:
    answer = await running.http.post(f"/v1/stores/glow/{call}", json=body)
    error = answer.json()["error"]
    assert error["action"]
    return answer.status_code, error["code"], error["message"]


def test_what_cannot_be_done_is_refused_in_words(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GONE)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_so(running, lambda s: s["relay"]["state"] == "up")
            for call, body in WRONG:
                assert (await refused(running, call, body))[:2] == (422, "wrong_value"), body
            unknown = await refused(running, "failover", {"to": "satellite"})
            assert unknown[:2] == (409, "unknown_uplink")
            assert "primary, bonded" in unknown[2]
            assert (await refused(running, "drill", {}))[:2] == (409, "no_feed")
            bench.say(GOOD)
            await is_live(running)
            assert (await refused(running, "drill", {"confirm": False}))[:2] == (409, "on_air")
            never = {"code": "not_ready", "error": "bonded is opening.", "action": "Wait."}
            bench.say(GOOD, refuse=never)
            answer = await refused(running, "drill", {"confirm": True, "stay_s": 2})
            assert answer == (409, "not_ready", "bonded is opening.")
            told = await kinds(running)
            assert told.index("order.drill") < told.index("order.refused")
            async with client(running.runtime.url, ANALYST_TOKEN) as analyst:
                for call in ("failover", "hold", "drill"):
                    denied = await analyst.post(f"/v1/stores/glow/{call}", json={})
                    assert denied.status_code == 403

    asyncio.run(story())


def test_a_stopped_relay_is_said_so_and_does_not_obey_when_it_wakes(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_live(running)
            os.kill(relay(bench).pid, signal.SIGSTOP)
            try:
                status, code, words = await refused(running, "failover", {"to": "bonded"})
            finally:
                os.kill(relay(bench).pid, signal.SIGCONT)
            assert (status, code) == (504, "relay_silent")
            assert "did not answer within 2 s; if it has not begun by now, it will not" in words
            assert "order.unanswered" in await kinds(running)
            await until(lambda: has_told(running, "test.too_late"))
            assert (await running.status())["failover"]["active"] == "primary"

    asyncio.run(story())


async def has_told(running: Running, kind: str) -> bool:
    return kind in await kinds(running)


async def hold(running: Running, on: bool) -> str:
    answer = await running.http.post("/v1/stores/glow/hold", json={"on": on})
    assert answer.status_code == 200
    return str(answer.json()["mode"])


def test_a_disk_that_takes_nothing_holds_no_order_up(bench: Bench) -> None:
    async def story() -> None:
        folder = bench.paths.data / "sessions" / "glow"
        folder.parent.mkdir(parents=True)
        folder.write_text("in the way")
        bench.say(GOOD)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_so(running, lambda s: s["journal"]["state"] == "down")
            answer = await running.http.post("/v1/stores/glow/failover", json={"to": "bonded"})
            assert answer.status_code == 202
            await is_so(running, lambda s: s["failover"]["active"] == "bonded")
            folder.unlink()
            await is_so(running, lambda s: s["journal"]["state"] == "up")
        assert [switch.to for switch in recorded(bench)] == ["bonded"]

    asyncio.run(story())


def test_a_switch_on_a_full_disk_is_on_record_once_there_is_space(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_live(running)
            ballast = bench.paths.data / "ballast"
            fill(ballast)
            await is_so(running, lambda s: s["journal"]["state"] in ("stale", "down"))
            assert "full" in (await running.status())["journal"]["reason"]
            bench.say(GOOD, switch="bonded")
            await is_so(running, lambda s: s["failover"]["active"] == "bonded")
            ballast.unlink()
            await is_so(running, lambda s: s["journal"]["state"] == "up")

    with small_disk(bench.paths.data):
        asyncio.run(story())
        [switch] = recorded(bench)
    assert (switch.to, switch.cause, switch.state) == ("bonded", "silence", "done")


def relay(bench: Bench) -> RelayRuntime:
    found = read_runtime_file(relay_file(bench.paths.runtime, "glow"))
    assert isinstance(found, RelayRuntime)
    return found


def test_a_hold_outlives_the_relay_and_ends_when_it_is_released(bench: Bench) -> None:
    def is_held(status: dict[str, Any]) -> bool:
        return bool(status["relay"]["state"] == "up" and status["failover"]["mode"] == "hold")

    async def has_ordered_again(running: Running) -> bool:
        return (await kinds(running)).count("order.hold") == 2

    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_live(running)
            assert await hold(running, True) == "hold"
            await is_so(running, is_held)
            os.kill(relay(bench).pid, signal.SIGKILL)
            await is_so(running, lambda s: s["relay"]["restarts"] == 1 and is_held(s))
            # Until the new relay speaks, the status tells of the one before it.
            await until(lambda: has_ordered_again(running))
            await is_so(running, is_held)
            assert await hold(running, False) == "auto"
            await is_so(running, lambda s: s["failover"]["mode"] == "auto")

    asyncio.run(story())


def test_a_relay_that_dies_does_not_bring_the_stream_back_to_the_path_that_was_left(
    bench: Bench,
) -> None:
    def is_on_bonded(status: dict[str, Any]) -> bool:
        return bool(status["relay"]["state"] == "up" and status["failover"]["active"] == "bonded")

    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(bench.options(two_uplinks()), relays=False) as running:
            await is_live(running)
            answer = await running.http.post("/v1/stores/glow/failover", json={"to": "bonded"})
            assert answer.status_code == 202
            await is_so(running, is_on_bonded)
            os.kill(relay(bench).pid, signal.SIGKILL)
            await is_so(running, lambda s: s["relay"]["restarts"] == 1 and is_on_bonded(s))
            await kinds(running)
        os.kill(relay(bench).pid, signal.SIGKILL)
        async with bench.engine(bench.options(two_uplinks())) as running:
            await is_so(running, is_on_bonded)

    asyncio.run(story())


def test_a_hold_outlives_engine_and_relay(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        options = bench.options(two_uplinks())
        async with bench.engine(options, relays=False) as running:
            await is_live(running)
            await hold(running, True)
            await is_so(running, lambda s: s["failover"]["mode"] == "hold")
            await kinds(running)
        async with bench.engine(options, relays=False) as running:
            await is_live(running)
            assert (await kinds(running)).count("order.hold") == 1, "the same relay still holds"
        killed = relay(bench).pid
        os.kill(killed, signal.SIGKILL)
        async with bench.engine(options) as running:
            await is_so(running, lambda s: s["failover"]["mode"] == "hold")
            assert relay(bench).pid != killed

    asyncio.run(story())


async def relay_told(bench: Bench, event: str) -> None:
    """Waits until the relay has it among its entries."""
    here = relay(bench)
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(json.dumps({"token": here.token.reveal(), "after": 0}).encode() + b"\n")
    async with asyncio.timeout(10):
        while json.loads(await reader.readline()).get("event") != event:
            pass
    writer.close()


def test_a_switch_made_while_no_engine_ran_is_on_record_with_its_own_time(bench: Bench) -> None:
    async def story() -> int:
        bench.say(GOOD)
        options = bench.options(two_uplinks())
        async with bench.engine(options, relays=False) as running:
            await is_live(running)
        gone_ns = time.time_ns()
        bench.say(GOOD, switch="bonded")
        await relay_told(bench, "failover.done")
        back_ns = time.time_ns()
        async with bench.engine(options) as running:
            await is_so(running, lambda s: s["failover"]["active"] == "bonded")
            failover = (await running.status())["failover"]
            assert (failover["switches"], failover["last"]["cause"]) == (1, "silence")
            await until(lambda: recorded(bench))
        [switch] = recorded(bench)
        assert gone_ns < switch.utc_ns < back_ns
        assert (switch.detect_ms, switch.switch_ms, switch.actor) == (200, 130, "")
        return switch.t_ms

    assert asyncio.run(story()) > 0


def recorded(bench: Bench) -> tuple[SwitchRow, ...]:
    [entry] = list_sessions(bench.paths.data)
    with SessionReader.open(entry.path) as reader:
        return summarise(reader).switches
