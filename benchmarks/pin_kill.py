"""The engine is killed at random points of many pins: is one sent twice, forgotten, or untrue?

A host goes on cueing, whatever happens; somebody kills the engine (SIGKILL) again and again, and
its watch starts it anew. A cue that got no answer is given again under its name. At the end the
ledger is held against what the platform carried out.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.pin_stage import STORE, PinStage, made, new_cue, pin_stage
from benchmarks.rows import Row
from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import PinStatus
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.pin_client import CueCall
from livedesk.journal.fold.pins import pin_rows
from livedesk.journal.reader import SessionReader
from tests.peers.peers import NginxRtmp
from tests.waiting import until

_SETTLED_S: Final = 30.0
_CLOCK_ERROR_NS: Final = 5 * NS_PER_MS
"""Between two readings of the wall clock, as it is slewed."""
_ONE_ENGINE_S: Final = 1.0
"""No attempt leaves after the budget of 0.8 s, and no engine comes up sooner than this."""


@dataclass(slots=True)
class Cued:
    """What the host knows: which cues the engine said it took, and which it left unanswered."""

    taken: set[str] = field(default_factory=set)
    open: list[CueCall] = field(default_factory=list)
    """Without an answer so far, as their engine was killed."""
    unanswered: int = 0
    refused: int = 0
    kills: int = 0

    @property
    def count(self) -> int:
        return len(self.taken) + len(self.open) + self.refused


def measure(clip: Path, folder: Path, nginx: NginxRtmp, cues: int) -> Iterator[Row]:
    cued, pins, platform = asyncio.run(_killed(clip, made(folder / "pin-kill"), nginx, cues))
    what = f"engine killed {cued.kills} times in {cued.count} cues"
    forgotten = cued.taken - {pin.id for pin in pins}
    untrue = [pin for pin in pins if not _is_true(pin, platform)]
    unasked = len(pins) - cued.count
    words = ", ".join(f"{n} {state}" for state, n in Counter(p.state for p in pins).most_common())
    told = f"{words}; {cued.unanswered} cues got no answer and were given again"
    yield Row(f"{what}: outcomes on record", told)
    yield Row(f"{what}: pins sent twice", str(platform.twice + max(0, unasked)), goal="0")
    yield Row(f"{what}: taken and forgotten", str(len(forgotten)), goal="0")
    yield Row(f"{what}: carried out, not on record", str(platform.unknown_to(pins)), goal="0")
    yield Row(f"{what}: without a true end", str(len(untrue)), goal="0")


@dataclass(frozen=True, slots=True)
class Platform:
    """What was carried out, by key: how often, and when first. `shown_key`: the last of them.

    One that an older pin displaced is sent once more, under its key with `/2`.
    """

    carried: Counter[str]
    first_utc_ns: dict[str, int]
    shown_key: str
    sent_anew: int

    @property
    def twice(self) -> int:
        return self.sent_anew + sum(count > 1 for count in self.carried.values())

    def unknown_to(self, pins: list[PinStatus]) -> int:
        known = {pin.key for pin in pins} | {_again(pin) for pin in pins if _is_displaced(pin)}
        return len(set(self.carried) - known)


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


def _again(pin: PinStatus) -> str:
    return f"{pin.key}/2"


def _is_displaced(pin: PinStatus) -> bool:
    return pin.code == "displaced" or pin.state in ("superseded", "accepted")


def _is_true(pin: PinStatus, platform: Platform) -> bool:
    """Shown: the platform did it, and not after we said so. Not shown: it shows another at the end.

    Never sent, as it was refused or its time was over: the platform has not heard of it.
    """
    if pin.settled_ms is None:
        return False
    if pin.shown:
        settled_utc_ns = pin.cued_utc_ns + round(pin.settled_ms * NS_PER_MS)
        done_utc_ns = platform.first_utc_ns.get(pin.key)
        return done_utc_ns is not None and done_utc_ns <= settled_utc_ns + _CLOCK_ERROR_NS
    if pin.state == "refused" or (pin.state == "late" and pin.sent_ms is None):
        return platform.carried[pin.key] == 0
    return pin.shown is None or platform.shown_key not in (pin.key, _again(pin))


async def _killed(
    clip: Path, folder: Path, nginx: NginxRtmp, cues: int
) -> tuple[Cued, list[PinStatus], Platform]:
    rng, cued = random.Random(9), Cued()
    async with pin_stage(clip, folder, nginx, 9, median_ms=80) as stage:
        while cued.count < cues:
            await _some(stage, rng, cued, min(rng.randint(2, 8), cues - cued.count))
            await until(stage.may_pin, "a new engine pins")
            await _given_again(stage, cued)
        await until(lambda: _is_settled(stage), "all pins are settled", _SETTLED_S)
        journal = await stage.shop.executions()
        pins = await asyncio.to_thread(_recorded, stage.here.session_file())
    done = [each for each in journal if not each["repeated"]]
    utc_ns = time.time_ns() - time.monotonic_ns()
    first = {each["key"]: each["mono_ns"] + utc_ns for each in reversed(done)}
    carried = Counter(each["key"] for each in done)
    return cued, pins, Platform(carried, first, done[-1]["key"], _sent_anew(journal))


async def _given_again(stage: PinStage, cued: Cued) -> None:
    """As a pad does, under the same name: whatever the first came to, it is one pin."""
    client = stage.client()
    try:
        for call in cued.open:
            cued.taken.add((await client.pins.cue(STORE, call)).id)
    finally:
        await client.close()
    cued.unanswered += len(cued.open)
    cued.open.clear()


async def _some(stage: PinStage, rng: random.Random, cued: Cued, count: int) -> None:
    """A few cues, and a kill at any point of the last one: before, within or after."""
    client = stage.client()
    pid = stage.here.engine_pid
    try:
        for n in range(count):
            is_last = n == count - 1
            killer = asyncio.create_task(_kill(pid, _moment_s(rng))) if is_last else None
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
    call = new_cue(stage.product(cued.count))
    try:
        pin = await client.pins.cue(STORE, call)
    except RefusedError:
        cued.refused += 1
    except DeskError:
        cued.open.append(call)
    else:
        cued.taken.add(pin.id)


def _moment_s(rng: random.Random) -> float:
    """Within a pin's life; every second time before the engine has answered."""
    return rng.uniform(0.0, rng.choice((0.02, 0.3)))


async def _kill(pid: int, after_s: float) -> None:
    await asyncio.sleep(after_s)
    os.kill(pid, signal.SIGKILL)


async def _is_settled(stage: PinStage) -> bool:
    pins = (await asyncio.to_thread(stage.here.status)).get("pins") or {}
    return bool(pins) and all(pin["settled_ms"] is not None for pin in pins["recent"])


def _recorded(session: Path) -> list[PinStatus]:
    with SessionReader.open(session) as record:
        return [row.pin for row in pin_rows(record.events())]
