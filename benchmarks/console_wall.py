"""What does the console cost with twenty stores, each telling its state ten times a second?

The real window on the real model, offscreen, on the loop it runs on for people (qasync). Statuses
are handed to the model as the event stream would; four hours of each series lie in the plots, and
the feed page with its plots, then the wall, is on screen. A heartbeat every 5 ms tells how late the
loop is (`loop lag`); the CPU share is that of this process, without the network and the decoding of
JSON, which is measured apart by one status of each store. Memory is what the process holds.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import numpy as np
from PySide6.QtWidgets import QApplication

from benchmarks.rows import Row, percentile
from livedesk.app import dress, make_loop
from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.desk import wire
from livedesk.ui.pages import Page
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.ui.stage import Stage, on_air

STORES = 20
PER_S = 10
HISTORY_S = 4 * 3600
HEARTBEAT_S = 0.005
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
        gc.collect()
        rows += await _page_rows(stage, page, seconds)
    rows.append(_decoding(stage))
    rows.append(_memory())
    window.close_for_good()
    window.deleteLater()
    return rows


def _fill(stage: Stage, store: str) -> None:
    """Four hours of every series, ten points a second."""
    plots = stage.plots(store)
    now_s = stage.clock.utc_ns() / NS_PER_S
    t = now_s - HISTORY_S + np.arange(HISTORY_S * PER_S) / PER_S
    wave = 4000 + 300 * np.sin(t / 7)
    history = tuple(
        wire.HistorySeries(figure, subject, unit, *(tuple(each) for each in (
            t.tolist(), wave.tolist(), wave.tolist(), wave.tolist(), [1] * len(t))))
        for figure, subject, unit in (("feed_kbps", "", "kbps"),
                                      ("goodput_kbps", "primary", "kbps"))
    )  # fmt: skip
    plots.fill(wire.History(float(t[0]), now_s, history))


async def _run(stage: Stage, seconds: float) -> list[float]:
    """Statuses at their pace; returns by how much each heartbeat was late, in ms."""
    late_ms: list[float] = []
    told = tuple(view.status for view in stage.snapshot().stores)
    begun_s = last_s = time.perf_counter()
    due_s = begun_s
    step = 0
    while last_s - begun_s < seconds:
        due_s = max(due_s + HEARTBEAT_S, last_s)
        await asyncio.sleep(due_s - last_s)
        now_s = time.perf_counter()
        late_ms.append((now_s - due_s) * 1e3)
        stage.clock.advance(now_s - last_s)
        last_s = now_s
        # Two hundred statuses a second come one by one, not in a heap.
        while step < (now_s - begun_s) * PER_S * len(told):
            status = told[step % len(told)]
            kbps = 4000.0 + 50 * np.sin(step)
            stage.tell(replace(status, feed=replace(status.feed, kbps=float(kbps))))
            step += 1
    return late_ms


async def _page_rows(stage: Stage, page: Page, seconds: float) -> list[Row]:
    before_s, begun_s = time.process_time(), time.perf_counter()
    late_ms = await _run(stage, seconds)
    share = (time.process_time() - before_s) / (time.perf_counter() - begun_s)
    what = f"{page} page, {STORES} stores × {PER_S} statuses/s"
    return [
        Row(f"{what}: loop lag p99 of {len(late_ms)}", f"{percentile(late_ms, 0.99):.1f} ms",
            goal=f"≤ {GOAL_LAG_MS} ms"),
        Row(f"{what}: loop lag, most", f"{max(late_ms):.1f} ms"),
        Row(f"{what}: of one core", f"{share:.0%}", goal=f"≤ {GOAL_SHARE:.0%}"),
    ]  # fmt: skip


def _decoding(stage: Stage) -> Row:
    """A second's worth of statuses as they travel."""
    bodies = [msgspec.json.encode(view.status) for view in stage.snapshot().stores]
    begun_ns = time.perf_counter_ns()
    for _ in range(PER_S):
        for body in bodies:
            wire.read_status(body, "")
    spent_ms = (time.perf_counter_ns() - begun_ns) / NS_PER_MS
    return Row(f"reading {STORES * PER_S} statuses, a second's worth", f"{spent_ms:.1f} ms")


def _memory() -> Row:
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row(f"memory with {STORES} stores and 4 h of each, at most", f"{most_mb:.0f} MB",
               goal=f"≤ {GOAL_MB} MB")  # fmt: skip
