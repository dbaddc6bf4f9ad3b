"""Shops of the sandbox, each a process of its own with one live room that the bench pins into."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.pin_settings import PinSettings, SandboxGateway
from livedesk.core.secrets import Secret
from livedesk.pins.gateways.base import Abilities, Gateway
from livedesk.pins.gateways.make import gateway_for
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.tokens import TokenShelf

_COMMAND = (sys.executable, "-P", "-m", "livedesk.sandbox.shop")


@dataclass(frozen=True, slots=True)
class Shop:
    """A room: how to call it, and how to ask what was really carried out there."""

    access: Mapping[str, Any]
    control_url: str
    control_token: str
    pid: int

    @property
    def url(self) -> str:
        return f"{self.access['url']}/v1/live/{self.access['room']}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access['token']}"}

    @property
    def settings(self) -> SandboxGateway:
        token = Secret(self.access["token"])
        return SandboxGateway(self.access["url"], self.access["room"], token)

    def gateway(
        self, clock: Clock, calls: CallBudget, shelf: TokenShelf, rng: Random, *, keys: bool = True
    ) -> Gateway:
        wish = PinSettings(self.settings)
        way = gateway_for(wish, "bench", clock=clock, calls=calls, shelf=shelf, rng=rng)
        return way if keys else _Keyless(way)

    async def order(self, **order: Json) -> None:
        async with self._control() as control:
            (await control.post("/shop", json=order)).raise_for_status()

    async def figures(self) -> dict[str, Any]:
        async with self._control() as control:
            answer = await control.get("/state")
        return dict(answer.json()["shop"])

    async def executions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with self._control() as control:
            while True:
                after = found[-1]["number"] if found else 0
                answer = await control.get("/shop/executions", params={"after": after})
                page = answer.json()["executions"]
                if not page:
                    return found
                found += page

    def _control(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.control_token}"}
        return httpx.AsyncClient(base_url=self.control_url, headers=headers, trust_env=False)


class _Keyless:
    """As Shopee, which has no idempotency keys: the dispatcher has to know."""

    def __init__(self, way: Gateway) -> None:
        self.pin, self.unpin, self.shown, self.products = (
            way.pin, way.unpin, way.shown, way.products,
        )  # fmt: skip
        self.status, self.keep_warm, self.renew, self.close = (
            way.status, way.keep_warm, way.renew, way.close,
        )  # fmt: skip
        self.abilities = Abilities(honours_keys=False)


@asynccontextmanager
async def shops(count: int, seed: int, **order: Json) -> AsyncIterator[list[Shop]]:
    """`count` of them with `order` given; each has its own chance."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(_shop(seed + n, order)) for n in range(count)]


@asynccontextmanager
async def _shop(seed: int, order: Mapping[str, Json]) -> AsyncIterator[Shop]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps({"seed": seed, "order": order}).encode() + b"\n")
        told = json.loads(await process.stdout.readline())
        if "ready" not in told:
            raise RuntimeError(told.get("error", "the shop did not start"))
        yield Shop(told["shop"], told["control_url"], told["token"], told["pid"])
    finally:
        process.stdin.close()
        await process.wait()
