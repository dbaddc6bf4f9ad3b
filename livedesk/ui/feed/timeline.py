"""What happened over the stretch of time that the plots show? Lanes of marks, alarms as spans.

It draws the plots' window and stands over them with the same edges, so that a mark is right above
what the curves did. Pointing or the arrow keys read an entry; the plots' cursor goes there too.
"""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.desk.looks import LIT, LOUDNESS
from livedesk.desk.timeline import LANES, Entry, Lane, Timeline, lane_name, nearest, stepped
from livedesk.desk.words import number, show_clock, span, tr, wall_clock
from livedesk.ui.basics import ElidedText, Panel
from livedesk.ui.feed.axes import FIGURES_WIDTH
from livedesk.ui.feed.readouts import WIDTH as READOUT_WIDTH
from livedesk.ui.feed.timeplot import PLOT_MARGIN, TimeWindow
from livedesk.ui.shapes import draw_shape, look_name
from livedesk.ui.theme import Theme

LANE_HEIGHT = 16
MARGIN = 4
"""At either side; what is left to the plots' own goes to the names of the lanes."""

MARK = 12
APART = 3
"""Pixels between two ticks of a lane; of nearer ones one is drawn."""

REACH = 9
"""Pixels within which pointing beside a mark still means it."""


class LanesView(QWidget):
    """The marks themselves. It says what is pointed at or chosen by key."""

    chosen = Signal(object)
    """An `Entry`, or None when nothing is read any more."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._font = theme.font("small")
        self._metrics = QFontMetrics(self._font)
        self._window: TimeWindow | None = None
        self._entries: tuple[Entry, ...] = ()
        self._drawn: tuple[object, ...] = ()
        self._chosen: Entry | None = None
        self._by_mouse = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("What happened; arrow keys read it"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(400), self._theme.px(LANE_HEIGHT) * len(LANES))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(200), self._theme.px(LANE_HEIGHT - 4) * len(LANES))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is in view, in the order in which it began."""
        return self._entries

    @property
    def read(self) -> Entry | None:
        return self._chosen

    def show_window(self, window: TimeWindow, timeline: Timeline) -> None:
        wanted = (window, timeline, timeline.version, self.size())
        if wanted == self._drawn:
            return
        self._drawn, self._window = wanted, window
        self._entries = timeline.between(window.begin_s, window.end_s)
        self.update()

    # Where things stand

    @property
    def _left(self) -> float:
        return self._theme.px(FIGURES_WIDTH + PLOT_MARGIN - MARGIN)

    @property
    def _right(self) -> float:
        beside = self._theme.px(READOUT_WIDTH + PLOT_MARGIN - MARGIN) + self._theme.pad
        return self.width() - beside

    def x_of(self, t: float) -> float:
        window = self._window
        if window is None:
            return self._left
        share = (t - window.begin_s) / (window.end_s - window.begin_s)
        return self._left + share * (self._right - self._left)

    def lane_middle(self, lane: Lane) -> float:
        return (LANES.index(lane) + 0.5) * self.height() / len(LANES)

    def _time_at(self, x: float) -> float:
        assert self._window is not None
        share = (x - self._left) / max(1.0, self._right - self._left)
        return self._window.begin_s + share * (self._window.end_s - self._window.begin_s)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setFont(self._font)
        self._draw_lanes(painter)
        if self._window is not None:
            room = QRectF(self._left, 0, self._right - self._left, self.height())
            painter.setClipRect(
                room.adjusted(-self._theme.px(MARK) / 2, 0, self._theme.px(MARK), 0)
            )
            drawn = self.drawn
            self._draw_labels(painter, drawn)
            # What is loud is drawn over what is not.
            for entry in sorted(drawn, key=lambda entry: LOUDNESS[entry.look]):
                self._draw_entry(painter, entry)
            self._draw_chosen(painter)
        painter.end()

    def _draw_lanes(self, painter: QPainter) -> None:
        colours, height = self._theme.colours, self.height() / len(LANES)
        counts = dict.fromkeys(LANES, 0)
        for entry in self._entries:
            counts[entry.lane] += 1
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place, lane in enumerate(LANES):
            top = place * height
            middle = round(top + height / 2)
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(round(self._left), middle, round(self._right), middle)
            painter.setPen(QColor(colours.muted if counts[lane] else colours.faint))
            room = self._left
            name = self._metrics.elidedText(lane_name(lane), Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(0, top, room, height), flags, name)
            painter.setPen(QColor(colours.faint))
            side = QRectF(self._right + self._theme.pad, top, self._theme.px(READOUT_WIDTH), height)
            painter.drawText(side, flags, number(counts[lane]) if counts[lane] else "")

    def _draw_entry(self, painter: QPainter, entry: Entry) -> None:
        colours, side = self._theme.colours, self._theme.px(MARK)
        y = self.lane_middle(entry.lane)
        if entry.alarm and self._window is not None:
            begin = max(self._left, self.x_of(entry.t))
            end = min(self._right, self.x_of(entry.lasts(self._window.end_s)))
            bar = QRectF(begin, y - side / 4, max(2.0, end - begin), side / 2)
            painter.fillRect(bar, QColor(self._theme.colour(entry.look)))
            if entry.t < self._window.begin_s:
                return
        x = self.x_of(entry.t)
        if entry.look in LIT:
            draw_shape(painter, QRectF(x - side / 2, y - side / 2, side, side), entry.look,
                       self._theme)  # fmt: skip
            return
        # What is only information is a tick: a hundred rings would be louder than one alarm.
        colour = colours.text if entry.label else colours.muted
        painter.fillRect(QRectF(x - 1, y - side / 2, 2, side), QColor(colour))

    @property
    def drawn(self) -> tuple[Entry, ...]:
        """What is seen of all: of marks that would cover one another the loudest, the newest of
        such. Alarms are spans, and all drawn."""
        begin_x, per_s = self.x_of(0.0), self.x_of(1.0) - self.x_of(0.0)
        narrow, wide = self._theme.px(APART), self._theme.px(MARK)
        seen: dict[tuple[Lane, bool, int], Entry] = {}
        for entry in self._entries:
            lit = entry.look in LIT
            place = entry.lane, lit, int((begin_x + entry.t * per_s) // (wide if lit else narrow))
            before = seen.get(place)
            if not entry.alarm and (before is None or _weight(entry) >= _weight(before)):
                seen[place] = entry
        spans = (entry for entry in self._entries if entry.alarm)
        return (*seen.values(), *spans)

    def _draw_labels(self, painter: QPainter, drawn: tuple[Entry, ...]) -> None:
        """Words beside their marks, where the lane is free up to the next one."""
        line, side = self._metrics.height(), self._theme.px(MARK)
        painter.setPen(QColor(self._theme.colours.muted))
        free: dict[Lane, float] = {}
        for entry in sorted(drawn, key=lambda entry: entry.t, reverse=True):
            at = self.x_of(entry.t)
            until = free.get(entry.lane, self._right + side)
            free[entry.lane] = at
            room = until - at - 2 * side
            if not entry.label or self._metrics.horizontalAdvance(entry.label) > room:
                continue
            top = self.lane_middle(entry.lane) - line / 2
            painter.drawText(QRectF(at + side, top, room + 1, line), entry.label)

    def _draw_chosen(self, painter: QPainter) -> None:
        if self._chosen is None or self._window is None:
            return
        side = self._theme.px(MARK) + self._theme.px(4)
        x = max(self._left, self.x_of(self._chosen.t))
        box = QRectF(x - side / 2, self.lane_middle(self._chosen.lane) - side / 2, side, side)
        painter.setPen(QPen(QColor(self._theme.colours.focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)

    # Reading

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._choose(self._pointed(event.position()), by_mouse=True)

    def _pointed(self, at: QPointF) -> Entry | None:
        if self._window is None or not self._left <= at.x() <= self._right:
            return None
        lane = LANES[min(len(LANES) - 1, max(0, int(at.y() * len(LANES) / max(1, self.height()))))]
        per_px = (self._window.end_s - self._window.begin_s) / max(1.0, self._right - self._left)
        return nearest(self._entries, self._time_at(at.x()), self._theme.px(REACH) * per_px, lane)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """What was chosen by key stays."""
        if self._by_mouse:
            self._choose(None, by_mouse=False)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self._choose(None, by_mouse=False)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        match event.key():
            case Qt.Key.Key_Left:
                self.step(-1)
            case Qt.Key.Key_Right:
                self.step(1)
            case Qt.Key.Key_Home:
                self.step(-len(self._entries))
            case Qt.Key.Key_End:
                self.step(len(self._entries))
            case Qt.Key.Key_Escape:
                self._choose(None, by_mouse=False)
                # The plots' cursor goes with it.
                event.ignore()
            case _:
                super().keyPressEvent(event)

    def step(self, by: int) -> None:
        """Read the entry so many further on; the newest first."""
        self._choose(stepped(self._entries, self._chosen, by), by_mouse=False)

    def _choose(self, entry: Entry | None, *, by_mouse: bool) -> None:
        self._by_mouse = by_mouse
        if entry != self._chosen:
            self._chosen = entry
            self.update()
            self.chosen.emit(entry)


def _weight(entry: Entry) -> tuple[int, bool]:
    """What is drawn of two marks in one place: the louder one, then the one with a word."""
    return LOUDNESS[entry.look], bool(entry.label)


class TimelinePanel(Panel):
    """The lanes, and under them the entry that is read, in words."""

    pointed = Signal(float)
    """An entry is read: its instant in Unix seconds."""
    left = Signal()
    """None is read any more."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Timeline"))
        self._zone = zone
        self._base_s: float | None = None
        self.lanes = LanesView(theme)
        self.words = ElidedText(theme, "small", theme.colours.muted)
        self.lanes.chosen.connect(self._tell)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (MARGIN, 4, MARGIN, 3)))
        column.setSpacing(theme.px(2))
        column.addWidget(self.lanes, 1)
        column.addWidget(self.words)
        self._tell(None)

    def show_window(self, window: TimeWindow, timeline: Timeline, started_s: float | None) -> None:
        self._base_s = started_s
        self.lanes.show_window(window, timeline)

    def focus_lanes(self) -> None:
        self.lanes.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.lanes.step(0)

    def _tell(self, entry: Entry | None) -> None:
        if entry is None:
            self.words.show_text(tr("Point at a mark, or H and the arrow keys, to read it."))
            self.lanes.setAccessibleDescription("")
            self.left.emit()
            return
        said = f"{self._when(entry)}  {entry.text}"
        self.words.show_text(said)
        spoken = f"{lane_name(entry.lane)}, {look_name(entry.look)}, {said}"
        self.lanes.setAccessibleDescription(spoken)
        self.pointed.emit(entry.t)

    def _when(self, entry: Entry) -> str:
        when = wall_clock(round(entry.t * NS_PER_S), self._zone)
        if self._base_s is not None:
            when = f"{show_clock(entry.t - self._base_s)} · {when}"
        if not entry.alarm:
            return when
        if entry.until is None:
            return tr("{time}, still there").format(time=when)
        return tr("{time}, for {span}").format(time=when, span=span(entry.until - entry.t))
