"""Which stretch of time do the plots show? Follow live or look back; both plots move together.

The same values stand in a table that takes the place of the plots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo
from math import ceil, floor, log2

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.desk.marks import Mark
from livedesk.desk.mediacards import limit_ahead_ms
from livedesk.desk.model import StoreView
from livedesk.desk.plots import StorePlots
from livedesk.desk.words import show_clock, wall_clock
from livedesk.ui.feed.figureplots import Ahead, RatePlot, SkewPlot
from livedesk.ui.feed.plotsbar import PlotsBar
from livedesk.ui.feed.readings import rate_readings, skew_readings
from livedesk.ui.feed.timeplot import Cursor, TimePlot, TimeWindow
from livedesk.ui.feed.valuestable import ValuesTable
from livedesk.ui.theme import Theme

RANGES_S: tuple[float | None, ...] = (120.0, 600.0, None)
LEAST_SPAN_S = 30.0
MOVE_S = 0.5
CURSOR_STEPS = 200
"""Steps of the cursor from edge to edge."""

FRAME_MS = 16
"""While somebody drags, the curves are drawn anew so often: 60 times a second."""

LEAST_STEP_S = 0.25
OUTLOOK_TENTHS = 5
"""Of the whole session so far, shown beyond its end when a limit is ahead."""


@dataclass(slots=True)
class _View:
    """What the operator chose to look at."""

    span_s: float | None = RANGES_S[0]
    held: tuple[float, float] | None = None
    """Begin and end while not following live."""
    wall: bool = False
    cursor_s: float | None = None
    """The instant whose values are read."""
    by_mouse: bool = False


class PlotsPanel(QWidget):
    """Range buttons and the plots under them."""

    redrawn = Signal()
    """Another stretch of time is shown."""
    arrange_asked = Signal(bool)
    """Somebody wants to move the parts of the page, or to be done with it."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._zone = zone
        self._view = _View()
        self._window: TimeWindow | None = None
        self._plots: StorePlots | None = None
        self._started_s: float | None = None
        self._marks: tuple[Mark, ...] = ()
        self._tabled: object = None
        self.table = ValuesTable(theme, zone)
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.timeout.connect(self._redraw)
        self.rate = RatePlot(theme, zone)
        self.skew = SkewPlot(theme, zone)
        self.bar = PlotsBar(theme)
        self.follow, self.clocks, self.values = self.bar.follow, self.bar.clocks, self.bar.values
        self.ranges, self.arrange = self.bar.ranges, self.bar.arrange
        self._wire()
        self._lay_out()

    def _wire(self) -> None:
        self.bar.range_group.idClicked.connect(self.choose_range)
        self.bar.clock_group.idClicked.connect(self._choose_clock)
        self.follow.clicked.connect(self.follow_live)
        self.values.toggled.connect(self._show_table)
        self.arrange.clicked.connect(self.arrange_asked)
        for plot in self.plots:
            plot.moved.connect(self._hold)
            plot.pointed.connect(self.point)
            plot.left.connect(self.leave)

    @property
    def plots(self) -> tuple[TimePlot, ...]:
        return self.rate, self.skew

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.gap)
        column.addWidget(self.bar)
        for plot in self.plots:
            column.addWidget(plot, 1)
        column.addWidget(self.table, 2)
        self.table.hide()

    @property
    def stretch(self) -> TimeWindow | None:
        """What the plots show."""
        return self._window

    @property
    def started_s(self) -> float | None:
        """When the show began (Unix seconds)."""
        return self._started_s

    def choose_range(self, place: int) -> None:
        """Show the last 2 min, 10 min or all, and follow."""
        self._view.span_s = RANGES_S[place]
        self.ranges[place].setChecked(True)
        self.follow_live()

    def follow_live(self) -> None:
        self._view.held = None
        self.follow.setChecked(True)

    def toggle_clock(self) -> None:
        self._choose_clock(0 if self._view.wall else 1)

    def _choose_clock(self, place: int) -> None:
        self._view.wall = place == 1
        (self.bar.wall_time if self._view.wall else self.bar.show_time).setChecked(True)

    def _hold(self, begin_s: float, end_s: float) -> None:
        """Stay where somebody panned or zoomed to."""
        self._keep(begin_s, end_s)
        if not self._frame.isActive():
            self._frame.start(FRAME_MS)

    def _keep(self, begin_s: float, end_s: float) -> None:
        self._view.held = (begin_s, end_s)
        self.follow.setChecked(False)

    def go_to(self, begin_s: float, end_s: float) -> None:
        """Show this stretch of time (Unix seconds) now, and stay there."""
        self._keep(begin_s, end_s)
        self._redraw()

    def toggle_clocks(self) -> None:
        self.clocks.toggle()

    def toggle_values(self) -> None:
        """The table in place of the plots, or the plots again."""
        self.values.toggle()
        if self.values.isChecked():
            self.table.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_table(self, shown: bool) -> None:
        for plot in self.plots:
            plot.setHidden(shown)
        self.table.setVisible(shown)
        self._redraw()

    def point(self, t: float) -> None:
        """Read the values at an instant (Unix seconds) that the mouse or the timeline is at."""
        self._view.cursor_s, self._view.by_mouse = t, True
        self._show_cursor()

    def leave(self) -> None:
        """A cursor set by key stays until Esc."""
        if self._view.by_mouse:
            self.hide_cursor()

    def hide_cursor(self) -> None:
        self._view.cursor_s = None
        self._show_cursor()

    def step_cursor(self, steps: int) -> None:
        """Move the cursor by so many steps; the first one sets it at the newest figures."""
        window = self._window
        if window is None or self._plots is None:
            return
        step_s = max(LEAST_STEP_S, (window.end_s - window.begin_s) / CURSOR_STEPS)
        newest_s = min(window.end_s, self._plots.last_t or window.end_s)
        before_s = self._view.cursor_s
        t = newest_s if before_s is None else before_s + steps * step_s
        self._view.cursor_s = min(window.end_s, max(window.begin_s, t))
        self._view.by_mouse = False
        self._show_cursor()

    def _show_cursor(self) -> None:
        window, t = self._window, self._view.cursor_s
        if window is None or self._plots is None:
            return
        cursor = None if t is None else Cursor(t, _cursor_time(t, self._started_s, self._zone))
        for plot in self.plots:
            plot.show_cursor(cursor, self._plots)

    def show_store(
        self, view: StoreView, plots: StorePlots, stale_note: str, marks: tuple[Mark, ...]
    ) -> None:
        status = view.status
        readings = rate_readings(view)
        below = any(reading.look == "critical" for reading in readings)
        self.rate.show_limit(status.limits.min_kbps, "critical" if below else "idle")
        self.skew.show_skew(status.limits.max_skew_ms, None if view.stale else status.sync.skew_ms)
        self.rate.show_readings(readings)
        self.skew.show_readings(skew_readings(view, clocks=self.clocks.isChecked()))
        self.skew.show_forecast(_ahead(view, plots))
        for plot in self.plots:
            plot.show_stale(stale_note)
        self._time_window(view, plots)
        self._plots, self._marks = plots, marks
        self._redraw()

    def _redraw(self) -> None:
        """Draw the stretch of time that is shown, or the one that somebody just dragged it to."""
        window, plots = self._window, self._plots
        if window is None or plots is None:
            return
        if self._view.held is not None:
            window = self._window = replace(
                window, begin_s=self._view.held[0], end_s=self._view.held[1]
            )
        if self.values.isChecked():
            self._fill_table(window, plots)
        else:
            for plot in self.plots:
                plot.show_window(window, plots)
                plot.show_marks(self._marks)
            if self._view.cursor_s is not None:
                self._show_cursor()
        self.redrawn.emit()

    def _fill_table(self, window: TimeWindow, plots: StorePlots) -> None:
        """Once a second: faster than that nobody reads a table."""
        readings = tuple(
            (reading, plot is self.skew) for plot in self.plots for reading in plot.readings
        )
        heads = tuple(reading.key for reading, _ in readings)
        wanted = (plots, heads, round(window.begin_s), round(window.end_s), window.wall)
        if wanted != self._tabled:
            self._tabled = wanted
            self.table.show_values(window, readings, plots)

    def _time_window(self, view: StoreView, plots: StorePlots) -> None:
        """Move the stretch of time along with the show, or keep the one that is held."""
        now_s = (plots.last_t or view.status.utc_ns / NS_PER_S) + _steps(view.age_s)
        started_ns = view.status.session_started_utc_ns
        started_s = started_ns / NS_PER_S if started_ns is not None else None
        self._started_s = started_s
        base_s = started_s if started_s is not None else float(int(now_s))
        # Show time has no zero before the show; while waiting, the time of day is shown.
        wall = self._view.wall or started_s is None
        if started_s is None and self._window is not None:
            base_s = self._window.base_s
        first_s = started_s if self._view.span_s is not None else plots.first_t
        live = live_window(now_s, first_s, self._view.span_s, self.rate.width_px())
        if self._view.span_s is None:
            live = _with_outlook(live, _ahead(view, plots))
        begin_s, end_s = self._view.held or live
        self._window = TimeWindow(begin_s, end_s, base_s, wall)


def live_window(
    now_s: float, first_s: float | None, span_s: float | None, width_px: float
) -> tuple[float, float]:
    """The newest `span_s` (None: all) up to now, moving by whole pixels so that lines keep shape.

    A young show fills the plot, rather than sit at the edge of an empty one.
    """
    if first_s is not None and (span_s is None or now_s - first_s < span_s):
        return first_s, first_s + _grown(now_s - first_s, width_px)
    wanted_s = span_s or LEAST_SPAN_S
    pixel_s = wanted_s / width_px
    end_s = (now_s // pixel_s + 1) * pixel_s
    return end_s - wanted_s, end_s


def _grown(so_far_s: float, width_px: float) -> float:
    """All of a show so far, growing by steps of about a pixel: in between nothing moves."""
    step_s = 2.0 ** floor(log2(max(so_far_s, LEAST_SPAN_S) / width_px))
    return max(LEAST_SPAN_S, ceil(so_far_s / step_s) * step_s)


def _steps(age_s: float) -> float:
    """Time since the last status in whole steps: a plot moves with the news, and by itself only
    while there is none. Moving in between would double the work for no new picture."""
    return age_s // MOVE_S * MOVE_S


def _ahead(view: StoreView, plots: StorePlots) -> Ahead | None:
    """The way from the newest skew to the limit, if it is known and near enough to be drawn."""
    sync = view.status.sync
    now_s = plots.last_t
    if view.stale or now_s is None or sync.skew_ms is None or sync.forecast_s is None:
        return None
    limit_ms = limit_ahead_ms(sync, view.status.limits.max_skew_ms)
    return Ahead(now_s, sync.skew_ms, now_s + sync.forecast_s, limit_ms)


def _with_outlook(live: tuple[float, float], ahead: Ahead | None) -> tuple[float, float]:
    """Room for the limit where it is reached within half of what was, in whole tenths of it."""
    if ahead is None:
        return live
    begin_s, end_s = live
    tenth_s = (end_s - begin_s) / 10
    tenths = max(0, ceil((ahead.reached_s - end_s) / tenth_s))
    return begin_s, end_s + (tenths * tenth_s if tenths <= OUTLOOK_TENTHS else 0.0)


def _cursor_time(t: float, started_s: float | None, zone: tzinfo | None) -> str:
    """Both clocks: `0:12:34 · 14:05:06`."""
    wall = wall_clock(round(t * NS_PER_S), zone)
    return wall if started_s is None else f"{show_clock(t - started_s)} · {wall}"
