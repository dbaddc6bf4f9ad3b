"""120 cues a minute where the platform allows 100 calls: is any lost, or told of too late?

A real minute over real sockets, with a shop that counts calls and answers 429 beyond its limit.
Other calls (products, warming) ask for their turn once a second.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.pin_times import bench_pin, product_of
from benchmarks.rows import Row, percentile
from benchmarks.shops import shops
from livedesk.core.clock import NS_PER_MS, NS_PER_S, SystemClock
from livedesk.core.tasks import Tasks
from livedesk.pins.dispatcher import Dispatcher
from livedesk.pins.pin import Pin
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.tokens import TokenShelf
from tests.waiting import until

PER_MIN: Final = 100
CUES_PER_MIN: Final = 120
_UNTIL_SETTLED_S: Final = 100.0


def measure(folder: Path, minutes: float) -> Iterator[Row]:
    pins, background, refused_there, carried = asyncio.run(_minute(folder, minutes))
    outcomes = Counter(pin.state for pin in pins.values())
    silent = sum(pin.settled_mono_ns is None for pin in pins.values())
    told_ms = [
        ((pin.settled_mono_ns or 0) - pin.cued_mono_ns) / NS_PER_MS
        for pin in pins.values()
        if pin.state == "refused"
    ]
    what = f"{CUES_PER_MIN} cues a minute, {PER_MIN} calls a minute"
    words = ", ".join(f"{count} {state}" for state, count in outcomes.most_common())
    yield Row(f"{what}: outcomes of {len(pins)} cues", words)
    yield Row(f"{what}: without an outcome", str(silent), goal="0")
    shown = sum(pin.attempts > 0 and pin.state != "failed" for pin in pins.values())
    yield Row(
        f"{what}: said to be carried out", f"{shown}", f"{carried} by the platform's own count"
    )
    yield Row(f"{what}: answered 429 by the platform", str(refused_there), goal="no storm")
    if told_ms:
        yield Row(
            f"{what}: told that there is no call left", f"p99 {percentile(told_ms, 0.99):.1f} ms"
        )
    early, late = background
    yield Row(
        f"{what}: other calls let through", f"{late} of the last 30", f"{early} of the first 30"
    )


async def _minute(folder: Path, minutes: float) -> tuple[dict[str, Pin], tuple[int, int], int, int]:
    clock, rng = SystemClock(), Random(5)
    calls = CallBudget(PER_MIN)
    pins: dict[str, Pin] = {}
    granted: list[bool] = []

    async def others() -> None:
        while True:
            granted.append(calls.take("background", clock.mono_ns()))
            await asyncio.sleep(1)

    async def recorded(_: Pin) -> bool:
        return True

    def told(pin: Pin) -> None:
        pins[pin.id] = pin

    async with shops(1, 5, median_ms=80, rate_per_min=PER_MIN) as (shop,):
        shelf = TokenShelf(folder / "tokens", clock, rng)
        gateway = shop.gateway(clock, calls, shelf, rng)
        dispatcher = Dispatcher(gateway, calls, clock, rng, recorded, told)
        tasks = Tasks()
        tasks.spawn("other calls", others())
        try:
            begun_ns = clock.mono_ns()
            for n in range(round(minutes * CUES_PER_MIN)):
                due_ns = begun_ns + round(n * 60 / CUES_PER_MIN * NS_PER_S)
                await asyncio.sleep(max(0.0, (due_ns - clock.mono_ns()) / NS_PER_S))
                dispatcher.cue(bench_pin(f"{n}", product_of(shop.access["products"], n), clock))
            await until(lambda: not dispatcher.unsettled, "the last pin", _UNTIL_SETTLED_S)
        finally:
            await tasks.close()
            await dispatcher.close()
            await gateway.close()
        figures = await shop.figures()
    background = (sum(granted[:30]), sum(granted[-30:]))
    return pins, background, figures["calls"]["refused"], figures["executions"]
