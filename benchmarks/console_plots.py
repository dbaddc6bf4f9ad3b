"""Are four hours of a store drawn within 8 ms, and dragged through at 60 frames a second?

Ours are the plots of the feed page as they stand there: rate with two uplinks, skew with both
clocks. Beside them the same points in plain pyqtgraph curves, all of them given to `setData` at
every step, which is how a plot is first written. Both are drawn offscreen, each into a picture of
its own size, so no compositor waits. A repaint is one new value in every curve, with the whole
session in view; a frame is one step of dragging or zooming through it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from random import Random

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.rows import Row, percentile
from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import FeedStatus, StoreStatus, SyncStatus, UplinkStatus
from livedesk.desk.model import StoreView
from livedesk.desk.plots import StorePlots
from livedesk.ui.feed.plotspanel import PlotsPanel
from livedesk.ui.theme import Theme

HOURS = 4.0
PER_S = 10
SIZE = QSize(1200, 560)
"""Of the plots in a window of 1600 by 900 with a little less beside them."""

REPAINT_GOAL_MS = 8.0
FRAME_MS = 1000 / 60
_START_S = 1_790_000_000
CURVES = 6


def measure(hours: float, frames: int) -> Iterator[Row]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    show = _Show(hours)
    panel = PlotsPanel(Theme())
    panel.clocks.setChecked(True)
    panel.resize(SIZE)
    panel.show()
    panel.choose_range(2)
    app.processEvents()
    naive = _Naive(show.plots)
    app.processEvents()

    def ours() -> None:
        panel.show_store(show.step(), show.plots, "", ())
        _draw(panel)

    def theirs() -> None:
        show.step()
        naive.draw()
        naive.view.grab()

    our_repaints, their_repaints = _timed(ours, frames), _timed(theirs, max(5, frames // 20))
    moves = iter(_moves(show, 2 * frames))

    def drag() -> None:
        panel.go_to(*next(moves))
        _draw(panel)

    their_moves = iter(_moves(show, max(5, frames // 20)))

    def their_drag() -> None:
        naive.box.setXRange(*(t - _START_S for t in next(their_moves)), padding=0)
        naive.view.grab()

    our_frames, their_frames = _timed(drag, 2 * frames), _timed(their_drag, max(5, frames // 20))
    for widget in (panel, naive.view):
        _end(widget)
    app.processEvents()
    what = f"{hours:g} h at {PER_S} Hz, {CURVES} curves"
    yield from _rows(f"{what}: repaint", our_repaints, their_repaints, REPAINT_GOAL_MS)
    yield from _rows(f"{what}: drag and zoom", our_frames, their_frames, FRAME_MS)
    kept_mb = show.plots.kept_bytes / 1e6
    yield Row(f"{what}: kept", f"{kept_mb:.1f} MB", "", "", "of 400 MB for 20 stores: 20 MB")


class _Show:
    """A store whose figures wander, far enough on."""

    def __init__(self, hours: float) -> None:
        self._rng = Random(4)
        self._n = 0
        self.plots = StorePlots()
        for _ in range(round(hours * 3600 * PER_S)):
            self.step()

    @property
    def now_s(self) -> float:
        return _START_S + self._n / PER_S

    def step(self) -> StoreView:
        self._n += 1
        near = self._rng.gauss
        status = StoreStatus(
            "bench", "Bench", round(self.now_s * NS_PER_S),
            session_started_utc_ns=_START_S * NS_PER_S, state="live",
            feed=FeedStatus("OK", near(4000, 40), epoch=1, lag_ms=near(12, 2)),
            sync=SyncStatus(near(12, 3), audio_wall_ms=near(30, 3), video_wall_ms=near(18, 3),
                            state="ok"),
            uplinks=(UplinkStatus("primary", "carrying", near(4000, 90), health="OK"),
                     UplinkStatus("bonded", "carrying", near(3000, 90), health="OK")),
        )  # fmt: skip
        self.plots.add(status)
        return StoreView(status, 0.0, stale=False, on_air_s=self._n / PER_S)


class _Naive:
    """Every point of every curve, given to pyqtgraph as it is."""

    def __init__(self, plots: StorePlots) -> None:
        self._plots = plots
        self.view = pg.GraphicsLayoutWidget()
        self.view.resize(SIZE)
        keys = (("feed_kbps", ""), ("goodput_kbps", "primary"), ("goodput_kbps", "bonded"),
                ("skew_ms", ""), ("audio_wall_ms", ""), ("video_wall_ms", ""))  # fmt: skip
        boxes = self.view.addPlot(row=0, col=0), self.view.addPlot(row=1, col=0)
        self.box = boxes[0].getViewBox()
        boxes[1].setXLink(boxes[0])
        self._curves = {key: boxes[place // 3].plot() for place, key in enumerate(keys)}
        self.view.show()
        self.draw()

    def draw(self) -> None:
        for key, curve in self._curves.items():
            series = self._plots[key]
            curve.setData(series.t - _START_S, np.asarray(series.values))


def _draw(panel: PlotsPanel) -> None:
    """The canvases, as of the peer; frames and buttons are drawn when they change."""
    for plot in panel.plots:
        plot.view.grab()


def _moves(show: _Show, count: int) -> list[tuple[float, float]]:
    """From two minutes out to the whole session and back, while going through it."""
    length_s = show.now_s - _START_S
    found = []
    for n in range(count):
        out = 0.5 - 0.5 * np.cos(6 * np.pi * n / count)
        span_s = 120 * (length_s / 120) ** out
        begin_s = _START_S + (length_s - span_s) * n / count
        found.append((float(begin_s), float(begin_s + span_s)))
    return found


def _timed(act: Callable[[], None], count: int) -> list[float]:
    """Milliseconds of processor time of each: nothing here waits, and a machine may be shared.

    The first one is left out: it makes what the others find.
    """
    act()
    took = []
    for _ in range(count - 1):
        began_ns = time.thread_time_ns()
        act()
        took.append((time.thread_time_ns() - began_ns) / NS_PER_MS)
    return took


def _end(widget: QWidget) -> None:
    widget.close()
    widget.deleteLater()


def _rows(what: str, ours: list[float], theirs: list[float], goal_ms: float) -> Iterator[Row]:
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine, peer = percentile(ours, share), percentile(theirs, share)
        yield Row(
            f"{what}, {name}",
            f"{mine:.1f} ms",
            f"pyqtgraph setData {peer:.0f} ms",
            f"{peer / mine:.0f}\N{MULTIPLICATION SIGN}",
            f"≤ {goal_ms:.1f} ms" if name == "p99" else "",
        )
