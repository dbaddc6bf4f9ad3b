"""What happened to a figure over time? One plot with its latest values at the right edge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsLineItem, QHBoxLayout, QVBoxLayout

from livedesk.desk.marks import Mark
from livedesk.desk.plots import Key, StorePlots
from livedesk.desk.series import Extent, Series
from livedesk.desk.words import number, tr
from livedesk.ui.basics import ElidedText, Panel, Text
from livedesk.ui.feed.axes import FigureAxis, TimeAxis
from livedesk.ui.feed.marklines import FAR_VALUE, MarkLines
from livedesk.ui.feed.readout import Reading, curve_colour, dash
from livedesk.ui.feed.readouts import Readouts
from livedesk.ui.theme import Theme

PLOT_MARGIN = 12
"""At either side of a plot, within its frame."""

TIME_TWICE = 150
"""Pixels of height from which on an upper plot has a time axis of its own."""

LEAST_HEIGHT, LEAST_UPPER = 112, 96
LEAST_CANVAS = 72
"""Of it is the canvas with its axis."""

LEAST_RANGE_S = 5.0
"""Nobody zooms further in: figures come four times a second."""


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """What the time axes show: Unix seconds, and the instant at which show time is zero."""

    begin_s: float
    end_s: float
    base_s: float
    wall: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """An instant to read values at (Unix seconds), and how it is called."""

    t: float
    time: str


class PlotView(pg.GraphicsLayoutWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """The canvas; says when the mouse leaves it, and leaves keys to the window."""

    left = Signal()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().leaveEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class TimePlot(Panel):
    """One plot. It draws what it is given; the panel around it owns time and the timer."""

    moved = Signal(float, float)
    """Somebody panned or zoomed by hand: begin and end in Unix seconds."""
    pointed = Signal(float)
    """The mouse is over this instant (Unix seconds)."""
    left = Signal()
    """The mouse went away."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        hint: str,
        *,
        signed: bool = False,
        zone: tzinfo | None = None,
        upper: bool = False,
    ) -> None:
        """`upper`: another one of the same time stands below. Marks are named here, and where room
        is short the time stands only there."""
        super().__init__(theme, title)
        self._theme = theme
        self._curves: dict[Key, pg.PlotCurveItem] = {}
        self._drawn: dict[Key, tuple[Series, int, float, float, bool]] = {}
        self._window: TimeWindow | None = None
        self._stale = False
        self._signed = signed
        self._upper = upper
        self.value_axis = FigureAxis(theme, signed=signed)
        self.time_axis = TimeAxis(theme, zone)
        self.view = PlotView()
        self._cursor = QGraphicsLineItem(0, -FAR_VALUE, 0, FAR_VALUE)
        self.cursor_text = Text(theme, "small")
        self.readouts = Readouts(theme)
        self.box = pg.ViewBox(enableMenu=False, enableMouse=True, defaultPadding=0.0)
        self.marks = MarkLines(theme, self.box, labelled=upper)
        self._set_up_view()
        self._lay_out(title, hint)

    def _set_up_view(self) -> None:
        """A bare view box: a PlotItem brings seven menus, and keeps them when it goes."""
        self.view.setBackground(self._theme.colours.panel)
        self.view.setAccessibleName(self.accessibleName())
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        grid = self.view.ci
        grid.setContentsMargins(0, 0, 0, 0)
        grid.layout.setSpacing(0)
        grid.addItem(self.value_axis, 0, 0)
        grid.addItem(self.box, 0, 1)
        grid.addItem(self.time_axis, 1, 1)
        for axis in (self.value_axis, self.time_axis):
            axis.linkToView(self.box)
            axis.setZValue(1)
        self.box.setMouseEnabled(x=True, y=False)
        self.box.setLimits(minXRange=LEAST_RANGE_S)
        self.box.sigRangeChangedManually.connect(self._moved_by_hand)
        self.view.scene().sigMouseMoved.connect(self._mouse_moved)
        self.view.left.connect(self.left)
        self._cursor.setPen(thin_pen(self._theme.colours.muted))
        self._cursor.setZValue(5)
        self._cursor.hide()
        self.box.addItem(self._cursor, ignoreBounds=True)
        self._set_up_cursor_text()

    def _set_up_cursor_text(self) -> None:
        """A widget over the canvas: it costs nothing while it is hidden."""
        c, px = self._theme.colours, self._theme.px
        self.cursor_text.setParent(self)
        self.cursor_text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.cursor_text.setStyleSheet(
            f"background: {c.raised}; border: 1px solid {c.faint}; border-radius: {px(4)}px;"
            f"padding: {px(3)}px {px(6)}px;"
        )
        self.cursor_text.hide()

    def _lay_out(self, title: str, hint: str) -> None:
        theme = self._theme
        self._title = Text(theme, "strong", theme.colours.muted)
        self._title.show_text(title)
        self.hint = ElidedText(theme, "small", theme.colours.faint)
        self.hint.show_text(hint)
        self.stale_note = Text(theme, "strong", theme.colours.warning)
        heading = QHBoxLayout()
        heading.setSpacing(theme.gap)
        heading.addWidget(self._title)
        heading.addWidget(self.hint, 1)
        heading.addWidget(self.stale_note)
        self.setMinimumHeight(self._least_px)
        body = QHBoxLayout()
        body.setSpacing(theme.pad)
        body.addWidget(self.view, 1)
        body.addWidget(self.readouts)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (PLOT_MARGIN, 8, PLOT_MARGIN, 6)))
        column.setSpacing(theme.px(4))
        column.addLayout(heading)
        column.addLayout(body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._upper:
            has_room = event.size().height() >= self._theme.px(TIME_TWICE)
            if has_room != self.time_axis.isVisible():
                (self.time_axis.show if has_room else self.time_axis.hide)()

    def show_readings(self, readings: tuple[Reading, ...]) -> None:
        """Say which curves there are and what their latest values are."""
        if [reading.key for reading in readings] != list(self._curves):
            self._rebuild([reading.key for reading in readings])
        self.readouts.show_readings(readings)
        least = self._theme.px(LEAST_HEIGHT - LEAST_CANVAS) + self.readouts.least_px
        self.setMinimumHeight(max(self._least_px, least))

    @property
    def _least_px(self) -> int:
        return self._theme.px(LEAST_UPPER if self._upper else LEAST_HEIGHT)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What the curves are called, and their latest values."""
        return self.readouts.readings

    @property
    def keys(self) -> tuple[Key, ...]:
        """The curves that are drawn."""
        return tuple(self._curves)

    def _rebuild(self, keys: list[Key]) -> None:
        for curve in self._curves.values():
            self.box.removeItem(curve)
        self._drawn = {}
        self._curves = {key: self._add_curve(place) for place, key in enumerate(keys)}

    def _add_curve(self, place: int) -> pg.PlotCurveItem:
        curve = pg.PlotCurveItem(pen=self._pen(place), antialias=False, connect="finite")
        # An outline has as few points as its picture shows, so nothing is left for pyqtgraph to
        # thin out.
        self.box.addItem(curve, ignoreBounds=True)
        return curve

    def _pen(self, place: int) -> QPen:
        colour = self._theme.colours.faint if self._stale else curve_colour(self._theme, place)
        # Wider pens take another, ten times slower road in Qt.
        return thin_pen(colour, dash(place))

    def show_stale(self, note: str) -> None:
        """Grey the curves and say why; an empty note lights them again."""
        self.stale_note.show_text(note)
        if bool(note) == self._stale:
            return
        self._stale = bool(note)
        for place, curve in enumerate(self._curves.values()):
            curve.setPen(self._pen(place))

    def show_window(self, window: TimeWindow, plots: StorePlots) -> None:
        """Draw this stretch of time, as far as it differs from what is drawn."""
        self.time_axis.show_time(window.base_s, window.wall)
        low, high = window.begin_s - window.base_s, window.end_s - window.base_s
        if window != self._window:
            self._window = window
            self.box.setXRange(low, high, padding=0)
        for key, curve in self._curves.items():
            series = plots[key]
            drawn = (series, series.version, window.begin_s, window.end_s, self._stale)
            if drawn != self._drawn.get(key):
                self._drawn[key] = drawn
                t, values = series.outline(window.begin_s, window.end_s, self.width_px())
                curve.setData(t - window.base_s, values)

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        """Mark instants, in the stretch of time that is drawn."""
        window = self._window
        if window is not None:
            self.marks.show(marks, window.begin_s, window.end_s, window.base_s)

    def show_cursor(self, cursor: Cursor | None, plots: StorePlots) -> None:
        """Mark an instant and tell the values there; None takes the mark away."""
        window = self._window
        if cursor is None or window is None or not window.begin_s <= cursor.t <= window.end_s:
            self._cursor.hide()
            self.cursor_text.hide()
            self.view.setAccessibleDescription("")
            return
        self._cursor.setX(cursor.t - window.base_s)
        self._cursor.show()
        column_s = (window.end_s - window.begin_s) / self.width_px()
        text = "\n".join([cursor.time, *self.values_at(cursor.t, column_s, plots)])
        if text != self.cursor_text.text():
            self.cursor_text.show_text(text)
            self.cursor_text.adjustSize()
            self.cursor_text.raise_()
            self.view.setAccessibleDescription(text)
        self._place_cursor_text(cursor.t - window.base_s)
        self.cursor_text.show()

    def values_at(self, t: float, column_s: float, plots: StorePlots) -> list[str]:
        """One line a curve: its value, or lowest to highest where a pixel stands for several."""
        found = ((reading, plots[reading.key].at(t, column_s)) for reading in self.readings)
        return [f"{r.label}  {self._extent_words(extent, r.unit)}" for r, extent in found]

    def _extent_words(self, extent: Extent | None, unit: str) -> str:
        if extent is None:
            return tr("no reading")
        low, high = (number(v, signed=self._signed) for v in (extent.low, extent.high))
        return f"{low} {unit}" if low == high else tr("{low} to {high} {unit}").format(
            low=low, high=high, unit=unit
        )  # fmt: skip

    def _place_cursor_text(self, x: float) -> None:
        """Beside the line, on the side with more room; where the canvas is too low for it, over
        the heading as well."""
        gap, text, canvas = self._theme.px(8), self.cursor_text, self.view.geometry()
        at = self.view.mapFromScene(self.box.mapViewToScene(QPointF(x, 0.0))).x()
        right = at + gap + text.width() <= canvas.width()
        lowest = self.height() - text.height() - self._theme.px(2)
        text.move(
            max(0, canvas.left() + (at + gap if right else at - gap - text.width())),
            max(0, min(canvas.top() + self._theme.px(2), lowest)),
        )

    def _mouse_moved(self, at: QPointF) -> None:
        if self._window is not None and self.box.sceneBoundingRect().contains(at):
            self.pointed.emit(self.box.mapSceneToView(at).x() + self._window.base_s)
        else:
            self.left.emit()

    def width_px(self) -> float:
        return max(1.0, float(self.box.width()))

    def _moved_by_hand(self) -> None:
        if self._window is not None:
            (low, high), _ = self.box.viewRange()
            self.moved.emit(low + self._window.base_s, high + self._window.base_s)


def thin_pen(colour: str, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """One pixel wide at any zoom."""
    pen = QPen(QColor(colour), 1, style)
    pen.setCosmetic(True)
    return pen
