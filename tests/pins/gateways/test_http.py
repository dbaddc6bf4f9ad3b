"""An agency's middleware is called as the settings describe it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.pin_settings import HttpCallSettings, HttpGateway, PinSettings
from livedesk.core.pins import Product
from livedesk.core.secrets import Secret
from livedesk.pins.gateways.base import Gateway
from livedesk.pins.gateways.make import gateway_for
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.tokens import TokenShelf
from tests.platforms.far_end import FarEnd, far_end, reply

PRODUCT = Product('p/1"ü', "A serum", sku="S 1", shop="7")
TOKEN = "t0ken-of-the-agency"


@asynccontextmanager
async def way(act: bytes) -> AsyncIterator[tuple[FarEnd, Gateway]]:
    async with far_end(act) as end:
        headers = (("Authorization", Secret(f"Bearer {TOKEN}")), ("X-Key", Secret("{key}")))
        body = '{"id": "{product_id}", "sku": "{sku}", "shop": "{shop}", "store": "{store}"}'
        settings = HttpGateway(
            pin=HttpCallSettings(Secret(f"{end.url}/pins/{{product_id}}"), "PUT", headers, body),
            unpin=HttpCallSettings(Secret(f"{end.url}/pins"), "DELETE", headers),
            read=HttpCallSettings(Secret(f"{end.url}/pins"), "GET", headers),
            product_at="data.item.id",
            keys=True,
        )
        clock, rng = SystemClock(), Random(1)
        gateway = gateway_for(
            PinSettings(settings), "glow", clock=clock, calls=CallBudget(100),
            shelf=TokenShelf(Path("/nonexistent"), clock, rng), rng=rng,
        )  # fmt: skip
        try:
            yield end, gateway
        finally:
            await gateway.close()


def test_names_are_filled_in_where_they_stand() -> None:
    async def run() -> None:
        async with way(reply(200, {})) as (end, gateway):
            assert (await gateway.pin(PRODUCT, "key-1", 2.0)).ok
            assert (await gateway.unpin("key-2", 2.0)).ok
            pin, unpin = end.asked
            assert (pin.method, pin.target) == ("PUT", "/pins/p%2F1%22%C3%BC")
            assert pin.json() == {"id": PRODUCT.id, "sku": "S 1", "shop": "7", "store": "glow"}
            assert pin.headers["authorization"] == f"Bearer {TOKEN}"
            assert pin.headers["x-key"] == "key-1"
            assert pin.headers["content-type"] == "application/json"
            assert (unpin.method, unpin.headers["x-key"]) == ("DELETE", "key-2")
            assert gateway.abilities.honours_keys

    asyncio.run(run())


@pytest.mark.parametrize(
    ("body", "known", "product_id"),
    [
        ({"data": {"item": {"id": "p1"}}}, True, "p1"),
        ({"data": {"item": {"id": 17}}}, True, "17"),
        ({"data": {"item": {"id": None}}}, True, None),
        ({"data": {"item": None}}, True, None),
        ({}, True, None),
        ({"data": {"item": {"id": {}}}}, False, None),
        ({"data": "busy"}, False, None),
        (b"<html>", False, None),
    ],
)
def test_what_is_shown_is_read_where_the_settings_say(
    body: object, known: bool, product_id: str | None
) -> None:
    async def run() -> None:
        async with way(reply(200, body)) as (_, gateway):
            shown = await gateway.shown(2.0)
            assert (shown.known, shown.product_id) == (known, product_id)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "effect", "code", "final"),
    [
        (204, "done", "", False),
        (400, "none", "refused", True),
        (401, "none", "not_authorized", True),
        (408, "maybe", "server_error", False),
        (429, "none", "rate_limited", False),
        (307, "maybe", "bad_answer", False),
        (502, "maybe", "server_error", False),
    ],
)
def test_what_a_status_means(status: int, effect: str, code: str, final: bool) -> None:
    said = f"no such product; you sent {TOKEN}".encode()
    content = (
        b"HTTP/1.1 204 X\r\n\r\n"
        if status == 204
        else reply(status, said, more="Retry-After: 7\r\nLocation: /elsewhere\r\n")
    )

    async def run() -> None:
        async with way(content) as (end, gateway):
            answer = await gateway.pin(PRODUCT, "k", 2.0)
            assert (answer.effect, answer.code, answer.final) == (effect, code, final)
            assert TOKEN not in repr(answer) + repr(gateway.status())
            assert len(end.asked) == 1
            if code == "rate_limited":
                assert answer.retry_after_s == 7.0

    asyncio.run(run())


def test_what_the_settings_do_not_name_is_not_done() -> None:
    async def run() -> None:
        clock, rng = SystemClock(), Random(1)
        settings = HttpGateway(pin=HttpCallSettings(Secret("http://127.0.0.1:9/pin")))
        gateway = gateway_for(
            PinSettings(settings), "glow", clock=clock, calls=CallBudget(100),
            shelf=TokenShelf(Path("/nonexistent"), clock, rng), rng=rng,
        )  # fmt: skip
        assert not gateway.abilities.reads_back
        assert (await gateway.unpin("k", 1.0)).code == "no_unpin"
        assert not (await gateway.shown(1.0)).known
        assert not (await gateway.products(1.0)).ok
        await gateway.close()

    asyncio.run(run())
