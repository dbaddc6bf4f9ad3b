"""What is shown is looked at quietly, and a change that nobody made here is told."""

from __future__ import annotations

import asyncio
from random import Random

from livedesk.core.events import Json, Level
from livedesk.engine.pinning.shown_watch import LOOK_EVERY_S, QUIET_S, ShownWatch
from livedesk.pins.pin import Pin
from tests.pins.desk import Desk
from tests.pins.platform import DROPPED, SLOW, Platform
from tests.pins.virtual import run_virtually

ONE_LOOK_S = LOOK_EVERY_S + 3


class Watched:
    """A desk whose platform is watched; `told` are the events."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.told: list[dict[str, Json]] = []
        self.watch = ShownWatch(
            desk.dispatcher, self._recent, lambda pid: pid or "", desk.clock, Random(1), self._say
        )
        self.work = asyncio.create_task(self.watch.run())

    def is_changed(self) -> bool:
        return self.watch.is_changed_outside

    def _recent(self, count: int) -> tuple[Pin, ...]:
        newest = {pin.id: pin for pin in self.desk.told}
        return tuple(reversed(newest.values()))[:count]

    def _say(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> None:
        assert (kind, level) == ("pin.changed_outside", "notice")
        assert text
        self.told.append(data)

    async def close(self) -> None:
        self.work.cancel()
        await asyncio.gather(self.work, return_exceptions=True)
        await self.desk.dispatcher.close()


def test_a_session_is_looked_at_and_nothing_else() -> None:
    async def story() -> None:
        watched = Watched(Desk(Platform()))
        calls = watched.desk.platform.calls
        await asyncio.sleep(60)
        assert calls["read"] == 0
        watched.watch.on_air(is_open=True)
        await asyncio.sleep(10 * LOOK_EVERY_S)
        assert 8 <= calls["read"] <= 10
        seen_ns = watched.desk.dispatcher.shown_mono_ns
        assert seen_ns is not None
        assert watched.told == []
        await watched.close()

    run_virtually(story())


def test_no_look_stands_in_the_way_of_a_pin() -> None:
    async def story() -> None:
        watched = Watched(Desk(Platform()))
        watched.watch.on_air(is_open=True)
        await asyncio.sleep(LOOK_EVERY_S)
        watched.desk.platform.writes.append(SLOW)
        before = watched.desk.platform.calls["read"]
        watched.desk.cue("p", "a")
        pin = await watched.desk.settled("p")
        reads_of_pin = watched.desk.platform.calls["read"] - before
        assert reads_of_pin == pin.reads
        assert not watched.watch.is_due()
        await asyncio.sleep(QUIET_S)
        assert watched.desk.platform.calls["read"] == before + reads_of_pin
        await watched.close()

    run_virtually(story())


def test_what_somebody_changed_in_the_platform_is_told_once_and_left_so() -> None:
    async def story() -> None:
        watched = Watched(Desk(Platform()))
        platform = watched.desk.platform
        watched.watch.on_air(is_open=True)
        watched.desk.cue("p", "a")
        await watched.desk.settled("p")
        platform.now_shows = "theirs"
        await asyncio.sleep(2 * ONE_LOOK_S)
        assert watched.told == [{"product_id": "theirs", "before_product_id": "a"}]
        assert watched.is_changed()
        shown = watched.desk.dispatcher.shown
        assert shown is not None
        assert shown.product_id == "theirs"
        platform.now_shows = None
        await asyncio.sleep(ONE_LOOK_S)
        assert watched.told[1:] == [{"product_id": None, "before_product_id": "theirs"}]
        assert len(platform.executed) == 1, "nothing is pinned again"
        watched.desk.cue("q", "b")
        await watched.desk.settled("q")
        assert not watched.is_changed()
        await asyncio.sleep(2 * ONE_LOOK_S)
        assert len(watched.told) == 2
        await watched.close()

    run_virtually(story())


def test_a_pin_of_ours_that_takes_effect_late_is_no_change_from_outside() -> None:
    async def story() -> None:
        watched = Watched(Desk(Platform()))
        platform = watched.desk.platform
        watched.watch.on_air(is_open=True)
        await watched.desk.known()
        watched.desk.cue("old", "a")
        await watched.desk.settled("old")
        watched.desk.cue("new", "b")
        await watched.desk.settled("new")
        platform.now_shows = "a"  # as a queue behind the platform may do
        await asyncio.sleep(ONE_LOOK_S)
        assert watched.told == []
        await watched.close()

    run_virtually(story())


def test_a_silent_platform_is_asked_less_often_and_a_full_minute_is_left_to_pins() -> None:
    async def story() -> None:
        silent = Watched(Desk(Platform(chance=lambda: DROPPED)))
        silent.watch.on_air(is_open=True)
        await asyncio.sleep(20 * LOOK_EVERY_S)
        assert 4 <= silent.desk.platform.calls["read"] <= 12
        await silent.close()
        tight = Watched(Desk(Platform(), per_min=10))
        now_ns = tight.desk.clock.mono_ns()
        while tight.desk.calls.take("background", now_ns):
            pass
        tight.watch.on_air(is_open=True)
        await asyncio.sleep(30)
        assert tight.desk.platform.calls["read"] == 0
        await tight.close()

    run_virtually(story())
