"""One cause at several stores, from what each finds to what each is told."""

from __future__ import annotations

import asyncio

import pytest

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.clock import ManualClock
from livedesk.engine.alarming.announce import Untold
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from tests.engine.conftest import GOOD, Bench, store_settings
from tests.waiting import until

RULE = AlarmRule("high", 2.0, 5.0, "Check the network.")


class Stores:
    """Stores that find whether their way out is gone, and their engine."""

    def __init__(self, *names: str) -> None:
        self.clock = ManualClock()
        self.engine = EngineAlarms(self.clock, Untold())
        self.names = names
        for name in names:
            self.engine.common.join(name, f"Store {name}\u202e\n" * 40)

    def see(self, seconds: int, *gone: str) -> dict[str, Finding]:
        """Returns what the newest store takes for its own finding."""
        found: dict[str, Finding] = {}
        for _ in range(seconds):
            self.clock.advance(1)
            for name in self.names:
                finding = {"path.none": Finding(RULE, name in gone, "No uplink carries.")}
                found = self.engine.common.take(name, finding)
            self.engine.look({})
        return found

    def standing(self) -> list[str]:
        return [alarm.id for alarm in self.engine.active()]


def test_a_glitch_that_is_no_alarm_of_one_store_is_none_of_all() -> None:
    stores = Stores(*"abcd")
    stores.see(1, *"abcd")
    stores.see(10)
    assert stores.standing() == []


def test_a_store_waits_until_the_engine_tells_for_it_and_then_tells_no_more() -> None:
    stores = Stores(*"abc")
    pending = stores.see(1, *"abc")["path.none"]
    assert (pending.waits, pending.taken_by) == (True, "")
    taken = stores.see(4, *"abc")["path.none"]
    assert (taken.waits, taken.taken_by) == (False, "paths.away")
    [alarm] = stores.engine.active()
    assert alarm.cause.startswith("Nothing gets out at 3 stores. ")
    assert len(alarm.cause) < 300, "names of any length are cut"
    assert "\u202e" not in alarm.cause


def test_two_stores_are_never_taken_together() -> None:
    stores = Stores(*"ab")
    found = stores.see(10, *"ab")["path.none"]
    assert not found.waits
    assert found.rule == RULE, "and wait for no others"
    assert stores.standing() == []


def test_it_is_of_those_that_have_it_now() -> None:
    stores = Stores(*"abcd")
    stores.see(5, *"abc")
    stores.see(2, *"bc")
    assert [alarm.id for alarm in stores.engine.common.of("b")] == ["paths.away"]
    assert stores.engine.common.of("a") == stores.engine.common.of("d") == ()
    stores.see(10, "b")
    assert stores.standing() == []
    assert stores.engine.common.take("b", {}) == {}


@pytest.mark.slow
def test_an_engine_whose_stores_lose_their_way_out_tells_it_once(bench: Bench) -> None:
    names = ("glow", "lumen", "nova")
    stores = [store_settings(name, 1935 + at) for at, name in enumerate(names)]

    async def story() -> None:
        for name in names:
            bench.say(GOOD, uplink="down", health="GONE", goodput_kbps=None, store=name)
        async with bench.engine(bench.options(*stores)) as running:
            http = running.http

            async def each_tells() -> bool:
                told = []
                for name in names:
                    status = (await http.get(f"/v1/stores/{name}/status")).raise_for_status()
                    alarms = status.json()["alarms"]
                    assert not any(alarm["id"].startswith("uplink") for alarm in alarms)
                    told.append([alarm["id"] for alarm in status.json()["common"]])
                return told == [["paths.away"]] * len(names)

            await until(each_tells)
            active = (await http.get("/v1/alarms")).raise_for_status().json()["active"]
            assert "paths.away" in [alarm["id"] for alarm in active]

    asyncio.run(story())
