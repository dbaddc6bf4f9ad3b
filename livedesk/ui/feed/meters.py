"""How loud is the sound, beside the picture? Two bars on one scale, and their values as text."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from livedesk.desk.levels import FLOOR_DB, Level
from livedesk.desk.looks import LIT
from livedesk.desk.words import number, tr
from livedesk.ui.basics import Panel
from livedesk.ui.theme import Theme

WIDTH = 118
STEP_DB = 10
LEAST_TICK_ROOM = 1.1
"""Lines of text between two labels of the scale."""


class Meters(Panel):
    """Vertical bars; what was not measured is hatched, and silence or clipping is lit."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Sound level"))
        self._theme = theme
        self._levels: tuple[Level, ...] = ()
        self._font = theme.font("small")
        self._metrics = QFontMetrics(self._font)
        self.setFixedWidth(theme.px(WIDTH))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self.minimumWidth(), self._theme.px(90))

    @property
    def levels(self) -> tuple[Level, ...]:
        return self._levels

    def show_levels(self, levels: tuple[Level, ...]) -> None:
        if levels == self._levels:
            return
        self._levels = levels
        spoken = "\n".join(level.spoken for level in levels)
        self.setAccessibleDescription(spoken)
        self.setToolTip(spoken)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(self._font)
        px, line = self._theme.px, self._metrics.height()
        scale = self._metrics.horizontalAdvance(number(FLOOR_DB)) + px(4)
        body = QRectF(self.rect()).adjusted(px(8) + scale, px(6) + line, -px(8), -px(6) - line)
        self._draw_scale(painter, body, scale)
        each = body.width() / max(1, len(self._levels))
        for place, level in enumerate(self._levels):
            column = QRectF(body.left() + place * each, body.top(), each, body.height())
            self._draw_level(painter, column.adjusted(px(4), 0, -px(4), 0), level)
        painter.end()

    def _draw_scale(self, painter: QPainter, body: QRectF, width: float) -> None:
        painter.setPen(QColor(self._theme.colours.faint))
        line = self._metrics.height()
        room = body.height() * STEP_DB / -FLOOR_DB
        every = STEP_DB if room >= LEAST_TICK_ROOM * line else 2 * STEP_DB
        for db in range(round(FLOOR_DB), 1, every):
            y = _place(db, body)
            box = QRectF(body.left() - width, y - line / 2, width - self._theme.px(4), line)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, int(side), number(db))

    def _draw_level(self, painter: QPainter, column: QRectF, level: Level) -> None:
        colours, line = self._theme.colours, self._metrics.height()
        lit = level.look in LIT
        painter.fillRect(column, QColor(colours.line))
        if level.value is None:
            hatch = QBrush(QColor(colours.faint), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(column, hatch)
        else:
            top = _place(level.value, column)
            bar = QRectF(column.left(), top, column.width(), column.bottom() - top)
            colour = self._theme.colour(level.look) if lit else colours.muted
            painter.fillRect(bar, QColor(colour))
        painter.setPen(QColor(colours.panel))
        for db in range(round(FLOOR_DB) + STEP_DB, 0, STEP_DB):
            y = round(_place(db, column))
            painter.drawLine(round(column.left()), y, round(column.right()), y)
        self._write(painter, column.center().x(), column.top() - line, level.name, colours.faint)
        text = self._theme.colour(level.look) if lit else colours.text
        self._write(painter, column.center().x(), column.bottom(), level.text, text)

    def _write(self, painter: QPainter, x: float, y: float, text: str, colour: str) -> None:
        painter.setPen(QColor(colour))
        wide = self._metrics.horizontalAdvance(text)
        painter.drawText(QRectF(x - wide / 2, y, wide + 1, self._metrics.height()), text)


def _place(db: float, body: QRectF) -> float:
    share = min(1.0, max(0.0, db / FLOOR_DB))
    return body.top() + share * body.height()
