"""The check of a store while the engine runs: what is told, what is kept, when it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.events import Json, Level
from livedesk.core.settings import StoreSettings
from livedesk.core.status import DrillStatus, EndedAlarm, FailoverStatus, StoreStatus, SyncStatus
from livedesk.engine.bus import Receipt
from livedesk.engine.checking.checking import Checking
from livedesk.engine.checking.facts import MachineFacts
from livedesk.engine.checking.signs import NotGoError
from tests.engine.checking.conftest import ready_status
from tests.engine.conftest import store_settings
from tests.waiting import until

MACHINE = MachineFacts(200_000_000_000, None, clock_synchronised=True)


@dataclass
class Told:
    kind: str
    level: Level
    text: str
    data: dict[str, Json]
    actor: str


@dataclass
class StageDouble:
    """A store that says what the test wants, on a clock that the test moves."""

    clock: ManualClock
    settings: StoreSettings = field(default_factory=store_settings)
    changes: dict[str, object] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def status(self) -> StoreStatus:
        status = ready_status(utc_ns=self.clock.utc_ns(), **self.changes)
        drill = DrillStatus("passed", "", self.clock.utc_ns())
        failover = replace(FailoverStatus("primary", "auto"), drill=drill)
        sync = SyncStatus(-12.0, state="ok", offset_ms=8.0, offset_age_s=0.0)
        return replace(status, failover=failover, sync=sync, uplinks=status.uplinks[:1])

    def products_access(self) -> str:
        return ""

    def unseen_alarms(self) -> tuple[EndedAlarm, ...]:
        return ()

    def check_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        self.told.append(Told(kind, level, text, data, actor))
        receipt = Receipt()
        receipt.settle(is_recorded=True)
        return receipt


class Desk:
    """A check, its stage, and time that passes four ticks a second."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.clock = ManualClock()
        self.stage = StageDouble(self.clock)
        self.machine = MACHINE
        self.check = self.another()

    def another(self) -> Checking:
        return Checking(self.stage, self.data, self.clock, 4.0, lambda: self.machine)

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
            self.check.tick(self.stage.status())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_figures_have_to_be_in_range_without_a_break(desk: Desk) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.play(9.0)
        assert desk.check.report().against == ("Figures",)
        desk.play(2.0)
        assert desk.check.report().verdict == "go"
        desk.stage.changes["feed"] = replace(ready_status().feed, state="LOW")
        desk.play(0.25)
        desk.stage.changes.clear()
        desk.play(9.0)
        assert desk.check.report().against == ("Figures",)
        await desk.check.close()

    asyncio.run(story())


def test_a_signature_is_told_with_its_name_and_what_was_waived(desk: Desk) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.machine = MachineFacts(200_000_000_000)
        desk.play(12.0)
        with pytest.raises(NotGoError):
            await desk.check.sign("go", "ana", "", ())
        assert not desk.stage.told
        report = await desk.check.sign("go", "ana", "Clock is read from GPS.", ("clock",))
        assert (report.verdict, report.sign and report.sign.by) == ("go", "ana")
        [told] = desk.stage.told
        assert (told.kind, told.level, told.actor) == ("check.signed", "notice", "ana")
        assert told.text.endswith("waived: Clock (ana). Clock is read from GPS.")
        assert told.data["waived"] == ["Clock"]
        await desk.check.close()

    asyncio.run(story())


def test_a_session_begins_on_the_word_that_was_given_and_takes_it_along(desk: Desk) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.check.session_begins()
        desk.stage.told.clear()
        desk.play(12.0)
        await desk.check.sign("go", "ana", "", ())
        desk.clock.advance(600)
        desk.check.session_begins()
        standing = desk.stage.told[-1]
        assert standing.kind == "check.standing"
        assert "GO that ana signed 10 min before" in standing.text
        desk.check.session_ends()
        assert desk.check.report().sign is None
        await desk.check.close()

    asyncio.run(story())


@pytest.mark.parametrize("signed_h", [None, 12.1])
def test_a_session_that_nobody_signed_for_says_so_in_its_record(
    desk: Desk, signed_h: float | None
) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.play(12.0)
        if signed_h is not None:
            await desk.check.sign("go", "ana", "", ())
            desk.clock.advance(signed_h * 3600)
        desk.check.session_begins()
        standing = desk.stage.told[-1]
        assert (standing.kind, standing.level, standing.actor) == ("check.standing", "notice", "")
        assert "nobody has signed" in standing.text
        assert standing.data["verdict"] is None
        await desk.check.close()

    asyncio.run(story())


def test_two_people_who_sign_at_once_are_both_told_and_the_later_one_holds(desk: Desk) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.play(12.0)
        await asyncio.gather(
            desk.check.sign("go", "ana", "", ()), desk.check.sign("no_go", "ben", "No host.", ())
        )
        assert [told.actor for told in desk.stage.told] == ["ana", "ben"]
        sign = desk.check.report().sign
        assert (sign and sign.by, sign and sign.verdict) == ("ben", "no_go")
        await desk.check.close()

    asyncio.run(story())


def test_a_gateway_that_is_degraded_while_one_signs_is_taken_on_or_refused(desk: Desk) -> None:
    """What the window showed a second before does not count."""

    async def story() -> None:
        await desk.check.start()
        desk.play(12.0)
        assert desk.check.report().verdict == "go"
        pins = ready_status().pins
        assert pins is not None
        degraded = replace(pins.gateway, state="degraded", reason="3 of 10 calls fail")
        desk.stage.changes["pins"] = replace(pins, gateway=degraded)
        with pytest.raises(NotGoError, match="Product pins"):
            await desk.check.sign("go", "ana", "", ())
        report = await desk.check.sign("go", "ana", "", ("pins",))
        assert report.verdict == "go"
        desk.stage.changes.clear()
        desk.play(1.0)
        desk.stage.changes["pins"] = replace(pins, gateway=degraded)
        desk.play(1.0)
        after = desk.check.report()
        assert (after.verdict, after.against) == ("no_go", ("Product pins",)), "taken on once"
        await desk.check.close()

    asyncio.run(story())


def test_a_clock_that_is_not_known_to_be_right_stands_against_it(desk: Desk) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.play(12.0)
        for known in (False, None):
            desk.machine = replace(MACHINE, clock_synchronised=known)
            with pytest.raises(NotGoError, match="Clock"):
                await desk.check.sign("go", "ana", "", ())
        await desk.check.close()

    asyncio.run(story())


def test_slate_drill_and_signature_outlive_an_engine_and_a_session_outlives_neither(
    desk: Desk,
) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.play(12.0)
        await desk.check.sign("no_go", "ben", "camera fails", ())
        await desk.check.close()
        later = desk.check = desk.another()
        await later.start()
        sign = later.report().sign
        assert sign is not None
        assert (sign.by, sign.text) == ("ben", "camera fails")
        states = {item.id: item.state for item in later.report().items}
        assert states["slate"] == "go"
        desk.clock.advance(13 * 3600)
        assert later.report().sign is None
        await later.close()

    asyncio.run(story())


def test_a_signature_is_on_disk_without_waiting_for_the_end(desk: Desk) -> None:
    async def story() -> None:
        await desk.check.start()
        desk.play(12.0)
        await desk.check.sign("go", "ana", "", ())
        path = desk.data / "rehearsed" / "glow.json"
        await until(lambda: path.exists() and b'"ana"' in path.read_bytes())
        await desk.check.close()

    asyncio.run(story())


def test_a_slate_that_runs_is_not_written_four_times_a_second(desk: Desk) -> None:
    async def story() -> None:
        await desk.check.start()
        path = desk.data / "rehearsed" / "glow.json"
        desk.play(1.0)
        await until(path.exists)
        before = path.read_bytes()
        desk.play(20.0)
        await asyncio.sleep(0)
        assert path.read_bytes() == before
        await desk.check.close()
        assert path.read_bytes() != before

    asyncio.run(story())


def test_a_disk_that_fails_costs_no_check(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        (desk.data / "rehearsed").write_text("in the way")
        await desk.check.start()
        desk.play(12.0)
        report = await desk.check.sign("go", "ana", "", ())
        assert report.verdict == "go"
        await desk.check.close()
        assert "cannot be written" in caplog.text

    asyncio.run(story())
