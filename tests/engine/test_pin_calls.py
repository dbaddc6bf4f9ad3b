"""The calls of pins as others may send them: late, early, malformed, from foreign clocks."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from livedesk.core.events import Event
from livedesk.core.pin_settings import (
    CatalogueSettings,
    ManualGateway,
    PinSettings,
    TikTokProducts,
)
from livedesk.core.secrets import Secret
from livedesk.engine.pinning import pin_book
from livedesk.journal.writer import JournalWriter
from livedesk.pins import dispatcher
from livedesk.platforms.webhook import signature
from tests.engine.conftest import Bench, Running, client, store_settings
from tests.engine.pinning.service import pin_service
from tests.engine.pinning.test_pins_api import _heard, show
from tests.waiting import until

S = "/v1/stores/glow"
MS = 1_000_000


async def _relays_are_up(running: Running) -> None:
    async def all_up() -> bool:
        stores = (await running.http.get("/v1/stores")).json()["stores"]
        return all(store["relay"]["state"] == "up" for store in stores)

    await until(all_up, "relays")


async def _unpin(running: Running, **body: Any) -> httpx.Response:
    return await running.http.request("DELETE", f"{S}/pin", json=body)


def test_an_unpin_counts_from_its_touch(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            clock = {"offset_ms": 25.0, "error_ms": 4.0}
            touched_ns = time.time_ns() - 200 * MS
            told = (await _unpin(running, cued_at_ns=touched_ns, clock=clock)).json()
            assert told["cued_utc_ns"] == touched_ns
            assert told["received_ms"] >= 200
            assert told["clock"] == clock
            late = await _unpin(running, cued_at_ns=time.time_ns() - 2_000 * MS)
            assert (late.status_code, late.json()["error"]["code"]) == (409, "late")
            early = await _unpin(running, cued_at_ns=time.time_ns() + 2_000 * MS)
            assert (early.status_code, early.json()["error"]["code"]) == (422, "cue_in_future")
            wrong = await _unpin(running, clock={"offset_ms": 0.0, "error_ms": -1.0})
            assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "wrong_value")

    asyncio.run(story())


def test_a_cue_is_neither_sent_nor_answered_before_it_is_on_record(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is answered and not on disk would be forgotten by an engine that is killed then."""
    cued: list[asyncio.Future[None]] = []
    written: list[str] = []
    record = JournalWriter.record

    async def slow(self: JournalWriter, event: Event, limit_s: float = 2.0) -> None:
        if event.kind == "pin.cued":
            cued.append(asyncio.get_running_loop().create_future())
            await cued[-1]
        await record(self, event, limit_s)
        written.append(event.kind)

    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            monkeypatch.setattr(JournalWriter, "record", slow)
            for module in (pin_book, dispatcher):
                monkeypatch.setattr(module, "RECORD_S", 10.0)
            for method, path, body in (
                ("POST", f"{S}/cues", {"product_id": "a"}), ("DELETE", f"{S}/pin", {}),
            ):  # fmt: skip
                asked = asyncio.create_task(running.http.request(method, path, json=body))
                await until(lambda: cued, "the intent in line for the disk")
                for _ in range(10):
                    await running.status()
                was_early = asked.done() or bool(service.asked)
                cued.pop().set_result(None)
                assert not was_early
                assert (await asked).status_code == 202
                assert "pin.cued" in written
                await until(lambda: service.asked, "the call to the platform")
                written.clear()
                service.asked.clear()

    asyncio.run(story())


SECRET = Secret("whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode())


def _signed(hook_id: str, body: bytes, secret: Secret = SECRET) -> dict[str, str]:
    stamp = str(int(time.time()))
    return {
        "webhook-id": hook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret, hook_id, stamp, body),
    }


def test_a_webhook_that_could_not_be_used_is_told_once_and_stands_in_the_list(
    bench: Bench,
) -> None:
    async def story() -> None:
        async with pin_service() as service:
            settings = service.settings(
                catalogue=CatalogueSettings("gateway", webhook_secret=SECRET)
            )
            async with show(bench, settings) as running, client(running.runtime.url, None) as shop:
                revision = (await running.status())["pins"]["products_revision"]
                told = {"type": "product.stock", "data": {"product_id": "a", "stock": "many"}}
                for hook_id, content in (
                    ("m1", told), ("m2", told), ("m3", {"type": "order.paid", "data": {}}),
                ):  # fmt: skip
                    body = json.dumps(content).encode()
                    headers = _signed(hook_id, body)
                    path = "/v1/hooks/glow/products"
                    assert (await shop.post(path, content=body, headers=headers)).status_code == 204
                products = (await running.http.get(f"{S}/products")).json()
                [problem] = products["problems"]
                assert "stock of a" in problem["where"]
                assert "many" in problem["text"]
                assert products["revision"] == revision + 1
                lines = "".join(await _heard(running.http, "hook.unused"))
                assert lines.count("hook.problem") == 1
                assert "order.paid" in lines

    asyncio.run(story())


def test_who_has_no_secret_does_not_learn_from_hooks_which_stores_there_are(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service:
            hooked = CatalogueSettings("gateway", webhook_secret=SECRET)
            options = bench.options(
                replace(store_settings(), pins=service.settings(catalogue=hooked)),
                replace(store_settings("calm", 1936), pins=service.settings()),
                store_settings("bare", 1937),
            )
            async with (
                bench.engine(options) as running,
                client(running.runtime.url, None) as shop,
            ):
                await _relays_are_up(running)
                body = b'{"type": "product.stock"}'
                forged = Secret("whsec_" + base64.b64encode(b"x" * 32).decode())
                for headers in ({}, {"webhook-id": "m1"}, _signed("m1", body, forged)):
                    answers = {
                        (answer.status_code, answer.text)
                        for store in ("glow", "calm", "bare", "nowhere", "%2e%2e")
                        for answer in [
                            await shop.post(
                                f"/v1/hooks/{store}/products", content=body, headers=headers
                            )
                        ]
                    }
                    [(status, _)] = answers
                    assert status == 401

    asyncio.run(story())


def test_a_renewal_that_fails_is_on_record_of_the_store_that_uses_it(bench: Bench) -> None:
    nobody = "http://127.0.0.1:1"
    tiktok = TikTokProducts(
        "app", Secret("s"), Secret("r"), Secret("c"), host=nobody, auth_host=nobody
    )
    settings = PinSettings(ManualGateway(), CatalogueSettings("tiktok", tiktok=tiktok))

    async def story() -> None:
        options = bench.options(
            replace(store_settings(), pins=settings), store_settings("bare", 1937)
        )
        async with bench.engine(options) as running:
            await _relays_are_up(running)
            lines = await _heard(running.http, "gateway.not_renewed")
            [told] = [json.loads(line[6:]) for line in lines if "gateway.not_renewed" in line]
            assert told["store"] == "glow"
            assert told["text"].startswith("The access was not renewed.")

    asyncio.run(story())
