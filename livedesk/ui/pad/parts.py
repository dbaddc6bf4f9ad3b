"""What do all parts of a pad share? Touches with the instant they were made, and texts that fit."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QTextLayout,
    QTextOption,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget


class TouchPart(QWidget):
    """Something to touch. It tells of the press itself, not of the release, which comes later."""

    touched = Signal(int)
    """With the window system's stamp in ms (see `livedesk.desk.pad_taps.TouchClock`)."""
    let_go = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.unit = 1.0
        self._is_pressed = False
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def is_pressed(self) -> bool:
        return self._is_pressed

    def show_pressed(self, pressed: bool) -> None:
        if pressed != self._is_pressed:
            self._is_pressed = pressed
            self.update()

    def set_unit(self, unit: float) -> None:
        if unit != self.unit:
            self.unit = unit
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent):
            return self._touch(event)
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> bool:
        """One finger is as good as two: only the first of them counts."""
        match event.type():
            case QEvent.Type.TouchBegin:
                self._press(event.timestamp())
            case QEvent.Type.TouchEnd | QEvent.Type.TouchCancel:
                self._release()
        event.accept()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() is Qt.MouseButton.LeftButton:
            self._press(event.timestamp())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() is Qt.MouseButton.LeftButton:
            self._release()

    def _press(self, stamp_ms: int) -> None:
        self.show_pressed(True)
        self.touched.emit(stamp_ms)

    def _release(self) -> None:
        self.show_pressed(False)
        self.let_go.emit()


def draw_words(
    painter: QPainter, box: QRectF, text: str, font: QFont, colour: str, lines: int = 1
) -> float:
    """Draw a text at the top of a box, in at most so many lines, the last one elided.

    Returns the height it took. Right-to-left text stands at the right edge.
    """
    if not text or box.width() <= 0:
        return 0.0
    rows = _rows(text, font, box.width(), lines)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.setLayoutDirection(direction_of(text))
    at = box.top()
    # Letters of other scripts come from other fonts, some of which reach lower.
    flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
    for row in rows:
        room = QRectF(box.left(), at, box.width(), metrics.height())
        painter.drawText(room, flags, row)
        at += metrics.height()
    return at - box.top()


def direction_of(text: str) -> Qt.LayoutDirection:
    """That of the first letter which has one (Unicode Bidirectional Algorithm, rule P2)."""
    for letter in text:
        match unicodedata.bidirectional(letter):
            case "L":
                break
            case "R" | "AL":
                return Qt.LayoutDirection.RightToLeft
    return Qt.LayoutDirection.LeftToRight


def _rows(text: str, font: QFont, width: float, lines: int) -> list[str]:
    """The text cut into rows; what does not fit is told by dots at the end of the last one."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    starts: list[tuple[int, int]] = []
    layout.beginLayout()
    while len(starts) <= lines:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        starts.append((line.textStart(), line.textLength()))
    layout.endLayout()
    encoded = text.encode("utf-16-le")  # Qt counts UTF-16 units

    def piece(start: int, end: int | None) -> str:
        stop = None if end is None else 2 * end
        return encoded[2 * start : stop].decode("utf-16-le", "replace").strip()

    if len(starts) <= lines:
        return [piece(start, start + length) for start, length in starts]
    kept = [piece(start, start + length) for start, length in starts[: lines - 1]]
    rest = piece(starts[lines - 1][0], None)
    elided = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return [*kept, elided]


def centred(box: QRectF, height: float) -> QRectF:
    """A box of that height in the middle of another."""
    return QRectF(box.left(), box.center().y() - height / 2, box.width(), height)


def square_at(left: float, middle: float, side: float) -> QRectF:
    return QRectF(QPointF(left, middle - side / 2), QPointF(left + side, middle + side / 2))
