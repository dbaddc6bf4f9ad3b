"""Which keys does the window understand? One list for the actions and for the sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from livedesk.desk.words import tr
from livedesk.ui.basics import Text
from livedesk.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys (the first is shown) and what they do."""

    keys: tuple[str, ...]
    text: str
    act: Callable[[], None]
    repeats: bool = True


def install(window: QWidget, shortcuts: tuple[Shortcut, ...]) -> None:
    """Give the window an action for each; actions also serve assistive tools."""
    for shortcut in shortcuts:
        action = QAction(shortcut.text, window)
        action.setShortcuts([QKeySequence(key) for key in shortcut.keys])
        # A key that is held down would press twice by itself.
        action.setAutoRepeat(shortcut.repeats)
        action.triggered.connect(shortcut.act)
        window.addAction(action)


class ShortcutSheet(QDialog):
    """All keys on one page."""

    def __init__(self, theme: Theme, parent: QWidget, shortcuts: tuple[Shortcut, ...]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(24))
        grid.setVerticalSpacing(theme.px(6))
        for row, shortcut in enumerate(shortcuts):
            keys = Text(theme, "strong")
            keys.show_text(" / ".join(_shown(key) for key in shortcut.keys))
            what = Text(theme, "body", theme.colours.muted)
            what.show_text(shortcut.text)
            grid.addWidget(keys, row, 0)
            grid.addWidget(what, row, 1)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.setFont(theme.font("body"))
        for push in close.buttons():
            # The desktop's own icon is black, and says no more than the word.
            push.setIcon(QIcon())
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(20),) * 4)
        column.setSpacing(theme.px(20))
        column.addLayout(grid)
        column.addWidget(close)


def _shown(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
