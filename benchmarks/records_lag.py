"""Does a show notice that records are read? An engine's answers while long sessions are exported.

The engine is a process of its own, as at work. What it says to `GET /v1/clock`, fifty times a
second, waits for its event loop: the longest wait is what a cue would have waited too.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx

from benchmarks.rows import Row
from livedesk.core.percentile import nearest_rank
from livedesk.core.runtime import EngineRuntime, engine_file, read_runtime_file
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE, Paths
from tests.journal.big import FULL, Size, make_big
from tests.waiting import until

_ENGINE = Path(__file__).parents[1] / "tests/engine/engine_process.py"
_EVERY_S = 0.02
_QUIET_S = 10.0
_FORMATS = ("csv", "xlsx", "html")

Work = Callable[[], Awaitable[None]]


def measure(folder: Path, size: Size = FULL) -> Iterator[Row]:
    paths = Paths(folder / "runtime", folder / "data").prepare()
    make_big(paths.sessions / "big" / "20261122T053754Z.livedesk", size)
    environ = os.environ | {RUNTIME_VARIABLE: str(paths.runtime), DATA_VARIABLE: str(paths.data)}
    engine = subprocess.Popen([sys.executable, str(_ENGINE)], env=environ)
    try:
        yield from asyncio.run(_measured(paths))
    finally:
        engine.terminate()
        engine.wait()


async def _measured(paths: Paths) -> list[Row]:
    runtime = await until(lambda: _runtime(paths), "the engine")
    headers = {"Authorization": f"Bearer {runtime.token.reveal()}"}
    async with httpx.AsyncClient(base_url=runtime.url, headers=headers, timeout=300.0) as http:
        [session] = [s["id"] for s in (await http.get("/v1/sessions")).json()["sessions"]]
        one = f"/v1/sessions/{session}"

        async def get(path: str) -> None:
            (await http.get(path)).raise_for_status()

        works: tuple[tuple[str, Work], ...] = (
            ("nothing", lambda: asyncio.sleep(_QUIET_S)),
            (f"an export to {', '.join(_FORMATS)}", lambda: _export(http, session)),
            ("a summary", lambda: get(f"{one}/summary")),
            ("its history, 1,000 points", lambda: get(f"{one}/history?points=1000")),
            ("its newest 1,000 events", lambda: get(f"{one}/events")),
            ("its pins", lambda: get(f"{one}/events?kinds=pin&limit=5000")),
        )
        return [await _row(http, what, work) for what, work in works]


def _runtime(paths: Paths) -> EngineRuntime | None:
    found = read_runtime_file(engine_file(paths.runtime))
    return found if isinstance(found, EngineRuntime) else None


async def _export(http: httpx.AsyncClient, session: str) -> None:
    wish = {"sessions": [session], "formats": _FORMATS}
    job = (await http.post("/v1/exports", json=wish)).raise_for_status().json()["id"]
    while True:
        told = (await http.get(f"/v1/exports/{job}")).json()
        if told["state"] not in ("queued", "running"):
            assert told["state"] == "done", told["problem"]
            return
        await asyncio.sleep(0.25)


async def _row(http: httpx.AsyncClient, what: str, work: Work) -> Row:
    waits_ms: list[float] = []
    begun_s = time.monotonic()
    busy = asyncio.create_task(_done(work))
    while not busy.done():
        asked_s = time.monotonic()
        (await http.get("/v1/clock")).raise_for_status()
        waits_ms.append((time.monotonic() - asked_s) * 1e3)
        await asyncio.sleep(_EVERY_S)
    took_s = time.monotonic() - begun_s
    await busy
    waits_ms.sort()
    p99_ms = nearest_rank(waits_ms, 99)
    found = f"p99 {p99_ms:.1f} ms, max {waits_ms[-1]:.1f} ms, {took_s:.1f} s"
    return Row(f"answer of the engine during {what}", found)


async def _done(work: Work) -> None:
    await work()
