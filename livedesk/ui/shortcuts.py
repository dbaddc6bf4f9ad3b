"""Which keys does the window understand? One list for the actions and for the sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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

from livedesk.core.roles import Right
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
    right: Right | None = None
    """What it takes to press them; None: anybody may."""


def _everybody_may(_right: Right) -> bool:
    return False


def install(
    window: QWidget,
    shortcuts: tuple[Shortcut, ...],
    refused: Callable[[Right], bool] = _everybody_may,
) -> tuple[QAction, ...]:
    """Give the window an action for each; actions also serve assistive tools.

    Two pages may use one key: of actions with the same key only one is enabled at a time.
    `refused`: whether the person may not, which it then says.
    """
    actions = []
    for shortcut in shortcuts:
        action = QAction(shortcut.text, window)
        action.setShortcuts([QKeySequence(key) for key in shortcut.keys])
        # A key that is held down would press twice by itself.
        action.setAutoRepeat(shortcut.repeats)
        action.triggered.connect(partial(_press, shortcut, refused))
        window.addAction(action)
        actions.append(action)
    return tuple(actions)


def _press(shortcut: Shortcut, refused: Callable[[Right], bool], _checked: bool = False) -> None:
    if shortcut.right is None or not refused(shortcut.right):
        shortcut.act()


BLOCKS: Final[tuple[Where, ...]] = (
    "", "wall", "feed", "pins", "queue", "alarms", "check", "sessions",
)  # fmt: skip
"""In the order of the pages' buttons."""

COLUMN_WIDTH, KEYS_WIDTH, SCROLL_BAR = 400, 124, 16
"""Pixels at scale 1 of a column, of the keys in it, and beside all of them."""


class ShortcutSheet(QDialog):
    """All keys, in as many columns as the window has room for; the rest is scrolled to."""

    def __init__(
        self, theme: Theme, parent: QWidget, shortcuts: tuple[Shortcut, ...], page: Where = ""
    ) -> None:
        """`page`: the one on screen. Where there is one column only, its keys come first."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        edge, between = theme.px(20), theme.px(28)
        room = parent.width() - 2 * edge - theme.px(SCROLL_BAR)
        count = max(1, (room + between) // (theme.px(COLUMN_WIDTH) + between))
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(between)
        order = _in_order(page) if count == 1 else BLOCKS
        told = [block for block in order if _told(shortcuts, block)]
        for blocks in _dealt(told, shortcuts, count):
            columns.addLayout(_column(theme, shortcuts, blocks))
        close = close_box(theme)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(edge, edge, edge, theme.px(14))
        column.setSpacing(theme.pad)
        self.area = _scrolled(sheet)
        self.area.setAccessibleName(tr("Keyboard shortcuts"))
        column.addWidget(self.area)
        column.addWidget(close)
        edges = column.contentsMargins()
        whole = sheet.sizeHint() + QSize(
            edges.left() + edges.right() + theme.px(SCROLL_BAR),
            edges.top() + edges.bottom() + column.spacing() + close.sizeHint().height(),
        )
        # No larger than the window that it belongs to.
        self.resize(whole.boundedTo(parent.size()))
        # Arrows and PgDown scroll where not all of it is in sight.
        self.area.setFocus()


def _in_order(page: Where) -> list[Where]:
    return sorted(BLOCKS, key=lambda each: (each != page, each != ""))


def _dealt(
    blocks: list[Where], shortcuts: tuple[Shortcut, ...], columns: int
) -> list[tuple[Where, ...]]:
    """The blocks in their order, in columns of which the longest is as short as can be."""
    lines = [len(_told(shortcuts, block)) + 2 for block in blocks]
    return next(
        dealt
        for most in range(max(lines), sum(lines) + 1)
        if len(dealt := _filled(blocks, lines, most)) <= columns
    )


def _filled(blocks: list[Where], lines: list[int], most: int) -> list[tuple[Where, ...]]:
    filled: list[tuple[Where, ...]] = []
    left = 0
    for block, wanted in zip(blocks, lines, strict=True):
        if wanted > left:
            filled.append(())
            left = most
        filled[-1] += (block,)
        left -= wanted
    return filled


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
        "sessions": tr("Page of the sessions"),
    }


def _column(theme: Theme, shortcuts: tuple[Shortcut, ...], pages: tuple[Where, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.pad)
    grid.setVerticalSpacing(theme.px(3))
    grid.setColumnMinimumWidth(0, theme.px(KEYS_WIDTH))
    row = 0
    for page in pages:
        heading = Text(theme, "caption", theme.colours.faint)
        heading.show_text(_headings()[page].upper())
        heading.setContentsMargins(0, theme.px(10) if row else 0, 0, 0)
        grid.addWidget(heading, row, 0, 1, 2)
        for shortcut in _told(shortcuts, page):
            row += 1
            keys = Text(theme, "strong")
            keys.show_text(shortcut.shown or " / ".join(_shown(key) for key in shortcut.keys))
            what = Text(theme, "body", theme.colours.muted)
            what.setWordWrap(True)
            what.setFixedWidth(theme.px(COLUMN_WIDTH - KEYS_WIDTH) - theme.pad)
            what.show_text(shortcut.text)
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(what, row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    return grid


def _told(shortcuts: tuple[Shortcut, ...], page: Where) -> list[Shortcut]:
    return [each for each in shortcuts if each.page == page and each.text]


def _shown(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
