"""What must not be said again, for the person in front of the camera: one calm line."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from livedesk.desk.words import tr
from livedesk.ui.pad.look import STRIP_PX, UNSAID, font_of
from livedesk.ui.pad.parts import centred, draw_words


class UnsaidLine(QWidget):
    """Words of warnings, the newest first; those that do not fit are told by dots."""

    def __init__(self) -> None:
        super().__init__()
        self.unit = 1.0
        self.text = ""
        self.hide()

    def set_unit(self, unit: float) -> None:
        self.unit = unit
        self.update()

    def show_text(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.setAccessibleName(f"{tr('Do not say')}: {text}")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(UNSAID.ground))
        caption, words = font_of(STRIP_PX, self.unit, bold=False), font_of(STRIP_PX, self.unit)
        pad = 24 * self.unit
        box = QRectF(self.rect()).adjusted(pad, 0, -pad, 0)
        box = centred(box, QFontMetricsF(words).height())
        label = tr("Do not say")
        draw_words(painter, box, label, caption, UNSAID.ink)
        taken = QFontMetricsF(caption).horizontalAdvance(f"{label}  ")
        draw_words(painter, box.adjusted(taken, 0, 0, 0), self.text, words, UNSAID.ink)
        painter.end()
