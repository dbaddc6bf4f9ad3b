"""What stands at the foot of the window? What went wrong in the console, and where the keys are."""

from __future__ import annotations

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


def keys_hint(theme: Theme) -> Text:
    hint = Text(theme, "small", theme.colours.faint)
    hint.show_text(tr("F1 Keys"))
    hint.setContentsMargins(0, 0, theme.pad, 0)
    return hint
