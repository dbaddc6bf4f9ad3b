"""Is this store ready to go on air? One line for the feed page, with the first reasons."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from livedesk.desk.check_words import VerdictWords, verdict_words
from livedesk.desk.checking import KnownCheck
from livedesk.desk.looks import LIT
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Panel, Text, button
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class GoStrip(Panel):
    """Verdict, first reasons, who signed; and the way to the whole list."""

    asked = Signal()
    """Somebody wants to see the whole check."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Go or no-go"))
        self._theme = theme
        self._zone = zone
        self._shown: VerdictWords | None = None
        self.mark = ShapeMark(theme, 18)
        self.word = Text(theme, "strong")
        self.text = ElidedText(theme, "body")
        self.signed = ElidedText(theme, "small", theme.colours.muted)
        self.show_list = button(theme, tr("Check"), tr("Show the whole check (G)"))
        self.show_list.clicked.connect(self.asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (15, 4, 8, 4)))
        row.setSpacing(theme.pad)
        row.addWidget(self.mark)
        row.addWidget(self.word)
        row.addWidget(self.text, 3)
        row.addWidget(self.signed, 2)
        row.addWidget(self.show_list)

    def show_check(self, known: KnownCheck) -> None:
        words = verdict_words(known, self._zone)
        if words == self._shown:
            return
        self._shown = words
        theme = self._theme
        colour, is_lit = theme.colour(words.look), words.look in LIT
        self.mark.show_look(words.look)
        self.word.show_text(words.word)
        self.word.set_colour(colour if is_lit else theme.colours.text)
        self.text.show_text(words.text)
        self.signed.show_text(words.signed)
        self.signed.set_colour(theme.colour(words.signed_look))
        self.setAccessibleDescription(words.spoken)
        # Calm is no panel: a frame around "GO" would be one more thing to read.
        edge = colour if is_lit else theme.colours.ground
        ground = theme.ground(words.look) if is_lit else theme.colours.ground
        self.set_frame(ground, edge, theme.px(5) if is_lit else 0)
