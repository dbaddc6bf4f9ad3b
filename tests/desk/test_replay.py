"""Does a replay show the instant that somebody is at, in whatever order answers come?"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event
from livedesk.core.records import RecordedIncident, RecordedSession, SessionFigures
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.desk.errors import UnreachableError
from livedesk.desk.model import Moment
from livedesk.desk.plots import FEED
from livedesk.desk.record_client import RecordClient, RecordedStill
from livedesk.desk.replay import AGAIN_S, Replaying
from livedesk.desk.wire import History, HistorySeries

BEGIN_S = 1_790_000_000.0
LENGTH_S = 7_200.0
ONE = RecordedSession(
    "lumen-1", "lumen", "lumen/1.livedesk", "Lumen", started_utc_ns=round(BEGIN_S * NS_PER_S),
    ended_utc_ns=round((BEGIN_S + LENGTH_S) * NS_PER_S), signed_off=True,
)  # fmt: skip


def _event(seq: int, t_s: float, kind: str, **data: Any) -> Event:
    utc_ns = round((BEGIN_S + t_s) * NS_PER_S)
    return Event(seq, utc_ns, 0, "lumen", ONE.id, kind, "info", "engine", kind, None, data)


EVENTS = (
    _event(1, 0, "session.start"),
    _event(2, 100, "limit.trip", alarm="uplink.low:primary", priority="high", action=""),
    _event(3, 110, "failover.switch", to="bonded"),
    _event(4, 160, "limit.clear", alarm="uplink.low:primary"),
    _event(5, 400, "pin.confirmed"),
)
FIGURES = SessionFigures(
    ONE.id, "lumen", "Lumen", round(BEGIN_S * NS_PER_S), round(LENGTH_S * 1000), "",
    incidents=(RecordedIncident(98_000, 112_000, "uplink", "slow"),
               RecordedIncident(3_000_000, None, "feed", "gone")),
)  # fmt: skip


@dataclass
class Client:
    """An engine whose answers come when the test lets them."""

    asked: list[float] = field(default_factory=list)
    spans: list[tuple[float, float, int]] = field(default_factory=list)
    held: list[asyncio.Future[None]] = field(default_factory=list)
    hold: bool = False
    away: bool = False

    async def status(self, _session: str, at_s: float) -> StoreStatus:
        self.asked.append(at_s - BEGIN_S)
        if self.hold:
            self.held.append(asyncio.get_running_loop().create_future())
            await self.held[-1]
        if self.away:
            raise UnreachableError("Nobody answers.", "engine", "Wait.")
        return StoreStatus("lumen", "Lumen", round(at_s * NS_PER_S), ONE.id)

    async def still(self, _session: str, at_s: float) -> RecordedStill:
        near_s = BEGIN_S + (at_s - BEGIN_S) // 60 * 60
        return RecordedStill(b"jpeg", round(near_s * NS_PER_S))

    async def history(self, _session: str, begin_s: float, end_s: float, points: int) -> History:
        self.spans.append((begin_s - BEGIN_S, end_s - BEGIN_S, points))
        t = (begin_s, begin_s + 1)
        fed = HistorySeries(
            "feed_kbps", "", "kbps", t, (1.0,) * 2, (1.0,) * 2, (1.0,) * 2, (1,) * 2
        )
        return History(begin_s, end_s, (fed,))

    async def events(
        self, _session: str, _begin_s: float, _end_s: float, _kinds: Iterable[str], _limit: int
    ) -> tuple[Event, ...]:
        return EVENTS

    async def figures(self, _session: str) -> SessionFigures:
        return FIGURES


class Play:
    def __init__(self) -> None:
        self.clock = ManualClock(utc_ns=round((BEGIN_S + 90_000) * NS_PER_S))
        self.client, self.tasks = Client(), Tasks()
        self.replay = Replaying(
            ONE, lambda: cast(RecordClient, self.client), self._spawn, self._now
        )

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.spawn(name, work)

    def _now(self) -> Moment:
        return Moment(self.clock.mono_ns(), self.clock.utc_ns())

    async def settle(self) -> None:
        for _ in range(12):
            self.replay.look()
            await asyncio.sleep(0)

    @property
    def at_s(self) -> float:
        return self.replay.look().at_s - BEGIN_S

    @property
    def shown_s(self) -> float | None:
        shown_s = self.replay.look().shown_s
        return None if shown_s is None else shown_s - BEGIN_S


def test_curves_marks_and_events_are_loaded_once_and_belong_to_the_instant() -> None:
    async def story() -> None:
        play = Play()
        await play.settle()
        view = play.replay.look()
        assert [(mark.kind, mark.t - BEGIN_S) for mark in view.marks] == [
            ("incident", 98), ("alarm", 100), ("switch", 110), ("pin", 400), ("incident", 3_000),
        ]  # fmt: skip
        assert view.marks[1].until - BEGIN_S == 160
        assert view.marks[-1].until == view.end_s
        assert [event.seq for event in view.events] == [1]
        assert play.replay.plots[FEED].first_t == BEGIN_S
        play.replay.seek(BEGIN_S + 150)
        await play.settle()
        view = play.replay.look()
        assert [event.seq for event in view.events] == [1, 2, 3]
        assert view.view is not None
        assert (view.view.stale, view.view.on_air_s, view.view.age_s) == (False, 150, 0)
        assert len([span for span in play.client.spans if span[1] > LENGTH_S]) == 1

    asyncio.run(story())


def test_of_many_wishes_the_newest_is_asked_for_next() -> None:
    async def story() -> None:
        play = Play()
        await play.settle()
        play.client.asked.clear()
        play.client.hold = True
        for t_s in (10, 20, 30, 40):
            play.replay.seek(BEGIN_S + t_s)
            await play.settle()
        assert play.client.asked == [10]
        play.client.hold = False
        play.client.held[0].set_result(None)
        await play.settle()
        assert play.client.asked == [10, 40]
        assert play.shown_s == 40
        assert not play.replay.look().is_behind

    asyncio.run(story())


def test_an_answer_after_closing_is_dropped() -> None:
    async def story() -> None:
        play = Play()
        play.client.hold = True
        await play.settle()
        play.replay.close()
        play.client.held[0].set_result(None)
        await play.settle()
        assert play.shown_s is None
        assert len(play.client.asked) == 1

    asyncio.run(story())


def test_it_plays_at_its_speed_and_stops_at_the_end() -> None:
    async def story() -> None:
        play = Play()
        play.replay.play(10)
        play.clock.advance(3.0)
        assert play.at_s == 30
        play.replay.play(0)
        play.clock.advance(60)
        assert play.at_s == 30
        play.replay.play(60)
        play.clock.advance(2.0)
        play.replay.look()
        play.replay.seek(BEGIN_S + 6_000)
        play.clock.advance(1.0)
        assert play.at_s == 6_060
        play.clock.advance(1_000)
        assert (play.at_s, play.replay.look().speed) == (LENGTH_S, 0)
        play.replay.play(1)
        assert play.at_s == 0

    asyncio.run(story())


def test_steps_go_to_marks_and_no_further_than_the_session() -> None:
    async def story() -> None:
        play = Play()
        await play.settle()
        places = []
        for by, incidents in ((1, True), (1, False), (1, True), (1, True), (-1, False)):
            play.replay.step_mark(by, incidents=incidents)
            places.append(play.at_s)
        assert places == [98, 100, 3_000, 3_000, 400]
        play.replay.step(-1_000)
        assert play.at_s == 0
        play.replay.step(1e9)
        assert play.at_s == LENGTH_S

    asyncio.run(story())


def test_a_picture_of_another_time_is_not_shown() -> None:
    async def story() -> None:
        play = Play()
        play.replay.seek(BEGIN_S + 70)
        await play.settle()
        assert play.replay.look().still is not None
        play.replay.seek(BEGIN_S + 100)
        await play.settle()
        assert play.replay.look().still is None

    asyncio.run(story())


def test_curves_become_as_fine_as_recorded_where_somebody_looks() -> None:
    async def story() -> None:
        play = Play()
        play.replay.seek(BEGIN_S + 3_000)
        await play.settle()
        begin_s, end_s, points = play.client.spans[-1]
        assert (begin_s, end_s) == (2_400, 3_600)
        assert points >= end_s - begin_s
        calls = len(play.client.spans)
        play.replay.seek(BEGIN_S + 3_060)
        await play.settle()
        assert len(play.client.spans) == calls
        play.replay.seek(BEGIN_S + 5_000)
        await play.settle()
        assert len(play.client.spans) == calls + 1

    asyncio.run(story())


def test_a_failure_is_told_and_tried_again_after_a_while() -> None:
    async def story() -> None:
        play = Play()
        play.client.away = True
        await play.settle()
        assert play.replay.look().trouble == "Nobody answers. Wait."
        assert len(play.client.asked) == 1
        play.client.away = False
        play.clock.advance(AGAIN_S)
        await play.settle()
        assert (play.replay.look().trouble, play.shown_s) == ("", 0)

    asyncio.run(story())
