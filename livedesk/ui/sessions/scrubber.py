"""Where in a session is somebody, and where in it is something to be seen?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from livedesk.desk.looks import LIT
from livedesk.desk.replay_marks import MARK_KINDS, MarkKind, ReplayMark
from livedesk.desk.words import show_clock, tr
from livedesk.ui.basics import plain_tip
from livedesk.ui.theme import Theme

LANE: Final = 9
CLOCK: Final = 16
NAMES: Final = 74
"""Pixels at scale 1: height of a lane and of the clock under them, width of the names."""

MARK: Final = 3
REACH: Final = 6
"""Pixels within which pointing beside a mark still means it."""

LEAST_LABEL: Final = 90
STEPS_S: Final = (10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 21_600)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the session that was chosen, in Unix seconds."""

    begin_s: float
    end_s: float


class Scrubber(QWidget):
    """Click or drag goes there; with Shift it chooses a stretch."""

    moved = Signal(float)
    """Unix seconds."""
    stretched = Signal(object)
    """A `Stretch`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._font = theme.font("small")
        self._metrics = QFontMetrics(self._font)
        self._span = 0.0, 1.0
        self._at_s = 0.0
        self._marks: tuple[ReplayMark, ...] = ()
        self._stretch: Stretch | None = None
        self._from_s: float | None = None
        """Where the dragging of a stretch began."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("The whole session"))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        px = self._theme.px
        return QSize(px(400), px(LANE) * len(MARK_KINDS) + px(CLOCK) + px(6))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(240), self.sizeHint().height())

    def show_session(
        self, span: tuple[float, float], at_s: float, marks: tuple[ReplayMark, ...],
        stretch: Stretch | None,
    ) -> None:  # fmt: skip
        wanted = span, at_s, marks, stretch
        if wanted != (self._span, self._at_s, self._marks, self._stretch):
            self._span, self._at_s, self._marks, self._stretch = wanted
            self.setAccessibleDescription(show_clock(at_s - span[0]))
            self.update()

    # Where things stand

    @property
    def _room(self) -> tuple[float, float]:
        return float(self._theme.px(NAMES)), float(self.width() - self._theme.px(8))

    def x_of(self, t: float) -> float:
        (left, right), (begin_s, end_s) = self._room, self._span
        return left + (t - begin_s) / max(1e-6, end_s - begin_s) * (right - left)

    def time_at(self, x: float) -> float:
        (left, right), (begin_s, end_s) = self._room, self._span
        share = min(1.0, max(0.0, (x - left) / max(1.0, right - left)))
        return begin_s + share * (end_s - begin_s)

    def _lane(self, kind: MarkKind) -> QRectF:
        height = self._theme.px(LANE)
        top = MARK_KINDS.index(kind) * height + self._theme.px(2)
        left, right = self._room
        return QRectF(left, top, right - left, height)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setFont(self._font)
        self._draw_ground(painter)
        self._draw_stretch(painter)
        for mark in self._marks:
            self._draw_mark(painter, mark)
        self._draw_clock(painter)
        self._draw_place(painter)
        painter.end()

    def _draw_ground(self, painter: QPainter) -> None:
        colours = self._theme.colours
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for kind in MARK_KINDS:
            lane = self._lane(kind)
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(
                QPointF(lane.left(), lane.center().y()), QPointF(lane.right(), lane.center().y())
            )
            painter.setPen(QColor(colours.muted))
            above = (self._metrics.height() - lane.height()) / 2
            name = QRectF(0, lane.top() - above, lane.left() - self._theme.px(6),
                          lane.height() + 2 * above)  # fmt: skip
            if MARK_KINDS.index(kind) % 2 == 0:
                painter.drawText(name, flags, _pair_name(kind))

    def _draw_stretch(self, painter: QPainter) -> None:
        if self._stretch is None:
            return
        begin, end = self.x_of(self._stretch.begin_s), self.x_of(self._stretch.end_s)
        lanes = self._lane(MARK_KINDS[-1]).bottom()
        chosen = QColor(self._theme.colours.focus)
        chosen.setAlpha(70)
        painter.fillRect(QRectF(begin, 0, max(2.0, end - begin), lanes), chosen)

    def _draw_mark(self, painter: QPainter, mark: ReplayMark) -> None:
        lane, side = self._lane(mark.kind), self._theme.px(MARK)
        begin, end = self.x_of(mark.t), self.x_of(mark.until)
        colours = self._theme.colours
        lit = mark.look in LIT
        colour = self._theme.colour(mark.look) if lit else colours.muted
        inset = self._theme.px(1)
        box = QRectF(begin - side / 2, lane.top() + inset, max(side, end - begin + side),
                     lane.height() - 2 * inset)  # fmt: skip
        painter.fillRect(box, QColor(colour))

    def _draw_clock(self, painter: QPainter) -> None:
        colours, (begin_s, end_s) = self._theme.colours, self._span
        left, right = self._room
        most = max(1, int((right - left) / self._theme.px(LEAST_LABEL)))
        step_s = next((s for s in STEPS_S if (end_s - begin_s) / s <= most), STEPS_S[-1])
        top = self._lane(MARK_KINDS[-1]).bottom()
        painter.setPen(QColor(colours.faint))
        for number in range(int((end_s - begin_s) / step_s) + 1):
            x = self.x_of(begin_s + number * step_s)
            words = show_clock(number * step_s)
            width = self._metrics.horizontalAdvance(words)
            painter.drawLine(QPointF(x, top), QPointF(x, top + self._theme.px(3)))
            at = min(x - width / 2, self.width() - width) if number else x
            painter.drawText(QPointF(at, top + self._theme.px(3) + self._metrics.ascent()), words)

    def _draw_place(self, painter: QPainter) -> None:
        x, colours, px = self.x_of(self._at_s), self._theme.colours, self._theme.px
        bottom = self._lane(MARK_KINDS[-1]).bottom()
        painter.fillRect(QRectF(x - px(1), 0, px(2), bottom + px(3)), QColor(colours.text))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.focus), px(2)) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.text))
        painter.drawEllipse(QPointF(x, bottom / 2 + px(1)), px(5), px(5))

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        t = self.time_at(event.position().x())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._from_s = t
        else:
            self._from_s = None
            self.moved.emit(t)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        t = self.time_at(event.position().x())
        if self._from_s is None:
            self.moved.emit(t)
        elif t != self._from_s:
            self.stretched.emit(Stretch(min(t, self._from_s), max(t, self._from_s)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(self.words_at(event.pos().x())), self)
            return True
        return super().event(event)

    def words_at(self, x: float) -> str:
        """The time under the mouse, and the marks there."""
        reach, t = self._theme.px(REACH), self.time_at(x)
        near = (mark.text for mark in self._marks
                if self.x_of(mark.t) - reach <= x <= self.x_of(mark.until) + reach)  # fmt: skip
        told = list(dict.fromkeys(near))[:6]
        return "\n".join([show_clock(t - self._span[0]), *told])


def _pair_name(kind: MarkKind) -> str:
    """Two thin lanes share the room of a line of text."""
    return tr("Faults") if kind == "incident" else tr("Moves, pins")
