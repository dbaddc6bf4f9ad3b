"""Which shape stands for which state of a pin? Told apart without seeing a colour, from afar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from livedesk.desk.pad import Shape

SIDE = 16.0
"""Shapes are drawn in a square of so many units."""

_Points = tuple[tuple[float, float], ...]


def draw_pad_shape(painter: QPainter, box: QRectF, shape: Shape, colour: str) -> None:
    """Draw a shape into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / SIDE, box.height() / SIDE)
    ink = QColor(colour)
    painter.setPen(
        QPen(ink, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    drawing = _DRAWINGS.get(shape)
    if drawing is not None:
        drawing(painter, ink)
    painter.restore()


def _line(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _dot(painter: QPainter, ink: QColor, x: float, y: float, radius: float) -> None:
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(ink))
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.restore()


def _ring(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(1.5, 1.5, 13, 13))


def _arrow(painter: QPainter, ink: QColor) -> None:
    painter.setBrush(QBrush(ink))
    painter.drawPolygon(QPolygonF([QPointF(4, 2.5), QPointF(13, 8), QPointF(4, 13.5)]))


def _target(painter: QPainter, ink: QColor) -> None:
    _ring(painter)
    _dot(painter, ink, 8, 8, 3)


def _dots(painter: QPainter, ink: QColor) -> None:
    for x in (2.8, 8, 13.2):
        _dot(painter, ink, x, 8, 1.9)


def _chevrons(painter: QPainter, ink: QColor) -> None:
    for x in (1.5, 6, 10.5):
        _line(painter, (x, 3), (x + 4, 8), (x, 13))


def _half(painter: QPainter, ink: QColor) -> None:
    _ring(painter)
    painter.setBrush(QBrush(ink))
    painter.drawPie(QRectF(1.5, 1.5, 13, 13), 90 * 16, 180 * 16)


def _tick(painter: QPainter, ink: QColor) -> None:
    pen = painter.pen()
    pen.setWidthF(3.2)
    painter.setPen(pen)
    _line(painter, (2, 8.8), (6.2, 13), (14, 3.4))


def _clock(painter: QPainter, ink: QColor) -> None:
    _ring(painter)
    _line(painter, (8, 4.4), (8, 8.2), (11, 10))


def _cross(painter: QPainter, ink: QColor) -> None:
    pen = painter.pen()
    pen.setWidthF(3.2)
    painter.setPen(pen)
    _line(painter, (3, 3), (13, 13))
    _line(painter, (13, 3), (3, 13))


def _barred(painter: QPainter, ink: QColor) -> None:
    _ring(painter)
    _line(painter, (3.6, 12.4), (12.4, 3.6))


def _question(painter: QPainter, ink: QColor) -> None:
    painter.drawArc(QRectF(4, 1.5, 8, 7.4), -30 * 16, 210 * 16)
    _line(painter, (10.9, 7.6), (8, 9.4), (8, 10.6))
    _dot(painter, ink, 8, 14, 1.5)


def _replaced(painter: QPainter, ink: QColor) -> None:
    _line(painter, (2, 5), (12.5, 5))
    _line(painter, (9.5, 2), (13, 5), (9.5, 8))
    _line(painter, (14, 11), (3.5, 11))
    _line(painter, (6.5, 8.6), (3, 11), (6.5, 14))


def _unplugged(painter: QPainter, ink: QColor) -> None:
    _line(painter, (1.2, 8), (2.4, 8))
    _line(painter, (13.6, 8), (14.8, 8))
    for y in (6.2, 9.8):
        _line(painter, (5.2, y), (7.6, y))
    painter.setBrush(QBrush(ink))
    painter.drawChord(QRectF(2.2, 3.6, 6, 8.8), 90 * 16, 180 * 16)
    painter.drawChord(QRectF(7.8, 3.6, 6, 8.8), -90 * 16, 180 * 16)


def _hand(painter: QPainter, ink: QColor) -> None:
    for x, top in ((4.6, 5), (7, 2.4), (9.4, 2.4), (11.8, 4.4)):
        _line(painter, (x, top), (x, 9))
    painter.setBrush(QBrush(ink))
    painter.drawPolygon(
        QPolygonF([QPointF(x, y) for x, y in ((4.6, 8), (11.8, 8), (11.8, 11), (9.6, 14.4),
                                              (6.4, 14.4), (2.4, 9.6))])
    )  # fmt: skip


def _pause(painter: QPainter, ink: QColor) -> None:
    pen = painter.pen()
    pen.setWidthF(3.2)
    painter.setPen(pen)
    _line(painter, (5, 3), (5, 13))
    _line(painter, (11, 3), (11, 13))


_DRAWINGS: dict[Shape, Callable[[QPainter, QColor], None]] = {
    "arrow": _arrow, "target": _target, "dots": _dots, "chevrons": _chevrons, "half": _half,
    "tick": _tick, "clock": _clock, "cross": _cross, "barred": _barred, "question": _question,
    "replaced": _replaced, "unplugged": _unplugged, "hand": _hand, "pause": _pause,
}  # fmt: skip
