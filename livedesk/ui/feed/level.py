"""How loud is the sound now? A bar on the scale of full scale; lit only where it clips."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from livedesk.desk.words import tr
from livedesk.ui.theme import Theme

FLOOR_DBFS = -60.0
CLIP_DBFS = -1.0
"""From here on the bar is lit: true peaks beyond −1 dBTP are what EBU R128 forbids."""

_TICKS_DBFS = (-40.0, -20.0, -10.0)


class LevelMeter(QWidget):
    """The peak since the last reading."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._level_dbfs: float | None = None
        self.setFixedHeight(theme.px(8))
        self.setMinimumWidth(theme.px(32))
        self.setMaximumWidth(theme.px(86))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Sound level"))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self.maximumWidth(), self.height())

    def show_level(self, level_dbfs: float | None) -> None:
        shown = None if level_dbfs is None else round(level_dbfs)
        if shown != self._level_dbfs:
            self._level_dbfs = shown
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        colours = self._theme.colours
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.line))
        if self._level_dbfs is not None:
            lit = self._level_dbfs >= CLIP_DBFS
            colour = QColor(colours.notice if lit else colours.muted)
            painter.fillRect(QRectF(0, 0, self._place(self._level_dbfs), self.height()), colour)
        for tick in _TICKS_DBFS:
            x = round(self._place(tick))
            painter.fillRect(x, 0, 1, self.height(), QColor(colours.panel))
        painter.end()

    def _place(self, level_dbfs: float) -> float:
        share = 1 - level_dbfs / FLOOR_DBFS
        return self.width() * min(1.0, max(0.0, share))
