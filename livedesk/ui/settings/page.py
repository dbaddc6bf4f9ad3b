"""What is a tab of the settings? A column of groups with a title, refreshed while in sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.ui.basics import Text
from livedesk.ui.theme import Theme


class SettingsPage(QWidget):
    """One tab. `key` names it for who opens the dialog at it; `title` is what a person reads."""

    def __init__(self, theme: Theme, key: str, title: str) -> None:
        super().__init__()
        self.theme = theme
        self.key = key
        self.title = title
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*(theme.px(n) for n in (4, 16, 16, 16)))
        self.column.setSpacing(theme.gap)

    def refresh(self) -> None:
        """Show what is true now. Called twice a second while the page is in sight."""

    def add_heading(self, text: str) -> None:
        heading = Text(self.theme, "caption", self.theme.colours.faint)
        heading.show_text(text.upper())
        heading.setContentsMargins(0, self.theme.px(10) if self.column.count() else 0, 0, 0)
        self.column.addWidget(heading)

    def add_row(self, *widgets: QWidget) -> None:
        """Side by side, at the left."""
        row = QHBoxLayout()
        row.setSpacing(self.theme.gap)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        self.column.addLayout(row)

    def add_words(self, text: str) -> Text:
        """A sentence that explains; it may take several lines."""
        words = Text(self.theme, "small", self.theme.colours.muted)
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        words.show_text(text)
        self.column.addWidget(words)
        return words
