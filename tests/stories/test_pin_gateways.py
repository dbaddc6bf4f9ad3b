"""The same show over each way to a platform, judged by the shop that was called."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.pin_settings import (
    CatalogueSettings,
    HttpCallSettings,
    HttpGateway,
    ManualGateway,
    TikTokProducts,
)
from livedesk.core.secrets import Secret
from livedesk.sandbox.shop.shop import Shop
from tests.engine.conftest import Bench
from tests.stories.studio import STORE, on_air, refused, shopee
from tests.waiting import until

SERUM, CREAM, LIPS = "10001", "10002", "10003"


def test_shopee_pins_once_although_an_answer_is_lost_and_says_when_the_live_is_over(
    bench: Bench,
) -> None:
    """It knows no idempotency keys: it is read back before anything is sent again."""

    async def story() -> None:
        async with on_air(bench, shopee) as studio:
            assert (await studio.pinned(SERUM))["state"] == "confirmed"
            await studio.shop.order({"drop_after_pct": 100, "calls": ["pin"]})
            lost = await studio.pinned(CREAM)
            assert (lost["state"], lost["attempts"]) == ("confirmed", 1)
            await studio.shop.order({"clear": True, "live": False})
            over = await studio.pinned(LIPS)
            assert (over["state"], over["code"]) == ("failed", "not_live")
            assert "not ongoing" in over["reason"]
            assert studio.executed() == [SERUM, CREAM]
            assert (await studio.pins())["gateway"]["token_covers_show"] is True

    asyncio.run(story())


def test_shopee_s_access_is_renewed_before_it_ends_within_the_show(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Access of a minute in place of four hours, and a show that ends a second after it."""
    monkeypatch.setattr("livedesk.sandbox.shop.shopee.ACCESS_S", 61)
    monkeypatch.setattr("livedesk.platforms.tokens._PAUSE_AFTER_SUCCESS_S", 0.0)
    monkeypatch.setattr("livedesk.engine.pinning.upkeep.RENEW_EVERY_S", 0.05)

    async def story() -> None:
        async with on_air(bench, shopee, show_hours=62 / 3600) as studio:

            async def lasts() -> bool:
                pins = await studio.pins()
                until_ns = pins["gateway"]["token_until_utc_ns"]
                return bool(until_ns >= pins["planned_end_utc_ns"] - NS_PER_S // 2)

            await until(lasts, "access that lasts until the end")
            tokens = studio.figures["tokens"]["shopee"]
            assert (tokens["renewals"], tokens["refused"]) == (2, 0)
            await until(lambda: studio.told("gateway.renewed"), "word of it")
            assert (await studio.pinned(SERUM))["state"] == "confirmed"

    asyncio.run(story())


def middleware(shop: Shop) -> HttpGateway:
    """The sandbox's own protocol, as an agency would describe its middleware."""
    url = Secret(f"{shop.url}/v1/live/{shop.room.name}/pin")
    headers = (
        ("Authorization", Secret(f"Bearer {shop.token.reveal()}")),
        ("Idempotency-Key", Secret("{key}")),
    )
    return HttpGateway(
        pin=HttpCallSettings(url, "POST", headers, '{"product_id": "{product_id}"}'),
        unpin=HttpCallSettings(url, "DELETE", headers),
        read=HttpCallSettings(url, "GET", headers),
        product_at="pinned.product_id",
        keys=True,
    )


def test_a_middleware_is_called_as_the_settings_say(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text(f"id,title\n{SERUM},Serum\n{CREAM},Cream\nnone,Not in the shop\n")

    async def story() -> None:
        settings = CatalogueSettings("file", file)
        async with on_air(bench, middleware, catalogue=lambda _: settings) as studio:
            await studio.shop.order({"drop_after_pct": 100, "calls": ["pin"]})
            lost = await studio.pinned(SERUM)
            assert (lost["state"], lost["attempts"] > 1) == ("confirmed", True)
            await studio.shop.order({"clear": True})
            assert (await studio.pinned(CREAM))["attempts"] == 1
            unknown = await studio.pinned("none")
            assert (unknown["state"], unknown["shown"]) == ("failed", False)
            gone = await studio.running.http.delete(f"{STORE}/pin")
            assert (await studio.settled(gone.json()["id"]))["state"] == "confirmed"
            assert studio.executed() == [SERUM, CREAM, None]
            assert studio.figures["doubles"] == 0

    asyncio.run(story())


def tiktok(shop: Shop) -> CatalogueSettings:
    who = shop.tiktok_identity
    signed = TikTokProducts(
        who.app_key, who.app_secret, who.refresh_token, who.shop_cipher, shop.url, shop.url
    )
    return CatalogueSettings("tiktok", tiktok=signed, refresh_s=0.1)


def test_for_tiktok_a_person_pins_what_tiktok_lists(bench: Bench) -> None:
    async def story() -> None:
        by_hand = ManualGateway(remind_s=0.2)
        async with on_air(bench, lambda _: by_hand, catalogue=tiktok) as studio:
            assert (await studio.pins())["products"] == len(studio.shop.room.goods)
            pin = (await studio.cue(SERUM)).json()
            alarm = await until(lambda: studio.alarm("pins.by_hand"), "a reminder")
            assert "waits" in alarm["cause"]
            assert "own window" in alarm["action"]
            body = {"pin": pin["id"], "done": True}
            done = (await studio.running.http.post(f"{STORE}/pin/done", json=body)).json()
            assert (done["state"], done["by_hand"]) == ("confirmed", True)
            assert done["latency_ms"] >= 200

            async def is_over() -> bool:
                return await studio.alarm("pins.by_hand") is None

            await until(is_over, "the reminder's end")
            await studio.shop.order({"product": CREAM, "stock": 0})
            await until(lambda: studio.refusal(CREAM), "word of the stock")
            assert refused(await studio.cue(CREAM)) == (409, "out_of_stock")
            assert studio.executed() == []
            assert studio.figures["tokens"]["tiktok"] == {"renewals": 1, "refused": 0}

    asyncio.run(story())
