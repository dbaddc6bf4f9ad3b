"""Which stretch of time do the plots show? Follow live or look back; both plots move together."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.core.figures import FIGURES
from livedesk.core.status import UplinkStatus
from livedesk.desk.cards import Look, is_too_slow, source_note
from livedesk.desk.model import StoreView
from livedesk.desk.plots import FEED, SKEW, StorePlots, goodput
from livedesk.desk.words import number, tr
from livedesk.ui.basics import button
from livedesk.ui.figureplots import RatePlot, SkewPlot
from livedesk.ui.theme import Theme
from livedesk.ui.timeplot import Reading, TimePlot, TimeWindow

RANGES_S: tuple[float | None, ...] = (120.0, 600.0, None)
LEAST_SPAN_S = 30.0
MOVE_S = 0.5


@dataclass(slots=True)
class _View:
    """What the operator chose to look at."""

    span_s: float | None = RANGES_S[0]
    held: tuple[float, float] | None = None
    """Begin and end while not following live."""
    wall: bool = False


class PlotsPanel(QWidget):
    """Range buttons and the plots under them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._view = _View()
        self._window: TimeWindow | None = None
        self.rate = RatePlot(theme)
        self.skew = SkewPlot(theme)
        self.ranges = [self._segment(text) for text in (tr("2 min"), tr("10 min"), tr("All"))]
        self.follow = self._segment(tr("Follow live"), tr("Keep the newest figures in view (L)"))
        self.show_time = self._segment(tr("Show time"), tr("Time since the session began (T)"))
        self.wall_time = self._segment(tr("Wall clock"), tr("Time of day (T)"))
        self._wire()
        self._lay_out()

    def _segment(self, text: str, hint: str = "") -> QPushButton:
        return button(self._theme, text, hint, segment=True)

    def _wire(self) -> None:
        self._range_group = QButtonGroup(self)
        for place, choice in enumerate(self.ranges):
            self._range_group.addButton(choice, place)
        self._range_group.idClicked.connect(self.choose_range)
        self._clock_group = QButtonGroup(self)
        self._clock_group.addButton(self.show_time, 0)
        self._clock_group.addButton(self.wall_time, 1)
        self._clock_group.idClicked.connect(self._choose_clock)
        self.follow.clicked.connect(self.follow_live)
        self.ranges[0].setChecked(True)
        self.show_time.setChecked(True)
        self.follow.setChecked(True)
        for plot in self.plots:
            plot.moved.connect(self._hold)

    @property
    def plots(self) -> tuple[TimePlot, ...]:
        return self.rate, self.skew

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(self._theme.px(4))
        for choice in self.ranges:
            bar.addWidget(choice)
        bar.addSpacing(self._theme.pad)
        bar.addWidget(self.follow)
        bar.addStretch(1)
        bar.addWidget(self.show_time)
        bar.addWidget(self.wall_time)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.gap)
        column.addLayout(bar)
        for plot in self.plots:
            column.addWidget(plot, 1)

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
        (self.wall_time if self._view.wall else self.show_time).setChecked(True)

    def _hold(self, begin_s: float, end_s: float) -> None:
        """Stay where somebody panned or zoomed to."""
        self._view.held = (begin_s, end_s)
        self.follow.setChecked(False)

    def show_store(self, view: StoreView, plots: StorePlots, stale_note: str) -> None:
        status = view.status
        readings = _rate_readings(view)
        below = any(reading.look == "critical" for reading in readings)
        self.rate.show_limit(status.limits.min_kbps, "critical" if below else "idle")
        self.skew.show_skew(status.limits.max_skew_ms, None if view.stale else status.sync.skew_ms)
        self.rate.show_readings(readings)
        self.skew.show_readings((_skew_reading(view),))
        window = self._time_window(view, plots)
        for plot in self.plots:
            plot.show_stale(stale_note)
            plot.show_window(window, plots)

    def _time_window(self, view: StoreView, plots: StorePlots) -> TimeWindow:
        now_s = (plots.last_t or view.status.utc_ns / NS_PER_S) + _steps(view.age_s)
        started_ns = view.status.session_started_utc_ns
        started_s = started_ns / NS_PER_S if started_ns is not None else None
        base_s = started_s if started_s is not None else float(int(now_s))
        # Show time has no zero before the show; while waiting, the time of day is shown.
        wall = self._view.wall or started_s is None
        if started_s is None and self._window is not None:
            base_s = self._window.base_s
        first_s = started_s if self._view.span_s is not None else plots.first_t
        live = live_window(now_s, first_s, self._view.span_s, self.rate.width_px())
        begin_s, end_s = self._view.held or live
        self._window = TimeWindow(begin_s, end_s, base_s, wall)
        return self._window


def live_window(
    now_s: float, first_s: float | None, span_s: float | None, width_px: float
) -> tuple[float, float]:
    """The newest `span_s` (None: all) up to now, moving by whole pixels so that lines keep shape.

    A young show fills the plot, rather than sit at the edge of an empty one.
    """
    so_far_s = now_s - first_s if first_s is not None else span_s or LEAST_SPAN_S
    wanted_s = so_far_s if span_s is None else min(span_s, so_far_s)
    if first_s is not None and wanted_s < LEAST_SPAN_S:
        return first_s, first_s + LEAST_SPAN_S
    pixel_s = wanted_s / width_px
    end_s = (now_s // pixel_s + 1) * pixel_s
    return end_s - wanted_s, end_s


def _steps(age_s: float) -> float:
    """Time since the last status in whole steps: a plot moves with the news, and by itself only
    while there is none. Moving in between would double the work for no new picture."""
    return age_s // MOVE_S * MOVE_S


def _rate_readings(view: StoreView) -> tuple[Reading, ...]:
    feed = view.status.feed
    unit = FIGURES["feed_kbps"].unit
    note = source_note(tr("relay"), feed.age_ms, view)
    own = Reading(FEED, tr("Feed"), number(feed.kbps), unit, note, _dim(view, "ok"))
    return (own, *(_goodput_reading(view, uplink, unit) for uplink in view.status.uplinks))


def _goodput_reading(view: StoreView, uplink: UplinkStatus, unit: str) -> Reading:
    look: Look = "critical" if is_too_slow(view, uplink) else "ok"
    return Reading(
        goodput(uplink.name),
        tr("Goodput {name}").format(name=uplink.name),
        number(uplink.goodput_kbps),
        unit,
        source_note(tr("relay"), uplink.age_ms, view),
        _dim(view, look),
    )


def _skew_reading(view: StoreView) -> Reading:
    sync = view.status.sync
    look: Look = "unknown" if sync.state == "no_data" else sync.state
    return Reading(
        SKEW,
        tr("Skew"),
        number(sync.skew_ms, signed=True),
        FIGURES["skew_ms"].unit,
        source_note(tr("probe"), sync.age_ms, view),
        _dim(view, look),
    )


def _dim(view: StoreView, look: Look) -> Look:
    return "idle" if view.stale else look
