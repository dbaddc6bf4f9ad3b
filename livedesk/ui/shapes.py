"""Which shape stands for which look? States are told apart without seeing a colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from livedesk.desk.looks import Look
from livedesk.desk.words import tr
from livedesk.ui.theme import Theme


def look_name(look: Look) -> str:
    """The shape in words, for screen readers and tool tips."""
    return {
        "idle": tr("not needed now"),
        "ready": tr("ready"),
        "busy": tr("under way"),
        "ok": tr("normal"),
        "unknown": tr("not known"),
        "notice": tr("worth a look"),
        "warning": tr("look soon"),
        "critical": tr("act now"),
    }[look]


class ShapeMark(QWidget):
    """One shape: ring, pause, dots, tick, question mark, diamond, triangle or octagon."""

    def __init__(self, theme: Theme, size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._look: Look = "idle"
        self._colour: str | None = None
        self.setFixedSize(theme.px(size), theme.px(size))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(look_name("idle"))

    @property
    def look(self) -> Look:
        return self._look

    def show_look(self, look: Look, colour: str | None = None) -> None:
        """`colour`: instead of the look's own."""
        if (look, colour) == (self._look, self._colour):
            return
        self._look, self._colour = look, colour
        self.setAccessibleName(look_name(look))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        draw_shape(painter, QRectF(self.rect()), self._look, self._theme, self._colour)
        painter.end()


def shape_icon(look: Look, theme: Theme, size: int, ratio: float) -> QIcon:
    """The shape as an icon for lists and tables."""
    side = theme.px(size)
    pixmap = QPixmap(QSize(round(side * ratio), round(side * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_shape(painter, QRectF(0, 0, side, side), look, theme)
    painter.end()
    return QIcon(pixmap)


def draw_shape(
    painter: QPainter, box: QRectF, look: Look, theme: Theme, own: str | None = None
) -> None:
    """Draw a look's shape into a square. `own`: a colour instead of the look's."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = box.width() / 16
    painter.save()
    painter.translate(box.topLeft())
    painter.scale(unit, unit)
    colour = QColor(own or theme.colour(look))
    ink = QColor(theme.colours.on_signal)
    match look:
        case "idle":
            _ring(painter, colour, Qt.PenStyle.SolidLine)
        case "ready":
            _ring(painter, colour, Qt.PenStyle.SolidLine)
            painter.drawPolyline(_points((6.2, 5.2), (6.2, 10.8)))
            painter.drawPolyline(_points((9.8, 5.2), (9.8, 10.8)))
        case "busy":
            _ring(painter, colour, Qt.PenStyle.SolidLine)
            painter.setPen(_pen(colour, 2))
            for x in (4.9, 8.0, 11.1):
                painter.drawPoint(QPointF(x, 8))
        case "ok":
            _ring(painter, colour, Qt.PenStyle.SolidLine)
            painter.drawPolyline(_points((4.8, 8.3), (7.2, 10.6), (11.3, 5.7)))
        case "unknown":
            _ring(painter, colour, Qt.PenStyle.DotLine)
            _question(painter, colour)
        case "notice":
            _filled(painter, colour, (8, 1), (15, 8), (8, 15), (1, 8))
            _exclamation(painter, ink, 4.6, 8.4, 11)
        case "warning":
            _filled(painter, colour, (8, 0.8), (15.6, 14.6), (0.4, 14.6))
            _exclamation(painter, ink, 5.6, 9.8, 12.2)
        case "critical":
            _filled(painter, colour, (5, 0.7), (11, 0.7), (15.3, 5), (15.3, 11),
                    (11, 15.3), (5, 15.3), (0.7, 11), (0.7, 5))  # fmt: skip
            painter.setPen(_pen(ink, 2.1))
            painter.drawLine(QPointF(5.4, 5.4), QPointF(10.6, 10.6))
            painter.drawLine(QPointF(10.6, 5.4), QPointF(5.4, 10.6))
    painter.restore()


def _pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    return QPen(colour, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _points(*pairs: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in pairs])


def _ring(painter: QPainter, colour: QColor, style: Qt.PenStyle) -> None:
    painter.setPen(_pen(colour, 1.5, style))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(1.5, 1.5, 13, 13))
    painter.setPen(_pen(colour, 1.7))


def _filled(painter: QPainter, colour: QColor, *corners: tuple[float, float]) -> None:
    painter.setPen(_pen(colour, 1))
    painter.setBrush(colour)
    painter.drawPolygon(_points(*corners))


def _exclamation(painter: QPainter, ink: QColor, top: float, bottom: float, dot: float) -> None:
    painter.setPen(_pen(ink, 1.9))
    painter.drawLine(QPointF(8, top), QPointF(8, bottom))
    painter.drawPoint(QPointF(8, dot))


def _question(painter: QPainter, colour: QColor) -> None:
    painter.setPen(_pen(colour, 1.5))
    painter.drawArc(QRectF(5.9, 4.1, 4.2, 4), -20 * 16, 210 * 16)
    painter.drawLine(QPointF(9.4, 7.4), QPointF(8, 9.2))
    painter.drawPoint(QPointF(8, 11.5))
