"""How is something chosen in the settings? Rows of buttons and ticks, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QPushButton, QWidget

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


def tick(theme: Theme, text: str, hint: str, chose: Callable[[bool], None]) -> QCheckBox:
    """One thing that is on or off; `hint` says what it does."""
    box = QCheckBox(text)
    box.setFont(theme.font("body"))
    box.setAccessibleName(text)
    box.setAccessibleDescription(hint)
    box.setToolTip(hint)
    box.clicked.connect(lambda: chose(box.isChecked()))
    return box
