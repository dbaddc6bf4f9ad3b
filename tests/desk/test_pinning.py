"""The desk's pins against a real socket: what is fetched when, and what is sent once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from random import Random
from typing import Any, cast

from livedesk.core.clock import NS_PER_MS, ManualClock
from livedesk.core.events import Event
from livedesk.core.pins import PadClock, PinStatus, Product, ProductList, RunOfShow, ShowCue
from livedesk.core.status import StoreStatus
from livedesk.desk.desk import Desk
from livedesk.desk.errors import DeskError, NotSentError, UnreachableError
from livedesk.desk.model import Moment, StoreView
from livedesk.desk.operator_name import this_operator
from livedesk.desk.pad_clock import ClockEstimate, Exchange
from livedesk.desk.pin_client import CueCall, PinClient, ShowOp
from livedesk.desk.pin_words import PinView
from livedesk.desk.pinning import Pinning
from livedesk.desk.pins import PinsView
from tests.desk.fake_engine import PAD_TOKEN, FakeEngine, Script
from tests.desk.pin_data import pin, told
from tests.desk.test_desk import Address, attached
from tests.waiting import until

S = "/v1/stores/lumen"
CREAM = Product("p 1", "Day Cream", picture="cream.png")


def status(clock: ManualClock, products: int = 1, show: int = 1) -> StoreStatus:
    pins = told(products_revision=products, show_revision=show)
    return StoreStatus("lumen", "Lumen", clock.utc_ns(), pins=pins)


def seen(desk: Desk) -> PinsView:
    view = desk.snapshot().store("lumen")
    assert view is not None
    pins = desk.pins.view(view)
    assert pins is not None
    return pins


def newest_word(desk: Desk) -> str:
    newest = seen(desk).newest
    return newest.word if newest is not None else ""


def stock(script: Script, clock: ManualClock) -> None:
    script.products = ProductList(1, "shop.csv", products=(CREAM,))
    script.show = RunOfShow(1, (ShowCue("c1", "p 1"),))
    script.statuses["lumen"] = status(clock)


def test_lists_are_fetched_once_and_again_when_their_revision_grows(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            desk.watch("lumen")
            script.statuses["lumen"] = status(clock)
            await until(lambda: desk.pins.shop("lumen").ledger is not None)
            await until(lambda: desk.pins.shop("lumen").products is not None)
            for _ in range(3):
                clock.advance(0.25)
                script.statuses["lumen"] = again = status(clock)
                await until(lambda: desk.snapshot().stores[0].status.utc_ns == again.utc_ns)  # noqa: B023
            assert script.paths("GET").count(f"{S}/products") == 1
            assert script.paths("GET").count(f"{S}/show") == 1
            script.products = replace(script.products, revision=2)
            script.statuses["lumen"] = status(clock, products=2)
            await until(lambda: _revision(desk) == 2)

    asyncio.run(play())


def _revision(desk: Desk) -> int:
    products = desk.pins.shop("lumen").products
    return products.list.revision if products is not None else 0


def test_a_cue_is_sent_once_and_shown_before_the_engine_answers(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)
    script.pin = pin("cued", product_id="p 1")

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: desk.snapshot().stores != ())
            desk.pins.fire("lumen", "p 1", "Day Cream")
            desk.pins.fire("lumen", "p 1", "Day Cream")
            assert newest_word(desk) == "Asked"
            await until(lambda: newest_word(desk) == "Cued")

    asyncio.run(play())
    (body,) = script.bodies(f"{S}/cues")
    assert body["product_id"] == "p 1"
    assert body["source"] == "console"
    assert body["cue_id"]
    assert body["cued_at_ns"] == clock.utc_ns()
    assert "clock" not in body


def fire_with(
    clock: ManualClock, estimate: ClockEstimate, *faults: DeskError
) -> tuple[list[CueCall], PinView]:
    """The calls of one cue whose first attempts fail, and what is told of it."""
    now, calls = Moment(clock.mono_ns(), clock.utc_ns()), list[CueCall]()

    class Client:
        async def cue(self, store: str, call: CueCall) -> PinStatus:
            calls.append(call)
            if len(calls) <= len(faults):
                raise faults[len(calls) - 1]
            return pin("cued")

    def spawn(_name: str, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run(work)

    pinning = Pinning(lambda: cast(PinClient, Client()), spawn, lambda: now, Random(1),
                      lambda: estimate)  # fmt: skip
    pinning.fire("lumen", "p 1", "Day Cream")
    found = pinning.view(StoreView(status(clock), 0.1, False, None))
    assert found is not None
    assert found.newest is not None
    return calls, found.newest


BROKE = UnreachableError("The connection broke off.", "engine", "")
UNSENT = NotSentError("Nobody answers.", "engine", "")


def test_a_cue_counts_from_its_press_also_where_the_engines_clock_is_another(
    clock: ManualClock,
) -> None:
    now, estimate = Moment(clock.mono_ns(), clock.utc_ns()), ClockEstimate()
    estimate.take([Exchange(now, now.utc_ns + 250 * NS_PER_MS, now)])
    (call,), _ = fire_with(clock, estimate)
    assert call.cued_at_ns == now.utc_ns + 250 * NS_PER_MS
    assert call.clock == PadClock(250.0, 0.0)


def test_while_the_clocks_are_not_compared_a_cue_counts_from_its_arrival(
    clock: ManualClock,
) -> None:
    (call,), _ = fire_with(clock, ClockEstimate())
    assert (call.cued_at_ns, call.clock) == (None, None)


def test_a_cue_whose_connection_broke_is_given_again_as_the_same_cue(clock: ManualClock) -> None:
    (first, again), told_of = fire_with(clock, ClockEstimate(True), BROKE)
    assert first == again
    assert told_of.word == "Cued"


def test_what_never_left_is_not_called_unknown(clock: ManualClock) -> None:
    _, told_of = fire_with(clock, ClockEstimate(True), UNSENT, UNSENT)
    assert told_of.word == "Refused"
    assert "It was not sent" in told_of.note


def test_that_the_second_try_did_not_leave_says_nothing_of_the_first(clock: ManualClock) -> None:
    _, told_of = fire_with(clock, ClockEstimate(True), BROKE, UNSENT)
    assert told_of.word == "Unknown"


def test_a_refused_cue_keeps_the_engines_words(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)
    script.refusals[f"{S}/cues"] = (409, "out_of_stock", "Out of stock.", "Choose another.")

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: desk.snapshot().stores != ())
            desk.pins.fire("lumen", "p 1", "Day Cream")
            await until(lambda: newest_word(desk) == "Refused")
            newest = seen(desk).newest
            assert newest is not None
            assert newest.note == "Out of stock. Choose another."

    asyncio.run(play())


def test_an_engine_that_fails_leaves_a_cue_unknown(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)
    script.refusals[f"{S}/cues"] = (500, "broken", "It broke.", "")

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: desk.snapshot().stores != ())
            desk.pins.fire("lumen", "p 1", "Day Cream")
            await until(lambda: newest_word(desk) == "Unknown")

    asyncio.run(play())


def test_an_event_of_a_pin_does_not_wait_for_the_next_status(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: desk.snapshot().stores != ())
            script.events.append(
                Event(1, clock.utc_ns(), 1, "lumen", None, "pin.confirmed", "info", "pins", "Yes.",
                      data={"id": "pin-1", "action": "pin", "product_id": "p 1",
                            "title": "Day Cream", "state": "confirmed", "source": "pad",
                            "cued_utc_ns": clock.utc_ns(), "latency_ms": 180.0})
            )  # fmt: skip
            await until(lambda: newest_word(desk) == "Confirmed")

    asyncio.run(play())


def test_a_change_of_the_run_of_show_names_the_revision_that_was_looked_at(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            desk.watch("lumen")
            script.statuses["lumen"] = status(clock)
            await until(lambda: desk.pins.shop("lumen").show is not None)
            script.show = RunOfShow(2, (ShowCue("c2", "p 1"),))
            desk.pins.change_show("lumen", ShowOp("move", "c1", to=4))
            await until(lambda: desk.pins.shop("lumen").show == script.show)

    asyncio.run(play())
    changes = [body for body in script.bodies(f"{S}/show") if body]
    wanted = {"op": "move", "cue_id": "c1", "to": 4, "revision": 1}
    assert changes == [{"by": this_operator(), **wanted}]


def test_a_refused_change_shows_what_the_engine_has_by_now(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            desk.watch("lumen")
            script.statuses["lumen"] = status(clock)
            await until(lambda: desk.pins.shop("lumen").show is not None)
            script.refusals[f"{S}/show"] = (409, "changed", "Somebody changed it.", "Look again.")
            desk.pins.change_show("lumen", ShowOp("skip", "c1"))
            await until(lambda: desk.snapshot().note is not None)
            note = desk.snapshot().note
            assert note is not None
            assert "Somebody changed it." in note.text

    asyncio.run(play())


def test_a_picture_is_fetched_once_and_a_missing_one_too(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)
    script.pictures["p 1"] = b"a picture"

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: desk.snapshot().stores != ())
            await until(
                lambda: desk.pins.pictures.picture("lumen", "p 1", "cream.png") == b"a picture"
            )
            desk.pins.pictures.picture("lumen", "none", "none.png")
            await until(lambda: len(pictures(script)) == 2)
            assert desk.pins.pictures.picture("lumen", "none", "none.png") is None
            assert desk.pins.pictures.picture("lumen", "p 1", "") is None
            assert len(pictures(script)) == 2
            script.pictures["none"] = b"at last"
            clock.advance(60)
            await until(
                lambda: desk.pins.pictures.picture("lumen", "none", "none.png") == b"at last"
            )

    asyncio.run(play())
    assert pictures(script).count(f"{S}/products/p 1/picture") == 1


def pictures(script: Script) -> list[str]:
    return [path for path in script.paths("GET") if path.endswith("/picture")]


def test_the_key_of_a_new_pad_is_shown_and_never_printed(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: desk.snapshot().stores != ())
            desk.pins.web_pads.let_in("lumen", "Mia")
            await until(lambda: desk.pins.web_pads.known("lumen").new is not None)
            known = desk.pins.web_pads.known("lumen")
            assert known.new is not None
            assert known.new.path.reveal().endswith(PAD_TOKEN)
            assert PAD_TOKEN not in repr(known)
            desk.pins.web_pads.forget_new("lumen")
            assert desk.pins.web_pads.known("lumen").new is None

    asyncio.run(play())
    assert script.bodies(f"{S}/pads")[0] == {"by": this_operator(), "name": "Mia"}


def test_ten_thousand_products_are_read_and_searched(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    stock(script, clock)
    many = tuple(Product(f"p{n}", f"Cream number {n}", sku=f"SKU-{n}") for n in range(10_000))
    script.products = ProductList(1, "shop.csv", products=many)

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            desk.watch("lumen")
            script.statuses["lumen"] = status(clock)
            await until(lambda: desk.pins.shop("lumen").products is not None)
            index = desk.pins.shop("lumen").products
            assert index is not None
            found, count = index.find("sku-77 cream")
            assert count == 111
            assert len(found) == 100
            assert found[0].product_id == "p77"

    asyncio.run(play())
