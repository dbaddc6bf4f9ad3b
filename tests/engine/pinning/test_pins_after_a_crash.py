"""The engine's process is killed while a pin is on its way: what became of it is found out."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.process import is_alive
from livedesk.core.runtime import EngineRuntime, engine_file, read_runtime_file
from livedesk.engine.stop import end_everything
from livedesk.journal.fold.pins import PIN_EVENTS, unsettled_pins
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from tests.engine.conftest import GOOD, Bench, client
from tests.engine.pinning.service import PinService, pin_service
from tests.waiting import until

ENGINE = str(Path(__file__).with_name("engine_process.py"))
S = "/v1/stores/glow"


@contextmanager
def process(service: PinService) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, ENGINE, str(service.port)]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


async def runtime_of(bench: Bench, child: subprocess.Popen[bytes]) -> EngineRuntime:
    def found() -> EngineRuntime | None:
        runtime = read_runtime_file(engine_file(bench.paths.runtime))
        if not isinstance(runtime, EngineRuntime) or runtime.pid != child.pid:
            return None
        return runtime if is_alive(runtime.pid, runtime.process) else None

    return await until(found, "the engine's API")  # type: ignore[no-any-return]


async def pins_of(runtime: EngineRuntime) -> list[dict[str, Any]]:
    async with client(runtime.url, runtime.token) as http:
        return list((await http.get(f"{S}/cues")).json()["pins"])


async def is_ready(runtime: EngineRuntime) -> bool:
    async with client(runtime.url, runtime.token) as http:
        status = (await http.get(f"{S}/status")).json()
        return status["state"] == "live" and bool(status["pins"]["products"])


@pytest.mark.parametrize("is_carried_out", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_pin_whose_engine_is_killed_is_read_back_and_never_sent_again(
    bench: Bench, is_carried_out: bool
) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with pin_service() as service:
            service.hold, service.silent = not is_carried_out, True
            with process(service) as child:
                runtime = await runtime_of(bench, child)
                await until(lambda: is_ready(runtime))
                body = {"product_id": "a", "cue_id": "mine"}
                async with client(runtime.url, runtime.token) as http:
                    pin = (await http.post(f"{S}/cues", json=body)).json()
                await until(lambda: service.asked, "the call")
            asked = len(service.asked)
            service.silent = False
            [entry] = list_sessions(bench.paths.data)
            with SessionReader.open(entry.path) as reader:
                left = unsettled_pins(each.event for each in reader.events(kinds=PIN_EVENTS))
            assert [each.pin.id for each in left] == [pin["id"]]
            with process(service) as child:
                second = await runtime_of(bench, child)

                async def settled() -> dict[str, Any] | None:
                    [found] = await pins_of(second)
                    return found if found["settled_ms"] is not None else None

                found = await until(settled, "the pin's end")
                assert (found["id"], found["shown"]) == (pin["id"], is_carried_out)
                assert found["state"] in (("confirmed", "late") if is_carried_out else ("failed",))
                assert found["code"] == ("restarted" if is_carried_out else "not_shown")
                async with client(second.url, second.token) as http:
                    again = await http.post(f"{S}/cues", json=body)
                    assert (again.status_code, again.json()["id"]) == (202, pin["id"])
            assert len(service.asked) == asked

    try:
        asyncio.run(story())
    finally:
        asyncio.run(_end_relays(bench))


async def _end_relays(bench: Bench) -> None:
    await end_everything(bench.paths.runtime)
