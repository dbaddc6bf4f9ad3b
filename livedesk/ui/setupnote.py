"""What stands where a page has nothing to show, because the store's settings do not ask for it?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from livedesk.ui.basics import Text
from livedesk.ui.theme import Theme


class SetupNote(QWidget):
    """That is a choice, and here is how to make another: `lines` are for the settings file."""

    def __init__(self, theme: Theme, title: str, words: str, lines: str) -> None:
        super().__init__()
        head = Text(theme, "title")
        head.show_text(title)
        body = Text(theme, "body", theme.colours.muted)
        body.setWordWrap(True)
        body.show_text(words)
        settings = Text(theme, "body", theme.colours.text)
        settings.setFont(_fixed(theme))
        settings.show_text(lines)
        settings.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        settings.setContentsMargins(*(theme.px(14),) * 4)
        settings.setStyleSheet(f"background: {theme.colours.panel};")
        inner = QWidget()
        inner.setFixedWidth(theme.px(520))
        column = QVBoxLayout(inner)
        column.setSpacing(theme.px(10))
        for part in (head, body, settings):
            column.addWidget(part)
        outer = QVBoxLayout(self)
        outer.addWidget(inner, 0, Qt.AlignmentFlag.AlignCenter)


def _fixed(theme: Theme) -> QFont:
    font = theme.font("body")
    font.setFamilies(["DejaVu Sans Mono", "monospace"])
    return font
