"""What does the engine tell of itself, and to whom?"""

from __future__ import annotations

import asyncio
import json

from livedesk.core.engine_status import EngineStatus
from livedesk.core.settings import AgencySettings, Settings
from tests.engine.conftest import HOST_TOKEN, Bench, Running, store_settings


async def _first_status(running: Running) -> EngineStatus:
    async with running.http.stream("GET", "/v1/events") as answer:
        is_engine = False
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                is_engine = line == "event: engine"
            elif is_engine and line.startswith("data: "):
                return EngineStatus(**json.loads(line.removeprefix("data: ")))
    raise AssertionError("the stream ended without a status of the engine")


def test_the_engine_tells_of_itself(bench: Bench) -> None:
    async def story() -> None:
        settings = Settings((store_settings(),), agency=AgencySettings(name="North Agency"))
        async with bench.engine(bench.options(settings=settings)) as running:
            asked = (await running.http.get("/v1/engine")).raise_for_status().json()
            assert asked["agency"] == "North Agency"
            assert asked["host"]
            async with asyncio.timeout(20):
                told = await _first_status(running)
            assert told.agency == "North Agency"
            refused = await running.http.get(
                "/v1/engine", headers={"Authorization": f"Bearer {HOST_TOKEN.reveal()}"}
            )
            assert refused.status_code == 403

    asyncio.run(story())


def test_a_pad_hears_nothing_of_the_engine(bench: Bench) -> None:
    async def story() -> None:
        async with bench.engine() as running:
            headers = {"Authorization": f"Bearer {HOST_TOKEN.reveal()}"}
            async with running.http.stream("GET", "/v1/events", headers=headers) as answer:
                events = 0
                async for line in answer.aiter_lines():
                    assert line != "event: engine"
                    events += line == "event: status"
                    # Four statuses a second, and one of the engine.
                    if events > 5:
                        return

    asyncio.run(story())
