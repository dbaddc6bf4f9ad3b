"""Do two consoles at one engine ever act on the same item twice, and does a claim ever stay?

All of it is the product's own: two desks without windows (`livedesk.desk`), an engine with its API,
and beside them, as processes, the sandbox's chat and a rule service with 20 ms of delay and one in
twenty answers lost, as are one in twenty of the chat's. Viewers call the shop a scam, which a
person has to look at. The people of both consoles take what is topmost on the page, mostly claim
it, and hide or approve it; one of them claims some and leaves. The service's audit and the chat's
own record of what was done there are the judges.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from benchmarks.rows import Row, percentile
from benchmarks.rule_service import Order, a_service, caller
from livedesk.core.clock import SystemClock
from livedesk.core.events import Json
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.demo.stage import STORE, RulesAt, Stage, open_stage
from livedesk.desk.client import HttpDoor
from livedesk.desk.desk import Desk
from livedesk.desk.link import EngineAccess
from livedesk.desk.queue_view import QueueFilter
from livedesk.sandbox.rules.access import tokens_in

HANDS: Final = 4
"""At each console, under its one name: a person who does not wait for answers."""
_TOPMOST: Final = 12
_LEAVER: Final = "ann"
_LEAVES_PCT: Final = 5
_CLAIMS_PCT: Final = 70
_PER_S: Final = 50
_LIMIT_S: Final = 180.0
_LOOK_EVERY_S: Final = 0.02
_CALM_S: Final = 2.0
_TEXT: Final = "this shop is a scam"
_FAULTS: Final[dict[str, Json]] = {"delay_ms": 20, "drop_before_pct": 2.5, "drop_after_pct": 2.5}
_RULES: Final[dict[str, Json]] = {
    "rules": [
        {"id": "look", "list": "look", "action": "review", "reason": "Bench", "terms": ["scam"]}
    ]
}


@dataclass
class Shift:
    """What became of it, by what was kept outside of engine and consoles."""

    decided: Counter[str] = field(default_factory=Counter)
    """Decisions of each item in the service's audit."""
    executed: Counter[str] = field(default_factory=Counter)
    """What was done to each comment on the platform, repetitions under one key aside."""
    items: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    refused: int = 0
    left: int = 0
    ms: list[float] = field(default_factory=list)

    @property
    def twice(self) -> int:
        return sum(count > 1 for each in (self.decided, self.executed) for count in each.values())


def measure(folder: Path, items: int) -> Iterator[Row]:
    shift = asyncio.run(_shift(folder / "moderation-consoles", items))
    stuck = sum(item["claim"] is not None for item in shift.items)
    undone = items - sum(item["state"] != "waiting" for item in shift.items)
    what = f"two consoles at one engine, {items:,} items"
    yield Row(
        f"{what}: acted on twice, by the service's audit and the chat's record",
        str(shift.twice),
        f"{shift.asked:,} orders, {shift.refused} of them refused",
        goal="0",
    )
    yield Row(
        f"{what}: claims stuck, items not decided", f"{stuck}, {undone}",
        f"{shift.left} claimed and left alone", goal="0, 0",
    )  # fmt: skip
    yield Row(
        f"{what}: key to answer with 20 ms delay and 5 % lost, p50 / p99",
        f"{percentile(shift.ms, 0.5):.0f} / {percentile(shift.ms, 0.99):.0f} ms",
    )


async def _shift(folder: Path, count: int) -> Shift:
    await asyncio.to_thread(folder.mkdir, parents=True)
    shift = Shift()
    async with AsyncExitStack() as opened:
        url, order = await opened.enter_async_context(a_service(folder, _RULES))
        tokens = tokens_in(folder / "data")
        stage = await opened.enter_async_context(
            _stage(folder / "stage", RulesAt(url, tokens["engine"]))
        )
        control = HttpDoor(stage.control_url, stage.control_token)
        opened.push_async_callback(control.close)
        consoles = [
            await opened.enter_async_context(_console(stage, name)) for name in (_LEAVER, "bob")
        ]
        await _until(lambda: all(map(_is_ready, consoles)), "both consoles follow the queue")
        await _work(consoles, control, order, count, shift)
        audit = caller(url, tokens["editor"].reveal())
        opened.push_async_callback(audit.aclose)
        await _judge(audit, control, shift)
    return shift


async def _work(
    consoles: list[Desk], control: HttpDoor, order: Order, count: int, shift: Shift
) -> None:
    await order(_FAULTS)
    burst: Json = {"count": count, "seconds": count / _PER_S, "text": _TEXT}
    await control.post("/chat", {"rate_per_s": 0, "burst": burst, "drop_after_pct": 5})
    over = asyncio.Event()
    async with asyncio.TaskGroup() as hands:
        for desk in consoles:
            at_hand: set[str] = set()
            for hand in range(HANDS):
                rng = Random(f"{desk.moderation.me}-{hand}")
                hands.create_task(_Hand(desk, rng, at_hand, shift, over).work())

        def all_done() -> bool:
            found = [_status(desk) for desk in consoles]
            return all(each.comments >= count and not each.waiting for each in found)

        try:
            await _until(all_done, "all items are decided")
        finally:
            over.set()
    await order({"clear": True})
    await control.post("/chat", {"clear": True})


class _Hand:
    """Takes rows off the page of a console, as its keys do."""

    def __init__(
        self, desk: Desk, rng: Random, at_hand: set[str], shift: Shift, over: asyncio.Event
    ) -> None:
        self._desk = desk
        self._may_leave = desk.moderation.me == _LEAVER
        self._rng = rng
        self._at_hand = at_hand
        self._shift = shift
        self._over = over
        self._view = desk.moderation.new_view(QueueFilter("waiting", STORE))

    async def work(self) -> None:
        while not self._over.is_set():
            self._view.refresh(_NobodyWatches())
            free = [each for each in self._topmost() if each not in self._at_hand]
            if not free:
                await asyncio.sleep(_LOOK_EVERY_S)
                continue
            item_id = self._rng.choice(free)
            self._at_hand.add(item_id)
            if await self._is_dealt_with(item_id):
                self._at_hand.discard(item_id)
        self._view.close()

    async def _is_dealt_with(self, item_id: str) -> bool:
        """False when it was claimed and left: somebody else has to see to it."""
        moderation, drawn = self._desk.moderation, self._rng.uniform(0, 100)
        leaves = self._may_leave and drawn < _LEAVES_PCT
        if leaves or drawn > 100 - _CLAIMS_PCT:
            moderation.claim(item_id)
            if not await self._answered(item_id):
                return True
            self._shift.left += leaves
            if leaves:
                return False
            if not self._still_waits(item_id):
                moderation.release(item_id)
                await self._answered(item_id)
                return True
        begun = time.monotonic()
        self._rng.choice((moderation.hide, moderation.approve))(item_id)
        if await self._answered(item_id):
            self._shift.ms.append((time.monotonic() - begun) * 1000)
        return True

    def _still_waits(self, item_id: str) -> bool:
        """A person sees in the row that somebody decided while the claim was on its way."""
        item = self._desk.moderation.book.item(item_id)
        return item is not None and item.state == "waiting"

    def _topmost(self) -> list[str]:
        """Without those at which the page shows somebody else."""
        ids = [self._view.id_at(at) for at in range(min(len(self._view), _TOPMOST))]
        rows = [(each, self._view.row_of(each, self._desk.now())) for each in ids]
        return [each for each, row in rows if row and (row.claim is None or row.claim.mine)]

    async def _answered(self, item_id: str) -> bool:
        """Whether with yes."""
        orders, now = self._desk.moderation.orders, self._desk.now
        self._shift.asked += 1

        def is_answered() -> bool:
            asked = orders.of(item_id, now())
            return asked is None or asked.state != "sending"

        await _until(is_answered, "an order is answered")
        asked = orders.of(item_id, now())
        self._shift.refused += asked is not None
        self._desk.moderation.dismiss(item_id)
        return asked is None


class _NobodyWatches:
    """A page without a window."""

    def begin_insert(self, first: int, last: int) -> None: ...

    def end_insert(self) -> None: ...

    def begin_remove(self, first: int, last: int) -> None: ...

    def end_remove(self) -> None: ...

    def changed(self, first: int, last: int) -> None: ...

    def begin_reset(self) -> None: ...

    def end_reset(self) -> None: ...


def _is_ready(desk: Desk) -> bool:
    return desk.snapshot().store(STORE) is not None and _status(desk).service.state == "up"


def _status(desk: Desk) -> Any:
    view = desk.snapshot().store(STORE)
    assert view is not None
    status: StoreStatus = view.status
    assert status.moderation is not None
    return status.moderation


async def _judge(audit: httpx.AsyncClient, control: HttpDoor, shift: Shift) -> None:
    async def nothing_goes_on() -> bool:
        """All was done on the platform, and claims of those who left have run out."""
        shift.items = (await audit.get("/v1/items", params={"limit": 5_000})).json()["items"]
        effects = (effect["state"] for item in shift.items for effect in item["effects"])
        is_done = all(state in ("done", "dropped") for state in effects)
        return is_done and not any(item["claim"] for item in shift.items)

    with contextlib.suppress(TimeoutError):
        await _until(nothing_goes_on, "", 40.0)
    await asyncio.sleep(_CALM_S)
    async for entry in _entries(audit):
        if entry["act"] == "decided":
            shift.decided[entry["item_id"]] += 1
    async for done in _executions(control):
        if not done["repeated"]:
            shift.executed[done["target"]] += 1


async def _entries(audit: httpx.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    after = 0
    while entries := (await audit.get("/v1/audit", params={"after": after})).json()["entries"]:
        for entry in entries:
            yield entry
        after = entries[-1]["seq"]


async def _executions(control: HttpDoor) -> AsyncIterator[dict[str, Any]]:
    after = "0"
    while True:
        page = json.loads(await control.get_bytes("/chat/executions", {"after": after}))
        if not page["executions"]:
            return
        for done in page["executions"]:
            yield done
        after = str(page["executions"][-1]["number"])


@asynccontextmanager
async def _stage(folder: Path, rules: RulesAt) -> AsyncIterator[Stage]:
    await asyncio.to_thread(folder.mkdir)
    opened = open_stage(folder, rules)
    stage = await asyncio.to_thread(opened.__enter__)
    try:
        yield stage
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


@asynccontextmanager
async def _console(stage: Stage, name: str) -> AsyncIterator[Desk]:
    async def engine() -> EngineAccess:
        return EngineAccess(stage.engine_url, stage.engine_token)

    tasks = Tasks()
    desk = Desk(engine, SystemClock(), tasks, Random(name), me=name)
    desk.start()
    try:
        yield desk
    finally:
        await tasks.close()
        await desk.close()


async def _until(
    condition: Callable[[], bool | Awaitable[bool]], what: str, limit_s: float = _LIMIT_S
) -> None:
    """Raises TimeoutError."""
    until_s = time.monotonic() + limit_s
    while True:
        met = condition()
        if await met if inspect.isawaitable(met) else met:
            return
        if time.monotonic() > until_s:
            raise TimeoutError(f"not within {limit_s:.0f} s: {what}")
        await asyncio.sleep(_LOOK_EVERY_S)
