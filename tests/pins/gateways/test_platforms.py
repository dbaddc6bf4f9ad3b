"""The gateways against the sandbox's shop, which judges from outside, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.pin_settings import Gateway as GatewaySettings
from livedesk.core.pin_settings import (
    ManualGateway,
    PinSettings,
    SandboxGateway,
    ShopeeGateway,
    TikTokProducts,
)
from livedesk.core.pins import Product
from livedesk.core.secrets import Secret
from livedesk.pins.gateways.base import Gateway
from livedesk.pins.gateways.make import CatalogueSource, catalogue_source, gateway_for
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.connection import Reply, Request
from livedesk.platforms.lanes import Lanes
from livedesk.platforms.tokens import TokenShelf
from livedesk.sandbox.shop.run import running_shop
from livedesk.sandbox.shop.shop import Shop, ShopJob

HOUR_NS = 3600 * NS_PER_S


@dataclass
class Desk:
    """A shop, and what calls it."""

    shop: Shop
    clock: ManualClock
    calls: CallBudget
    shelf: TokenShelf
    gateway: Gateway

    @property
    def product(self) -> Product:
        return Product(self.shop.room.goods[0].id, "A serum")

    @property
    def executed(self) -> int:
        """Pins and unpins that had an effect."""
        journal: Any = self.shop.executions(0)["executions"]
        return sum(not entry["repeated"] for entry in journal)


@asynccontextmanager
async def desk(tmp_path: Path, kind: str = "sandbox", per_min: int = 100) -> AsyncIterator[Desk]:
    clock, rng = ManualClock(utc_ns=1_790_000_000 * NS_PER_S), Random(1)
    async with running_shop(ShopJob(), clock) as shop:
        calls = CallBudget(per_min)
        shelf = TokenShelf(tmp_path / "sign-ins", clock, rng)
        gateway = gateway_for(
            PinSettings(_settings(shop, kind)),
            "glow", clock=clock, calls=calls, shelf=shelf, rng=rng,
        )  # fmt: skip
        try:
            await gateway.renew(clock.utc_ns() + HOUR_NS)
            yield Desk(shop, clock, calls, shelf, gateway)
        finally:
            await gateway.close()
            await shelf.close()


def _settings(shop: Shop, kind: str) -> GatewaySettings:
    if kind == "sandbox":
        return SandboxGateway(shop.url, shop.room.name, shop.token)
    if kind == "manual":
        return ManualGateway()
    who = shop.shopee_identity
    return ShopeeGateway(
        who.partner_id, who.partner_key, who.user_id, who.shop_id, who.session_id,
        who.refresh_token, shop.url,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["sandbox", "shopee"])
def test_pin_read_back_unpin(tmp_path: Path, kind: str) -> None:
    async def run() -> None:
        async with desk(tmp_path, kind) as at:
            await at.gateway.keep_warm()
            assert (await at.gateway.shown(2.0)).product_id is None
            assert (await at.gateway.pin(at.product, "k1", 2.0)).ok
            shown = await at.gateway.shown(2.0)
            assert (shown.known, shown.product_id) == (True, at.product.id)
            assert (await at.gateway.unpin("k2", 2.0)).ok
            assert (await at.gateway.shown(2.0)) == type(shown)(True, None)
            assert at.executed == 2
            status = at.gateway.status()
            assert (status.state, status.reason) == ("up", "")

    asyncio.run(run())


def test_the_same_key_twice_is_one_pin(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as at:
            first, second = await asyncio.gather(
                *(at.gateway.pin(at.product, "k1", 2.0) for _ in range(2))
            )
            assert (first.ok, second.ok, at.executed) == (True, True, 1)
            assert (await at.gateway.pin(at.product, "glow/ürün/\n1", 2.0)).ok
            other = Product(at.shop.room.goods[1].id, "Another")
            answer = await at.gateway.pin(other, "k1", 2.0)
            assert (answer.effect, answer.code, answer.final) == ("none", "key_reused", True)

    asyncio.run(run())


@pytest.mark.parametrize("kind", ["sandbox", "shopee"])
def test_products_come_whole(tmp_path: Path, kind: str) -> None:
    async def run() -> None:
        async with desk(tmp_path, kind) as at:
            listed = await at.gateway.products(5.0)
            assert (listed.ok, listed.problems) == (True, ())
            goods = at.shop.room.goods
            assert [each.id for each in listed.products] == [good.id for good in goods]
            assert [each.price for each in listed.products] == [good.price for good in goods]
            assert listed.products[0].title == goods[0].title

    asyncio.run(run())


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"live": False}, "none", "not_live"),
    ({"error_pct": 100}, "maybe", "server_error"),
    ({"drop_before_pct": 100}, "maybe", "no_answer"),
    ({"drop_after_pct": 100}, "maybe", "no_answer"),
    ({"malformed_pct": 100, "malformed": "html"}, "maybe", "bad_answer"),
    ({"malformed_pct": 100, "malformed": "truncated"}, "maybe", "bad_answer"),
    ({"malformed_pct": 100, "malformed": "empty"}, "maybe", "bad_answer"),
    ({"malformed_pct": 100, "malformed": "nan"}, "maybe", "bad_answer"),
    ({"malformed_pct": 100, "malformed": "wrong_types"}, "maybe", "bad_answer"),
    ({"malformed_pct": 100, "malformed": "huge"}, "maybe", "too_large"),
    ({"rate_per_min": 0}, "none", "rate_limited"),
    ({"revoked": True}, "none", "not_authorized"),
]


@pytest.mark.parametrize("kind", ["sandbox", "shopee"])
def test_what_a_fault_did(tmp_path: Path, kind: str) -> None:
    async def run() -> None:
        async with desk(tmp_path, kind) as at:
            for number, (order, effect, code) in enumerate(FAULTS):
                await at.shop.order({"clear": True, "live": True, **order})
                before = at.executed
                answer = await at.gateway.pin(at.product, f"k{number}", 2.0)
                assert (answer.effect, answer.code) == (effect, code), order
                assert answer.text.endswith("."), order
                assert answer.effect == "maybe" or at.executed == before, order

    asyncio.run(run())


@pytest.mark.parametrize("kind", ["sandbox", "shopee"])
def test_a_product_that_the_platform_does_not_know(tmp_path: Path, kind: str) -> None:
    async def run() -> None:
        async with desk(tmp_path, kind) as at:
            for product_id in ("999999", "no number", "1" * 400):
                answer = await at.gateway.pin(Product(product_id, "?"), f"k{product_id[:9]}", 2.0)
                assert (answer.effect, answer.code, answer.final) == (
                    "none",
                    "unknown_product",
                    True,
                )

    asyncio.run(run())


def _renewals(at: Desk) -> object:
    figures: Any = at.shop.figures()
    return figures["tokens"]["shopee"]


def test_shopee_renews_before_the_end_and_uses_each_refresh_token_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, "shopee") as at:
            assert _renewals(at) == {"renewals": 1, "refused": 0}
            end_utc_ns = at.clock.utc_ns() + 5 * HOUR_NS
            await at.gateway.renew(end_utc_ns)
            assert _renewals(at) == {"renewals": 1, "refused": 0}
            at.clock.advance(1.5 * 3600)
            await asyncio.gather(*(at.gateway.renew(end_utc_ns) for _ in range(3)))
            assert _renewals(at) == {"renewals": 2, "refused": 0}
            status = at.gateway.status()
            assert status.token_until_utc_ns == at.clock.utc_ns() + 4 * HOUR_NS
            assert status.token_covers_show is True
            assert (await at.gateway.pin(at.product, "k", 2.0)).ok

    asyncio.run(run())


def test_shopee_access_that_ends_early_is_renewed_beside_the_pin(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, "shopee") as at:
            at.clock.advance(31)
            await at.shop.order({"expire_tokens": True})
            answer = await at.gateway.pin(at.product, "k", 2.0)
            assert (answer.effect, answer.code) == ("none", "not_authorized")
            await at.gateway.renew(at.clock.utc_ns() + HOUR_NS)
            assert (await at.gateway.pin(at.product, "k", 2.0)).ok

    asyncio.run(run())


def test_a_wrong_clock_is_told_as_such(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, "shopee") as at:
            own = ManualClock(utc_ns=at.clock.utc_ns() + 900 * NS_PER_S)
            gateway = gateway_for(
                PinSettings(_settings(at.shop, "shopee")),
                "glow", clock=own, calls=at.calls, shelf=at.shelf, rng=Random(1),
            )  # fmt: skip
            answer = await gateway.pin(at.product, "k", 2.0)
            assert (answer.effect, answer.code, answer.final) == ("none", "clock_wrong", True)
            assert "clock" in answer.text
            assert gateway.status().state == "down"
            await gateway.close()

    asyncio.run(run())


def test_a_catalogue_waits_where_the_calls_are_kept_for_pins(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, per_min=5) as at:
            while at.calls.take("background", at.clock.mono_ns()):
                pass
            listed = await at.gateway.products(5.0)
            assert (listed.ok, listed.code) == (False, "calls_spent")
            assert listed.retry_after_s is not None
            assert (await at.gateway.pin(at.product, "k", 2.0)).ok

    asyncio.run(run())


def test_where_a_person_pins_nobody_is_asked(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, "manual") as at:
            answer = await at.gateway.pin(at.product, "k", 2.0)
            assert (answer.effect, answer.code, answer.final) == ("none", "by_hand", True)
            assert not at.gateway.abilities.can_pin
            assert not at.gateway.status().can_pin
            assert at.executed == 0

    asyncio.run(run())


@asynccontextmanager
async def tiktok(at: Desk) -> AsyncIterator[CatalogueSource]:
    who = at.shop.tiktok_identity
    settings = TikTokProducts(
        who.app_key, who.app_secret, who.refresh_token, who.shop_cipher, at.shop.url, at.shop.url
    )
    source = catalogue_source(
        settings, clock=at.clock, calls=at.calls, shelf=at.shelf, rng=Random(1)
    )
    try:
        yield source
    finally:
        await source.close()


def test_tiktok_lists_its_products(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, "manual") as at, tiktok(at) as source:
            assert (await source.products(5.0)).code == "no_access"
            await source.renew(at.clock.utc_ns() + HOUR_NS)
            await at.shop.order({"product": at.product.id, "stock": 0})
            listed = await source.products(5.0)
            assert listed.ok, listed.text
            goods = at.shop.room.goods
            assert [each.id for each in listed.products] == [good.id for good in goods]
            assert listed.products[0].refusal == "Out of stock."
            assert listed.products[1].price == goods[1].price
            at.clock.advance(31)
            await at.shop.order({"expire_tokens": True})
            assert (await source.products(5.0)).code == "not_authorized"
            await source.renew(at.clock.utc_ns() + HOUR_NS)
            assert (await source.products(5.0)).ok

    asyncio.run(run())


def test_an_error_inside_of_a_200_is_told_in_its_own_words(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as at:
            await at.shop.order({"malformed": "error_in_200"})
            answer = await at.gateway.pin(at.product, "k", 2.0)
            assert (answer.effect, answer.code) == ("maybe", "server_error")
            assert "200 with an error in it: " in answer.text
            assert not (await at.gateway.shown(2.0)).known

    asyncio.run(run())


def test_a_platform_that_repeats_what_it_was_sent_is_not_quoted_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def echo(_: Lanes, request: Request, *__: object) -> Reply:
        sent = request.target.replace("timestamp", "at")
        told = {"error": f"no {sent}", "message": f"not {sent}"}
        return Reply(200, {}, json.dumps(told).encode())

    async def run() -> None:
        async with desk(tmp_path, "shopee") as at:
            tokens = json.loads(next((tmp_path / "sign-ins").glob("*.json")).read_text())
            monkeypatch.setattr(Lanes, "ask", echo)
            answer = await at.gateway.pin(at.product, "k", 2.0)
            shown = await at.gateway.shown(2.0)
            assert "Shopee says no" in answer.text
            assert tokens["access"] not in repr((answer, shown, at.gateway.status()))

    asyncio.run(run())


def test_no_text_holds_a_secret(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, "shopee") as at:
            who, token = at.shop.shopee_identity, at.shop.token
            await at.shop.order({"revoked": True})
            answer = await at.gateway.pin(at.product, "k", 2.0)
            texts = repr((answer, at.gateway.status(), at.gateway))
            for secret in (who.partner_key, who.refresh_token, token):
                assert isinstance(secret, Secret)
                assert secret.reveal() not in texts

    asyncio.run(run())
