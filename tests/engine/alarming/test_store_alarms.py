"""Alarms of a store over two engines: who saw them, what is shelved, who was told of what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.alarms.runbook import Runbook
from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event, Json, Level, Source
from livedesk.core.status import AlarmStatus, EndedAlarm
from livedesk.engine.alarming.announce import Announcement
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.engine_file import EngineAlarmsFile
from livedesk.engine.alarming.following import Following, Place
from livedesk.engine.alarming.left import Left
from livedesk.engine.alarming.recall import left_by
from livedesk.engine.alarming.runbook_file import RunbookFile, runbook_path
from tests.engine.conftest import GOOD, Bench
from tests.waiting import until

RULE = AlarmRule("medium", on_s=0.0, off_s=2.0, action="Look at it.")


Known = tuple[tuple[AlarmStatus, ...], tuple[EndedAlarm, ...], list[Announcement]]


class Told:
    def __init__(self) -> None:
        self.announced: list[Announcement] = []

    def announce(self, what: Announcement) -> None:
        self.announced.append(what)


class Engine:
    """One that lives the alarms of a store, and dies."""

    def __init__(self, clock: ManualClock, record: list[Event]) -> None:
        self.clock = clock
        self.record = record
        self.told: list[Announcement] = []
        steps = Runbook({"feed.lost": ("Call Ann.",)}).steps
        self.following = Following(Place(clock, self._post, self, steps, "glow", "Glow"))
        self.following.recall(left_by(record))

    def announce(self, what: Announcement) -> None:
        self.told.append(what)

    def _post(
        self,
        kind: str,
        level: Level,
        source: Source,
        text: str,
        data: dict[str, Json],
        actor: str | None,
    ) -> None:
        seq, utc_ns, mono_ns = len(self.record) + 1, self.clock.utc_ns(), self.clock.mono_ns()
        event = Event(seq, utc_ns, mono_ns, "glow", "s", kind, level, source, text, actor, data)
        self.record.append(event)

    def sees(self, for_s: float, *alarms: str) -> None:
        for _ in range(round(for_s * 4)):
            self.following.look(
                {
                    each: Finding(RULE, each in alarms, f"{each}.")
                    for each in ("feed.lost", "sync.skew", "probe")
                }
            )
            self.clock.advance(0.25)

    def announced(self) -> list[str]:
        began = [f"{what.alarm.id} began" for what in self.told if what.alarm]
        return began + [f"{what.ended.id} ended" for what in self.told if what.ended]


def test_a_new_engine_takes_up_what_was_seen_shelved_and_missed() -> None:
    clock, record = ManualClock(), list[Event]()
    first = Engine(clock, record)
    first.sees(2, "probe")
    first.sees(4, "feed.lost", "sync.skew")
    first.following.acknowledge("feed.lost", "Ann")
    first.following.shelve("sync.skew", "Ben", 10, "we know")
    before = {alarm.id: alarm for alarm in first.following.active()}
    clock.advance(20)

    second = Engine(clock, record)
    assert {alarm.id: alarm for alarm in second.following.active()} == before
    [missed] = second.following.ended()
    assert (missed.id, missed.acknowledged_by) == ("probe", None)
    second.sees(5, "feed.lost", "sync.skew")
    assert {alarm.id: alarm for alarm in second.following.active()} == before
    assert second.told == [], "an earlier engine told of them"
    second.sees(3)
    assert second.following.active() == ()
    assert second.announced() == ["feed.lost ended"]
    assert [event.kind for event in record].count("limit.trip") == 3
    assert [event.kind for event in record].count("limit.clear") == 3


def test_what_was_over_while_no_engine_ran_ends_with_its_delay() -> None:
    clock, record = ManualClock(), list[Event]()
    Engine(clock, record).sees(2, "feed.lost")
    clock.advance(60)
    second = Engine(clock, record)
    second.sees(1)
    assert [alarm.id for alarm in second.following.active()] == ["feed.lost"]
    second.sees(3)
    assert second.following.active() == ()


def test_what_nobody_saw_goes_on_into_the_next_record_until_somebody_does() -> None:
    clock, before, record = ManualClock(), list[Event](), list[Event]()
    first = Engine(clock, before)
    first.sees(2, "probe")
    first.sees(4)
    [missed] = first.following.ended()
    first.record = record
    first.following.begin()
    second = Engine(clock, record)
    assert second.following.ended() == (missed,)
    second.following.acknowledge("probe", "Ann")
    assert Engine(clock, record).following.ended()[0].acknowledged_by == "Ann"


def test_what_stood_when_a_session_was_left_is_unseen_after_it() -> None:
    clock, record = ManualClock(), list[Event]()
    first = Engine(clock, record)
    first.sees(2, "probe", "feed.lost")
    first.following.acknowledge("feed.lost", "Ann")
    [missed] = left_by(record).unseen().ended
    assert missed.id == "probe"


def test_an_alarm_comes_with_the_agencys_steps() -> None:
    engine = Engine(ManualClock(), [])
    engine.sees(1, "feed.lost")
    [alarm] = engine.following.active()
    assert alarm.steps == ("Call Ann.",)
    [told] = engine.told
    assert told.alarm is not None
    assert (told.store, told.name, told.alarm.steps) == ("glow", "Glow", ("Call Ann.",))


def test_a_second_acknowledgement_is_no_event() -> None:
    engine = Engine(ManualClock(), [])
    engine.sees(1, "feed.lost")
    engine.following.acknowledge("feed.lost", "Ann")
    engine.following.acknowledge("feed.lost", "Ben")
    acts = [event for event in engine.record if event.kind == "alarm.acknowledged"]
    assert [(event.actor, event.source) for event in acts] == [("Ann", "alarms")]


def test_a_shelved_alarm_is_told_to_nobody_until_its_time() -> None:
    engine = Engine(ManualClock(), [])
    engine.sees(1, "feed.lost")
    engine.following.shelve("feed.lost", "Ben", 1, "we know")
    engine.sees(50, "feed.lost")
    assert engine.announced() == ["feed.lost began"]
    engine.sees(15, "feed.lost")
    assert engine.announced() == ["feed.lost began", "feed.lost began"]
    assert [event.kind for event in engine.record][1:] == ["alarm.shelved", "alarm.unshelved"]


def test_alarms_of_the_engine_itself_are_lived_the_same() -> None:
    told: list[Announcement] = []

    class Listener:
        def announce(self, what: Announcement) -> None:
            told.append(what)

    clock = ManualClock()
    alarms = EngineAlarms(clock, Listener(), Runbook().steps)
    for _ in range(3):
        alarms.look({"disk.low": Finding(RULE, True, "2 GB are free.")})
        clock.advance(1)
    assert [(what.store, what.alarm and what.alarm.id) for what in told] == [("", "disk.low")]
    assert alarms.acknowledge("disk.low", "Ann") is not None
    [alarm] = alarms.active()
    assert alarm.acknowledged_by == "Ann"
    assert alarm.since_utc_ns == clock.utc_ns() - 3 * NS_PER_S
    assert alarm.steps


def test_a_new_engine_knows_the_alarms_of_the_one_before(tmp_path: Path) -> None:
    names = ("disk.low", "clock.off", "channel.failing/a")

    async def lived(*alarms: str, act: Callable[[EngineAlarms], object] | None = None) -> Known:
        told = Told()
        file = EngineAlarmsFile(tmp_path / "alarms.json")
        engine = EngineAlarms(clock, told)
        await engine.open(file)
        for _ in range(30):
            engine.look({each: Finding(RULE, each in alarms, f"{each}.") for each in names})
            clock.advance(1)
        if act is not None:
            act(engine)
            engine.look({each: Finding(RULE, each in alarms, f"{each}.") for each in names})
        await file.close()
        return engine.active(), engine.ended(), told.announced

    def seen_to(engine: EngineAlarms) -> None:
        engine.acknowledge("disk.low", "Ann")
        engine.shelve("clock.off", "Ben", 10, "we know")

    clock = ManualClock()
    asyncio.run(lived("channel.failing/a"))
    before, missed, _ = asyncio.run(lived("disk.low", "clock.off", act=seen_to))
    after, ended, announced = asyncio.run(lived("disk.low", "clock.off"))
    assert [one.id for one in missed] == ["channel.failing/a"]
    assert ended == missed
    assert after == before
    assert {alarm.shelved_by for alarm in after} == {None, "Ben"}
    assert announced == []


def test_a_file_of_alarms_that_is_broken_holds_no_engine_up(tmp_path: Path) -> None:
    path = tmp_path / "alarms.json"
    path.write_text("{")
    assert asyncio.run(EngineAlarmsFile(path).read()) == Left()


def test_people_acknowledge_and_shelve_over_the_api(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD, goodput_kbps=1000.0, health="LOW")
        async with bench.engine() as running:
            http, root = running.http, "/v1/stores/glow/alarms"
            wanted = "uplink.low:primary"

            async def active() -> dict[str, dict[str, object]]:
                answer = (await http.get(root)).raise_for_status().json()
                return {alarm["id"]: alarm for alarm in answer["active"]}

            async def stands() -> bool:
                return wanted in await active()

            await until(stands)
            assert (await active())[wanted]["steps"]
            seen = await http.post(f"{root}/{wanted}/ack", json={"by": "Ann"})
            assert seen.raise_for_status().json()["acknowledged_by"] == "Ann"
            for body in ({"minutes": 5}, {"minutes": 5, "why": " "}, {"minutes": 500, "why": "x"}):
                assert (await http.post(f"{root}/{wanted}/shelve", json=body)).status_code == 422
            body = {"minutes": 5, "why": "the line is known to be slow", "by": "Ben"}
            shelved = await http.post(f"{root}/{wanted}/shelve", json=body)
            assert shelved.raise_for_status().json()["shelved_by"] == "Ben"
            figures = (await http.get("/metrics")).text
            assert 'livedesk_alarms_shelved{store="glow"} 1.0' in figures
            back = await http.post(f"{root}/{wanted}/unshelve", json={"by": "Ben"})
            assert back.raise_for_status().json()["shelved_by"] is None
            for path in (f"{root}/none/ack", "/v1/alarms/none/ack", f"{root}/{wanted}/explode"):
                assert (await http.post(path)).status_code == 404

    asyncio.run(story())


def test_the_runbook_is_the_agencys_over_the_api_and_over_restarts(bench: Bench) -> None:
    def steps_of(kinds: list[dict[str, object]]) -> object:
        return next(entry["steps"] for entry in kinds if entry["kind"] == "feed.lost")

    async def story() -> None:
        async with bench.engine() as running:
            put = await running.http.put("/v1/runbook/feed.lost", json={"steps": ["Call Ann."]})
            assert put.raise_for_status().json()["steps"] == ["Call Ann."]
            for steps in ([], ["x"] * 13, "Call Ann."):
                bad = await running.http.put("/v1/runbook/feed.lost", json={"steps": steps})
                assert bad.status_code == 422
            unknown = await running.http.put("/v1/runbook/none", json={"steps": None})
            assert unknown.status_code == 404
        async with bench.engine() as running:
            kinds = (await running.http.get("/v1/runbook")).raise_for_status().json()["kinds"]
            assert steps_of(kinds) == ["Call Ann."]

    asyncio.run(story())


def test_a_runbook_that_cannot_be_read_is_kept_aside(tmp_path: Path) -> None:
    def opened() -> Callable[[str], tuple[str, ...]]:
        book = RunbookFile(runbook_path(tmp_path))
        asyncio.run(book.open())
        return book.steps

    runbook_path(tmp_path).write_text('{"steps": {"feed.lost": ["Call')
    assert opened()("feed.lost") == Runbook().steps("feed.lost")
    [kept] = tmp_path.iterdir()
    assert kept.read_text().endswith('["Call')
