"""Which keys does the window understand? One list for the actions and for the sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from livedesk.desk.words import tr
from livedesk.ui.basics import Text, close_box
from livedesk.ui.pages import Page
from livedesk.ui.theme import Theme

Where = Page | Literal[""]
"""Where a key counts; everywhere if empty."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys and what they do. One without a text is told by another's."""

    keys: tuple[str, ...]
    text: str
    act: Callable[[], object]
    repeats: bool = True
    page: Where = ""
    shown: str = ""
    """Instead of the keys, for the sheet."""


def install(window: QWidget, shortcuts: tuple[Shortcut, ...]) -> tuple[QAction, ...]:
    """Give the window an action for each; actions also serve assistive tools.

    Two pages may use one key: of actions with the same key only one is enabled at a time.
    """
    actions = []
    for shortcut in shortcuts:
        action = QAction(shortcut.text, window)
        action.setShortcuts([QKeySequence(key) for key in shortcut.keys])
        # A key that is held down would press twice by itself.
        action.setAutoRepeat(shortcut.repeats)
        action.triggered.connect(shortcut.act)
        window.addAction(action)
        actions.append(action)
    return tuple(actions)


COLUMNS: Final[tuple[tuple[Where, ...], ...]] = (
    ("", "wall"),
    ("feed", "pins"),
    ("queue",),
    ("alarms", "check"),
)


class ShortcutSheet(QDialog):
    """All keys on one page."""

    def __init__(self, theme: Theme, parent: QWidget, shortcuts: tuple[Shortcut, ...]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(theme.px(40))
        for blocks in COLUMNS:
            columns.addLayout(_column(theme, shortcuts, blocks))
        close = close_box(theme)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(20),) * 4)
        column.setSpacing(theme.px(20))
        column.addWidget(_scrolled(sheet))
        column.addWidget(close)
        edges = column.contentsMargins()
        whole = sheet.sizeHint() + QSize(
            edges.left() + edges.right(),
            edges.top() + edges.bottom() + column.spacing() + close.sizeHint().height(),
        )
        # No larger than the window that it belongs to.
        self.resize(whole.boundedTo(parent.size()))


def _scrolled(sheet: QWidget) -> QScrollArea:
    """All of it is in sight wherever there is room for it."""
    area = QScrollArea()
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(sheet)
    sheet.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def _headings() -> dict[Where, str]:
    return {
        "": tr("Everywhere"),
        "wall": tr("Wall of all stores"),
        "alarms": tr("Page of the alarms"),
        "check": tr("Page of the check"),
        "feed": tr("Page of the feed"),
        "pins": tr("Page of the pins"),
        "queue": tr("Page of the queue"),
    }


def _column(theme: Theme, shortcuts: tuple[Shortcut, ...], pages: tuple[Where, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.px(24))
    grid.setVerticalSpacing(theme.px(4))
    row = 0
    for page in pages:
        if not _told(shortcuts, page):
            continue
        heading = Text(theme, "caption", theme.colours.faint)
        heading.show_text(_headings()[page].upper())
        heading.setContentsMargins(0, theme.px(10) if row else 0, 0, 0)
        grid.addWidget(heading, row, 0, 1, 2)
        for shortcut in _told(shortcuts, page):
            row += 1
            keys = Text(theme, "strong")
            keys.show_text(shortcut.shown or " / ".join(_shown(key) for key in shortcut.keys))
            what = Text(theme, "body", theme.colours.muted)
            what.show_text(shortcut.text)
            grid.addWidget(keys, row, 0)
            grid.addWidget(what, row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    return grid


def _told(shortcuts: tuple[Shortcut, ...], page: Where) -> list[Shortcut]:
    return [each for each in shortcuts if each.page == page and each.text]


def _shown(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
