"""A shop that fails while a host pins: what the host reads, and what the shop really did."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial
from pathlib import Path

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.pin_settings import CatalogueSettings, ManualGateway
from tests.engine.conftest import Bench
from tests.stories.studio import HOOK_SECRET, STORE, Studio, on_air, refused
from tests.waiting import until

SERUM, CREAM, LIPS = "10001", "10002", "10003"
SOLD_OUT, RESTRICTED, FLAGGED = "10009", "10010", "10011"


def test_a_lost_answer_is_asked_for_again_and_pins_once(bench: Bench) -> None:
    async def story() -> None:
        async with on_air(bench) as studio:
            await studio.shop.order({"drop_after_pct": 100, "calls": ["pin"]})
            pin = await studio.pinned(SERUM)
            assert (pin["state"], pin["shown"], pin["reason"]) == ("confirmed", True, "")
            assert pin["attempts"] > 1
            assert studio.executed() == [SERUM]
            figures = studio.figures
            assert (figures["doubles"], figures["repeats"] > 0) == (0, True)
            assert {each["key"] for each in figures["newest"]} == {pin["key"]}

    asyncio.run(story())


def test_a_limit_is_told_at_once_and_nothing_is_sent_into_it(bench: Bench) -> None:
    async def story() -> None:
        async with on_air(bench) as studio:
            await studio.shop.order({"rate_per_min": 0, "retry_after_s": 10})
            pin = await studio.pinned(SERUM)
            assert (pin["state"], pin["code"], pin["attempts"]) == ("failed", "rate_limited", 1)
            assert pin["settled_ms"] < 800
            assert pin["shown"] is False
            calls = studio.figures["calls"]["all"]
            again = await studio.cue(CREAM)
            assert refused(again) == (409, "rate_limited")
            assert "possible in 10 s" in again.json()["error"]["message"]
            gateway = (await studio.pins())["gateway"]
            assert 5 < gateway["blocked_s"] <= 10
            alarm = await until(lambda: studio.alarm("pins.limit"), "an alarm")
            assert "takes no calls" in alarm["cause"]
            assert len(await studio.told("gateway.limited")) == 1
            assert (studio.figures["calls"]["all"], studio.executed()) == (calls, [])

    asyncio.run(story())


def test_of_few_calls_the_last_ones_are_kept_for_pins(bench: Bench) -> None:
    async def story() -> None:
        def often(_: object) -> CatalogueSettings:
            return CatalogueSettings(refresh_s=0.01)

        async with on_air(bench, catalogue=often, calls_per_min=30) as studio:

            async def is_shed() -> bool:
                return "calls" in (await studio.pins())["products_reason"]

            await until(is_shed, "a catalogue that waits")
            for product_id in (SERUM, CREAM):
                pin = await studio.pinned(product_id)
                assert (pin["state"], pin["attempts"]) == ("confirmed", 1)
            assert (await studio.pins())["products"] == len(studio.shop.room.goods)
            calls = studio.figures["calls"]
            assert (calls["all"] <= 30, calls["refused"]) == (True, 0)

    asyncio.run(story())


def test_a_shop_that_is_down_and_recovers_gets_no_old_cue(bench: Bench) -> None:
    """It is down for half a minute of a clock that the test moves."""

    async def story() -> None:
        clock = ManualClock(utc_ns=time.time_ns())
        async with on_air(bench, shop_clock=clock) as studio:
            await studio.shop.order({"down_s": 30})
            older = (await studio.cue(SERUM)).json()
            newer = (await studio.cue(CREAM)).json()
            assert (await studio.settled(older["id"]))["state"] == "superseded"

            pin = await until(studio.doubt, "a pin of which nothing is known")
            assert (pin["id"], pin["shown"]) == (newer["id"], None)
            gateway = (await studio.pins())["gateway"]
            assert (gateway["state"], "503" in gateway["reason"]) == ("down", True)
            assert len(await studio.told("gateway.down")) == 1
            assert studio.executed() == []

            clock.advance(31)
            found = await studio.settled(newer["id"])
            assert (found["state"], found["shown"]) == ("failed", False)
            assert found["reason"].endswith("it is not shown.")
            assert (await studio.pinned(LIPS))["state"] == "confirmed"
            assert studio.executed() == [LIPS]
            await until(lambda: studio.told("gateway.up"), "word that it is back")

    asyncio.run(story())


def test_a_yes_that_cannot_be_read_is_looked_for(bench: Bench) -> None:
    async def story() -> None:
        async with on_air(bench) as studio:
            faults = ("html", "huge", "empty", "truncated", "nan", "wrong_types")
            for fault in faults:
                await studio.shop.order({"malformed": fault, "calls": ["pin"]})
                pin = await studio.pinned(SERUM)
                assert (pin["state"], pin["shown"]) == ("confirmed", True), fault
                await studio.shop.order({"clear": True})
                after = await studio.pinned(CREAM)
                assert (after["state"], after["attempts"]) == ("confirmed", 1), fault
            assert studio.executed() == [SERUM, CREAM] * len(faults)

    asyncio.run(story())


def test_a_shop_that_says_nothing_of_use_leaves_the_pad_alive(bench: Bench) -> None:
    """It is in doubt, and the truth is told when the shop can be understood again."""

    async def story() -> None:
        async with on_air(bench) as studio:
            for fault in ({"malformed": "huge"}, {"drip_bytes_per_s": 5}):
                await studio.shop.order(fault)
                pin = (await studio.cue(SERUM)).json()
                in_doubt = await until(studio.doubt, "a pin of which nothing is known")
                assert (in_doubt["id"], in_doubt["shown"]) == (pin["id"], None)
                await studio.shop.order({"clear": True})
                found = await studio.settled(pin["id"])
                assert (found["state"], found["shown"]) == ("late", True)
                assert found["latency_ms"] > 800
                assert (await studio.pinned(CREAM))["state"] == "confirmed"
            assert studio.executed() == [SERUM, CREAM] * 2

    asyncio.run(story())


def test_only_a_fresh_and_true_word_of_the_shop_counts(bench: Bench) -> None:
    async def story() -> None:
        async with on_air(bench) as studio:
            hook = {
                "url": f"{studio.running.runtime.url}/v1/hooks/glow/products",
                "secret": HOOK_SECRET.reveal(),
            }
            await studio.shop.order({"hook": hook})
            before = (await studio.pins())["products_revision"]
            for fault in ("tampered", "old"):
                await studio.shop.order({"hook_fault": fault, "product": CREAM, "stock": 0})
                await until(lambda: not studio.figures["hook"]["under_way"], "the shop's word")
            assert (await studio.pins())["products_revision"] == before
            assert await studio.refusal(CREAM) == ""
            assert await _refused_hooks(studio) == ["bad_signature", "clock"]

            await studio.shop.order({"hook_fault": "replayed", "product": SERUM, "stock": 0})
            await until(lambda: not studio.figures["hook"]["under_way"], "the shop's word, twice")
            answers = [each["status"] for each in studio.figures["hook"]["newest"]]
            assert answers == [401, 401, 204, 401]
            assert await _refused_hooks(studio) == ["bad_signature", "clock", "replayed"]
            assert (await studio.pins())["products_revision"] == before + 1

    asyncio.run(story())


async def _refused_hooks(studio: Studio) -> list[str]:
    return [data["code"] for data in await studio.told("hook.refused")]


def test_what_sells_out_while_it_is_shown_is_told_within_a_second(bench: Bench) -> None:
    async def story() -> None:
        async with on_air(bench) as studio:
            url = f"{studio.running.runtime.url}/v1/hooks/glow/products"
            hook = {"url": url, "secret": HOOK_SECRET.reveal()}
            assert (await studio.pinned(SERUM))["state"] == "confirmed"
            await studio.shop.order({"hook": hook})
            sold_ns = time.monotonic_ns()
            await studio.shop.order({"product": SERUM, "stock": 0})
            alarm = await until(lambda: studio.alarm("pins.sold_out"), "an alarm")
            assert "cannot be sold" in alarm["cause"]
            [told] = await studio.events("catalogue.out_of_stock")
            assert told.data["product_id"] == SERUM
            assert told.mono_ns - sold_ns < NS_PER_S
            assert refused(await studio.cue(SERUM)) == (409, "out_of_stock")
            assert studio.executed() == [SERUM]

    asyncio.run(story())


def test_what_may_not_be_shown_is_refused_with_its_reason(bench: Bench) -> None:
    async def story() -> None:
        async with on_air(bench) as studio:
            calls = studio.figures["calls"]["all"]
            now_ns = time.time_ns()
            for product_id, more, code, words in (
                (SOLD_OUT, {}, (409, "out_of_stock"), "Out of stock"),
                (RESTRICTED, {}, (409, "restricted"), "not sold in this region"),
                (FLAGGED, {}, (409, "flagged"), "claims a medical effect"),
                ("nothing", {}, (409, "unknown_product"), "no such product"),
                (SERUM, {"cued_at_ns": now_ns - 9 * NS_PER_S}, (409, "late"), "800 ms"),
                (SERUM, {"cued_at_ns": now_ns + 9 * NS_PER_S}, (422, "cue_in_future"), "future"),
            ):
                answer = await studio.cue(product_id, **more)
                assert refused(answer) == code
                assert words in answer.json()["error"]["message"]
            assert studio.figures["calls"]["all"] == calls
            assert (await studio.pinned(SERUM))["state"] == "confirmed"

    asyncio.run(story())


def test_a_bad_catalogue_is_shown_with_what_is_wrong_and_a_worse_one_changes_nothing(
    bench: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "products.json"
    products = [
        {"id": "a", "title": "Cream " * 2_000, "stock": 5},
        {"id": "a", "title": "The same id again", "stock": 5},
        {"id": "b", "title": "عطر العود 🎁", "price": "twelve", "stock": 5},
    ]
    file.write_text(json.dumps(products))

    async def story() -> None:
        settings = CatalogueSettings("file", file)
        by_hand = partial(on_air, bench, lambda _: ManualGateway())
        async with by_hand(catalogue=lambda _: settings) as studio:
            listed = (await studio.running.http.get(f"{STORE}/products")).json()
            titles = {each["id"]: each["title"] for each in listed["products"]}
            assert (titles["a"][:12], titles["b"]) == ("Cream Cream ", "عطر العود 🎁")
            longest, double, price = (each["text"] for each in listed["problems"])
            assert ("longer" in longest, "already" in double, "twelve" in price) == (True,) * 3
            assert (await studio.pinned_by_hand("a"))["state"] == "confirmed"
            file.write_text("name,amount\nCream,5\n")

            async def is_told() -> str:
                return str((await studio.pins())["products_reason"])

            reason = await until(is_told, "why the file is of no use")
            assert "products.json" in reason
            assert (await studio.pins())["products"] == 2

    asyncio.run(story())
