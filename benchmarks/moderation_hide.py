"""How long is it from a comment to its hiding on the platform?

All is real: the sandbox's viewers, chat and rule service, and an engine that carries a feed. The
rule service takes 100 ms longer for each call; of its calls, and of the chat's, 5 % fail: half are
answered 503, a quarter are cut off before they are carried out, a quarter after. Each comment of
the burst has to be hidden, and the audience writes beside it. The chat's own record is the judge.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.rows import Row, percentile
from livedesk.core.events import Json
from livedesk.demo.stage import STORE, RulesAt, Stage, open_stage
from livedesk.desk.client import HttpDoor

FAULTS: Final[dict[str, Json]] = {
    "error_pct": 2.5, "drop_before_pct": 1.25, "drop_after_pct": 1.25,
}  # fmt: skip
DELAY_MS: Final = 100
_BAD: Final = "d0uble your m0ney with my broker"
BAD_PER_S: Final = 5
_AUDIENCE_PER_S: Final = 10
_START_LIMIT_S: Final = 30.0
END_LIMIT_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.05
_FIELD_S: Final = 4.7
"""Median of automatic hiding in the field."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Of a burst, by the chat's own record. A comment that stays visible took for ever."""

    took_ms: list[float]
    twice: int
    clean: int
    """Hidden, though nothing was wrong with them."""

    @property
    def missing(self) -> int:
        return self.took_ms.count(float("inf"))


class HideBench:
    """An engine on air with the sandbox; what is ordered of them, and what they tell."""

    def __init__(self, stage: Stage) -> None:
        self._control = HttpDoor(stage.control_url, stage.control_token)
        self._engine = HttpDoor(stage.engine_url, stage.engine_token)
        self._ingest_url = stage.ingest_url

    async def close(self) -> None:
        await self._control.close()
        await self._engine.close()

    async def start(self) -> None:
        """On air, with rules."""
        await self.order("/encoder", start=self._ingest_url.reveal())

        async def is_ready() -> bool:
            status = await self.status()
            moderation = status.get("moderation") or {}
            return status.get("state") == "live" and moderation["service"]["state"] == "up"

        await until(is_ready, _START_LIMIT_S, "the store is live and the rule service there")

    async def order(self, path: str, **order: Json) -> None:
        await self._control.post(path, order)

    async def status(self) -> dict[str, Any]:
        return dict(json.loads(await self._engine.get_bytes(f"/v1/stores/{STORE}/status")))

    async def burst(self, count: int) -> None:
        """It has begun when this returns."""
        burst: Json = {"count": count, "seconds": count / BAD_PER_S, "text": _BAD}
        await self.order("/chat", rate_per_s=_AUDIENCE_PER_S, bad_pct=0, burst=burst, **FAULTS)

    async def hidden(self, count: int) -> Hidden:
        """When all of the burst are, or half a minute after its end."""

        async def is_done() -> bool:
            state = json.loads(await self._control.get_bytes("/state"))
            return bool(state["chat"]["hidden"] >= count)

        await until(is_done, count / BAD_PER_S + END_LIMIT_S)
        await self.order("/chat", clear=True)
        return await self._judged()

    async def bad(self) -> set[str]:
        """Ids of the comments of the burst."""
        return {said["id"] for said in await self._pages("comments", "n") if is_bad(said)}

    async def _judged(self) -> Hidden:
        bad, clean, took_ms = set[str](), set[str](), dict[str, float]()
        twice = wrong = 0
        for said in await self._pages("comments", "n"):
            (bad if is_bad(said) else clean).add(said["id"])
        for done in await self._pages("executions", "number"):
            if done["verb"] == "hide" and not done["repeated"]:
                twice += done["target"] in took_ms
                wrong += done["target"] in clean
                took_ms.setdefault(done["target"], done["after_ms"])
        return Hidden([took_ms.get(each, float("inf")) for each in bad], twice, wrong)

    async def _pages(self, name: str, number: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            params: dict[str, str | float] = {"after": str(found[-1][number] if found else 0)}
            page = json.loads(await self._control.get_bytes(f"/chat/{name}", params))[name]
            if not page:
                return found
            found += page


def is_bad(said: dict[str, Any]) -> bool:
    """Whether a comment is one of the burst."""
    return bool(said["kind"] == "ordered")


def measure(folder: Path, comments: int) -> Iterator[Row]:
    hidden = asyncio.run(_hide(made(folder / "moderation-hide"), comments))
    how = f"{DELAY_MS} ms and 5 % faults"
    for name, share, goal in (("p50", 0.5, "–"), ("p99", 0.99, "≤ 1,500 ms")):
        took_ms = percentile(hidden.took_ms, share)
        ours = "not hidden" if took_ms == float("inf") else f"{took_ms:,.0f} ms"
        yield Row(
            f"comment to hidden on the platform {name}, {how}, {comments:,} comments",
            ours,
            f"{_FIELD_S} s (field median)",
            f"{_FIELD_S * 1000 / took_ms:.1f}",
            goal,
        )
    yield right(hidden, how)


def right(hidden: Hidden, how: str) -> Row:
    found = f"{hidden.twice}, {hidden.missing}, {hidden.clean}"
    return Row(f"hidden twice, not hidden, hidden though clean; {how}", found, goal="0, 0, 0")


async def _hide(folder: Path, comments: int) -> Hidden:
    async with bench_at(folder) as bench:
        await bench.order("/rules-faults", delay_ms=DELAY_MS, **FAULTS)
        await bench.burst(comments)
        return await bench.hidden(comments)


@asynccontextmanager
async def bench_at(folder: Path, rules: RulesAt | None = None) -> AsyncIterator[HideBench]:
    """On air, and the rules are at hand. `rules`: a service beside the sandbox's."""
    opened = open_stage(folder, rules)
    stage = await asyncio.to_thread(opened.__enter__)
    bench = HideBench(stage)
    try:
        await bench.start()
        yield bench
    finally:
        await bench.close()
        await asyncio.to_thread(opened.__exit__, None, None, None)


async def until(condition: Callable[[], Awaitable[bool]], limit_s: float, what: str = "") -> float:
    """After how long it held. Raises TimeoutError when it has to and does not."""
    begun = time.monotonic()
    while not await condition():
        if time.monotonic() - begun > limit_s:
            if what:
                raise TimeoutError(f"not within {limit_s:.0f} s: {what}")
            break
        await asyncio.sleep(_LOOK_EVERY_S)
    return time.monotonic() - begun


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
