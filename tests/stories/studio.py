"""A store that is on air: an engine with its real API, a relay's double, and the sandbox's shop.

The shop judges from outside: its journal is what really happened.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

from livedesk.core.clock import Clock, SystemClock
from livedesk.core.events import Event
from livedesk.core.pin_settings import (
    CatalogueSettings,
    Gateway,
    PinSettings,
    SandboxGateway,
    ShopeeGateway,
)
from livedesk.core.secrets import Secret
from livedesk.sandbox.shop.run import running_shop
from livedesk.sandbox.shop.shop import Shop, ShopJob
from tests.engine.conftest import GOOD, Bench, Running, store_settings
from tests.waiting import until

HOOK_SECRET: Final = Secret("whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode())
STORE: Final = "/v1/stores/glow"
Json = dict[str, Any]


@dataclass(frozen=True)
class Studio:
    shop: Shop
    running: Running

    async def cue(self, product_id: str, **more: Any) -> httpx.Response:
        body = {"product_id": product_id, "source": "pad", **more}
        return await self.running.http.post(f"{STORE}/cues", json=body)

    async def pinned(self, product_id: str) -> Json:
        """Cue it, and see what became of it."""
        answer = await self.cue(product_id)
        assert answer.status_code == 202, answer.text
        return await self.settled(answer.json()["id"])

    async def pinned_by_hand(self, product_id: str) -> Json:
        """The same where a person pins, who does it at once and says so."""
        pin = (await self.cue(product_id)).json()

        async def is_asked() -> bool:
            return [each["id"] for each in (await self.pins())["by_hand"]] == [pin["id"]]

        await until(is_asked, "a pin that is to be done by hand")
        body = {"pin": pin["id"], "done": True}
        answer = await self.running.http.post(f"{STORE}/pin/done", json=body)
        return dict(answer.raise_for_status().json())

    async def settled(self, pin_id: str) -> Json:
        async def found() -> Json | None:
            [pin] = [each for each in await self.ledger() if each["id"] == pin_id]
            return pin if pin["settled_ms"] is not None else None

        return dict(await until(found, "the pin's end"))

    async def ledger(self) -> list[Json]:
        return list((await self.running.http.get(f"{STORE}/cues")).json()["pins"])

    async def pins(self) -> Json:
        return dict((await self.running.status())["pins"])

    async def doubt(self) -> Json | None:
        """The newest pin, when nobody knows what became of it."""
        newest = (await self.pins())["newest"]
        return newest if newest["state"] == "unknown" else None

    async def alarm(self, alarm_id: str) -> Json | None:
        alarms = (await self.running.status())["alarms"]
        return next((alarm for alarm in alarms if alarm["id"] == alarm_id), None)

    async def refusal(self, product_id: str) -> str | None:
        """Why it could not be pinned; None when it is not in the catalogue."""
        products = (await self.running.http.get(f"{STORE}/products")).json()["products"]
        found = [each["refusal"] for each in products if each["id"] == product_id]
        return found[0] if found else None

    async def events(self, kind: str) -> list[Event]:
        """Those of a kind, oldest first."""
        bus = self.running.engine.bus
        await bus.drain()
        events, subscription = await bus.subscribe(recent=1_000)
        bus.unsubscribe(subscription)
        return [event for event in events if event.kind == kind]

    async def told(self, kind: str) -> list[Json]:
        return [dict(event.data) for event in await self.events(kind)]

    def executed(self) -> list[str | None]:
        """What the shop did, in order: products, and None for an unpin."""
        journal: Any = self.shop.executions(0)["executions"]
        return [each["product"] for each in journal if not each["repeated"]]

    @property
    def figures(self) -> Json:
        return dict(self.shop.figures())


def refused(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"]
    assert error["action"]
    return answer.status_code, error["code"]


def own_gateway(shop: Shop) -> Gateway:
    return SandboxGateway(shop.url, shop.room.name, shop.token)


def shopee(shop: Shop) -> ShopeeGateway:
    who = shop.shopee_identity
    return ShopeeGateway(
        who.partner_id, who.partner_key, who.user_id, who.shop_id, who.session_id,
        who.refresh_token, shop.url,
    )  # fmt: skip


@asynccontextmanager
async def on_air(
    bench: Bench,
    gateway: Callable[[Shop], Gateway] = own_gateway,
    *,
    catalogue: Callable[[Shop], CatalogueSettings] | None = None,
    shop_clock: Clock | None = None,
    **more: Any,
) -> AsyncIterator[Studio]:
    """Live, with the products known."""
    bench.say(GOOD)
    async with running_shop(ShopJob(), shop_clock or SystemClock()) as shop:
        source = CatalogueSettings(webhook_secret=HOOK_SECRET)
        settings = PinSettings(gateway(shop), catalogue(shop) if catalogue else source, **more)
        options = bench.options(replace(store_settings(), pins=settings))
        async with bench.engine(options) as running:
            studio = Studio(shop, running)

            async def is_ready() -> bool:
                status = await running.status()
                return bool(status["state"] == "live" and status["pins"]["products"])

            await until(is_ready, "a live session and its products")
            yield studio
