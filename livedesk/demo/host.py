"""The host of the show: cues products as the script says, and looks at what comes of it.

It cues over the engine's API like everybody else; what was really pinned is told by the shop.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from livedesk.core.events import Json
from livedesk.core.pins import UNSETTLED
from livedesk.demo.patience import until
from livedesk.demo.spoiling import spoiled
from livedesk.demo.stage import STORE, Stage
from livedesk.desk import wire
from livedesk.desk.client import HttpDoor
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.sandbox_client import SandboxClient

SOLD_OUT: Final = "10009"
SELLS_OUT: Final = "10005"
_PRODUCTS_LIMIT_S: Final = 10.0
_SETTLE_LIMIT_S: Final = 3.0
STOCK_OUT_LIMIT_S: Final = 3.0
_STORE: Final = f"/v1/stores/{STORE}"

Cast = Literal["shown", "slow", "answer lost", "sold out", "sells out"]
SCRIPT: Final[tuple[tuple[Cast, str], ...]] = (
    ("shown", "10001"),
    ("shown", "10002"),
    ("sold out", SOLD_OUT),
    ("slow", "10003"),
    ("answer lost", "10006"),
    ("sells out", SELLS_OUT),
    ("shown", "10007"),
)
"""Among them what stands in the picture, and titles with emoji and from right to left."""

FAULTS: Final[Mapping[Cast, dict[str, Json]]] = {
    "slow": {"median_ms": 150, "sigma": 0.2, "calls": ["pin", "read"]},
    "answer lost": {"drop_after_pct": 100, "calls": ["pin"]},
}
"""How the shop is spoiled for one cue. A pin takes two calls, one of them to read it back. The
lost answer is one to what was done. Each name is one of the shop's figures, too."""


@dataclass(frozen=True, slots=True)
class Cued:
    """One cue of the script: the pin it became, or why it was refused."""

    cast: Cast
    product_id: str
    pin_id: str = ""
    code: str = ""
    reason: str = ""


@dataclass(slots=True)
class Pinned:
    """What the engine's API and the shop said of the host's cues."""

    cued: list[Cued] = field(default_factory=list)
    stock_out_s: float | None = None
    """From the change in the shop until the engine would refuse the product."""
    ledger: wire.Ledger | None = None
    shop: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


class Host:
    """Plays its part once."""

    def __init__(self, stage: Stage, sandbox: SandboxClient) -> None:
        self._stage = stage
        self._engine = HttpDoor(stage.engine_url, stage.engine_token)
        self._sandbox = sandbox
        self.pinned = Pinned()

    async def close(self) -> None:
        await self._engine.close()

    async def play(self, between_s: float) -> None:
        """Every cue of the script, so long apart. What breaks it off is told in `problem`."""
        try:
            await self._play(between_s)
        except DeskError as error:
            self.pinned.problem = str(error)

    async def _play(self, between_s: float) -> None:
        await self._prepare()
        for cast, product_id in SCRIPT:
            if cast == "sells out":
                await self._sell_out(product_id)
            async with spoiled(self._sandbox, FAULTS.get(cast, {})):
                await self._cue(cast, product_id)
            await asyncio.sleep(between_s)
        self.pinned.ledger = await self._ledger()
        self.pinned.shop = (await self._sandbox.state()).get("shop", {})

    async def _prepare(self) -> None:
        """The shop tells the engine of its stock, and the engine knows the products."""
        url = f"{self._stage.engine_url}/v1/hooks/{STORE}/products"
        hook: Json = {"url": url, "secret": self._stage.hook_secret.reveal()}
        await self._sandbox.order("/shop", {"hook": hook})
        await until(self._refusals, _PRODUCTS_LIMIT_S)

    async def _cue(self, cast: Cast, product_id: str) -> None:
        """Cue it as the pad does, and wait until its state is final."""
        body: dict[str, Json] = {"product_id": product_id, "source": "pad"}
        try:
            answer = json.loads(await self._engine.post(f"{_STORE}/cues", body))
        except RefusedError as refused:
            cued = Cued(cast, product_id, code=refused.code, reason=refused.what)
            self.pinned.cued.append(cued)
            return
        self.pinned.cued.append(Cued(cast, product_id, pin_id=answer["id"]))

        async def is_settled() -> bool:
            pins = (await self._ledger()).pins
            return any(pin.id == answer["id"] and pin.state not in UNSETTLED for pin in pins)

        await until(is_settled, _SETTLE_LIMIT_S)

    async def _sell_out(self, product_id: str) -> None:
        begun = time.monotonic()
        await self._sandbox.order("/shop", {"product": product_id, "stock": 0})

        async def is_refused() -> bool:
            return bool((await self._refusals()).get(product_id))

        if await until(is_refused, STOCK_OUT_LIMIT_S):
            self.pinned.stock_out_s = time.monotonic() - begun

    async def _refusals(self) -> dict[str, str]:
        """Why each product could not be pinned, as the engine sees it; empty before the first."""
        found = json.loads(await self._engine.get_bytes(f"{_STORE}/products"))
        return {product["id"]: product["refusal"] for product in found["products"]}

    async def _ledger(self) -> wire.Ledger:
        path = f"{_STORE}/cues"
        return wire.read_ledger(await self._engine.get_bytes(path), path)
