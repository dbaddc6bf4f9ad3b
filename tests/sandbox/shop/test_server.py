"""The shop over real HTTP: how it fails, and that a pin without an answer was done all the same."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.sandbox.shop.run import running_shop
from livedesk.sandbox.shop.shop import Shop, ShopJob
from tests.waiting import LIMIT_S, until

SECRET = base64.b64encode(b"a secret of some length").decode()


class Client:
    def __init__(self, shop: Shop, http: httpx.AsyncClient) -> None:
        self.shop = shop
        self.http = http

    async def pin(self, product_id: str, key: str) -> httpx.Response:
        return await self.http.post(
            "/v1/live/glow/pin", json={"product_id": product_id}, headers={"Idempotency-Key": key}
        )

    async def read(self) -> httpx.Response:
        return await self.http.get("/v1/live/glow/pin")


def _with_shop(scenario: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running_shop(ShopJob(), SystemClock()) as shop:
            headers = {"Authorization": f"Bearer {shop.token.reveal()}"}
            async with httpx.AsyncClient(
                base_url=shop.url, headers=headers, timeout=LIMIT_S
            ) as http:
                await scenario(Client(shop, http))

    asyncio.run(run())


def test_an_answer_that_is_lost_leaves_one_pin_however_often_it_is_asked() -> None:
    async def scenario(client: Client) -> None:
        await client.shop.order({"drop_after_pct": 100, "calls": ["pin"]})
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                await client.pin("10001", "key")
        await client.shop.order({"clear": True})
        assert (await client.read()).json()["pinned"]["product_id"] == "10001"
        assert (await client.pin("10001", "key")).json()["repeated"] is True
        figures: Any = client.shop.figures()
        assert (figures["executions"], figures["repeats"], figures["doubles"]) == (1, 2, 0)

        await client.shop.order({"drop_before_pct": 100})
        with pytest.raises(httpx.RemoteProtocolError):
            await client.pin("10002", "another")
        assert client.shop.room.figures()["executions"] == 1

    _with_shop(scenario)


def test_a_slow_pin_is_done_even_if_nobody_waits_for_it() -> None:
    async def scenario(client: Client) -> None:
        await client.shop.order({"slow_pct": 100, "slow_ms": [150, 150]})
        with pytest.raises(httpx.ReadTimeout):
            await client.http.post(
                "/v1/live/glow/pin",
                json={"product_id": "10002"},
                headers={"Idempotency-Key": "key"},
                timeout=0.05,
            )
        assert client.shop.room.shown is None
        await until(lambda: client.shop.room.shown, "the slow pin")

    _with_shop(scenario)


@pytest.mark.parametrize(
    ("order", "status", "is_json"),
    [
        ({"malformed": "html"}, 200, False),
        ({"malformed": "truncated"}, 200, False),
        ({"malformed": "empty"}, 200, False),
        ({"malformed": "wrong_types"}, 200, True),
        ({"malformed": "nan"}, 200, True),
        ({"malformed": "error_in_200"}, 200, True),
        ({"error_pct": 100, "error_status": 500}, 500, True),
        ({"down_s": 30}, 503, True),
        ({"rate_per_min": 0}, 429, True),
        ({"revoked": True}, 401, True),
    ],
)
def test_every_way_to_fail(order: dict[str, Any], status: int, is_json: bool) -> None:
    async def scenario(client: Client) -> None:
        await client.pin("10001", "key")
        good = (await client.read()).json()
        await client.shop.order(order)
        answer = await client.read()
        assert answer.status_code == status
        try:
            body = answer.json()
        except ValueError:
            body = None
        assert (body is not None) is is_json
        assert body != good

    _with_shop(scenario)


def test_huge_and_slow_answers_are_what_they_say() -> None:
    async def scenario(client: Client) -> None:
        await client.shop.order({"malformed": "huge"})
        assert len((await client.read()).content) > 10_000_000
        await client.shop.order({"clear": True, "drip_bytes_per_s": 1})
        with pytest.raises(httpx.ReadTimeout):
            await client.http.get("/v1/live/glow/pin", timeout=0.1)
        await client.shop.order({"calls": ["pin"]})
        assert (await client.read()).status_code == 200

    _with_shop(scenario)


def test_pictures_are_served_without_a_token_and_others_are_not_found() -> None:
    async def scenario(client: Client) -> None:
        products = (await client.http.get("/v1/live/glow/products")).json()["products"]
        async with httpx.AsyncClient() as stranger:
            answer = await stranger.get(products[0]["picture_url"])
            assert answer.headers["content-type"] == "image/png"
            assert (await stranger.get(f"{client.shop.url}/pictures/9.png")).status_code == 404
            assert (await stranger.get(f"{client.shop.url}/elsewhere")).status_code == 404
        too_large = await client.http.post("/v1/live/glow/pin", content=b"x" * 70_000)
        assert too_large.status_code == 413

    _with_shop(scenario)


@asynccontextmanager
async def _listener() -> AsyncIterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A server that takes webhooks, and what came."""
    came: list[tuple[dict[str, str], bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in head}
        body = await reader.readexactly(int(headers["content-length"]))
        came.append((headers, body))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook", came


def _is_signed(headers: dict[str, str], body: bytes) -> bool:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
    return headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_a_change_of_stock_is_told_by_a_signed_webhook_and_by_bad_ones_on_request() -> None:
    async def scenario(client: Client) -> None:
        async with _listener() as (url, came):
            await client.shop.order({"hook": {"url": url, "secret": f"whsec_{SECRET}"}})
            await client.shop.order({"product": "10002", "stock": 0})
            await until(lambda: len(came) == 1, "the webhook")
            assert _is_signed(*came[0])
            event = json.loads(came[0][1])
            assert event["type"] == "product.stock"
            assert event["data"] == {"product_id": "10002", "stock": 0}

            await client.shop.order({"hook_fault": "tampered", "product": "10002", "stock": 1})
            await until(lambda: len(came) == 2, "the tampered one")
            assert not _is_signed(*came[1])

            await client.shop.order({"hook_fault": "replayed", "product": "10002", "stock": 2})
            await until(lambda: len(came) == 4, "the replayed one")
            assert came[2] == came[3]

            await client.shop.order({"hook_fault": "old", "product": "10002", "status": "flagged"})
            await until(lambda: len(came) == 5, "the old one")
            stamps = [int(headers["webhook-timestamp"]) for headers, _ in came]
            assert stamps[0] - stamps[4] >= 350
            assert json.loads(came[4][1])["data"]["state"] == "flagged"
            await until(lambda: len(_hook(client)["newest"]) == 5, "all answers")
            assert {answer["status"] for answer in _hook(client)["newest"]} == {204}
        assert SECRET not in json.dumps(client.shop.figures())

    _with_shop(scenario)


def _hook(client: Client) -> Any:
    return client.shop.figures()["hook"]


def test_a_slow_answer_does_not_hold_up_the_end(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(client: Client) -> None:
        await client.shop.order({"slow_pct": 100, "slow_ms": [60_000, 60_000]})
        with pytest.raises(httpx.ReadTimeout):
            await client.http.get("/v1/live/glow/pin", timeout=0.05)

    _with_shop(scenario)
    assert caplog.messages == []


def test_the_shop_alone_is_a_process_that_tells_where_it_is() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "livedesk.sandbox.shop"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write('{"token": "a-token", "order": {"median_ms": 1}}\n')
        process.stdin.flush()
        ready = json.loads(process.stdout.readline())
        shop = ready["shop"]
        assert shop["token"] == "a-token"
        control = {"Authorization": f"Bearer {ready['token']}"}
        with httpx.Client(headers=control, base_url=ready["control_url"]) as http:
            pinned = httpx.post(
                f"{shop['url']}/v1/live/{shop['room']}/pin",
                json={"product_id": shop["products"][0]},
                headers={"Authorization": "Bearer a-token", "Idempotency-Key": "k"},
            )
            assert pinned.status_code == 200
            state = http.get("/state").json()["shop"]
            assert (state["executions"], state["faults"]["median_ms"]) == (1, 1)
            (execution,) = http.get("/shop/executions?after=0").json()["executions"]
            assert (execution["key"], execution["repeated"]) == ("k", False)
            assert http.post("/shop", json={"live": 7}).status_code == 400
            assert http.get("/shop/executions?after=x").status_code == 400
            assert httpx.get(f"{ready['control_url']}/state").status_code == 401
        process.stdin.close()
        assert process.wait(LIMIT_S) == 0
