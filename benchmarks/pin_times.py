"""How long is it from the cue to the read-back, on a service that is slow, drops and fails?

The service is the sandbox's shop over real sockets: 80 ms median, 5 % of all calls taking 1 to 2 s
and taking effect only then, 1 % carried out but not answered, 1 % answered 503. Beside it, on shops
of the same kind at the same time, what a plain client does: one request on a new connection, and
one to read back. It pins from the host's cue on, as we do.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from benchmarks.rows import Row, percentile
from benchmarks.shops import Shop, shops
from livedesk.core.clock import NS_PER_MS, Clock, SystemClock
from livedesk.core.events import Json
from livedesk.core.pins import Product
from livedesk.pins.dispatcher import Dispatcher
from livedesk.pins.pin import Pin
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.tokens import TokenShelf

BUDGET_MS: Final = 800.0
SERVICE: Final[dict[str, Json]] = {
    "median_ms": 80, "slow_pct": 5, "slow_ms": [1000, 2000], "slow_executes": "last",
    "drop_after_pct": 1, "error_pct": 1, "error_status": 503,
}  # fmt: skip
_OURS, _PEERS = 8, 2
_NO_LIMIT = 1_000_000
_PLAIN: Final[dict[str, Any]] = {"timeout": 5.0, "trust_env": False, "verify": False}
"""The time is httpx's own. No certificates: loading them for plain HTTP would only slow it down."""


@dataclass(slots=True)
class Tally:
    latencies_ms: list[float] = field(default_factory=list)
    """Of those that were shown."""
    states: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    reads: int = 0

    @property
    def count(self) -> int:
        return self.states.total()

    @property
    def within(self) -> int:
        return sum(ms <= BUDGET_MS for ms in self.latencies_ms)

    def ms(self, share: float) -> str:
        """A pin that was not shown took longer than any that was."""
        never = self.count - len(self.latencies_ms)
        value = percentile([*self.latencies_ms, *[float("inf")] * never], share)
        return "not shown" if value == float("inf") else f"{value:,.0f} ms"


def measure(folder: Path, pins: int, seed: int, *, keys: bool) -> Iterator[Row]:
    ours, plain, doubles, repeats = asyncio.run(_both(folder, pins, seed, keys=keys))
    how = "with keys" if keys else "without keys"
    whole = f"{ours.count:,} pins"
    goals = {0.5: "–", 0.99: "≤ 450 ms", 0.999: "≤ 800 ms"} if keys else {}
    for share, name in ((0.5, "p50"), (0.99, "p99"), (0.999, "p99.9")):
        yield Row(
            f"cue to read-back {name}, {how}, {whole}",
            ours.ms(share),
            f"{plain.ms(share)} plain client ({plain.count:,})",
            _ratio(plain, ours, share),
            goals.get(share, "–"),
        )
    yield Row(
        f"shown within {BUDGET_MS:,.0f} ms, {how}",
        f"{ours.within / ours.count:.2%} ({_told(ours)})",
        f"{plain.within / plain.count:.2%} ({_told(plain)})",
    )
    calls = f"{ours.attempts / ours.count:.2f} + {ours.reads / ours.count:.2f} calls a pin"
    more = f"{doubles} ({repeats} repeats had no effect; {calls})"
    if keys:
        yield Row(f"pins carried out twice, {how}", more, goal="0 in 10,000")
    else:
        yield Row(f"shown again what was shown, {how}", f"{doubles} ({calls})")


def _told(tally: Tally) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in tally.states.most_common())


def _ratio(plain: Tally, ours: Tally, share: float) -> str:
    def value(tally: Tally) -> float:
        never = tally.count - len(tally.latencies_ms)
        return percentile([*tally.latencies_ms, *[float("inf")] * never], share)

    ratio = value(plain) / value(ours)
    return "–" if ratio in (float("inf"), 0) or ratio != ratio else f"{ratio:.1f}"


async def _both(folder: Path, pins: int, seed: int, *, keys: bool) -> tuple[Tally, Tally, int, int]:
    clock = SystemClock()
    ours, plain = Tally(), Tally()
    order = {**SERVICE, "honours_keys": keys}
    async with shops(_OURS + _PEERS, seed, **order) as rooms:
        mine, theirs = rooms[:_OURS], rooms[_OURS:]
        shelf = TokenShelf(folder / "tokens", clock, Random(seed))
        each = pins // _OURS
        done = asyncio.Event()
        peers = [asyncio.create_task(_plainly(shop, plain, done)) for shop in theirs]
        await asyncio.gather(
            *(
                _dispatched(shop, each, seed + n, clock, shelf, ours, keys=keys)
                for n, shop in enumerate(mine)
            )
        )
        done.set()
        await asyncio.gather(*peers)
        figures = [await shop.figures() for shop in mine]
    # What was shown already was carried out again; without keys that is all that can be seen.
    doubles = sum(each["doubles"] + each["again"] for each in figures)
    return ours, plain, doubles, sum(each["repeats"] for each in figures)


async def _dispatched(
    shop: Shop,
    pins: int,
    seed: int,
    clock: Clock,
    shelf: TokenShelf,
    tally: Tally,
    *,
    keys: bool,
) -> None:
    """One host, who waits until a pin has settled, and talks for a moment."""
    rng = Random(seed)
    calls = CallBudget(_NO_LIMIT)
    gateway = shop.gateway(clock, calls, shelf, rng, keys=keys)
    settled: asyncio.Queue[Pin] = asyncio.Queue()

    def told(pin: Pin) -> None:
        if pin.is_settled or pin.settled_mono_ns is not None:
            settled.put_nowait(pin)

    dispatcher = Dispatcher(gateway, calls, clock, rng, _recorded, told)
    await gateway.keep_warm()
    try:
        for n in range(pins):
            product = product_of(shop.access["products"], n)
            dispatcher.cue(bench_pin(f"{seed}-{n}", product, clock))
            pin = await settled.get()
            tally.states[pin.state] += 1
            tally.codes[pin.code] += 1
            tally.attempts += pin.attempts
            tally.reads += pin.reads
            if pin.latency_ms is not None:
                tally.latencies_ms.append(pin.latency_ms)
            await asyncio.sleep(rng.uniform(0.0, 0.1))
    finally:
        await dispatcher.close()
        await gateway.close()


def product_of(ids: Sequence[str], n: int) -> Product:
    """Never the one before it, so that a pin carried out twice can be told."""
    return Product(ids[n % _PINNED], f"Product {n % _PINNED}")


_PINNED: Final = 3


def bench_pin(name: str, product: Product, clock: Clock) -> Pin:
    now_ns = clock.mono_ns()
    return Pin(
        id=name,
        key=f"bench:{product.id}:{name}",
        product=product,
        cued_mono_ns=now_ns,
        cued_utc_ns=clock.utc_ns(),
        received_mono_ns=now_ns,
        deadline_mono_ns=now_ns + round(BUDGET_MS * NS_PER_MS),
        source="api",
    )


async def _recorded(_: Pin) -> bool:
    return True


async def _plainly(shop: Shop, tally: Tally, done: asyncio.Event) -> None:
    """A connection a call, no second try: the first code that anybody writes."""
    n = 0
    while not done.is_set():
        product, n = product_of(shop.access["products"], n), n + 1
        begun_s = time.monotonic()
        shown = await _plain_pin(shop, product.id, f"plain-{n}")
        tally.states["confirmed" if shown else "failed"] += 1
        if shown:
            tally.latencies_ms.append((time.monotonic() - begun_s) * 1000)


async def _plain_pin(shop: Shop, product_id: str, key: str) -> bool:
    headers = {**shop.headers, "Idempotency-Key": key}
    try:
        async with httpx.AsyncClient(**_PLAIN) as client:
            body = {"product_id": product_id}
            answer = await client.post(f"{shop.url}/pin", json=body, headers=headers)
        if not answer.is_success:
            return False
        async with httpx.AsyncClient(**_PLAIN) as client:
            answer = await client.get(f"{shop.url}/pin", headers=shop.headers)
        return answer.is_success and answer.json()["pinned"]["product_id"] == product_id
    except httpx.HTTPError:
        return False
