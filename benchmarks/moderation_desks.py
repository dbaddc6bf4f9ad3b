"""Do two desks of moderators ever act on the same item twice, and does a claim ever stay?

First two consoles at one engine (`moderation_consoles.py`), then the service's contract alone, as a
desk that somebody else wrote may use it: a rule service as a process of its own, with 20 ms of
delay and one in twenty answers lost, has a queue of items that wait. The people of two desks, each
desk with its own client, take the oldest, claim it, decide, and send again what was not answered.
Some claim an item and leave. What the queue would have let happen without claims is seen by what it
refused.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks import moderation_consoles
from benchmarks.rows import Row, percentile
from benchmarks.rule_service import a_service, caller
from livedesk.core.events import Json
from livedesk.sandbox.rules.access import tokens_in

PEOPLE: Final = 4
"""At each of the two desks."""
_STORES: Final = 20
_LEAVES_PCT: Final = 5
_ABANDONED_S: Final = 3.0
_PATIENCE_S: Final = 60.0
_FAULTS: Final[dict[str, Json]] = {"delay_ms": 20, "drop_before_pct": 2.5, "drop_after_pct": 2.5}
_RULES: Final[dict[str, Json]] = {
    "rules": [
        {
            "id": "look", "list": "look", "action": "review", "reason": "Bench",
            "terms": ["rubbish"],
        }
    ],
    "allow": {},
    "faq": [],
}  # fmt: skip


@dataclass
class Found:
    decided: dict[str, str] = field(default_factory=dict)
    """By item: the key that was answered with yes."""
    twice: int = 0
    refused: int = 0
    left: int = 0
    ms: list[float] = field(default_factory=list)
    """From the claim until the decision was answered."""


def measure(folder: Path, items: int) -> Iterator[Row]:
    yield from moderation_consoles.measure(folder, items)
    found, page = asyncio.run(_shift(folder / "moderation-desks", items))
    acted = sum(len(item["decisions"]) > 1 or len(item["effects"]) > 1 for item in page)
    stuck = sum(item["claim"] is not None for item in page)
    open_still = sum(item["state"] == "waiting" for item in page)
    what = f"two clients of the service's contract, {len(page)} items, {2 * PEOPLE} people"
    yield Row(
        f"{what}: items acted on twice",
        str(acted + found.twice),
        f"{found.refused} attempts refused",
        goal="0",
    )
    yield Row(
        f"{what}: claims stuck, items left", f"{stuck}, {open_still}",
        f"{found.left} claimed and left alone", goal="0, 0",
    )  # fmt: skip
    yield Row(
        f"{what}: claim to decision with 20 ms delay and 5 % lost, p50 / p99",
        f"{percentile(found.ms, 0.5):.0f} / {percentile(found.ms, 0.99):.0f} ms",
    )


async def _shift(folder: Path, count: int) -> tuple[Found, list[dict[str, Any]]]:
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with a_service(folder, _RULES) as (url, order):
        token = tokens_in(folder / "data")["engine"].reveal()
        desks = [caller(url, token) for _ in range(2)]
        try:
            await _fill(desks[0], count)
            await order(_FAULTS)
            found = Found()
            people = [
                (desk, f"desk{at}-{n}") for at, desk in enumerate(desks) for n in range(PEOPLE)
            ]
            await asyncio.gather(
                *(_work(desk, name, found, random.Random(name)) for desk, name in people)
            )
            await order({"clear": True})
            page = await _at_rest(desks[0])
        finally:
            for desk in desks:
                await desk.aclose()
    return found, page


async def _at_rest(desk: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The items when the claims of those who left have had their time."""
    until_s = time.monotonic() + 2 * _ABANDONED_S
    while True:
        answer = await desk.get("/v1/items", params={"limit": 5_000})
        items: list[dict[str, Any]] = answer.json()["items"]
        if time.monotonic() > until_s or not any(item["claim"] for item in items):
            return items
        await asyncio.sleep(0.2)


async def _fill(desk: httpx.AsyncClient, count: int) -> None:
    for store in range(_STORES):
        comments = [
            {
                "id": f"c{n}", "author_id": f"u{n % 17}", "author": "Viewer", "text": "rubbish",
                "utc_ns": time.time_ns(),
            }
            for n in range(count // _STORES)
        ]  # fmt: skip
        body = {"store": f"store-{store}", "comments": comments}
        (await desk.post("/v1/comments", json=body)).raise_for_status()


async def _work(desk: httpx.AsyncClient, name: str, found: Found, rng: random.Random) -> None:
    """One person, until nothing waits any more, also nothing that somebody claimed and left."""
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        answer = await _answered(desk, "GET", "/v1/items?state=waiting&limit=12")
        waiting = answer.json()["items"]
        if not waiting:
            return
        await _handle(desk, name, rng.choice(waiting), found, rng)


async def _handle(
    desk: httpx.AsyncClient, name: str, item: dict[str, Any], found: Found, rng: random.Random
) -> None:
    path, begun_s = f"/v1/items/{item['id']}", time.monotonic()
    leaves = rng.uniform(0, 100) < _LEAVES_PCT
    claim: dict[str, Json] = {"by": name, **({"for_s": _ABANDONED_S} if leaves else {})}
    if (await _answered(desk, "POST", f"{path}/claim", claim)).status_code != 200:
        found.refused += 1
        return
    if leaves:
        found.left += 1
        return
    key = f"{name}-{rng.getrandbits(64):x}"
    body: dict[str, Json] = {
        "kind": rng.choice(("hide", "approve")), "by": name, "utc_ns": time.time_ns(),
        "seen": len(item["decisions"]),
    }  # fmt: skip
    answer = await _answered(desk, "POST", f"{path}/decide", body, key)
    if answer.status_code != 200:
        found.refused += 1
        await _answered(desk, "POST", f"{path}/release", {"by": name})
        return
    found.ms.append((time.monotonic() - begun_s) * 1000)
    found.twice += item["id"] in found.decided
    found.decided[item["id"]] = key


async def _answered(
    desk: httpx.AsyncClient, method: str, path: str, body: Json = None, key: str = ""
) -> httpx.Response:
    """Sent again, under the same key, until there is an answer."""
    headers = {"Idempotency-Key": key} if key else {}
    while True:
        try:
            answer = await desk.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            continue
        if answer.status_code != 503:
            return answer
