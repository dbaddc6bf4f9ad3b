"""The two plots of a store: rates against the contract, skew against its ladder."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTransform
from PySide6.QtWidgets import QGraphicsLineItem, QGraphicsRectItem, QGraphicsSimpleTextItem

from livedesk.desk.cards import Look
from livedesk.desk.ladder import Band, bands, ticks
from livedesk.desk.plots import FEED, SKEW, StorePlots, goodput
from livedesk.desk.words import number, tr
from livedesk.ui.theme import Theme
from livedesk.ui.timeplot import TimePlot, TimeWindow, thin_pen

RATE_STEP_KBPS = 1_000
FEED_ROOM = 1.2
SKEW_STEP_MS = 100
NAME_INDENT = 10
FAR_S = 1e6
"""Beyond any show: lines and bands reach this far to either side."""

TICK_ROOM = 15
"""Pixels between two labels of the skew axis."""

SKEW_ROOM = 1.3
"""The skew axis reaches this much beyond the outer limit, so that the limit is seen."""


class RatePlot(TimePlot):
    """Feed rate and the goodput of each uplink, with the line of the contract."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Feed rate and goodput"), "")
        self._top_kbps = 0.0
        self._limit_kbps = 0.0
        self._look: Look | None = None
        self._line = QGraphicsLineItem(-FAR_S, 0, FAR_S, 0)
        self._name = QGraphicsSimpleTextItem()
        self._name.setFont(theme.font("small"))
        self._name.setBrush(QColor(theme.colours.muted))
        self._name.setFlag(QGraphicsSimpleTextItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self._name.setTransform(QTransform.fromTranslate(0, theme.px(2)))
        for item in (self._line, self._name):
            self.box.addItem(item, ignoreBounds=True)

    def show_limit(self, min_kbps: float, look: Look) -> None:
        """Draw the line of the contract; it is coloured only while something is below it."""
        if look != self._look:
            self._look = look
            self._line.setPen(thin_pen(self._theme.colour(look), Qt.PenStyle.DashLine))
        if min_kbps != self._limit_kbps:
            self._limit_kbps = min_kbps
            self._line.setY(min_kbps)
            self._name.setText(tr("{n} kbps minimum").format(n=number(min_kbps)))

    def show_window(self, window: TimeWindow, plots: StorePlots) -> None:
        self._fit(window, plots)
        super().show_window(window, plots)
        span_s = window.end_s - window.begin_s
        edge_s = span_s * self._theme.px(NAME_INDENT) / self.width_px()
        self._name.setPos(window.begin_s - window.base_s + edge_s, self._limit_kbps)

    def _fit(self, window: TimeWindow, plots: StorePlots) -> None:
        """Scale to the feed; grow at once, shrink only by a good deal.

        A path that catches up carries many times the feed for a moment. That peak is cut off and
        named, because a plot scaled to it would hide everything else.
        """
        feed_kbps = _highest(plots, FEED, window)
        uplinks = (_highest(plots, goodput(name), window) for name in plots.uplinks)
        needed = max(2 * self._limit_kbps, feed_kbps * FEED_ROOM)
        top = ceil(needed / RATE_STEP_KBPS) * RATE_STEP_KBPS
        if top > self._top_kbps or top < 0.6 * self._top_kbps:
            self._top_kbps = top
            self.box.setYRange(0, top, padding=0)
        peak_kbps = max(uplinks, default=0.0)
        cut = tr("kbps · catching up reached {n} kbps, beyond this scale")
        plain = tr("kbps · goodput is what the far end acknowledged")
        above = peak_kbps > self._top_kbps
        self.hint.show_text(cut.format(n=number(peak_kbps)) if above else plain)


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
        self._regions: list[tuple[Band, QGraphicsRectItem]] = []
        self._lit: Band | None = None
        zero = QGraphicsLineItem(-FAR_S, 0, FAR_S, 0)
        zero.setPen(thin_pen(theme.colours.line))
        zero.setZValue(-9)
        self.box.addItem(zero, ignoreBounds=True)

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

    def _region(self, band: Band) -> QGraphicsRectItem:
        region = QGraphicsRectItem(-FAR_S, band.low_ms, 2 * FAR_S, band.high_ms - band.low_ms)
        region.setPen(Qt.PenStyle.NoPen)
        region.setBrush(QColor(self._theme.band(band.look)))
        region.setZValue(-10)
        self.box.addItem(region, ignoreBounds=True)
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
