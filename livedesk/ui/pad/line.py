"""What is true right now? The widest and largest part of the pad."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from livedesk.desk.pad import QUIET, PadLine
from livedesk.desk.words import tr
from livedesk.ui.pad.look import DETAIL_PX, FILLED, LEAST_WORD_PX, WORD_PX, font_of
from livedesk.ui.pad.parts import draw_words, square_at
from livedesk.ui.pad.shapes import draw_pad_shape

WIDEST_FIGURE = "888 ms"
"""The word is set in the size that leaves room for it, so that it does not change as time runs."""


class StateLine(QWidget):
    """Word, shape, figure, product and reason, on a ground of the state's colour."""

    def __init__(self) -> None:
        super().__init__()
        self.unit = 1.0
        self.line = PadLine(QUIET)
        self.warning = ""
        self._figure_box = QRectF()
        self.setAccessibleName(tr("State"))

    def set_unit(self, unit: float) -> None:
        self.unit = unit
        self.update()

    def show_line(self, line: PadLine, warning: str = "") -> None:
        """While only the figure changes, nothing else is painted anew."""
        if (line, warning) == (self.line, self.warning):
            return
        before, said = replace(self.line, figure=""), self.warning
        had_figure = bool(self.line.figure)
        self.line, self.warning = line, warning
        rest_is_same = (before, said) == (replace(line, figure=""), warning)
        if rest_is_same and had_figure and line.figure and not self._figure_box.isEmpty():
            self.update(self._figure_box.toAlignedRect())
            return
        self.setAccessibleName(". ".join(filter(None, (line.spoken, warning))))
        self.update()

    def word_px(self) -> int:
        """The size in which the word is set, so that it fits beside its shape and figure."""
        return self._word_font(self._room()).pixelSize()

    def _room(self) -> QRectF:
        """Right of the shape."""
        pad = 24 * self.unit
        left = pad + (self._shape_side() + pad if self.line.sign.shape != "none" else 0)
        return QRectF(left, 0, self.width() - left - pad, self.height())

    def _shape_side(self) -> float:
        return min(110 * self.unit, self.height() * 0.62)

    def _word_font(self, room: QRectF) -> QFont:
        """What is told below it has its room first."""
        left = room.height() - self._more_height()
        text = self.line.sign.word + (f" {WIDEST_FIGURE}" if self.line.figure else "")
        for px in range(WORD_PX, LEAST_WORD_PX, -2):
            font = font_of(px, self.unit)
            metrics = QFontMetricsF(font)
            if metrics.horizontalAdvance(text) <= room.width() and metrics.height() <= left:
                return font
        return font_of(LEAST_WORD_PX, self.unit)

    @property
    def _more(self) -> list[str]:
        return [text for text in (self.line.title, self.line.detail, self.warning) if text]

    def _more_height(self) -> float:
        return QFontMetricsF(font_of(DETAIL_PX, self.unit)).height() * len(self._more)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        line, unit = self.line, self.unit
        inks = FILLED[line.sign.tone]
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(inks.ground))
        room = self._room()
        side = self._shape_side()
        box = square_at(24 * unit, self.height() / 2, side)
        draw_pad_shape(painter, box, line.sign.shape, inks.ink)
        font = self._word_font(room)
        metrics = QFontMetricsF(font)
        small = font_of(DETAIL_PX, unit)
        height = metrics.height() + self._more_height()
        at = max(0.0, (self.height() - height) / 2)
        self._draw_word(painter, QRectF(room.left(), at, room.width(), metrics.height()), font)
        at += metrics.height()
        for text in self._more:
            box = QRectF(room.left(), at, room.width(), 0)
            at += draw_words(painter, box, text, small, inks.ink)
        painter.end()

    def _draw_word(self, painter: QPainter, box: QRectF, font: QFont) -> None:
        line, metrics = self.line, QFontMetricsF(font)
        ink = FILLED[line.sign.tone].ink
        draw_words(painter, box, line.sign.word, font, ink)
        self._figure_box = QRectF()
        if line.figure:
            left = box.left() + metrics.horizontalAdvance(f"{line.sign.word} ")
            self._figure_box = QRectF(left, box.top(), box.right() - left, box.height())
            draw_words(painter, self._figure_box, line.figure, font, ink)
