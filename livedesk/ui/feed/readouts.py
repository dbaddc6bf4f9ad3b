"""How do the curves of a plot read beside it? In full where there is room, else a line each."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from livedesk.desk.plots import Key
from livedesk.ui.basics import discard
from livedesk.ui.feed.readout import Reading, Readout
from livedesk.ui.theme import Theme

WIDTH = 132
MOST_FULL = 2
"""Of more curves than this each reads in one line."""


class Readouts(QWidget):
    """One below the other, in the order of the curves."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._readings: dict[Key, Reading] = {}
        self._readouts: dict[Key, Readout] = {}
        self._brief = False
        small, value, strong = (
            QFontMetrics(theme.font(role)).height() for role in ("small", "value", "strong")
        )
        self._full_px = 2 * small + value + theme.gap
        self._line_px = max(small, strong)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addStretch(1)
        self.setFixedWidth(theme.px(WIDTH))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)

    @property
    def readings(self) -> tuple[Reading, ...]:
        return tuple(self._readings.values())

    @property
    def least_px(self) -> int:
        """Height in which each has a line."""
        return self._line_px * len(self._readings)

    def show_readings(self, readings: tuple[Reading, ...]) -> None:
        known = [reading.key for reading in readings] == list(self._readings)
        self._readings = {reading.key: reading for reading in readings}
        if not known:
            self._rebuild()
            return
        said = ""
        for key, readout in self._readouts.items():
            reading = self._readings[key]
            readout.show_reading(reading)
            # What the one above says already is not said twice.
            readout.show_note(reading.note != said)
            said = reading.note

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._wants_brief() != self._brief:
            self._rebuild()

    def _wants_brief(self) -> bool:
        count = len(self._readings)
        return count > MOST_FULL or count * self._full_px > self.height()

    def _rebuild(self) -> None:
        for readout in self._readouts.values():
            discard(readout)
        self._brief = self._wants_brief()
        self._column.setSpacing(0 if self._brief else self._theme.gap)
        self._readouts = {
            key: Readout(self._theme, place, brief=self._brief)
            for place, key in enumerate(self._readings)
        }
        for place, readout in enumerate(self._readouts.values()):
            self._column.insertWidget(place, readout)
        self.show_readings(self.readings)
