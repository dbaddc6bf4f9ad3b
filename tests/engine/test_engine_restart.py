"""What survives when the engine dies, and what is left when everything is told to end?"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from livedesk.core.process import is_alive
from livedesk.core.runtime import (
    EngineRuntime,
    RelayRuntime,
    engine_file,
    list_runtime_files,
    read_runtime_file,
    relay_file,
)
from livedesk.engine.stop import end_everything
from livedesk.engine.watch import find_watch
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from tests.engine.conftest import GONE, GOOD, Bench, client, store_settings
from tests.waiting import until

ENGINE = str(Path(__file__).with_name("engine_process.py"))


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, ENGINE, *arguments], stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


def engine_runtime(bench: Bench, not_pid: int = 0) -> EngineRuntime | None:
    found = read_runtime_file(engine_file(bench.paths.runtime))
    if not isinstance(found, EngineRuntime) or found.pid == not_pid:
        return None
    return found if is_alive(found.pid, found.process) else None


def relay_runtime(bench: Bench) -> RelayRuntime:
    found = read_runtime_file(relay_file(bench.paths.runtime, "glow"))
    assert isinstance(found, RelayRuntime)
    return found


def another_relay(bench: Bench, than: RelayRuntime) -> bool:
    found = read_runtime_file(relay_file(bench.paths.runtime, "glow"))
    return isinstance(found, RelayRuntime) and found.pid != than.pid


async def journal(http: httpx.AsyncClient, after: int) -> AsyncIterator[dict[str, Any]]:
    """The journal events of the stream, from after a number on."""
    async with http.stream(
        "GET", "/v1/events", headers={"Last-Event-ID": str(after)}, timeout=10
    ) as stream:
        name = ""
        async for line in stream.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            if field == "data" and name == "journal":
                yield json.loads(value)


async def events_until(runtime: EngineRuntime, after: int, kind: str) -> list[dict[str, Any]]:
    seen = []
    async with client(runtime.url, runtime.token) as http, asyncio.timeout(15):
        async for event in journal(http, after):
            seen.append(event)
            if event["kind"] == kind:
                break
    return seen


async def is_live(runtime: EngineRuntime) -> bool:
    async with client(runtime.url, runtime.token) as http:
        status = (await http.get("/v1/stores/glow/status")).json()
        return bool(status["state"] == "live" and status["feed"]["state"] == "OK")


@pytest.mark.slow
def test_a_killed_engine_comes_back_to_where_it_was(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD, event=1)
        with process("watched") as watch:
            first = await until(lambda: engine_runtime(bench))
            await until(lambda: is_live(first))
            before = await events_until(first, 0, "test.event1")
            relay = relay_runtime(bench)
            os.kill(first.pid, signal.SIGKILL)
            bench.say(GOOD, event=2)
            second = await until(lambda: engine_runtime(bench, first.pid))
            after = await events_until(second, before[-1]["seq"], "test.event2")
            await until(lambda: is_live(second))
            assert relay_runtime(bench) == relay
            assert is_alive(relay.pid, relay.process)
            numbers = [event["seq"] for event in before + after]
            assert numbers == sorted(set(numbers))
            kinds = Counter(event["kind"] for event in before + after)
            assert kinds["test.event1"] == kinds["test.event2"] == kinds["session.start"] == 1
            assert kinds["session.resumed"] == 1
            bench.say(GOOD, event=3)
            await events_until(second, after[-1]["seq"], "test.event3")
            await until(lambda: has_seconds(bench, 4))
            await asyncio.to_thread(check_record, bench)
            watch.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(watch.wait, 15) == 0
            assert not is_alive(second.pid, second.process)
            assert not is_alive(relay.pid, relay.process)
            assert list_runtime_files(bench.paths.runtime) == {}

    asyncio.run(story())


async def has_seconds(bench: Bench, count: int) -> bool:
    """So many seconds are on record, the newest of which still goes on."""
    [entry] = await asyncio.to_thread(list_sessions, bench.paths.data)
    return entry.end is not None and entry.end.t_ms >= count * 1000


def check_record(bench: Bench) -> None:
    """One session; no event of the relay twice, no second of it missing, none counted twice."""
    [entry] = list_sessions(bench.paths.data)
    with SessionReader.open(entry.path) as reader:
        entries = [timed.event.data.get("entry") for timed in reader.events()]
        known = [number for number in entries if number is not None]
        assert len(known) == len(set(known)) >= 3
        rows = list(reader.samples("feed_kbps"))
        assert [row.t_s for row in rows] == list(range(len(rows)))
        assert all(row.n <= 21 for row in rows)
        # The session began within the first second, and the newest still goes on.
        assert min(row.n for row in rows[1:-1]) >= 10


def test_signing_off_holds_until_the_encoder_leaves_even_over_a_restart(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(relays=False) as running:
            await until(lambda: is_live(running.runtime))
            answer = await running.http.post("/v1/stores/glow/session/end")
            assert answer.status_code == 200
            assert (await running.status())["state"] == "ended"
        async with bench.engine() as running:
            await until(lambda: _relay_is_up(running.http))
            assert (await running.status())["state"] == "ended"
            bench.say(GONE)
            await until(lambda: _state_is(running.http, "waiting"))
            bench.say(GOOD)
            await until(lambda: _state_is(running.http, "live"))
            listed = (await running.http.get("/v1/sessions")).json()["sessions"]
            assert [session["signed_off"] for session in listed] == [False, True]
        assert all(entry.signed_off for entry in list_sessions(bench.paths.data))

    asyncio.run(story())


async def _state_is(http: httpx.AsyncClient, state: str) -> bool:
    return bool((await http.get("/v1/stores/glow/status")).json()["state"] == state)


async def _relay_is_up(http: httpx.AsyncClient) -> bool:
    status = (await http.get("/v1/stores/glow/status")).json()
    return bool(status["relay"]["state"] == "up")


def test_a_relay_that_dies_is_started_again_and_counted(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine() as running:
            await until(lambda: is_live(running.runtime))
            killed = relay_runtime(bench)
            os.kill(killed.pid, signal.SIGKILL)
            seen = await events_until(running.runtime, 0, "relay.died")
            assert seen[-1]["level"] == "critical"
            await until(lambda: another_relay(bench, killed))
            await until(lambda: _relay_is_up(running.http))
            assert (await running.status())["relay"]["restarts"] == 1

    asyncio.run(story())


def test_changed_settings_wait_until_no_encoder_is_connected(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine(relays=False) as running:
            await until(lambda: is_live(running.runtime))
            relay = relay_runtime(bench)
        changed = bench.options(store_settings(key="another"))
        async with bench.engine(changed) as running:
            await events_until(running.runtime, 0, "relay.outdated")
            assert relay_runtime(bench).pid == relay.pid
            bench.say(GONE)
            await events_until(running.runtime, 0, "relay.replaced")
            await until(lambda: _relay_is_up(running.http))
            assert relay_runtime(bench).pid != relay.pid

    asyncio.run(story())


@pytest.mark.slow
def test_stop_ends_a_frozen_engine_its_watch_and_its_relay(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        with process("watched"):
            engine = await until(lambda: engine_runtime(bench))
            await until(lambda: is_live(engine))
            relay, watch = relay_runtime(bench), find_watch(bench.paths.runtime)
            assert watch is not None
            os.kill(engine.pid, signal.SIGSTOP)
            report = await end_everything(bench.paths.runtime, patience_s=0.5)
            assert report.failed == []
            assert len(report.ended) == 3
            for pid in (engine.pid, relay.pid, watch):
                assert not is_alive(pid)
            assert list_runtime_files(bench.paths.runtime) == {}

    asyncio.run(story())


def test_stop_ends_a_relay_whose_engine_was_killed(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        with process():
            engine = await until(lambda: engine_runtime(bench))
            await until(lambda: is_live(engine))
            relay = relay_runtime(bench)
            os.kill(engine.pid, signal.SIGKILL)
            await until(lambda: not is_alive(engine.pid, engine.process))
            assert is_alive(relay.pid, relay.process)
            report = await end_everything(bench.paths.runtime)
            assert [what.split(" (")[0] for what in report.ended] == ["the relay of store glow"]
            assert not is_alive(relay.pid, relay.process)
            assert (await end_everything(bench.paths.runtime)).ended == []

    asyncio.run(story())
