"""The pad on a phone, in a real browser without a window."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from livedesk.core.pins import (
    GatewayStatus,
    PinAction,
    PinsStatus,
    PinState,
    PinStatus,
    Product,
    ProductList,
)
from livedesk.desk.pad_signs import line_of
from livedesk.desk.pin_words import price_of, title_of
from livedesk.engine.api.answers import ApiError
from livedesk.ui.pad.look import FILLED
from tests.desk.pad_stage import STORE as STORE_OF_STAGE
from tests.desk.pad_stage import PadStage, status
from tests.peers.chromium import Chromium, chromium_running
from tests.peers.pad_double import EngineDouble, engine_double
from tests.waiting import until

pytestmark = pytest.mark.peer

SERUM = Product("p1", "Rose serum 30 ml", price=Decimal("129000"), currency="IDR")
CREAM = Product("p2", "Night cream")
GONE = Product("p3", "Lip tint", state="out_of_stock")
EVIL = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
TILE = ".tile:nth-child({})"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium_running(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


def pins_of_all_kinds() -> Iterator[PinStatus]:
    for state, action, shown, settled, by_hand, recorded in product(
        get_args(PinState), get_args(PinAction), (None, True, False), (None, 812.4), (True, False),
        (True, False),
    ):  # fmt: skip
        reason = "" if recorded else "The live  has\nended: \u202e x"
        yield PinStatus(
            "p", action, "p1", "Rose\tserum \u202d🌹", state, "pad", 0, reason=reason, shown=shown,
            latency_ms=812.4 if shown else None, settled_ms=settled, by_hand=by_hand,
            recorded=recorded,
        )  # fmt: skip


def test_it_says_what_the_consoles_pad_says(chromium: Chromium, tmp_path: Path) -> None:
    """Words, shapes, figures and inks: of the same pin, whichever pad is looked at."""
    pins = list(pins_of_all_kinds())
    lines = [
        asdict(line_of(pin, elapsed_ms, 800)) for pin in pins for elapsed_ms in (312.4, 61_000)
    ]
    prices = ["129000", "29.5", "29.50", "999999999999.999999", "0", None]
    products = [
        {"price": price, "currency": "IDR", "title": "x" * 999 + "é"} for price in prices
    ]  # fmt: skip
    script = """(async (pins, products, tones) => {
        const words = await import('/pad/-/words.js');
        const inks = tones.map((tone) => {
            document.body.dataset.tone = tone;
            const style = getComputedStyle(document.body);
            return [style.getPropertyValue('--fill'), style.getPropertyValue('--ink')];
        });
        return {
            lines: pins.flatMap((pin) => [312.4, 61000].map((ms) => words.lineOf(pin, ms, 800))),
            products: products.map((each) => [words.priceOf(each), words.oneLine(each.title)]),
            inks,
        };
    })"""

    async def story() -> None:
        async with (
            engine_double(tmp_path, SERUM) as engine,
            chromium.page(engine.pad_url) as page,
        ):
            await page.shows("#line", "READY")
            given = [msgspec.to_builtins(pins), products, list(FILLED)]
            told = await page.value(f"{script}({', '.join(json.dumps(one) for one in given)})")
            for line, theirs in zip(lines, told["lines"], strict=True):
                assert theirs == line
            assert told["inks"] == [[inks.ground, inks.ink] for inks in FILLED.values()]
            for one, (price, title) in zip(products, told["products"], strict=True):
                number = Decimal(one["price"]) if one["price"] else None
                assert price == price_of(Product("p", "", price=number, currency="IDR"))
                assert title == title_of(str(one["title"]))

    asyncio.run(story())


def displaced(stage: PadStage) -> None:
    pin = stage.call("p2", 5.0, state="confirmed", shown=True, latency_ms=190.0, settled_ms=190.0)
    stage.clock.advance(1)
    stage.tell(pins=status(recent=(replace(pin, age_ms=6_000.0),)))


def lost_in_flight(stage: PadStage) -> None:
    stage.call("p2", 0.3)
    stage.clock.advance(2.5)


def facts_of(stage: PadStage) -> dict[str, Any]:
    """What the page would have of the same."""
    now, news = stage.now(), stage.book.newest()
    view = stage.model.snapshot(now).store(STORE_OF_STAGE)
    assert view is not None
    listed = [
        {**msgspec.to_builtins(each), "refusal": each.refusal} for each in stage.products.products
    ]
    is_newer = news is not None and news.said_utc_ns > view.status.utc_ns
    return {
        "link": {"state": "up", "isFirst": False, "sinceWall": 0, "reason": ""},
        "status": msgspec.to_builtins(view.status),
        "statusMono": now.mono_ns / 1e6 - view.age_s * 1000,
        "products": {"products": listed},
        "show": msgspec.to_builtins(stage.show),
        "news": news
        and {
            "pin": msgspec.to_builtins(news.pin),
            "saidNs": news.said_utc_ns + 1_000 * is_newer,  # it counts in steps of 256 ns
            "receivedMono": news.received.mono_ns / 1e6,
            "touchedMono": news.cued and news.cued.mono_ns / 1e6,
        },
        "now": {"mono": now.mono_ns / 1e6, "wall": now.utc_ns / 1e6},
    }


PINNED: dict[str, Any] = {
    "state": "confirmed", "shown": True, "latency_ms": 190.0, "settled_ms": 190.0,
}  # fmt: skip
SPENT = GatewayStatus("sandbox", "up", calls_left=0, token_covers_show=False)
UP = GatewayStatus("sandbox", "up")
SCENES: tuple[Callable[[PadStage], object], ...] = (
    lambda stage: None,
    lambda stage: setattr(stage, "products", ProductList(1)),
    lambda stage: stage.call("p2", 0.3),
    lambda stage: stage.call("p2", 0.9, state="in_flight"),
    lambda stage: stage.call("p2", 0.9, state="in_flight", by_hand=True),
    lambda stage: stage.call("p2", 0.2, **PINNED),
    lambda stage: stage.call("p3", 0.2, state="refused", reason="Out of stock.", settled_ms=0.0),
    lambda stage: stage.call("p2", 0.2, state="late", shown=False, settled_ms=801.0),
    lambda stage: stage.call("p2", 0.2, action="unpin", **PINNED),
    lambda stage: stage.tell(state="waiting"),
    lambda stage: stage.tell(state="ended"),
    lambda stage: stage.tell(pins=None),
    lambda stage: stage.clock.advance(2.5),
    lost_in_flight,
    lambda stage: stage.tell(pins=status(shown_age_ms=61_000.0, products_reason="no \u202e file")),
    lambda stage: stage.tell(pins=status(shown_product_id=None, shown_title="")),
    lambda stage: stage.tell(pins=status(gateway=replace(UP, state="down", reason="503"))),
    lambda stage: stage.tell(pins=status(gateway=replace(UP, blocked_s=4.2))),
    lambda stage: stage.tell(pins=status(gateway=SPENT)),
    displaced,
)


def test_it_shows_what_the_consoles_pad_shows(chromium: Chromium, tmp_path: Path) -> None:
    """Of the same facts: the line, each tile, what viewers see, and what can go wrong."""
    views, facts = [], []
    for scene in SCENES:
        stage = PadStage()
        scene(stage)
        view = stage.pad(STORE_OF_STAGE)
        tiles = [
            [tile.product_id, tile.title, tile.price, tile.refusal, asdict(tile.sign), tile.figure,
             tile.is_flying, tile.is_next, tile.is_shown]
            for tile in view.tiles
        ]  # fmt: skip
        views.append([asdict(view.line), tiles, view.seen, view.blocked, view.warning])
        facts.append(facts_of(stage))
    script = """(async (all) => {
        const { bareTiles, viewOf } = await import('/pad/-/view.js');
        return all.map((facts) => {
            const view = viewOf({ ...facts, tiles: bareTiles(facts.products, facts.show) });
            const tiles = view.tiles.map((tile) => [tile.id, tile.title, tile.price, tile.refusal,
                tile.sign, tile.figure, tile.isFlying, tile.isNext, tile.isShown]);
            return [view.line, tiles, view.seen, view.blocked, view.warning];
        });
    })"""

    async def story() -> None:
        async with (
            engine_double(tmp_path, SERUM) as engine,
            chromium.page(engine.pad_url) as page,
        ):
            await page.shows("#line", "READY")
            told = await page.value(f"{script}({json.dumps(facts)})")
            for scene, (view, theirs) in enumerate(zip(views, told, strict=True)):
                assert theirs == view, scene

    asyncio.run(story())


async def confirm(engine: EngineDouble, pin: PinStatus) -> None:
    await asyncio.sleep(0.25)
    done = replace(pin, state="confirmed", shown=True, latency_ms=312.4, settled_ms=312.4)
    engine.tell(replace(done, age_ms=engine.age_ms(pin)))


async def fail(engine: EngineDouble, pin: PinStatus) -> None:
    engine.tell(
        replace(pin, state="failed", reason="The live has ended.", settled_ms=90, age_ms=90)
    )


def test_one_touch_fires_once_and_its_fate_is_shown(chromium: Chromium, tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            engine_double(tmp_path, SERUM, CREAM, GONE, fate=confirm) as engine,
            chromium.page(engine.pad_url) as page,
        ):
            await page.shows("#line", "READY")
            await page.shows(TILE.format(1), "NEXT")
            assert "#t=" not in await page.value("location.href")
            await page.shows("#corner", "ms ±")

            await page.tap(TILE.format(2), times=2)
            await page.shows("#line", "IN FLIGHT")
            await page.shows("#line", "PINNED 312 ms")
            await page.shows(TILE.format(2), "PINNED 312 ms")
            await page.shows("#seen", "Night cream")
            [cue] = engine.cues
            assert (cue["product_id"], cue["source"]) == ("p2", "web_pad")
            assert cue["clock"]["error_ms"] < 200

            await page.tap(TILE.format(3))
            await page.shows(TILE.format(3), "SOLD OUT")
            engine.fate = fail
            await page.key("1")
            await page.shows("#line", "NOT PINNED")
            await page.shows("#detail", "The live has ended.")
            assert [cue["source"] for cue in engine.cues] == ["web_pad", "key"]
            assert page.told == []

    asyncio.run(story())


def test_a_lost_answer_is_asked_for_as_the_same_cue_within_its_budget(
    chromium: Chromium, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            engine_double(tmp_path, SERUM, CREAM, lose_answers=1) as engine,
            chromium.page(engine.pad_url) as page,
        ):
            await page.shows(TILE.format(1), "NEXT")
            await page.tap("#next")
            await page.shows("#line", "IN FLIGHT")
            assert len({cue["cue_id"] for cue in engine.cues}) == 1
            engine.lose_answers = 99
            await page.tap(TILE.format(2))
            await page.shows("#detail", "did not get it in time")
            asked = [cue["cue_id"] for cue in engine.cues if cue["product_id"] == "p2"]
            assert len(asked) in (2, 3)
            assert len(set(asked)) == 1
            taken = next(pin for pin in engine.taken if pin.product_id == "p2")
            await confirm(engine, taken)
            await page.shows("#line", "PINNED 312 ms")
            engine.lose_answers = 0
            engine.refusal = ApiError(409, "rate_limited", "No calls for 4 s.", "Wait.")
            await page.tap(TILE.format(1))
            await page.shows(TILE.format(1), "NOT PINNED")
            await page.shows("#detail", "No calls for 4 s.")

    asyncio.run(story())


def test_armed_first_where_the_store_asks_for_it(chromium: Chromium, tmp_path: Path) -> None:
    async def story() -> None:
        pins = PinsStatus(GatewayStatus("sandbox", "up"), arm_and_fire=True, web_pad=True)
        async with (
            engine_double(tmp_path, SERUM, CREAM, pins=pins) as engine,
            chromium.page(engine.pad_url) as page,
        ):
            await page.shows(TILE.format(1), "NEXT")
            await page.tap(TILE.format(2), times=2)
            await page.shows("#line", "ARMED")
            await page.shows(TILE.format(2), "DOUBLE TAP")
            await page.shows(TILE.format(2), "AGAIN TO PIN")
            assert engine.cues == []
            await asyncio.sleep(0.45)  # the time in which a second touch is none
            await page.tap(TILE.format(2))
            await until(lambda: engine.cues, "the second touch fires")

    asyncio.run(story())


def test_titles_stay_texts_and_the_clock_of_the_device_is_measured(
    chromium: Chromium, tmp_path: Path
) -> None:
    behind = "{const now = Date.now.bind(Date); Date.now = () => now() - 3000;}"
    # As on a phone, to which an address of the local network is no secure origin.
    insecure = "delete Navigator.prototype.wakeLock; delete Crypto.prototype.randomUUID;"

    async def story() -> None:
        long = Product("p2", "x" * 10_000)
        async with (
            engine_double(tmp_path, Product("p1", EVIL), long) as engine,
            chromium.page(engine.pad_url, before=behind + insecure) as page,
        ):
            await page.shows(TILE.format(1), "<script>")
            await page.shows("#corner", "ms ±")
            await page.shows("#corner", "screen may sleep")
            before_ns = engine.clock.utc_ns()
            await page.tap(TILE.format(1))
            await until(lambda: engine.cues, "the cue")
            [cue] = engine.cues
            assert abs(cue["clock"]["offset_ms"] - 3000) <= cue["clock"]["error_ms"]
            assert abs(cue["cued_at_ns"] - before_ns) < 1e9
            assert await page.value("document.title") == "livedesk pad"
            wide = "document.documentElement.scrollWidth <= innerWidth"
            assert await page.value(wide)

    asyncio.run(story())


def test_no_access_and_a_lost_engine_are_told_and_it_comes_back(
    chromium: Chromium, tmp_path: Path
) -> None:
    async def story() -> None:
        async with chromium.page("about:blank") as page:
            async with engine_double(tmp_path, SERUM) as engine:
                await page.call("Page.navigate", url=engine.pad_url)
                await page.shows("#line", "READY")
                assert engine.pad is not None
                await engine.tokens.revoke("glow", engine.pad.id, "test")
                await page.shows("#line", "NO ACCESS")
            async with engine_double(tmp_path, SERUM, CREAM) as engine:
                await page.call("Page.navigate", url=engine.pad_url)
                await page.shows(TILE.format(1), "NEXT")
            await page.shows("#line", "NO ENGINE")
            await page.tap(TILE.format(1))
            async with engine_double(tmp_path, SERUM, CREAM, port=engine.port) as restarted:
                await page.shows("#line", "READY")
                assert engine.cues == restarted.cues == []
                await page.tap(TILE.format(2))
                await until(lambda: restarted.cues, "the pad fires again")

    asyncio.run(story())


def test_what_must_not_be_said_stands_under_the_line_and_moves_nothing_that_is_touched(
    chromium: Chromium, tmp_path: Path
) -> None:
    boxes = """JSON.stringify([...document.querySelectorAll('.tile, #next, footer')].map((each) => {
        const {x, y, width, height} = each.getBoundingClientRect();
        return [x, y, width, height];
    }))"""
    inside = """(() => {
        const [line, unsaid] = ['line', 'unsaid'].map(
            (id) => document.getElementById(id).getBoundingClientRect());
        const head = document.querySelector('.head').getBoundingClientRect();
        return unsaid.top >= line.top && unsaid.bottom <= line.bottom + 1
            && head.bottom <= unsaid.top && head.top >= line.top;
    })()"""

    async def story() -> None:
        async with (
            engine_double(tmp_path, SERUM, CREAM, GONE) as engine,
            chromium.page(engine.pad_url) as page,
        ):
            await page.shows("#line", "READY")
            # The status comes before the products: until then there is nothing to be touched.
            tiles = "document.querySelectorAll('.tile:not([hidden])').length"
            await until(lambda: page.value(f"{tiles} === 3"), "all products are there")
            for width, height in ((390, 844), (844, 390), (1280, 800), (360, 640)):
                await page.size(width, height)
                before = await page.value(boxes)
                engine.terms = ("cures acne", EVIL, "best on TikTok")
                engine.change()
                await page.shows("#unsaid", "Do not say “cures acne” · “<img src=x")
                assert await page.value(boxes) == before
                assert await page.value(inside), (width, height)
                await page.picture(tmp_path / f"unsaid-{width}.png")
                engine.terms = ()
                engine.change()
                await until(lambda: page.value("document.getElementById('unsaid').hidden"), "gone")
            assert await page.value("document.title") == "livedesk pad"

    asyncio.run(story())
