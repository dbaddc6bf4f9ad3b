"""How is something chosen in the settings? Rows of buttons and ticks, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from livedesk.ui.basics import button
from livedesk.ui.theme import Theme

T = TypeVar("T")


class OneOf(QWidget, Generic[T]):
    """Buttons in a row, of which one is down. `chose` is called when a person picks one."""

    def __init__(
        self, theme: Theme, name: str, offers: Sequence[tuple[T, str]], chose: Callable[[T], None]
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._pushes: list[tuple[T, QPushButton]] = []
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        for value, text in offers:
            push = button(theme, text, segment=True)
            push.setAccessibleName(f"{name}: {text}")
            push.clicked.connect(partial(chose, value))
            self._group.addButton(push)
            self._pushes.append((value, push))
            row.addWidget(push)

    def show_value(self, value: T) -> None:
        """Press the button of this value; none if it is not offered."""
        self._group.setExclusive(False)
        for offered, push in self._pushes:
            push.setChecked(offered == value)
        self._group.setExclusive(True)

    def push(self, value: T) -> QPushButton:
        return next(push for offered, push in self._pushes if offered == value)


class Tick(QCheckBox):
    """A box whose edge and tick are seen on every ground, which Qt's own are not on dark ones."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(text)
        self._colours = theme.colours
        self.setFont(theme.font("body"))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        part = QStyle.SubElement.SE_CheckBoxIndicator
        box = QRectF(self.style().subElementRect(part, option, self)).adjusted(0.5, 0.5, -0.5, -0.5)
        colours, side = self._colours, box.width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(box.adjusted(-1, -1, 1, 1), QColor(colours.raised))
        painter.setPen(QColor(colours.faint))
        painter.setBrush(QColor(colours.ground))
        painter.drawRoundedRect(box, side / 6, side / 6)
        if self.isChecked():
            ink = colours.text if self.isEnabled() else colours.faint
            painter.setPen(QPen(QColor(ink), side / 9))
            ends = ((0.24, 0.54), (0.43, 0.72), (0.77, 0.3))
            painter.drawPolyline([box.topLeft() + QPointF(x, y) * side for x, y in ends])
        painter.end()


def tick(theme: Theme, text: str, hint: str, chose: Callable[[bool], None]) -> QCheckBox:
    """One thing that is on or off; `hint` says what it does."""
    box = Tick(theme, text)
    box.setAccessibleName(text)
    box.setAccessibleDescription(hint)
    box.setToolTip(hint)
    box.clicked.connect(lambda: chose(box.isChecked()))
    return box
