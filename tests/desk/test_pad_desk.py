"""Cues reach the engine once, products are there when they changed, and nothing waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from livedesk.core.clock import NS_PER_MS, ManualClock
from livedesk.core.events import Event, Json
from livedesk.core.pins import PadClock, PinStatus, Product, ProductList, RunOfShow, ShowCue
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.desk.errors import DeskError, RefusedError, UnreachableError
from livedesk.desk.model import DeskModel, Moment
from livedesk.desk.pad import PadTile
from livedesk.desk.pad_desk import PadDesk
from livedesk.desk.pin_client import CueCall
from livedesk.desk.wire import EngineClock
from tests.desk.pad_stage import START_UTC_NS, STORE, status
from tests.waiting import until

AHEAD_MS = 4_000


@dataclass
class Engine:
    """Answers as it is told to."""

    clock: ManualClock
    troubles: list[DeskError] = field(default_factory=list)
    calls: list[CueCall] = field(default_factory=list)
    unpins: list[CueCall] = field(default_factory=list)
    catalogue: ProductList = field(
        default_factory=lambda: ProductList(1, products=(Product("p1", "Lamp"),))
    )
    lists: int = 0
    pictures: list[str] = field(default_factory=list)

    async def products(self, store: str) -> ProductList:
        self.lists += 1
        return self.catalogue

    async def show(self, store: str) -> RunOfShow:
        return RunOfShow(1, (ShowCue("c1", "p1"),))

    async def picture(self, store: str, product_id: str) -> bytes | None:
        self.pictures.append(product_id)
        return b"picture of " + product_id.encode()

    async def cue(self, store: str, call: CueCall) -> PinStatus:
        self.calls.append(call)
        if self.troubles:
            raise self.troubles.pop(0)
        assert call.cued_at_ns is not None
        return PinStatus("pin-1", "pin", call.product_id or "", "Lamp", "cued", call.source,
                         call.cued_at_ns, age_ms=1.0)  # fmt: skip

    async def unpin(self, store: str, call: CueCall) -> PinStatus:
        self.unpins.append(call)
        return PinStatus("pin-2", "unpin", "", "", "cued", call.source, call.cued_at_ns or 0)

    async def clock_of(self) -> EngineClock:
        return EngineClock(self.clock.utc_ns() + AHEAD_MS * NS_PER_MS, 0)


class _Client:
    """The engine through the eyes of the desk, which calls the clock `clock`."""

    def __init__(self, engine: Engine) -> None:
        self.products, self.show, self.picture = engine.products, engine.show, engine.picture
        self.cue, self.unpin, self.clock = engine.cue, engine.unpin, engine.clock_of


@dataclass
class Play:
    engine: Engine
    desk: PadDesk
    model: DeskModel
    clock: ManualClock
    tasks: Tasks

    def now(self) -> Moment:
        return Moment(self.clock.mono_ns(), self.clock.utc_ns())

    def tell(self, **changes: object) -> None:
        pins = replace(status(), **changes)  # type: ignore[arg-type]
        told = StoreStatus(STORE, "", self.clock.utc_ns(), session="s", state="live", pins=pins)
        self.model.status(told, self.now())
        self.desk.status(told)

    def happen(self, kind: str, pin: PinStatus | None = None, **more: Json) -> None:
        data: dict[str, Json] = {} if pin is None else {
            "id": pin.id, "action": pin.action, "product_id": pin.product_id, "title": pin.title,
            "state": pin.state, "source": pin.source, "cued_utc_ns": pin.cued_utc_ns,
            "shown": pin.shown, "latency_ms": pin.latency_ms, "settled_ms": pin.settled_ms, **more,
        }  # fmt: skip
        self.desk.event(
            Event(1, self.clock.utc_ns(), 0, STORE, "s", kind, "info", "pins", "", None, data)
        )

    @property
    def words(self) -> str:
        return self.desk.pad(STORE).line.sign.word


def nothing_is_sent() -> bool:
    return not any(task.get_name().startswith("cue") for task in asyncio.all_tasks())


@asynccontextmanager
async def playing(*, is_local: bool = True) -> AsyncIterator[Play]:
    clock = ManualClock(utc_ns=START_UTC_NS)
    engine, tasks, ids = Engine(clock), Tasks(), iter(range(1_000))
    model = DeskModel(Moment(clock.mono_ns(), clock.utc_ns()))
    client = _Client(engine)

    def now() -> Moment:
        return Moment(clock.mono_ns(), clock.utc_ns())

    desk = PadDesk(lambda: client, tasks.spawn, now, lambda: model.snapshot(now()),
                   lambda: f"cue-{next(ids)}")  # fmt: skip
    play = Play(engine, desk, model, clock, tasks)
    model.attached("here", now())
    desk.attached(is_local=is_local)
    desk.pad(STORE)
    play.tell()
    try:
        yield play
    finally:
        await tasks.close()


def played(scene: Callable[[Play], object], *, is_local: bool = True) -> None:
    async def run() -> None:
        async with playing(is_local=is_local) as play:
            await until(lambda: play.desk.pad(STORE).tiles)
            await scene(play)  # type: ignore[misc]

    asyncio.run(run())


def test_a_cue_tells_the_instant_of_its_touch() -> None:
    async def scene(play: Play) -> None:
        touch = play.now()
        play.clock.advance(0.08)
        play.desk.fire(STORE, "p1", "key", touch)
        assert play.words == "CUED"
        await until(lambda: play.engine.calls)
        call = play.engine.calls[0]
        assert (call.product_id, call.source, call.cued_at_ns) == ("p1", "key", touch.utc_ns)
        assert call.clock == PadClock(0, 0)

    played(scene)


def test_on_another_device_that_instant_is_told_by_the_engines_clock() -> None:
    async def scene(play: Play) -> None:
        await until(lambda: play.desk.clock.at(play.now()) is not None)
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: play.engine.calls)
        call = play.engine.calls[0]
        assert call.cued_at_ns == play.clock.utc_ns() + AHEAD_MS * NS_PER_MS
        assert call.clock == PadClock(AHEAD_MS, 0)

    played(scene, is_local=False)


def test_without_an_answer_the_same_cue_is_given_again() -> None:
    async def scene(play: Play) -> None:
        broken = UnreachableError("The connection broke off.", "here", "")
        busy = RefusedError("It answered HTTP 503.", "here", "", 503)
        play.engine.troubles = [broken, busy]
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: len(play.engine.calls) == 3)
        assert len({(call.cue_id, call.cued_at_ns) for call in play.engine.calls}) == 1

    played(scene)


def test_a_refusal_is_final_and_says_why() -> None:
    async def scene(play: Play) -> None:
        play.engine.troubles = [RefusedError("Out of stock.", "here", "", 409, "out_of_stock")]
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: play.words == "NOT PINNED")
        assert play.desk.pad(STORE).line.detail == "Out of stock."
        assert len(play.engine.calls) == 1

    played(scene)


def test_after_its_budget_a_cue_is_not_sent_but_asked_about() -> None:
    async def scene(play: Play) -> None:
        play.engine.troubles = [UnreachableError("Nobody answers.", "here", "")] * 9
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: play.words == "UNKNOWN")
        cued_ns = play.clock.utc_ns()
        play.clock.advance(0.9)
        tries = len(play.engine.calls)
        await until(nothing_is_sent)
        play.desk.attached(is_local=True)
        assert play.words == "UNKNOWN"
        there = PinStatus("pin-9", "pin", "p1", "Lamp", "confirmed", "pad", cued_ns,
                          shown=True, latency_ms=700.0, settled_ms=700.0)  # fmt: skip
        play.tell(newest=there, recent=(there,))
        line = play.desk.pad(STORE).line
        assert (line.sign.word, line.figure) == ("PINNED", "700 ms")
        assert len(play.engine.calls) == tries

    played(scene)


def test_a_cue_that_did_not_get_there_is_not_called_unknown_for_ever() -> None:
    async def scene(play: Play) -> None:
        play.engine.troubles = [UnreachableError("Nobody answers.", "here", "")] * 9
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: play.words == "UNKNOWN")
        play.clock.advance(0.7)
        play.tell()
        assert play.words == "UNKNOWN"
        play.clock.advance(0.2)
        play.tell()
        assert play.words == "NOT PINNED"
        assert "nothing was sent" in play.desk.pad(STORE).line.detail

    played(scene)


def test_a_touch_that_is_handled_too_late_is_not_sent() -> None:
    async def scene(play: Play) -> None:
        touch = play.now()
        play.clock.advance(0.8)
        play.desk.fire(STORE, "p1", "pad", touch)
        await until(lambda: play.words == "NOT PINNED")
        assert "too late to be sent" in play.desk.pad(STORE).line.detail
        assert play.engine.calls == []

    played(scene)


def test_where_ten_newer_cues_hide_it_it_stays_unknown() -> None:
    async def scene(play: Play) -> None:
        play.engine.troubles = [UnreachableError("Nobody answers.", "here", "")] * 9
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: play.words == "UNKNOWN")
        for _ in range(12):
            play.clock.advance(1)
            late = [
                PinStatus(f"x{n}", "pin", "p2", "", "refused", "api", play.clock.utc_ns(),
                          settled_ms=0.0)
                for n in range(10)
            ]  # fmt: skip
            play.tell(recent=tuple(late))
        line = play.desk.pad(STORE).line
        assert (line.sign.word, line.sign.shape) == ("UNKNOWN", "question")
        assert "Look at the live" in line.detail

    played(scene)


def test_an_event_names_its_cue_and_a_broken_answer_does_not_take_that_back() -> None:
    async def scene(play: Play) -> None:
        play.engine.troubles = [UnreachableError("Nobody answers.", "here", "")] * 9
        play.desk.fire(STORE, "p1", "pad", play.now())
        taken = PinStatus("pin-1", "pin", "p1", "Lamp", "in_flight", "pad",
                          play.clock.utc_ns() + 3 * NS_PER_MS)  # fmt: skip
        await until(lambda: play.engine.calls)
        play.happen("pin.cued", taken, cue_id="cue-0")
        assert play.words == "IN FLIGHT"
        await until(nothing_is_sent)
        assert len(play.engine.calls) == 1

    played(scene)


def test_a_cue_that_an_engine_took_with_it_is_given_to_the_next() -> None:
    async def scene(play: Play) -> None:
        play.engine.troubles = [UnreachableError("Nobody answers.", "here", "")]
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: play.words == "UNKNOWN")
        await play.tasks.close()
        play.clock.advance(0.5)
        play.desk.attached(is_local=True)
        await until(lambda: len(play.engine.calls) == 2)
        assert play.engine.calls[0] == play.engine.calls[1]

    played(scene)


def test_before_the_clock_is_measured_the_newest_status_tells_the_time() -> None:
    async def scene(play: Play) -> None:
        await until(lambda: play.desk.clock.at(play.now()) is not None)
        play.clock.advance(0.2)
        before_ns = play.clock.utc_ns()
        play.clock.step_wall(-3)
        play.desk.fire(STORE, "p1", "pad", play.now())
        await until(lambda: play.engine.calls)
        call = play.engine.calls[0]
        assert (call.cued_at_ns, call.clock) == (before_ns, None)

    played(scene, is_local=False)


def test_the_engine_says_which_pin_is_the_newest() -> None:
    """Two devices, each a little wrong about the time, may tell otherwise."""

    async def scene(play: Play) -> None:
        utc_ns = play.clock.utc_ns()
        mine = PinStatus("a", "pin", "p1", "Lamp", "in_flight", "pad", utc_ns, age_ms=0.0)
        play.happen("pin.cued", mine)
        other = PinStatus("b", "pin", "p2", "Vase", "in_flight", "web_pad", utc_ns - NS_PER_MS)
        play.clock.advance(0.1)
        play.tell(newest=replace(other, age_ms=101.0), recent=(other, mine))
        assert play.desk.pad(STORE).line.title == "Vase"

    played(scene)


def test_an_event_tells_at_once() -> None:
    async def scene(play: Play) -> None:
        play.desk.fire(STORE, "p1", "pad", play.now())
        utc_ns = play.clock.utc_ns()
        await until(lambda: play.engine.calls)
        play.clock.advance(0.24)
        play.happen("pin.confirmed", PinStatus("pin-1", "pin", "p1", "Lamp", "confirmed", "pad",
                                               utc_ns, shown=True, latency_ms=238.0,
                                               settled_ms=238.0))  # fmt: skip
        line = play.desk.pad(STORE).line
        assert (line.sign.word, line.figure) == ("PINNED", "238 ms")

    played(scene)


def test_a_stock_out_is_fetched_with_its_event_and_with_the_revision() -> None:
    async def scene(play: Play) -> None:
        gone = (Product("p1", "Lamp", stock=0),)
        play.engine.catalogue = ProductList(2, products=gone)
        play.happen("catalogue.out_of_stock")
        await until(lambda: play.desk.pad(STORE).tiles[0].refusal)
        play.engine.catalogue = ProductList(3, products=(Product("p1", "Lamp"),))
        play.tell(products_revision=3)
        await until(lambda: not play.desk.pad(STORE).tiles[0].refusal)

    played(scene)


def test_lists_are_not_fetched_again_without_a_reason() -> None:
    async def scene(play: Play) -> None:
        lists = play.engine.lists
        for _ in range(20):
            play.tell()
        assert play.engine.lists == lists

    played(scene)


def test_the_next_one_is_the_one_that_the_pad_shows() -> None:
    async def scene(play: Play) -> None:
        play.desk.fire(STORE, None, "pad")
        await until(lambda: play.engine.calls)
        assert play.engine.calls[0].product_id == "p1"

    played(scene)


def test_unpin_and_another_session() -> None:
    async def scene(play: Play) -> None:
        play.desk.unpin(STORE)
        await until(lambda: play.engine.unpins)
        assert play.words == "TAKING DOWN"
        told = StoreStatus(STORE, "", 0, session="another", state="live", pins=status())
        play.model.status(told, play.now())
        play.desk.status(told)
        assert play.words == "READY"

    played(scene)


def test_pictures_are_fetched_once() -> None:
    async def scene(play: Play) -> None:
        tile = PadTile("p1", 1, "Lamp", "", picture="lamp.png")
        await until(lambda: play.desk.picture(STORE, tile) == b"picture of p1")
        assert play.desk.picture(STORE, tile)
        assert play.engine.pictures == ["p1"]

    played(scene)
