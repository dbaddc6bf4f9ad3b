"""What exactly did the viewer write? The whole text as it is, with what the rules found lit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit

from livedesk.desk.queue_view import Mark, QueueRow
from livedesk.desk.words import tr
from livedesk.ui.moderation.pen import lit_format
from livedesk.ui.theme import Theme

LINES = 3
"""More of them are scrolled to."""


class MessageText(QPlainTextEdit):
    """Plain text: markup in it is text. It never takes the keys."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._lit = lit_format(theme)
        self._shown: tuple[str, tuple[Mark, ...]] = ("", ())
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.font("title"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Message"))
        self.setFixedHeight(LINES * self.fontMetrics().lineSpacing() + theme.px(18))

    def show_row(self, row: QueueRow) -> None:
        if (row.text, row.marks) == self._shown:
            return
        self._shown = row.text, row.marks
        self.setPlainText(row.text)
        self.setExtraSelections([self._selection(mark) for mark in row.marks])
        if row.marks:
            self._go(row.marks[0].utf16_start)

    def _selection(self, mark: Mark) -> QTextEdit.ExtraSelection:
        cursor = QTextCursor(self.document())
        cursor.setPosition(mark.utf16_start)
        cursor.setPosition(mark.utf16_start + mark.utf16_length, QTextCursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        selection.cursor = cursor
        selection.format = self._lit
        return selection

    def _go(self, place: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(place)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
