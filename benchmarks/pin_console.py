"""How long is it from the console's click to the platform's socket, while 6 Mb/s are carried?

The way: the console's HTTP client, the engine's API, the intent on disk, a warm connection. Beside
it the same call without livedesk, on a warm connection of its own. All clocks are the machine's
monotonic one; the platform notes when it carried the call out, which it does at once.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.pin_stage import STORE, made, new_cue, pin_stage
from benchmarks.rows import Row, percentile
from benchmarks.shops import Shop
from livedesk.core.clock import NS_PER_MS
from tests.peers.peers import NginxRtmp

_GOAL = "≤ 20 ms"


def measure(clip: Path, folder: Path, nginx: NginxRtmp, cues: int) -> Iterator[Row]:
    ours_ms, direct_ms = asyncio.run(_both(clip, made(folder / "pin-console"), nginx, cues))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        ours, limit = percentile(ours_ms, share), percentile(direct_ms, share)
        yield Row(
            f"console to the platform's socket, {name} of {len(ours_ms)} cues",
            f"{ours:.1f} ms",
            f"{limit:.1f} ms (the call alone)",
            f"+{ours - limit:.1f} ms",
            _GOAL if share > 0.9 else "–",
        )


async def _both(
    clip: Path, folder: Path, nginx: NginxRtmp, cues: int
) -> tuple[list[float], list[float]]:
    rng = random.Random(3)
    ours_ns: dict[str, int] = {}
    alone_ns: dict[str, int] = {}
    async with pin_stage(clip, folder, nginx, 3) as stage:
        client = stage.client()
        plain = httpx.AsyncClient(trust_env=False, verify=False, headers=stage.shop.headers)
        try:
            for n in range(cues):
                begun_ns = time.monotonic_ns()
                pin = await client.pins.cue(STORE, new_cue(stage.product(2 * n)))
                ours_ns[pin.key] = begun_ns
                await asyncio.sleep(rng.uniform(0.1, 0.3))
                alone_ns[f"alone-{n}"] = time.monotonic_ns()
                await _alone(stage.shop, plain, stage.product(2 * n + 1), f"alone-{n}")
        finally:
            await plain.aclose()
            await client.close()
        # The first of each: another attempt with its key comes later, and does nothing.
        executions = reversed(await stage.shop.executions())
        carried = {each["key"]: each["mono_ns"] for each in executions}
    return _spans_ms(ours_ns, carried), _spans_ms(alone_ns, carried)


async def _alone(shop: Shop, plain: httpx.AsyncClient, product_id: str, key: str) -> None:
    answer = await plain.post(
        f"{shop.url}/pin", json={"product_id": product_id}, headers={"Idempotency-Key": key}
    )
    answer.raise_for_status()


def _spans_ms(begun_ns: dict[str, int], carried_ns: dict[str, int]) -> list[float]:
    """Of those that arrived; the bench of kills looks for those that did not."""
    return [
        (carried_ns[key] - at_ns) / NS_PER_MS
        for key, at_ns in begun_ns.items()
        if key in carried_ns
    ]
