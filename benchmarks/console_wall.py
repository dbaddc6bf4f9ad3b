"""What does the console cost with twenty stores, each telling its state ten times a second?

The real window on the real model, on the loop it runs on for people (qasync); offscreen, or on the
display of QT_QPA_PLATFORM. Every status travels as it does from an engine: as JSON, which is read
and then folded; only the socket is left out. Four hours of every series that a store has lie in its
plots. The wall, then the feed page with its plots, is on screen. A heartbeat every 5 ms tells how
late the loop is (`loop lag`); the CPU share is that of this process.

Memory is what the process holds: with the four hours, and after four more of a status a second of
each store went by as fast as they can be folded, with the window drawn once a minute of them.
"""

from __future__ import annotations

import asyncio
import gc
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import numpy as np
from PySide6.QtWidgets import QApplication

from benchmarks.rows import Row, percentile
from livedesk.app import dress, make_loop
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import StoreStatus
from livedesk.desk import wire
from livedesk.desk.plots import AUDIO_WALL, FEED, LAG, SKEW, VIDEO_WALL, goodput
from livedesk.desk.series import LIMIT
from livedesk.ui.collector import keep_what_stays
from livedesk.ui.pages import Page
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.ui.stage import Stage, on_air

STORES = 20
PER_S = 10
LATER_S = 4 * 3600
HEARTBEAT_S = 0.005
MINUTE_S = 60
KEYS_OF_STORE = (
    FEED, LAG, SKEW, AUDIO_WALL, VIDEO_WALL, goodput("primary"), goodput("bonded"),
)  # fmt: skip
GOAL_LAG_MS, GOAL_SHARE, GOAL_MB = 25, 0.35, 400


def measure(seconds: float) -> Iterator[Row]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = dress(app, offscreen=True)
    with asyncio.Runner(loop_factory=lambda: make_loop(app)) as runner:
        yield from runner.run(_measure(theme, seconds))


async def _measure(theme: Theme, seconds: float) -> list[Row]:
    stage = Stage()
    stage.attach()
    told = tuple(on_air(f"s{n:02d}", f"Store {n:02d}") for n in range(STORES))
    stage.tell(*told)
    for status in told:
        _fill(stage, status.store)
    window = ConsoleWindow(stage, theme)
    window.resize(1920, 1080)
    window.show()
    rows = []
    pages: tuple[Page, ...] = ("wall", "feed")
    for page in pages:
        window.open_page(page)
        await _run(stage, 1.0)
        keep_what_stays()
        rows += await _page_rows(stage, page, seconds)
    rows += await _four_hours(stage, window)
    window.close_for_good()
    window.deleteLater()
    return rows


def _fill(stage: Stage, store: str) -> None:
    """As many points of every series as a console keeps: four hours and some, ten a second."""
    now_s = stage.clock.utc_ns() / NS_PER_S
    t = now_s - np.arange(LIMIT, 0, -1) / PER_S
    wave = 4000 + 300 * np.sin(t / 7)
    for key in KEYS_OF_STORE:
        stage.plots(store)[key].replace(float(t[0]), now_s, t, wave)


@dataclass(frozen=True, slots=True)
class Beats:
    """How the loop kept time."""

    late_ms: list[float]
    """Of each heartbeat."""
    worked_ms: list[float]
    """CPU time of this process between two: what the loop was held up by itself, whatever else
    this machine has to do."""


async def _run(stage: Stage, seconds: float) -> Beats:
    """Statuses at their pace."""
    beats = Beats([], [])
    told = tuple(view.status for view in stage.snapshot().stores)
    begun_s = last_s = time.perf_counter()
    due_s = begun_s
    step = 0
    while last_s - begun_s < seconds:
        due_s = max(due_s + HEARTBEAT_S, last_s)
        before_s = time.process_time()
        await asyncio.sleep(due_s - last_s)
        now_s = time.perf_counter()
        beats.late_ms.append((now_s - due_s) * 1e3)
        beats.worked_ms.append((time.process_time() - before_s) * 1e3)
        stage.clock.advance(now_s - last_s)
        last_s = now_s
        # Two hundred statuses a second come one by one, not in a heap.
        while step < (now_s - begun_s) * PER_S * len(told):
            body = msgspec.json.encode(_alive(told[step % len(told)], stage.clock.utc_ns(), step))
            stage.tell(wire.read_status(body, ""))
            step += 1
    return beats


async def _page_rows(stage: Stage, page: Page, seconds: float) -> list[Row]:
    before_s, begun_s = time.process_time(), time.perf_counter()
    beats = await _run(stage, seconds)
    share = (time.process_time() - before_s) / (time.perf_counter() - begun_s)
    what = f"{page} page, {STORES} stores × {PER_S} statuses/s"
    late_ms = beats.late_ms
    return [
        Row(f"{what}: loop lag p99 of {len(late_ms)}", f"{percentile(late_ms, 0.99):.1f} ms",
            goal=f"≤ {GOAL_LAG_MS} ms"),
        Row(f"{what}: loop lag, most", f"{max(late_ms):.1f} ms"),
        Row(f"{what}: work at a stretch, most", f"{max(beats.worked_ms):.1f} ms of CPU"),
        Row(f"{what}: of one core", f"{share:.0%}", goal=f"≤ {GOAL_SHARE:.0%}"),
    ]  # fmt: skip


def _alive(status: StoreStatus, utc_ns: int, step: int) -> StoreStatus:
    kbps = 4000.0 + 50 * math.sin(step)
    return replace(status, utc_ns=utc_ns, feed=replace(status.feed, kbps=kbps))


async def _four_hours(stage: Stage, window: ConsoleWindow) -> list[Row]:
    before_mb = _resident_mb()
    told = tuple(view.status for view in stage.snapshot().stores)
    for second in range(LATER_S):
        stage.clock.advance(1)
        for status in told:
            stage.tell(_alive(status, stage.clock.utc_ns(), second))
        if second % MINUTE_S == 0:
            window.refresh()
            await asyncio.sleep(0)
    after_mb = _resident_mb()
    what = f"memory with {STORES} stores"
    return [
        Row(f"{what} and 4 h of each", f"{before_mb:.0f} MB", goal=f"≤ {GOAL_MB} MB"),
        Row(f"{what}, 4 h later", f"{after_mb:.0f} MB", goal=f"≤ {GOAL_MB} MB"),
    ]


def _resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20
