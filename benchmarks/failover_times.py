"""How soon does the stream move, how soon is it back, and what does the platform lack then?

Several installations run side by side. In each the primary path is struck at a random phase, the
relay moves to the bonded one, the primary heals, a person's order takes the stream back, and so on;
dwell time and the limit of switches are lifted for that. Beside each trial the rules of others get
the very bytes that arrived over the struck path: after our switch none come any more, so they are
continued as the fault dictates, nothing after an outage, the rate of the throttle after a throttle.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path as FilePath
from typing import Any, Final

from benchmarks.frames import ClipFrames, Seam
from benchmarks.machine import busy_s
from benchmarks.media import FULL_HD_KBPS
from benchmarks.rows import Row, percentile
from benchmarks.rules import Arrival, first_bad_s, noalbs, steady, window
from benchmarks.stage import UPLINKS, Stage, stage
from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.sandbox.path import Path
from livedesk.sandbox.shape import Shape
from livedesk.sandbox.supply import ConstantRate
from tests.waiting import until

_INSTALLATIONS: Final = 3
_THROTTLED_KBPS: Final = 2_000.0
_REFUSING_S: Final = 1.0
_SETTLE_S: Final = 3.0
"""Detectors and averages have seen the new path by then."""
_PHASE_S: Final = 2.0
"""One keyframe interval."""
_ORDER_EVERY_S: Final = 0.5
_LIMIT_S: Final = 12.0
_AFTER_S: Final = 1.5
"""So long what followed the switch may arrive before the frames are counted."""
_HISTORY_S: Final = 30.0
_FUTURE_S: Final = 40.0


@dataclass(frozen=True, slots=True)
class Fault:
    """`then_kbps`: what would have gone on arriving. `is_told`: the server sees the end too."""

    name: str
    strike: Callable[[Path], Awaitable[None]]
    then_kbps: float
    goal_ms: float
    is_told: bool = False


async def _cut(path: Path) -> None:
    path.apply(Shape(cut=True))


async def _reset(path: Path) -> None:
    await path.reset(_REFUSING_S)


async def _throttle(path: Path) -> None:
    path.apply(Shape(supply=ConstantRate(_THROTTLED_KBPS)))


FAULTS: Final = (
    Fault("outage, cable pulled", _cut, 0.0, 300.0),
    Fault("outage, connection reset", _reset, 0.0, 300.0, is_told=True),
    Fault("6,000 → 2,000 kbps", _throttle, _THROTTLED_KBPS, 400.0),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """Milliseconds from the fault on; what did not come within 12 s is None."""

    decision_ms: float | None
    published_ms: float | None = None
    keyframe_ms: float | None = None
    seam: Seam | None = None
    cause: str = "–"
    noalbs_ms: float | None = None
    window_ms: float | None = None


@dataclass
class _Found:
    trials: dict[str, list[Trial]] = field(
        default_factory=lambda: {fault.name: [] for fault in FAULTS}
    )
    busy: float = 0.0
    """Busy share of the machine meanwhile."""


def measure(clip: FilePath, folder: FilePath, trials: int) -> Iterator[Row]:
    found = asyncio.run(_all(clip, folder, trials))
    for fault in FAULTS:
        yield from _rows(fault, found.trials[fault.name], found.busy)


async def _all(clip: FilePath, folder: FilePath, trials: int) -> _Found:
    """`trials` of each fault, in turn, shared by the installations."""
    found, frames, turns = _Found(), ClipFrames(clip), count()
    busy_before_s, loop = busy_s(), asyncio.get_running_loop()
    begun_s = loop.time()

    async def installation(number: int) -> None:
        own = folder / f"failover-{number}"
        await asyncio.to_thread(own.mkdir)
        free = {"min_dwell_s": 0.0, "flap_limit": 1_000_000}
        async with stage(own, clip, frames, free) as here:
            chance = random.Random(number)
            while (turn := next(turns)) < trials * len(FAULTS):
                fault = FAULTS[turn % len(FAULTS)]
                found.trials[fault.name].append(await _trial(here, fault, chance))

    async with asyncio.TaskGroup() as group:
        for number in range(_INSTALLATIONS):
            group.create_task(installation(number))
    cores = os.cpu_count() or 1
    found.busy = (busy_s() - busy_before_s) / (loop.time() - begun_s) / cores
    return found


async def _trial(here: Stage, fault: Fault, chance: random.Random) -> Trial:
    await _back_on_primary(here)
    await asyncio.sleep(_SETTLE_S + chance.uniform(0, _PHASE_S))
    path, before = here.paths[UPLINKS[0]], here.platform.newest
    struck_ns = here.platform.now_ns()
    await fault.strike(path)
    try:
        trial = await _followed(here, before, struck_ns)
    finally:
        path.apply(Shape())
        await path.refuse()  # what is left of the struck connections
        path.restore()
    return _beside(trial, fault, here.platform.received(before), struck_ns, chance)


async def _back_on_primary(here: Stage) -> None:
    await until(here.is_settled, "the relay is settled", limit_s=30)
    primary = UPLINKS[0]
    while here.active != primary:  # an order is refused until the primary is known to be ready
        await here.order(cmd="failover", to=primary, reason="next trial", actor="bench")
        await asyncio.sleep(_ORDER_EVERY_S)
    await until(here.is_settled, "the relay is settled on its primary", limit_s=30)


async def _followed(here: Stage, before: int, struck_ns: int) -> Trial:
    """From the fault to the keyframe over the other path, as relay and platform tell it."""
    told, platform = here.told, here.platform
    if await _within(lambda: told.first("failover.switch", struck_ns)) is None:
        return Trial(None)
    switch = told.first("failover.switch", struck_ns)
    assert switch is not None
    decided_ms = (switch["mono_ns"] - struck_ns) / NS_PER_MS
    cause = str(switch["data"]["cause"])
    if await _within(lambda: platform.newest > before) is None:
        return Trial(decided_ms, cause=cause)
    await asyncio.sleep(_AFTER_S)
    old, new = platform.of(before), platform.of(platform.newest)
    published = told.first("failover.published", struck_ns)
    keyframe_ns = next((frame.mono_ns for frame in new if frame.is_key), None)
    return Trial(
        decided_ms,
        None if published is None else (published["mono_ns"] - struck_ns) / NS_PER_MS,
        None if keyframe_ns is None else (keyframe_ns - struck_ns) / NS_PER_MS,
        platform.clip.seam(old, new),
        cause,
    )


async def _within(condition: Callable[[], Any]) -> Any:
    """The condition's value, or None if it did not hold in time."""
    deadline_s = asyncio.get_running_loop().time() + _LIMIT_S
    while not (value := condition()):
        if asyncio.get_running_loop().time() > deadline_s:
            return None
        await asyncio.sleep(0.005)
    return value


def _beside(
    trial: Trial, fault: Fault, received: list[Arrival], struck_ns: int, chance: random.Random
) -> Trial:
    """With what the other rules would have done on the same bytes."""
    struck_s = struck_ns / NS_PER_S
    recent = [each for each in received if each.at_s > struck_s - _SETTLE_S]
    begun_s = struck_s - _HISTORY_S - chance.uniform(0, 11)  # the server's blocks begin anywhere
    last_s = recent[-1].at_s
    feed = [
        *steady(FULL_HD_KBPS, begun_s, recent[0].at_s),
        *recent,
        *(steady(fault.then_kbps, last_s, last_s + _FUTURE_S) if fault.then_kbps else ()),
    ]
    gone_s = struck_s if fault.is_told else float("inf")
    polled = noalbs(feed, last_s + _FUTURE_S, chance.uniform(0, 1), gone_s)
    slid = window([each for each in feed if each.at_s > struck_s - 2], struck_s + 5)
    return replace(
        trial,
        noalbs_ms=_after_ms(first_bad_s(polled, struck_s), struck_s),
        window_ms=_after_ms(first_bad_s(slid, struck_s), struck_s),
    )


def _after_ms(at_s: float | None, struck_s: float) -> float | None:
    return None if at_s is None else (at_s - struck_s) * 1000


def _rows(fault: Fault, trials: list[Trial], busy: float) -> Iterator[Row]:
    decided = [each.decision_ms for each in trials if each.decision_ms is not None]
    missed = len(trials) - len(decided)
    causes = sorted({each.cause for each in trials})
    yield Row(
        f"{fault.name}: fault to decision, {len(trials)} trials, {_INSTALLATIONS} at once, "
        f"machine {busy:.0%} busy",
        _spread(decided) + (f", {missed} NOT DECIDED" if missed else ""),
        f"NOALBS rule {_spread([each.noalbs_ms for each in trials])}; "
        f"1 s window {_spread([each.window_ms for each in trials])}",
        f"{_ratio(trials, 'noalbs_ms')}; {_ratio(trials, 'window_ms')}",
        f"p95 ≤ {fault.goal_ms:.0f} ms; 15 ×; 2 ×",
    )
    yield Row(
        "… for which cause; until the platform took the new publication",
        f"{', '.join(causes)}; {_spread([each.published_ms for each in trials])}",
    )
    yield Row(
        "… to the first keyframe at the platform over the other path",
        _spread([each.keyframe_ms for each in trials]),
        goal="p95 ≤ 700 ms, better 500",
    )
    seams = [each.seam for each in trials if each.seam is not None]
    jumps = sum(not seam.is_continuous for seam in seams)
    yield Row(
        "… frames lost at the platform, in all; repeated; jumps of the timestamps",
        f"{sum(seam.lost for seam in seams)} in {len(seams)} switches; "
        f"{_spread([float(seam.repeated) for seam in seams], '')}; {jumps}",
        goal="0 lost, 0 jumps",
    )


def _spread(values: list[float | None] | list[float], unit: str = " ms") -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    p50, p95, p99 = (percentile(known, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {p50:,.0f}, p95 {p95:,.0f}, p99 {p99:,.0f}, max {max(known):,.0f}{unit}"


def _ratio(trials: list[Trial], other: str) -> str:
    """How many times later the other rule is, at the median and at the 95th percentile."""
    ours = [each.decision_ms for each in trials if each.decision_ms is not None]
    theirs = [value for each in trials if (value := getattr(each, other)) is not None]
    if not ours or not theirs:
        return "–"
    p50, p95 = (percentile(theirs, at) / percentile(ours, at) for at in (0.5, 0.95))
    return f"{p50:.1f} × (p95 {p95:.1f} ×)"
