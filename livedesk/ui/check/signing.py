"""Somebody's word: GO or NO-GO, with a note, in their name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QLineEdit

from livedesk.core.check import Verdict
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, button, show_tone
from livedesk.ui.theme import Theme

LONGEST_NOTE = 300
GO_KEYS = "Ctrl+Return"
NO_GO_KEYS = "Ctrl+Shift+Return"


class SignPanel(Panel):
    """The note, the two buttons, and why one of them cannot be pressed now."""

    signed = Signal(str, str)
    """The verdict and the note."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Sign the check"))
        self.note = QLineEdit()
        self.note.setFont(theme.font("body"))
        self.note.setMaxLength(LONGEST_NOTE)
        self.note.setPlaceholderText(tr("A note for the record, if you like"))
        self.note.setAccessibleName(tr("Note for the record"))
        self.go = button(theme, tr("Sign GO"))
        self.no_go = button(theme, tr("Sign NO-GO"))
        for push, keys in ((self.go, GO_KEYS), (self.no_go, NO_GO_KEYS)):
            push.setShortcut(QKeySequence(keys))
        self.why = Text(theme, "small", theme.colours.muted)
        self.why.setWordWrap(True)
        self.go.clicked.connect(lambda: self._sign("go"))
        self.no_go.clicked.connect(lambda: self._sign("no_go"))
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (12, 8, 12, 8)))
        grid.setHorizontalSpacing(theme.gap)
        grid.setVerticalSpacing(theme.px(4))
        grid.addWidget(self.note, 0, 0)
        grid.addWidget(self.no_go, 0, 1)
        grid.addWidget(self.go, 0, 2)
        grid.addWidget(self.why, 1, 0, 1, 3, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)

    def show_state(self, name: str, why_not_go: str, why_not: str, told: str) -> None:
        """`why_not_go`: what keeps GO from being signed. `why_not`: what keeps both. `told`: what
        came of the last try."""
        self.note.setEnabled(not why_not)
        self.no_go.setEnabled(not why_not)
        self.go.setEnabled(not (why_not or why_not_go))
        show_tone(self.go, "main" if self.go.isEnabled() else "")
        as_whom = tr("Signed as {name}.").format(name=name)
        self.why.show_text(told or why_not or why_not_go or as_whom)
        self.go.setToolTip(why_not or why_not_go or f"{as_whom} ({GO_KEYS})")
        self.no_go.setToolTip(why_not or f"{as_whom} ({NO_GO_KEYS})")

    def clear(self) -> None:
        self.note.clear()

    def _sign(self, verdict: Verdict) -> None:
        self.signed.emit(verdict, self.note.text().strip())
