"""GO or NO-GO, large enough to read from across the room, with names."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout

from livedesk.desk.check_words import VerdictWords
from livedesk.desk.looks import LIT
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class VerdictPanel(Panel):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Verdict of the check"))
        self._theme = theme
        self._shown: tuple[str, VerdictWords] | None = None
        self.mark = ShapeMark(theme, 40)
        self.store = Text(theme, "small", theme.colours.muted)
        self.word = Text(theme, "clock")
        self.text = Text(theme, "title")
        self.signed = Text(theme, "strong")
        for wrapped in (self.text, self.signed):
            wrapped.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (16, 10, 16, 10)))
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(2))
        grid.addWidget(self.mark, 0, 0, 2, 1)
        grid.addWidget(self.store, 0, 1)
        grid.addWidget(self.word, 1, 1)
        grid.addWidget(self.text, 0, 2)
        grid.addWidget(self.signed, 1, 2)
        grid.setColumnStretch(2, 1)

    def show_verdict(self, store: str, words: VerdictWords) -> None:
        if (store, words) == self._shown:
            return
        self._shown = store, words
        colour = self._theme.colour(words.look)
        is_lit = words.look in LIT
        self.mark.show_look(words.look)
        self.store.show_text(store)
        self.word.show_text(words.word)
        self.word.set_colour(colour if is_lit else self._theme.colours.text)
        self.text.show_text(words.text)
        self.signed.show_text(words.signed or tr("Nobody has signed yet"))
        self.signed.set_colour(self._theme.colour(words.signed_look))
        self.setAccessibleDescription(f"{store}: {words.spoken}")
        edge = colour if is_lit else self._theme.colours.line
        bar_px = self._theme.px(8) if is_lit else 0
        ground = self._theme.ground(words.look)
        self.set_frame(ground, edge, bar_px, hatched=words.look == "unknown")
