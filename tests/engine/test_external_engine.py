"""A watched store in a running engine: the probe's word in, a command out, all of it on record."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.clock import Clock, SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.settings import (
    CommandActuator,
    FailoverSettings,
    FeedSettings,
    StoreSettings,
    UplinkSettings,
)
from livedesk.core.status import FeedStatus, PartStatus, SyncStatus
from livedesk.engine.fold import ProbeReading
from livedesk.engine.store import Store
from tests.engine.conftest import Bench
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell's")

PULL = "rtmp://127.0.0.1:1935/live/watched-key"
FINE = FeedStatus(state="OK", kbps=4000.0, age_ms=20.0, lag_ms=5.0)


class ScriptedProbe:
    """Says what the test wants, four times a second, while it plays."""

    def __init__(self, store: Store, _clock: Clock) -> None:
        self._store = store
        self._saying: asyncio.Task[None] | None = None
        self.played: Secret | None = None
        self.feed = FINE

    def part(self) -> PartStatus:
        return PartStatus("up")

    def play(self, tap_url: Secret | None) -> None:
        self.played = tap_url
        if tap_url is not None and self._saying is None:
            self._saying = asyncio.create_task(self._say())

    async def _say(self) -> None:
        clock = SystemClock()
        while True:
            reading = ProbeReading(clock.mono_ns(), clock.utc_ns(), self.feed, SyncStatus())
            self._store.measured(reading)
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        if self._saying is not None:
            self._saying.cancel()
            await asyncio.gather(self._saying, return_exceptions=True)


def watched(moved: Path) -> StoreSettings:
    run = ("/bin/sh", "-c", f'echo "$1" >> {moved}', "move", "{to}")
    uplinks = tuple(
        UplinkSettings(name, Secret(f"rtmp://{name}.example/live/secret-key"))
        for name in ("primary", "bonded")
    )
    feed = FeedSettings("rtmp", "", 0, "", Secret(""), pull=Secret(PULL))
    failover = FailoverSettings(actuator=CommandActuator(run))
    return StoreSettings("glow", "Glow Beauty", "tiktok", feed, uplinks, failover=failover)


def test_a_watched_stream_that_stops_is_moved_by_the_command(bench: Bench, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    probes: list[ScriptedProbe] = []

    def make_probe(store: Store, clock: Clock) -> ScriptedProbe:
        probes.append(ScriptedProbe(store, clock))
        return probes[-1]

    async def story() -> None:
        options = bench.options(watched(moved), make_probe=make_probe)
        async with bench.engine(options) as running:
            [probe] = probes

            async def failover() -> dict[str, Any]:
                return dict((await running.status())["failover"])

            async def is_ready() -> bool:
                status = await running.status()
                return (status["state"], status["failover"]["next"]) == ("live", "bonded")

            await until(is_ready, "the show is seen, and bonded could take over")
            assert probe.played == Secret(PULL)
            assert (await failover())["mode"] == "external"
            probe.feed = replace(FINE, state="STALLED", age_ms=4_000.0)
            await until(moved.exists, "the command ran")
            probe.feed = FINE

            async def is_done() -> bool:
                last = (await failover())["last"]
                return last is not None and last["state"] == "done"

            await until(is_done, "the switch is done")
            assert (await failover())["active"] == "bonded"
            assert moved.read_text().split() == ["bonded"]
            back = {"to": "primary", "reason": "the line is back"}
            answer = await running.http.post("/v1/stores/glow/failover", json=back)
            assert answer.status_code == 202, answer.text
            await until(lambda: len(moved.read_text().split()) == 2, "the order was carried out")
            probe.feed = FeedStatus(state="GONE")

            async def is_lost() -> bool:
                alarms = (await running.status())["alarms"]
                return any("Nothing comes from the server" in alarm["cause"] for alarm in alarms)

            await until(is_lost, "the alarm says what is seen")

    asyncio.run(story())
