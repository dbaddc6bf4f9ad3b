"""The host of the demo beside somebody who breaks things in the console."""

from __future__ import annotations

import asyncio
from typing import Any

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.demo.host import FAULTS
from livedesk.demo.spoiling import spoiled
from livedesk.desk.sandbox_client import SandboxAccess, SandboxClient
from livedesk.sandbox.shop.run import run_shop
from livedesk.sandbox.shop.shop import ShopJob


def test_what_somebody_else_spoiled_in_the_shop_stays_so() -> None:
    async def story(client: SandboxClient) -> None:
        async def faults() -> Any:
            return (await client.state())["shop"]["faults"]

        await client.order("/shop", {"median_ms": 80, "slow_pct": 30, "calls": ["pin"]})
        before = await faults()
        for fault in FAULTS.values():
            async with spoiled(client, fault):
                assert {name: (await faults())[name] for name in fault} == fault
            assert await faults() == before

    async def run() -> None:
        ready: asyncio.Future[Any] = asyncio.Future()
        over = asyncio.Event()
        shop = asyncio.create_task(
            run_shop(ShopJob(), SystemClock(), ready.set_result, over.wait())
        )
        where = await ready
        client = SandboxClient(SandboxAccess(where["control_url"], Secret(where["token"])))
        try:
            await story(client)
        finally:
            await client.close()
            over.set()
            await shop

    asyncio.run(run())
