"""Pins over the engine's API: from the cue to what the platform shows, and what is refused."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from livedesk.core.pin_settings import CatalogueSettings, ManualGateway, PinSettings
from livedesk.core.secrets import Secret
from livedesk.core.status import Limits
from livedesk.platforms.webhook import signature
from tests.engine.conftest import (
    ANALYST_TOKEN,
    GOOD,
    HOST_TOKEN,
    Bench,
    Running,
    client,
    store_settings,
)
from tests.engine.pinning.service import pin_service
from tests.waiting import until

S = "/v1/stores/glow"


@asynccontextmanager
async def show(
    bench: Bench,
    settings: PinSettings,
    *,
    live: bool = True,
    relays: bool = True,
    limits: Limits | None = None,
) -> AsyncIterator[Running]:
    if live:
        bench.say(GOOD)
    store = replace(store_settings(), pins=settings, limits=limits or Limits())
    options = bench.options(store)
    async with bench.engine(options, relays=relays) as running:
        await until(lambda: _is_ready(running, live=live), "products, and a session")
        yield running


async def _is_ready(running: Running, *, live: bool) -> bool:
    status = await running.status()
    return bool(status["pins"]["products"]) and (status["state"] == "live" or not live)


async def cue(running: Running, **body: Any) -> httpx.Response:
    return await running.http.post(f"{S}/cues", json=body)


async def settled(running: Running, pin_id: str) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        pins = (await running.http.get(f"{S}/cues")).json()["pins"]
        [pin] = [each for each in pins if each["id"] == pin_id]
        return pin if pin["settled_ms"] is not None else None

    return dict(await until(found, "the pin's end"))


def code(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"]
    assert error["action"]
    return answer.status_code, error["code"]


def test_a_cue_is_sent_once_read_back_and_told(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            answer = await cue(running, product_id="b", source="console", cue_id="mine")
            assert answer.status_code == 202
            pin = await settled(running, answer.json()["id"])
            assert (pin["state"], pin["shown"], pin["recorded"]) == ("confirmed", True, True)
            assert (pin["source"], pin["actor"], pin["title"]) == (
                "console",
                "admin",
                "Night cream",
            )
            assert service.executed == [("b", pin["key"])]
            again = await cue(running, product_id="b", source="console", cue_id="mine")
            assert (again.status_code, again.json()["id"]) == (202, pin["id"])
            assert len(service.executed) == 1
            status = (await running.status())["pins"]
            assert (status["shown_product_id"], status["shown_title"]) == ("b", "Night cream")
            assert (status["latency"]["sent"], status["latency"]["within"]) == (1, 1)
            assert status["gateway"]["state"] == "up"
            assert status["planned_end_utc_ns"] > time.time_ns()
            gone = await running.http.request("DELETE", f"{S}/pin", json={"source": "key"})
            assert gone.status_code == 202
            assert (await settled(running, gone.json()["id"]))["action"] == "unpin"
            assert service.pinned is None
            metrics = (await running.http.get("/metrics")).text
            assert 'livedesk_pin_latency_seconds_bucket{le="0.8",store="glow"} 1.0' in metrics
            assert 'livedesk_pins_total{outcome="confirmed",store="glow"} 2.0' in metrics

    asyncio.run(story())


def test_what_cannot_be_pinned_is_refused_before_anything_is_sent(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            now_ns = time.time_ns()
            second = 1_000_000_000
            unsure = {"offset_ms": 3.0, "error_ms": 900.0}
            negative = {"offset_ms": 0, "error_ms": -1}
            for body, wanted in (
                ({"product_id": "sold"}, (409, "out_of_stock")),
                ({"product_id": "held"}, (409, "restricted")),
                ({"product_id": "none"}, (409, "unknown_product")),
                ({"product_id": "a", "cued_at_ns": now_ns - 5 * second}, (409, "late")),
                ({"product_id": "a", "cued_at_ns": now_ns + second}, (422, "cue_in_future")),
                ({}, (422, "wrong_value")),
                ({"product_id": "a", "next": True}, (422, "wrong_value")),
                ({"product_id": 7}, (422, "wrong_value")),
                ({"product_id": "a", "source": "fax"}, (422, "wrong_value")),
                ({"product_id": "a", "other": 1}, (422, "wrong_value")),
                ({"product_id": "a", "clock": negative}, (422, "wrong_value")),
            ):
                assert code(await cue(running, **body)) == wanted, body
            ahead_ns = time.time_ns() + second // 2
            answer = await cue(running, product_id="a", cued_at_ns=ahead_ns, clock=unsure)
            assert answer.status_code == 202
            assert answer.json()["clock"] == unsure
            pin = await settled(running, answer.json()["id"])
            assert 0 <= pin["received_ms"] < pin["sent_ms"]
            pins = (await running.http.get(f"{S}/cues")).json()
            states = [(pin["state"], pin["code"]) for pin in pins["pins"]]
            assert states[1:] == [
                ("late", "late"), ("refused", "unknown_product"), ("refused", "restricted"),
                ("refused", "out_of_stock"),
            ]  # fmt: skip
            assert pins["latency"]["refused"] == 3
            assert [product for product, _ in service.executed] == ["a"]

    asyncio.run(story())


def test_before_the_first_media_there_is_nothing_to_pin_into(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service:
            async with show(bench, service.settings(), live=False) as running:
                first = await cue(running, product_id="a", cue_id="x")
                assert code(first) == (409, "no_session")
                assert code(await cue(running, product_id="a", cue_id="x")) == (409, "no_session")
                assert (await running.status())["pins"]["newest"]["state"] == "refused"
            assert service.asked == []

    asyncio.run(story())


def test_next_up_follows_the_run_of_show_and_survives_a_restart(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service:
            async with show(bench, service.settings(), relays=False) as running:
                lines = (await running.http.get(f"{S}/show")).json()
                assert [line["product_id"] for line in lines["cues"]] == ["a", "b", "sold"]
                move = {"op": "move", "cue_id": lines["cues"][1]["id"], "to": 0}
                moved = await running.http.post(f"{S}/show", json=move | {"revision": 1})
                assert [c["product_id"] for c in moved.json()["cues"]] == ["b", "a", "sold"]
                stale = await running.http.post(f"{S}/show", json=move | {"revision": 1})
                assert code(stale) == (409, "changed")
                wrong = {"op": "add", "product_id": "none"}
                answer = await running.http.post(f"{S}/show", json=wrong)
                assert code(answer) == (409, "unknown_product")
                pin = (await cue(running, next=True)).json()
                assert (await settled(running, pin["id"]))["product_id"] == "b"
                status = (await running.status())["pins"]
                assert (status["next_up"]["product_id"], status["next_title"]) == (
                    "a",
                    "Rose serum",
                )
            async with show(bench, service.settings()) as running:
                states = [c["state"] for c in (await running.http.get(f"{S}/show")).json()["cues"]]
                assert states == ["done", "waiting", "waiting"]
                for cue_id in [
                    c["id"] for c in (await running.http.get(f"{S}/show")).json()["cues"]
                ]:
                    await running.http.post(f"{S}/show", json={"op": "skip", "cue_id": cue_id})
                assert code(await cue(running, next=True)) == (409, "nothing_next")

    asyncio.run(story())


def test_a_person_pins_by_hand_and_the_latency_is_that_person_s(
    bench: Bench, tmp_path: Path
) -> None:
    async def story() -> None:
        file = tmp_path / "products.csv"
        file.write_text("id,title,stock\na,Rose serum,5\nb,Night cream,0\n")
        settings = PinSettings(ManualGateway(), CatalogueSettings("file", file))
        async with show(bench, settings) as running:
            pin = (await cue(running, product_id="a", source="pad")).json()
            waiting = await until(lambda: _by_hand(running))
            assert [each["id"] for each in waiting] == [pin["id"]]
            body = {"pin": pin["id"], "done": True}
            done = (await running.http.post(f"{S}/pin/done", json=body)).json()
            assert (done["state"], done["by_hand"]) == ("confirmed", True)
            assert done["latency_ms"] > 0
            again = await running.http.post(f"{S}/pin/done", json=body)
            assert code(again) == (409, "not_waiting")
            file.write_text("id,title,stock\na,Rose serum,0\nb,Night cream,3\n")
            await until(lambda: _refusal(running, "a"), "the file's new stock")
            assert code(await cue(running, product_id="a")) == (409, "out_of_stock")

    asyncio.run(story())


async def _by_hand(running: Running) -> list[dict[str, Any]]:
    return list((await running.status())["pins"]["by_hand"])


async def _refusal(running: Running, product_id: str) -> str:
    products = (await running.http.get(f"{S}/products")).json()["products"]
    return next(str(each["refusal"]) for each in products if each["id"] == product_id)


def test_a_host_sees_what_a_pad_needs_and_may_pin_but_not_direct(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            url = running.runtime.url
            async with client(url, HOST_TOKEN) as host, client(url, ANALYST_TOKEN) as analyst:
                status = (await host.get(f"{S}/status")).json()
                assert status["pins"]["products"] == 4
                assert status["limits"]["pin_budget_ms"] == 800
                assert not {"ingest_url", "uplinks", "alarms", "failover", "feed"} & set(status)
                assert (await host.get(f"{S}/products")).status_code == 200
                fired = await host.post(f"{S}/cues", json={"product_id": "a", "source": "pad"})
                assert fired.status_code == 202
                for call in (f"{S}/show", f"{S}/pin/done"):
                    assert code(await host.post(call, json={})) == (403, "role")
                refused = await analyst.post(f"{S}/cues", json={"product_id": "a"})
                assert code(refused) == (403, "role")
                await settled(running, fired.json()["id"])
                heard = await _heard(host, "pin.confirmed")
                told = [json.loads(line[6:]) for line in heard if line.startswith('data: {"seq"')]
                assert {event["kind"].split(".")[0] for event in told} <= {"pin", "show"}
                assert not any("ingest_url" in line for line in heard)

    asyncio.run(story())


async def _heard(http: httpx.AsyncClient, last: str) -> list[str]:
    """What the stream of events says from its beginning on, until a kind and a status came."""
    heard = []
    async with http.stream("GET", "/v1/events?recent=500", timeout=10) as stream:
        async for line in stream.aiter_lines():
            heard.append(line)
            text = "".join(heard)
            if last in text and "event: status" in text and not line:
                return heard
    return heard


def test_a_shop_s_webhook_takes_a_product_out_of_the_show_at_once(bench: Bench) -> None:
    async def story() -> None:
        secret = Secret("whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode())
        catalogue = CatalogueSettings(webhook_secret=secret)
        async with pin_service() as service:
            settings = service.settings(catalogue=catalogue)
            async with show(bench, settings) as running, client(running.runtime.url, None) as shop:
                body = b'{"type":"product.stock","data":{"product_id":"a","stock":0}}'
                path, stamp = "/v1/hooks/glow/products", str(int(time.time()) + 1)
                headers = {"webhook-id": "m1", "webhook-timestamp": stamp}
                forged = headers | {"webhook-signature": "v1,AAAA"}
                answer = await shop.post(path, content=body, headers=forged)
                assert code(answer) == (401, "bad_signature")
                assert await _refusal(running, "a") == ""
                signed = headers | {"webhook-signature": signature(secret, "m1", stamp, body)}
                assert (await shop.post(path, content=body, headers=signed)).status_code == 204
                assert await _refusal(running, "a") == "Out of stock."
                replayed = await shop.post(path, content=body, headers=signed)
                assert code(replayed) == (401, "replayed")
                text = "".join(await _heard(running.http, "catalogue.out_of_stock"))
                assert "hook.refused" in text

    asyncio.run(story())


def test_a_store_without_pins_says_so(bench: Bench) -> None:
    async def story() -> None:
        async with bench.engine() as running:
            for method, path in (
                ("GET", "products"), ("GET", "cues"), ("GET", "show"), ("DELETE", "pin"),
                ("GET", "products/a/picture"),
            ):  # fmt: skip
                answer = await running.http.request(method, f"{S}/{path}")
                assert code(answer) == (404, "no_pins")
            assert (await running.status())["pins"] is None
            told = (await running.http.get("/v1/clock")).json()
            assert abs(told["utc_ns"] - time.time_ns()) < 10_000_000_000

    asyncio.run(story())
