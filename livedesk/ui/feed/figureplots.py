"""The two plots of a store: rates against the contract, skew against its ladder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from math import ceil, copysign

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsLineItem, QGraphicsRectItem

from livedesk.desk.ladder import Band, bands, ticks
from livedesk.desk.looks import Look
from livedesk.desk.plots import FEED, LAG, StorePlots, goodput
from livedesk.desk.words import number, tr
from livedesk.ui.feed.timeplot import TimePlot, TimeWindow, thin_pen
from livedesk.ui.theme import Theme

RATE_STEP_KBPS = 1_000
FEED_ROOM = 1.2
SKEW_STEP_MS = 100
FAR_S = 1e6
"""Beyond any show: lines and bands reach this far to either side."""

TICK_ROOM = 15
"""Pixels between two labels of a value axis."""

SKEW_ROOM = 1.3
"""The skew axis reaches this much beyond the outer limit, so that the limit is seen."""

NICE = (50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000)
MOST_STEPS = 8
LAG_SAID_MS = 50
"""A lag from here on is told at the cursor; less is the network's breath."""


class RatePlot(TimePlot):
    """Feed rate and the goodput of each uplink, with the line of the contract."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Feed rate and goodput"), "", zone=zone, upper=True)
        self._top_kbps = 0.0
        self._limit_kbps = 0.0
        self._look: Look | None = None
        self._labelled: tuple[float, float, float] | None = None
        self._line = QGraphicsLineItem(-FAR_S, 0, FAR_S, 0)
        self.box.addItem(self._line, ignoreBounds=True)

    def show_limit(self, min_kbps: float, look: Look) -> None:
        """Draw the line of the contract; it is coloured only while something is below it."""
        if look != self._look:
            self._look = look
            self._line.setPen(thin_pen(self._theme.colour(look), Qt.PenStyle.DashLine))
        if min_kbps != self._limit_kbps:
            self._limit_kbps = min_kbps
            self._line.setY(min_kbps)

    def show_window(self, window: TimeWindow, plots: StorePlots) -> None:
        self._fit(window, plots)
        super().show_window(window, plots)

    def values_at(self, t: float, column_s: float, plots: StorePlots) -> list[str]:
        lines = super().values_at(t, column_s, plots)
        lag = plots[LAG].at(t, column_s)
        if lag is not None and lag.high >= LAG_SAID_MS:
            lines.append(tr("Lag  {n} ms").format(n=number(lag.high)))
        return lines

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
        limit = tr("kbps · dashed: minimum {n}").format(n=number(self._limit_kbps))
        cut = tr("catching up reached {n} kbps, beyond this scale").format(n=number(peak_kbps))
        plain = tr("goodput is what the far end acknowledged")
        self.hint.show_text(f"{limit} · {cut if peak_kbps > self._top_kbps else plain}")
        self._label()

    def _label(self) -> None:
        """The contract's line is named on the axis, where no curve crosses its name."""
        shown = self.box.height(), self._top_kbps, self._limit_kbps
        if shown == self._labelled:
            return
        self._labelled = shown
        room = self._theme.px(TICK_ROOM) * self._top_kbps / max(1.0, shown[0])
        named = _with_room((self._limit_kbps,), 0.0, self._top_kbps, room)
        self.value_axis.name_values(named)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where the skew goes if it goes on like this (Unix seconds)."""

    now_s: float
    skew_ms: float
    reached_s: float
    limit_ms: float


class SkewPlot(TimePlot):
    """Skew with the bands in which it is noticed, objected to, and intolerable."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(
            theme,
            tr("A/V skew"),
            tr("ms · above 0 the sound is early, below it is late"),
            signed=True,
            zone=zone,
        )
        self._range_ms = (0.0, 0.0)
        self._max_skew_ms = 0.0
        self._labelled_px = 0.0
        self._ahead: Ahead | None = None
        self._regions: list[tuple[Band, QGraphicsRectItem]] = []
        self._lit: Band | None = None
        zero = QGraphicsLineItem(-FAR_S, 0, FAR_S, 0)
        zero.setPen(thin_pen(theme.colours.line))
        zero.setZValue(-9)
        self.box.addItem(zero, ignoreBounds=True)
        self._forecast = QGraphicsLineItem()
        self._forecast.setPen(thin_pen(theme.colours.muted, Qt.PenStyle.DashLine))
        self._forecast.hide()
        self.box.addItem(self._forecast, ignoreBounds=True)

    def show_forecast(self, ahead: Ahead | None) -> None:
        """A dashed line from now to where the limit is reached."""
        self._ahead = ahead

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
        self._range_ms = (0.0, 0.0)
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
        ahead = self._ahead
        self._forecast.setVisible(ahead is not None)
        if ahead is not None:
            begin, end = ahead.now_s - window.base_s, ahead.reached_s - window.base_s
            self._forecast.setLine(begin, ahead.skew_ms, end, ahead.limit_ms)

    def _fit(self, window: TimeWindow, plots: StorePlots) -> None:
        """The ladder always; more where a curve leaves it. Shrink only by a good deal."""
        usual = self._max_skew_ms * SKEW_ROOM
        low, high = -usual, usual
        for key in self.keys:
            extent = plots[key].extent(window.begin_s, window.end_s)
            if extent is not None:
                low, high = min(low, extent.low), max(high, extent.high)
        low, high = _beyond(low, -usual), _beyond(high, usual)
        before = self._range_ms[1] - self._range_ms[0]
        outside = low < self._range_ms[0] or high > self._range_ms[1]
        if outside or high - low < 0.6 * before:
            self._range_ms = low, high
            self.box.setYRange(low, high, padding=0)
            self._labelled_px = 0.0
        self._label()

    def _label(self) -> None:
        """Name the lines of the ladder, as many as have room; the outer ones first."""
        height = self.box.height()
        if height == self._labelled_px:
            return
        self._labelled_px = height
        low, high = self._range_ms
        room_ms = self._theme.px(TICK_ROOM) * (high - low) / max(1.0, height)
        first = ticks(self._max_skew_ms)
        usual = self._max_skew_ms * SKEW_ROOM
        wide = (low, high) != (-usual, usual)
        named = _with_room(first, low, high, room_ms) if wide else _apart(first, room_ms)
        self.value_axis.name_values(named)


def _beyond(value: float, usual: float) -> float:
    """The end of the axis for a curve that leaves the ladder, in whole steps."""
    if abs(value) <= abs(usual):
        return usual
    return copysign(ceil(abs(value) * 1.1 / SKEW_STEP_MS) * SKEW_STEP_MS, value)


def _apart(values: Iterable[float], room: float) -> list[float]:
    """As many as stand this far from one another, the first ones first; in order."""
    named: list[float] = []
    for value in values:
        if all(abs(value - other) >= room for other in named):
            named.append(value)
    return sorted(named)


def _with_room(first: Iterable[float], low: float, high: float, room: float) -> list[float]:
    """These values, and round ones between them: some eight, however large the screen."""
    least = max(1.3 * room, (high - low) / MOST_STEPS)
    step = next((nice for nice in NICE if nice >= least), NICE[-1])
    inside = range(ceil(low / step), int(high // step) + 1)
    return _apart([*first, *(n * step for n in inside)], room)


def _highest(plots: StorePlots, key: tuple[str, str], window: TimeWindow) -> float:
    extent = plots[key].extent(window.begin_s, window.end_s)
    return 0.0 if extent is None else extent.high
