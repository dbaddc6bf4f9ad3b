"""What viewers see, what comes next, other pages, and taking the product down."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from livedesk.desk.words import tr
from livedesk.ui.pad.look import (
    EDGE,
    FILLED,
    GROUND,
    MUTED,
    PRESSED_EDGE,
    SMALL_PX,
    TEXT,
    TILE,
    TILE_PRESSED,
    TITLE_PX,
    font_of,
)
from livedesk.ui.pad.parts import TouchPart, draw_words


class Told(QWidget):
    """A caption and what is told under it, in two lines."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self.unit = 1.0
        self._caption = caption
        self.text = ""
        self._colour = TEXT

    def set_unit(self, unit: float) -> None:
        self.unit = unit
        self.update()

    def show_text(self, text: str, colour: str = TEXT) -> None:
        if (text, colour) != (self.text, self._colour):
            self.text, self._colour = text, colour
            self.setAccessibleName(f"{self._caption}: {text}")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(GROUND))
        _paint_told(painter, QRectF(self.rect()), self.unit, self._caption, self.text, self._colour)
        painter.end()


def _paint_told(
    painter: QPainter, box: QRectF, unit: float, caption: str, text: str, colour: str
) -> None:
    room = box.adjusted(14 * unit, 8 * unit, -14 * unit, -4 * unit)
    height = draw_words(painter, room, caption, font_of(SMALL_PX, unit, bold=False), MUTED)
    below = room.adjusted(0, height, 0, 0)
    font = font_of(TITLE_PX, unit)
    rows = max(1, int(below.height() // QFontMetricsF(font).height()))
    draw_words(painter, below, text, font, colour, lines=min(2, rows))


class FootButton(TouchPart):
    """A touch target of the bottom row. `progress`: how far a long press is, 0 to 1."""

    def __init__(self, caption: str, key: str) -> None:
        super().__init__(caption)
        self._caption = caption
        self._key = key
        self.text = ""
        self.progress = 0.0
        self._is_enabled = True
        self._is_marked = False

    def show_state(
        self, text: str, *, enabled: bool, marked: bool = False, progress: float = 0.0
    ) -> None:
        """`marked`: the one that is meant to be touched next."""
        state = (text, enabled, marked, progress)
        if state == (self.text, self._is_enabled, self._is_marked, self.progress):
            return
        self.text, self._is_enabled, self._is_marked, self.progress = state
        spoken = " ".join(part for part in (self._caption, text) if part)
        self.setAccessibleName(spoken if enabled else tr("{what}, not now").format(what=spoken))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        unit = self.unit
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(GROUND))
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setPen(QPen(QColor(self._edge()), (5 if self.is_pressed else 2) * unit))
        painter.setBrush(QColor(TILE_PRESSED if self.is_pressed else TILE))
        painter.drawRoundedRect(box, 12 * unit, 12 * unit)
        if self.progress:
            bar = QRectF(box.left(), box.bottom() - 12 * unit, box.width() * self.progress,
                         12 * unit)  # fmt: skip
            painter.fillRect(bar, QColor(FILLED["late"].ground))
        colour = TEXT if self._is_enabled else MUTED
        if self.text:
            _paint_told(painter, box, unit, f"{self._caption}  ·  {self._key}", self.text, colour)
        else:
            self._paint_caption(painter, box, colour)
        painter.end()

    def _edge(self) -> str:
        if self.is_pressed:
            return PRESSED_EDGE
        return FILLED["next"].ink if self._is_marked and self._is_enabled else EDGE

    def _paint_caption(self, painter: QPainter, box: QRectF, colour: str) -> None:
        painter.setPen(QColor(colour))
        font = font_of(TITLE_PX, self.unit)
        painter.setFont(font)
        painter.drawText(
            box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._caption
        )
