"""Who needs somebody comes first, and nothing moves from under the eye."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.engine_status import EngineStatus
from livedesk.core.moderation import ModerationStatus
from livedesk.core.status import AlarmStatus, FeedStatus, StoreStatus
from livedesk.desk.model import DeskModel, Moment
from livedesk.desk.wall import KEEPS_PLACE_S, REST_S, Wall, WallDesk
from tests.ui.stage import on_air, waiting

NAMES = ("Aurora", "Birch", "Cedar", "Dahlia")


class Room:
    """Four stores on air, a wall, and a clock."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.model = DeskModel(self.now())
        self.model.attached("", self.now())
        self.desk = WallDesk()
        self.statuses = {name: on_air(name.lower(), name) for name in NAMES}

    def now(self) -> Moment:
        return Moment(self.clock.mono_ns(), self.clock.utc_ns())

    def set(self, name: str, status: StoreStatus) -> None:
        self.statuses[name] = status

    def wall(self, *, held: bool = False) -> Wall:
        for status in self.statuses.values():
            self.model.status(replace(status, utc_ns=self.clock.utc_ns()), self.now())
        return self.desk.wall(self.model.snapshot(self.now()), self.now(), held=held)

    def names(self, *, held: bool = False) -> list[str]:
        return [tile.name for tile in self.wall(held=held).tiles]


@pytest.fixture
def room(clock: ManualClock) -> Room:
    return Room(clock)


def stalled(name: str) -> StoreStatus:
    return on_air(name.lower(), name, feed=FeedStatus("STALLED"))


def alarmed(name: str, clock: ManualClock, **changes: object) -> StoreStatus:
    alarm = AlarmStatus("skew.drift", "medium", "Sound drifts", "Restart it", clock.utc_ns())
    return on_air(name.lower(), name, alarms=(replace(alarm, **changes),))  # type: ignore[arg-type]


def test_the_calm_stand_by_name_and_the_loudest_comes_first(room: Room) -> None:
    assert room.names() == list(NAMES)
    room.clock.advance(REST_S)
    room.set("Cedar", stalled("Cedar"))
    room.set("Dahlia", alarmed("Dahlia", room.clock))
    assert room.names() == ["Cedar", "Dahlia", "Aurora", "Birch"]
    assert [tile.number for tile in room.wall().tiles] == [3, 4, 1, 2]
    assert room.wall().needing == 2


def test_a_store_that_recovered_keeps_its_place_for_a_while(room: Room) -> None:
    room.set("Cedar", stalled("Cedar"))
    assert room.names()[0] == "Cedar"
    room.set("Cedar", on_air("cedar", "Cedar"))
    room.clock.advance(1)
    tile = room.wall().tiles[0]
    assert (tile.name, tile.look, tile.need) == ("Cedar", "ok", "on_air")
    room.clock.advance(KEEPS_PLACE_S)
    assert room.names() == list(NAMES)


def test_a_fault_that_comes_and_goes_moves_nothing_to_and_fro(room: Room) -> None:
    room.set("Dahlia", stalled("Dahlia"))
    room.names()
    for second in range(30):
        flaps = stalled("Dahlia") if second % 3 == 0 else on_air("dahlia", "Dahlia")
        room.set("Dahlia", flaps)
        room.clock.advance(1)
        assert room.names()[0] == "Dahlia"


def test_nothing_moves_while_somebody_is_at_the_wall(room: Room) -> None:
    room.names()
    room.set("Dahlia", stalled("Dahlia"))
    room.clock.advance(REST_S)
    assert room.names(held=True) == list(NAMES)
    assert room.wall(held=True).tiles[3].look == "critical"
    assert room.names()[0] == "Dahlia"


def test_tiles_rest_between_two_moves(room: Room) -> None:
    room.names()
    room.clock.advance(REST_S)
    room.set("Cedar", alarmed("Cedar", room.clock))
    assert room.names()[0] == "Cedar"
    room.set("Dahlia", stalled("Dahlia"))
    room.clock.advance(REST_S / 2)
    assert room.names()[0] == "Cedar"
    room.clock.advance(REST_S / 2)
    assert room.names()[0] == "Dahlia"


def test_only_what_needs_somebody_leaves_out_what_somebody_has_seen(room: Room) -> None:
    room.desk.only_needing = True
    room.set("Aurora", alarmed("Aurora", room.clock, acknowledged_by="Mia"))
    room.set("Birch", alarmed("Birch", room.clock))
    wall = room.wall()
    assert [tile.name for tile in wall.tiles] == ["Birch"]
    assert (wall.stores, wall.on_air, wall.needing) == (4, 4, 1)
    room.desk.only_needing = False
    seen = next(tile for tile in room.wall().tiles if tile.name == "Aurora")
    assert seen.need == "seen"
    assert "seen by Mia" in seen.alarm


def test_an_engine_that_is_away_moves_nothing(room: Room) -> None:
    room.set("Dahlia", stalled("Dahlia"))
    before = room.names()
    room.model.lost("gone", room.now())
    room.clock.advance(60)
    wall = room.desk.wall(room.model.snapshot(room.now()), room.now(), held=False)
    assert [tile.name for tile in wall.tiles] == before
    assert all(tile.stale for tile in wall.tiles)


def test_a_tile_tells_its_figures_in_words(room: Room) -> None:
    busy = ModerationStatus(waiting=12, oldest_s=14.0)
    room.set("Aurora", on_air("aurora", "Aurora", moderation=busy))
    tile = room.wall().tiles[0]
    facts = {fact.label: fact.value for fact in tile.facts}
    assert facts == {"Uplink": "primary", "Skew": "+12 ms", "Pin": "–", "Queue": "12 · 0:14"}
    assert tile.rate == "4,012 kbps"
    assert tile.told.startswith("1, Aurora, ")
    assert "Queue 12 · 0:14" in tile.told


def test_a_store_without_a_show_comes_last_and_shows_no_clock(room: Room) -> None:
    room.set("Aurora", waiting("aurora", "Aurora"))
    assert room.names()[-1] == "Aurora"
    assert room.wall().tiles[-1].clock == ""


def test_what_several_stores_have_together_is_on_the_tile_of_each(
    room: Room, clock: ManualClock
) -> None:
    away = AlarmStatus("rules.away", "high", "No rules at 4 stores.", "Call.", clock.utc_ns())
    for common, need in ((away, "now"), (replace(away, acknowledged_by="Ann"), "seen")):
        for name in NAMES:
            room.set(name, on_air(name.lower(), name, common=(common,)))
        room.model.engine(EngineStatus(clock.utc_ns(), alarms=(common,)), room.now())
        assert {(tile.need, tile.word) for tile in room.wall().tiles} == {(need, away.cause)}
