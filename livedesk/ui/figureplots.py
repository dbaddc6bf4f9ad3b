"""The two plots of a store: rates against the contract, skew against its ladder."""

from __future__ import annotations

from math import ceil

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from livedesk.desk.cards import Look
from livedesk.desk.ladder import Band, bands, ticks
from livedesk.desk.plots import FEED, SKEW, StorePlots, goodput
from livedesk.desk.words import number, tr
from livedesk.ui.theme import Theme
from livedesk.ui.timeplot import TimePlot, TimeWindow

RATE_STEP_KBPS = 1_000
SKEW_STEP_MS = 100
TICK_ROOM = 15
"""Pixels between two labels of the skew axis."""

SKEW_ROOM = 1.3
"""The skew axis reaches this much beyond the outer limit, so that the limit is seen."""


class RatePlot(TimePlot):
    """Feed rate and the goodput of each uplink, with the line of the contract."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            tr("Feed rate and goodput"),
            tr("kbps · goodput is what the far end acknowledged"),
        )
        self._top_kbps = 0.0
        self._limit_kbps = 0.0
        self._line = pg.InfiniteLine(
            angle=0,
            pen=self._line_pen("idle"),
            label="",
            labelOpts={"position": 0.01, "anchors": [(0, 0), (0, 0)],
                       "color": theme.colours.muted},
        )  # fmt: skip
        self._line_look: Look = "idle"
        self._line.label.setFont(theme.font("small"))
        self.box.addItem(self._line)

    def _line_pen(self, look: Look) -> QPen:
        pen = QPen(QColor(self._theme.colour(look)), 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        return pen

    def show_limit(self, min_kbps: float, look: Look) -> None:
        """Draw the line of the contract; it is coloured only while something is below it."""
        if look != self._line_look:
            self._line_look = look
            self._line.setPen(self._line_pen(look))
        if min_kbps != self._limit_kbps:
            self._limit_kbps = min_kbps
            self._line.setValue(min_kbps)
            text = tr("{n} kbps minimum").format(n=number(min_kbps))
            self._line.label.setFormat(text)

    def show_window(self, window: TimeWindow, plots: StorePlots) -> None:
        self._fit(window, plots)
        super().show_window(window, plots)

    def _fit(self, window: TimeWindow, plots: StorePlots) -> None:
        """Let the axis grow with the figures at once, and shrink only by a good deal."""
        keys = [FEED, *(goodput(name) for name in plots.uplinks)]
        highest = max((_highest(plots, key, window) for key in keys), default=0.0)
        needed = max(2 * self._limit_kbps, highest * 1.05)
        top = ceil(needed / RATE_STEP_KBPS) * RATE_STEP_KBPS
        if top > self._top_kbps or top < 0.6 * self._top_kbps:
            self._top_kbps = top
            self.box.setYRange(0, top, padding=0)


class SkewPlot(TimePlot):
    """Skew with the bands in which it is noticed, objected to, and intolerable."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            tr("A/V skew"),
            tr("ms · above 0 the sound is early, below it is late"),
            signed=True,
        )
        self._top_ms = 0.0
        self._max_skew_ms = 0.0
        self._labelled_px = 0.0
        self._regions: list[tuple[Band, pg.LinearRegionItem]] = []
        self._lit: Band | None = None
        zero = pg.InfiniteLine(0.0, angle=0, pen=pg.mkPen(theme.colours.line, width=1))
        zero.setZValue(-9)
        self.box.addItem(zero)

    def show_skew(self, max_skew_ms: float, skew_ms: float | None) -> None:
        """Shade the bands, and light the one in which the skew is now."""
        if max_skew_ms != self._max_skew_ms:
            self._rebuild_bands(max_skew_ms)
        inside = [band for band, _ in self._regions
                  if skew_ms is not None and band.low_ms <= skew_ms <= band.high_ms]  # fmt: skip
        lit = inside[0] if inside else None
        if lit != self._lit:
            self._lit = lit
            for band, region in self._regions:
                shade = self._theme.ground if band is lit else self._theme.band
                region.setBrush(QColor(shade(band.look)))

    def _rebuild_bands(self, max_skew_ms: float) -> None:
        self._max_skew_ms = max_skew_ms
        self._top_ms = 0.0
        self._lit = None
        for _, region in self._regions:
            self.box.removeItem(region)
        self._regions = [(band, self._region(band)) for band in bands(max_skew_ms)]

    def _region(self, band: Band) -> pg.LinearRegionItem:
        region = pg.LinearRegionItem(
            values=(band.low_ms, band.high_ms),
            orientation="horizontal",
            brush=QColor(self._theme.band(band.look)),
            pen=pg.mkPen(None),
            movable=False,
        )
        region.setZValue(-10)
        self.box.addItem(region)
        return region

    def show_window(self, window: TimeWindow, plots: StorePlots) -> None:
        self._fit(window, plots)
        super().show_window(window, plots)

    def _fit(self, window: TimeWindow, plots: StorePlots) -> None:
        _, values = plots[SKEW].window(window.begin_s, window.end_s)
        known = np.abs(values[~np.isnan(values)])
        highest = float(known.max()) * 1.1 if len(known) else 0.0
        usual = self._max_skew_ms * SKEW_ROOM
        top = usual if highest <= usual else ceil(highest / SKEW_STEP_MS) * SKEW_STEP_MS
        if top > self._top_ms or top < 0.6 * self._top_ms:
            self._top_ms = top
            self.box.setYRange(-top, top, padding=0)
            self._labelled_px = 0.0
        self._label()

    def _label(self) -> None:
        """Name the lines of the ladder, as many as have room; the outer ones first."""
        height = self.box.height()
        if height == self._labelled_px:
            return
        self._labelled_px = height
        room_ms = self._theme.px(TICK_ROOM) * 2 * self._top_ms / max(1.0, height)
        named: list[float] = []
        for value in ticks(self._max_skew_ms):
            if all(abs(value - other) >= room_ms for other in named):
                named.append(value)
        self.value_axis.name_values(sorted(named))


def _highest(plots: StorePlots, key: tuple[str, str], window: TimeWindow) -> float:
    _, values = plots[key].window(window.begin_s, window.end_s)
    known = values[~np.isnan(values)]
    return float(known.max()) if len(known) else 0.0
