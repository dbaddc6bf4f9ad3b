"""Does what a person asks about an alarm reach the engine, and is no alarm lost from sight?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, cast

from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.status import AlarmStatus, EndedAlarm, Priority, StoreStatus
from livedesk.desk.alarm_client import AlarmClient, AlarmPage
from livedesk.desk.alarm_list import ENGINE, AlarmKey
from livedesk.desk.alarm_orders import GIVE_UP_S, AlarmOrder
from livedesk.desk.alarming import Alarming
from livedesk.desk.errors import DeskError, NotSentError, RefusedError, UnreachableError
from livedesk.desk.model import Moment

S = 10**9
T0 = 1_790_000_000 * S
KEY = AlarmKey("glow", "uplink.slow/primary", T0)


def alarm(alarm_id: str = KEY.id, priority: Priority = "high", **changes: Any) -> AlarmStatus:
    return replace(AlarmStatus(alarm_id, priority, "Slow.", "Switch.", T0), **changes)


def ended(alarm_id: str = KEY.id, since_ns: int = T0, **changes: Any) -> EndedAlarm:
    return replace(EndedAlarm(alarm_id, "high", "Slow.", since_ns, since_ns + 60 * S), **changes)


def status(*alarms: AlarmStatus, store: str = "glow") -> StoreStatus:
    return StoreStatus(store, store.title(), T0 + 90 * S, alarms=alarms)


class Engine:
    """Answers as it is told to."""

    def __init__(self) -> None:
        self.given: list[tuple[AlarmOrder, str]] = []
        self.faults: list[DeskError] = []
        self.answers: dict[str, AlarmStatus | EndedAlarm] = {}
        self.ended: dict[str, tuple[EndedAlarm, ...]] = {}
        self.asked: list[str] = []

    async def alarms(self, store: str) -> AlarmPage:
        self.asked.append(store)
        await asyncio.sleep(0)
        return AlarmPage((), self.ended.get(store, ()))

    async def give(self, order: AlarmOrder, by: str) -> AlarmStatus | EndedAlarm:
        self.given.append((order, by))
        if self.faults:
            raise self.faults.pop(0)
        return self.answers.get(order.alarm_id) or alarm(order.alarm_id, acknowledged_by=by)


class Console:
    """An `Alarming` with an engine, in virtual time."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.is_there = True
        self.second = 0.0
        self.tasks: set[asyncio.Task[None]] = set()
        self.desk = Alarming(self._client, self._spawn, self.now, lambda: "Mai", self._wait)

    def now(self) -> Moment:
        return Moment(round(self.second * S), T0 + round((90 + self.second) * S))

    def place(self, key: AlarmKey = KEY) -> str:
        line = self.desk.lines().line(key)
        return "" if line is None else line.place

    async def settle(self) -> None:
        while tasks := [task for task in self.tasks if not task.done()]:
            await asyncio.wait(tasks)

    def _client(self) -> AlarmClient:
        if not self.is_there:
            raise NotSentError("No engine is attached.", "console", "Wait.")
        return cast(AlarmClient, self.engine)

    def _spawn(self, _name: str, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.get_running_loop().create_task(work))

    async def _wait(self, seconds: float) -> None:
        self.second += seconds
        await asyncio.sleep(0)


def run(play: Callable[[Console], Coroutine[Any, Any, None]]) -> None:
    async def played() -> None:
        console = Console()
        console.desk.status(status(alarm()))
        await console.settle()
        await play(console)
        await console.settle()

    asyncio.run(played())


def test_what_was_acknowledged_is_shown_so_at_once_and_sent_under_its_name() -> None:
    async def play(console: Console) -> None:
        console.desk.acknowledge(KEY)
        assert console.place() == "seen"
        await console.settle()
        assert console.engine.given == [(AlarmOrder(KEY, "ack"), "Mai")]
        assert console.place() == "seen"

    run(play)


def test_an_order_is_sent_again_until_it_is_answered() -> None:
    async def play(console: Console) -> None:
        broken = UnreachableError("The connection broke off.", "engine", "")
        failed = RefusedError("Stopping.", "engine", "", 503)
        console.engine.faults = [broken, failed]
        console.desk.acknowledge(KEY)
        await console.settle()
        assert len(console.engine.given) == 3
        asked = console.desk.asked(KEY)
        assert asked is not None
        assert asked.state == "done"

    run(play)


def test_a_refusal_is_told_and_the_alarm_is_loud_again_until_it_was_read() -> None:
    async def play(console: Console) -> None:
        console.engine.faults = [RefusedError("Your role may not.", "engine", "Ask.", 403)]
        console.desk.acknowledge(KEY)
        await console.settle()
        asked = console.desk.asked(KEY)
        assert asked is not None
        assert (asked.state, asked.text) == ("failed", "Your role may not. Ask.")
        assert console.place() == "active"
        console.desk.dismiss(KEY)
        assert console.desk.asked(KEY) is None

    run(play)


def test_an_order_without_an_engine_is_given_up_in_words() -> None:
    async def play(console: Console) -> None:
        console.is_there = False
        console.desk.acknowledge(KEY)
        await console.settle()
        assert console.second >= GIVE_UP_S
        asked = console.desk.asked(KEY)
        assert asked is not None
        assert asked.text.startswith("No engine is attached. It was not sent")
        assert console.place() == "active"

    run(play)


def test_what_an_engine_that_went_away_did_not_answer_is_sent_to_the_next_one() -> None:
    async def play(console: Console) -> None:
        console.desk.acknowledge(KEY)
        (task,) = (task for task in console.tasks if not task.done())
        task.cancel()
        await asyncio.wait([task])
        assert console.place() == "seen"
        console.desk.attached()
        await console.settle()
        assert [order.act for order, _ in console.engine.given][-1:] == ["ack"]

    run(play)


def test_an_alarm_that_ends_unseen_stays_in_sight_before_the_list_is_fetched() -> None:
    async def play(console: Console) -> None:
        console.engine.ended["glow"] = (ended(),)
        console.desk.status(status())
        assert console.place() == "over"
        await console.settle()
        line = console.desk.lines().line(KEY)
        assert line is not None
        assert line.until_utc_ns == T0 + 60 * S
        console.engine.answers[KEY.id] = ended(acknowledged_by="Mai")
        console.desk.acknowledge(KEY)
        assert console.place() == "past"
        await console.settle()
        assert console.place() == "past"

    run(play)


def test_one_that_came_again_is_acknowledged_where_it_stands_and_not_from_its_past() -> None:
    async def play(console: Console) -> None:
        console.engine.ended["glow"] = (ended(since_ns=T0 - 600 * S),)
        console.desk.attached()
        await console.settle()
        assert console.place() == "active"
        assert console.place(replace(KEY, since_utc_ns=T0 - 600 * S)) == "past"

    run(play)


def test_what_others_acknowledge_of_what_is_over_is_fetched_too() -> None:
    async def play(console: Console) -> None:
        asked = len(console.engine.asked)
        for seq in range(5):
            console.desk.event(
                Event(seq, T0, 0, "glow", None, "alarm.acknowledged", "info", "engine", "Seen.")
            )
        await console.settle()
        # News that come while one call is out take one more together.
        assert console.engine.asked[asked:] == ["glow", "glow"]

    run(play)


def test_all_of_one_store_are_acknowledged_and_no_other_s() -> None:
    async def play(console: Console) -> None:
        console.desk.status(status(alarm("feed.low"), alarm("sync.skew"), store="lumen"))
        own = EngineStatus(T0, alarms=(alarm("disk.low"),))
        console.desk.engine(own)
        console.desk.acknowledge_all("lumen")
        await console.settle()
        assert {order.alarm_id for order, _ in console.engine.given} == {"feed.low", "sync.skew"}
        assert console.place() == "active"
        assert console.place(AlarmKey(ENGINE, "disk.low", T0)) == "active"

    run(play)


def test_shelved_ones_say_until_when_and_come_back_when_taken_off() -> None:
    async def play(console: Console) -> None:
        console.engine.answers[KEY.id] = alarm(
            shelved_by="Mai", shelved_until_utc_ns=T0 + 990 * S, shelved_why="repair"
        )
        console.desk.shelve(KEY, 15, "repair")
        line = console.desk.lines().line(KEY)
        assert line is not None
        assert line.alarm.shelved_until_utc_ns == T0 + 990 * S
        await console.settle()
        assert console.place() == "shelved"
        console.engine.answers[KEY.id] = alarm()
        console.desk.unshelve(KEY)
        assert console.place() == "active"

    run(play)


def test_the_list_has_what_needs_somebody_first_and_keeps_its_order() -> None:
    async def play(console: Console) -> None:
        alarms = (
            alarm("a", "low", since_utc_ns=T0 + 1),
            alarm("b", "high", since_utc_ns=T0 + 3),
            alarm("c", "high", since_utc_ns=T0 + 2),
            alarm("d", "high", since_utc_ns=T0 + 4, gone_s=3.0),
            alarm("e", "high", acknowledged_by="Rosa"),
        )
        console.engine.ended["glow"] = (ended("f"), ended("g", acknowledged_by="Rosa"))
        console.desk.status(status(*alarms))
        await console.settle()
        ids = [line.key.id for line in console.desk.lines().lines]
        assert ids == ["c", "b", "a", "d", "f", "e", "g"]

    run(play)
