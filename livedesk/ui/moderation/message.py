"""What exactly did the viewer write? The whole text as it is, with what the rules found lit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit

from livedesk.desk.queue_view import Mark
from livedesk.desk.words import tr
from livedesk.ui.moderation.pen import lit_format
from livedesk.ui.theme import Theme

LINES = 2, 5
"""At least and at most; more of them are scrolled to."""


class MessageText(QPlainTextEdit):
    """Plain text: markup in it is text. It never takes the keys."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._lit = lit_format(theme)
        self._shown: tuple[str, str, tuple[Mark, ...]] = ("", "", ())
        self._margin = theme.px(18)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.font("title"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Comment"))
        self.take_room(0)

    def take_room(self, height_px: int) -> None:
        """So many lines as there is room for."""
        least, most = LINES
        spacing = self.fontMetrics().lineSpacing()
        lines = min(most, max(least, (height_px - self._margin) // spacing))
        self.setFixedHeight(lines * spacing + self._margin)

    def show_message(self, item_id: str, text: str, marks: tuple[Mark, ...]) -> None:
        """Where a person scrolled or marked something it stays, until the comment is another."""
        if (item_id, text, marks) == self._shown:
            return
        self._shown = item_id, text, marks
        self.setPlainText(text)
        self.setExtraSelections([self._selection(mark) for mark in marks])
        if marks:
            self._go(marks[0].utf16_start)

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
