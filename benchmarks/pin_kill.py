"""The engine is killed at random points of many pins: is one sent twice, forgotten, or untrue?

A host goes on cueing, whatever happens; somebody kills the engine (SIGKILL) again and again, and
its watch starts it anew. At the end the ledger is held against what the platform carried out.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.pin_stage import STORE, PinStage, made, new_cue, pin_stage
from benchmarks.rows import Row
from livedesk.core.clock import NS_PER_S
from livedesk.core.pins import PinStatus
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.journal.pins import pin_rows
from livedesk.journal.reader import SessionReader
from tests.peers.peers import NginxRtmp
from tests.waiting import until

_SETTLED_S: Final = 30.0
_ONE_ENGINE_S: Final = 1.0
"""No attempt leaves after the budget of 0.8 s, and no engine comes up sooner than this."""


@dataclass(slots=True)
class Cued:
    """What the host knows: which cues the engine said it took, and which were left unanswered."""

    taken: set[str] = field(default_factory=set)
    unanswered: int = 0
    refused: int = 0
    kills: int = 0

    @property
    def count(self) -> int:
        return len(self.taken) + self.unanswered + self.refused


def measure(clip: Path, folder: Path, nginx: NginxRtmp, cues: int) -> Iterator[Row]:
    cued, pins, journal = asyncio.run(_killed(clip, made(folder / "pin-kill"), nginx, cues))
    carried = Counter(each["key"] for each in journal if not each["repeated"])
    what = f"engine killed {cued.kills} times in {cued.count} cues"
    forgotten = cued.taken - {pin.id for pin in pins}
    untrue = [pin for pin in pins if not _is_true(pin, carried)]
    twice = sum(count > 1 for count in carried.values()) + _sent_anew(journal)
    words = ", ".join(f"{n} {state}" for state, n in Counter(p.state for p in pins).most_common())
    yield Row(f"{what}: outcomes on record", f"{words}; {cued.unanswered} cues unanswered")
    yield Row(f"{what}: pins sent twice", str(twice), goal="0")
    yield Row(f"{what}: taken and forgotten", str(len(forgotten)), goal="0")
    yield Row(f"{what}: without a true end", str(len(untrue)), goal="0")


def _sent_anew(journal: list[dict[str, Any]]) -> int:
    """Attempts with a known key that another engine must have made.

    Those of one engine belong to a pin: they come within its budget, and do nothing.
    """
    first_ns: dict[str, int] = {}
    anew = 0
    for each in journal:
        began_ns = first_ns.setdefault(each["key"], each["mono_ns"])
        anew += each["mono_ns"] - began_ns > _ONE_ENGINE_S * NS_PER_S
    return anew


def _is_true(pin: PinStatus, carried: Counter[str]) -> bool:
    """Shown means that the platform did it; refused or too late to be sent, that it did not.

    Of one that failed or was replaced both can be, as the platform may have shown it for a moment.
    """
    if pin.settled_ms is None:
        return False
    if pin.shown:
        return carried[pin.key] > 0
    return pin.state not in ("refused", "late") or carried[pin.key] == 0


async def _killed(
    clip: Path, folder: Path, nginx: NginxRtmp, cues: int
) -> tuple[Cued, list[PinStatus], list[dict[str, Any]]]:
    rng, cued = random.Random(9), Cued()
    async with pin_stage(clip, folder, nginx, 9, median_ms=80) as stage:
        while cued.count < cues:
            await _some(stage, rng, cued, min(rng.randint(2, 8), cues - cued.count))
            await until(stage.may_pin, "a new engine pins")
        await until(lambda: _is_settled(stage), "all pins are settled", _SETTLED_S)
        journal = await stage.shop.executions()
        pins = await asyncio.to_thread(_recorded, stage.here.session_file())
    return cued, pins, journal


async def _some(stage: PinStage, rng: random.Random, cued: Cued, count: int) -> None:
    """A few cues, and a kill at any point of the last one: before, within or after."""
    client = stage.client()
    pid = stage.here.engine_pid
    try:
        for n in range(count):
            is_last = n == count - 1
            killer = asyncio.create_task(_kill(pid, rng.uniform(0.0, 0.3))) if is_last else None
            await _one(stage, client, cued)
            if killer is not None:
                await killer
                cued.kills += 1
            else:
                await asyncio.sleep(rng.uniform(0.0, 0.4))
    finally:
        await client.close()
    await until(lambda: stage.here.engine_pid not in (0, pid), "the watch starts another")


async def _one(stage: PinStage, client: EngineClient, cued: Cued) -> None:
    try:
        pin = await client.pins.cue(STORE, new_cue(stage.product(cued.count)))
    except RefusedError:
        cued.refused += 1
    except DeskError:
        cued.unanswered += 1
    else:
        cued.taken.add(pin.id)


async def _kill(pid: int, after_s: float) -> None:
    await asyncio.sleep(after_s)
    os.kill(pid, signal.SIGKILL)


async def _is_settled(stage: PinStage) -> bool:
    pins = (await asyncio.to_thread(stage.here.status)).get("pins") or {}
    return bool(pins) and all(pin["settled_ms"] is not None for pin in pins["recent"])


def _recorded(session: Path) -> list[PinStatus]:
    with SessionReader.open(session) as record:
        return [row.pin for row in pin_rows(record.events())]
