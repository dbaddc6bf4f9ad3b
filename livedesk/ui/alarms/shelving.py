"""How is an alarm put aside? For how long, and why; the dialog says what that means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from livedesk.desk.alarm_list import AlarmLine
from livedesk.desk.alarm_orders import SHELVE_MINUTES
from livedesk.desk.alarm_words import place_name, until_words
from livedesk.desk.words import tr
from livedesk.ui.basics import Text, button, show_tone
from livedesk.ui.theme import Role, Theme

WIDTH = 460
LONGEST_WHY = 200
DEFAULT_MINUTES = 15


class ShelveDialog(QDialog):
    """Opened, not executed: the window goes on beside it."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        line: AlarmLine,
        utc_ns: int,
        act: Callable[[int, str], None],
        zone: tzinfo | None = None,
    ) -> None:
        """`act` is told minutes and reason."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Shelve an alarm"))
        self._theme = theme
        self._act = act
        self.times = QButtonGroup(self)
        self.why = QLineEdit()
        self.why.setFont(theme.font("body"))
        self.why.setMaxLength(LONGEST_WHY)
        self.why.setPlaceholderText(tr("Why, such as “venue repairs the line until three”"))
        self.why.setAccessibleName(tr("Why it is shelved"))
        self.shelve = button(theme, tr("Shelve"))
        self.shelve.setDefault(True)
        show_tone(self.shelve, "main")
        self._lay_out(line, utc_ns, zone)
        self.why.textChanged.connect(self._check)
        self.shelve.clicked.connect(self._shelve)
        self._check()
        self.why.setFocus()

    def _lay_out(self, line: AlarmLine, utc_ns: int, zone: tzinfo | None) -> None:
        theme, px = self._theme, self._theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(20),) * 4)
        column.setSpacing(px(10))
        column.addWidget(self._words("title", line.alarm.cause, theme.colours.text))
        column.addWidget(self._words("small", place_name(line.store_name), theme.colours.muted))
        choices = QHBoxLayout()
        for minutes in SHELVE_MINUTES:
            choice = button(theme, until_words(minutes, utc_ns, zone), segment=True)
            choice.setChecked(minutes == DEFAULT_MINUTES)
            self.times.addButton(choice, minutes)
            choices.addWidget(choice)
        choices.addStretch(1)
        column.addLayout(choices)
        column.addWidget(self.why)
        meaning = tr("Until then it makes no sound and sends no message. It stays in the list, and "
                     "comes back by itself: at that time, when it gets worse, and with the next "
                     "session.")  # fmt: skip
        column.addWidget(self._words("small", meaning, theme.colours.muted))
        cancel = button(theme, tr("Cancel"))
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.shelve)
        column.addLayout(row)

    def _words(self, role: Role, text: str, colour: str) -> Text:
        words = Text(self._theme, role, colour)
        words.setWordWrap(True)
        words.show_text(text)
        # A dialog asks a wrapped text for its size before it knows its width.
        width = self._theme.px(WIDTH)
        words.setMinimumSize(width, words.heightForWidth(width))
        return words

    def _check(self) -> None:
        is_told = bool(self.why.text().strip())
        self.shelve.setEnabled(is_told)
        self.shelve.setToolTip("" if is_told else tr("Say why: others read it in the list."))

    def _shelve(self) -> None:
        self._act(self.times.checkedId(), self.why.text().strip())
        self.accept()
