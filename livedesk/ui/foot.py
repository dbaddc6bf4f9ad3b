"""What stands at the foot of the window? What went wrong in the console, and where the keys are."""

from __future__ import annotations

from PySide6.QtWidgets import QStatusBar

from livedesk.desk.model import Note
from livedesk.desk.words import tr, wall_clock
from livedesk.ui.basics import ElidedText, Text
from livedesk.ui.theme import Theme


class NoteLine(ElidedText):
    """Shows the newest note until there is another."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "small", theme.colours.warning)
        self._note: Note | None = None

    def show_note(self, note: Note | None) -> None:
        if note != self._note:
            self._note = note
            self.show_text(f"{wall_clock(note.utc_ns)}  {note.text}" if note else "")


def fit_foot(bar: QStatusBar, note: NoteLine, theme: Theme) -> None:
    """The note where there is room for it, and the way to the keys beside it."""
    keys = Text(theme, "small", theme.colours.faint)
    keys.show_text(tr("F1 Keys"))
    keys.setContentsMargins(0, 0, theme.pad, 0)
    bar.setSizeGripEnabled(False)
    bar.addWidget(note, 1)
    bar.addPermanentWidget(keys)
