"""What does the agency do about such an alarm? Its standing steps, to be ticked off one by one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from livedesk.desk.words import tr
from livedesk.ui.basics import Text, discard
from livedesk.ui.theme import Theme

BOX = 16
"""Pixels at scale 1."""

KEYED = 9
"""Steps that a digit ticks."""


class TickBox(QCheckBox):
    """A box that can be seen on every ground, with the console's own tick."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(theme.px(BOX), theme.px(BOX))

    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802 - Qt's name
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        colours, side = self._theme.colours, self.width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.focus if self.hasFocus() else colours.faint))
        painter.setBrush(QColor(colours.ground))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, side / 6, side / 6)
        if self.isChecked():
            painter.setPen(QPen(QColor(colours.text), side / 9))
            ends = ((0.24, 0.54), (0.43, 0.72), (0.77, 0.3))
            painter.drawPolyline([QPointF(x * side, y * side) for x, y in ends])
        painter.end()


class Step(QWidget):
    """One step: a box, and a text that may take several lines, which a check box's own cannot."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, number: int, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.box = TickBox(theme)
        name = tr("Step {n}: {text}").format(n=number, text=text)
        self.box.setAccessibleName(name)
        self.box.clicked.connect(self.toggled)
        self.words = Text(theme, "body")
        self.words.setWordWrap(True)
        self.words.show_text(f"{number}. {text}")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def show_done(self, done: bool) -> None:
        self.box.setChecked(done)
        colours = self._theme.colours
        self.words.set_colour(colours.muted if done else colours.text)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The text is as good to hit as the box."""
        self.box.click()


class Steps(QWidget):
    """The checklist of one alarm."""

    ticked = Signal(int, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[str, ...] = ()
        self.steps: list[Step] = []
        self.setAccessibleName(tr("What to do"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))

    def show_steps(self, texts: tuple[str, ...], done: frozenset[int]) -> None:
        if texts != self._shown:
            self._shown = texts
            for step in self.steps:
                discard(step)
            self.steps = [Step(self._theme, at + 1, text) for at, text in enumerate(texts)]
            for at, step in enumerate(self.steps):
                step.toggled.connect(partial(self.ticked.emit, at))
                self._column.addWidget(step)
        for at, step in enumerate(self.steps):
            step.show_done(at in done)

    def press(self, number: int) -> None:
        """By a digit, from 1."""
        if 0 < number <= min(len(self.steps), KEYED):
            self.steps[number - 1].box.click()
