"""Are alarms raised when the records of people fail, and are the engine's own alarms in them?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.engine_status import ChannelStatus
from livedesk.core.settings import AgencySettings
from livedesk.engine.alarming.announce import Announcement
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.telling import ChannelTelling
from livedesk.engine.machine import MachineWatch
from livedesk.engine.overview import Overview
from livedesk.engine.people.audit import Audit
from tests.engine.conftest import Bench
from tests.waiting import until


class Nobody:
    """No channel is there to be told."""

    def announce(self, what: Announcement) -> None: ...

    def beat(self, stores: object) -> None: ...

    def statuses(self) -> tuple[ChannelStatus, ...]:
        return ()


def test_a_trail_that_cannot_be_written_is_an_alarm_and_acts_wait(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedesk.engine.people.audit._RETRY_S", 0.01)
    file = tmp_path / "audit.livedesk"
    file.mkdir()

    async def story() -> None:
        audit, telling = Audit(file, clock), cast(ChannelTelling, Nobody())
        alarms = EngineAlarms(clock, telling)
        watch = MachineWatch(tmp_path, clock)
        overview = Overview(clock, watch, alarms, AgencySettings(), "host", telling)
        overview.trail_problem, alarms.note = lambda: audit.problem, audit.note
        running = asyncio.create_task(audit.run())
        audit.note("POST /v1/users", "Mei")
        await until(lambda: bool(audit.problem))
        for _ in range(12):
            overview.look()
            clock.advance(1)
        overview.look()
        [alarm] = overview.status().alarms
        assert alarm.id == "audit.failing"
        assert str(file) in alarm.cause
        file.rmdir()
        await until(lambda: not audit.problem)
        for _ in range(12):
            overview.look()
            clock.advance(1)
        overview.look()
        assert overview.status().alarms == ()
        acts = [entry.act for entry in await audit.page(0, 10)]
        assert acts == ["POST /v1/users", "limit.trip", "limit.clear"]
        await audit.close(running)

    asyncio.run(story())


def test_a_damaged_file_of_people_is_an_alarm_with_steps_and_on_the_trail(bench: Bench) -> None:
    bench.paths.data.mkdir(parents=True, exist_ok=True)
    (bench.paths.data / "users.json").write_text('{"version": 1, "users": [{"name"')

    async def story() -> None:
        async with bench.engine() as running:

            async def alarm() -> bool:
                told = (await running.http.get("/v1/engine")).json()["alarms"]
                return any("damaged" in each["cause"] and each["steps"] for each in told)

            await until(alarm, "the alarm of the people")
            entries = (await running.http.get("/v1/audit")).json()["entries"]
            assert [e["actor"] for e in entries if e["act"] == "limit.trip"] == ["engine"]
            assert (bench.paths.data / "users.unusable.json").exists()
            added = await running.http.post("/v1/users", json={"name": "Ana", "role": "host"})
            assert added.status_code == 201

            async def is_over() -> bool:
                return not await alarm()

            await until(is_over, "the end of the alarm")

    asyncio.run(story())
