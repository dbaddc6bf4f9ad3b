"""An installation that carries a feed and pins into a shop of the sandbox, for benches of pins."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.media import publish
from benchmarks.shops import Shop, shops
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.desk.client import EngineClient
from livedesk.desk.pin_client import CueCall
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE, find_paths
from tests.peers.installation import Installation, installation
from tests.peers.peers import NginxRtmp, ffmpeg_running
from tests.waiting import until

STORE: Final = "glow-us"
_CALLS_PER_MIN: Final = 10_000


@dataclass(frozen=True, slots=True)
class PinStage:
    here: Installation
    shop: Shop

    def client(self) -> EngineClient:
        """A console's client of the engine that runs now."""
        engine = self.here.runtime("engine.json")
        return EngineClient(engine["url"], Secret(engine["token"]))

    def product(self, n: int) -> str:
        """Never the one before it, so that one carried out twice can be told."""
        return str(self.shop.access["products"][n % 3])

    async def may_pin(self) -> bool:
        """On air, and the products are known."""
        status = await asyncio.to_thread(self.here.status)
        pins = status.get("pins") or {}
        return status.get("state") == "live" and bool(pins.get("products"))


@asynccontextmanager
async def pin_stage(
    clip: Path, folder: Path, nginx: NginxRtmp, seed: int, **order: Json
) -> AsyncIterator[PinStage]:
    """On the air, with products, in `folder`, which is there; `order` is the shop's."""
    os.environ[RUNTIME_VARIABLE] = str(folder / "runtime")
    os.environ[DATA_VARIABLE] = str(folder / "data")
    async with shops(1, seed, **order) as (shop,):
        wish = shop.settings
        pins = (
            f'[store.pins]\ngateway = "sandbox"\ncalls_per_min = {_CALLS_PER_MIN}\n'
            f'[store.pins.sandbox]\nurl = "{wish.url}"\nroom = "{wish.room}"\n'
            f'token = "{wish.token.reveal()}"\n'
        )
        with (
            installation(find_paths(os.environ), nginx, folder, more=pins) as here,
            ffmpeg_running(*publish(clip, here.ingest_url)),
        ):
            stage = PinStage(here, shop)
            await until(stage.may_pin, "pins are possible", 30)
            yield stage


def new_cue(product_id: str) -> CueCall:
    return CueCall(uuid.uuid4().hex, "console", product_id)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
