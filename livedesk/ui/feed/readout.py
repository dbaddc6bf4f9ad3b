"""Which line is which, and what is its newest value? The key at the right edge of a plot."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from livedesk.desk.looks import Look
from livedesk.desk.plots import Key
from livedesk.desk.words import NOTHING
from livedesk.ui.basics import ElidedText, Text
from livedesk.ui.theme import Theme

DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
"""In the order of the curves: the feed, then the uplinks."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A curve and its latest value in words."""

    key: Key
    label: str
    value: str
    unit: str
    note: str
    look: Look = "ok"
    name: str = ""
    """The label where room is short."""


class Swatch(QWidget):
    """A short piece of the curve's line, so that colour is not the only key."""

    def __init__(self, theme: Theme, place: int) -> None:
        super().__init__()
        self._pen = QPen(QColor(curve_colour(theme, place)), theme.px(2), dash(place))
        self.setFixedSize(theme.px(18), theme.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setPen(self._pen)
        middle = self.height() // 2
        painter.drawLine(0, middle, self.width(), middle)
        painter.end()


class Readout(QWidget):
    """Latest value of one curve: name, figure with unit, source and age."""

    def __init__(self, theme: Theme, place: int, *, brief: bool = False) -> None:
        """`brief`: one line, where many curves share the room."""
        super().__init__()
        self._theme = theme
        self._brief = brief
        self._reading: Reading | None = None
        colours = theme.colours
        self.label = ElidedText(theme, "small", colours.muted)
        self.value = Text(theme, "strong" if brief else "value")
        self.unit = Text(theme, "small", colours.muted)
        self.note = ElidedText(theme, "small", colours.faint)
        self._lay_out(Swatch(theme, place))

    def _lay_out(self, swatch: Swatch) -> None:
        theme = self._theme
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setHorizontalSpacing(theme.px(6))
        name = QHBoxLayout()
        name.setSpacing(theme.px(6))
        name.addWidget(swatch)
        name.addWidget(self.label, 1)
        figure = QHBoxLayout()
        figure.setSpacing(theme.px(4))
        figure.addWidget(self.value, 0, Qt.AlignmentFlag.AlignBaseline)
        figure.addWidget(self.unit, 0, Qt.AlignmentFlag.AlignBaseline)
        if not self._brief:
            figure.addStretch(1)
        grid.setColumnStretch(0, 1)
        grid.addLayout(name, 0, 0)
        grid.addLayout(figure, 0 if self._brief else 1, 1 if self._brief else 0)
        grid.addWidget(self.note, 2, 0)
        self.unit.setVisible(not self._brief)
        self.show_note(True)

    def show_note(self, wanted: bool) -> None:
        self.note.setVisible(wanted and not self._brief)

    def show_reading(self, reading: Reading) -> None:
        if reading == self._reading:
            return
        self._reading = reading
        self.label.show_text(reading.name if self._brief and reading.name else reading.label)
        self.label.setToolTip(reading.label)
        self.value.show_text(reading.value)
        self.unit.show_text(reading.unit if reading.value != NOTHING else "")
        self.note.show_text(reading.note)
        self.value.set_colour(self._colour(reading.look))
        self.setAccessibleName(reading.label)
        self.setAccessibleDescription(f"{reading.value} {reading.unit}, {reading.note}")

    def _colour(self, look: Look) -> str:
        colours = self._theme.colours
        return colours.text if look == "ok" else self._theme.colour(look)


def dash(place: int) -> Qt.PenStyle:
    return DASHES[place % len(DASHES)]


def curve_colour(theme: Theme, place: int) -> str:
    colours = theme.colours.curves
    return colours[place % len(colours)]
