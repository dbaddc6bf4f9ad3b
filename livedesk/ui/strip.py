"""Go or no-go: one card for each part of the show, the abnormal ones lit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.cards import Card
from livedesk.desk.words import NOTHING
from livedesk.ui.basics import ElidedText, Panel, Text, discard
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

NARROW = 226
"""Pixels under which a card has no room for a word and a figure side by side."""

_LIT = ("notice", "warning", "critical")


class CardPanel(Panel):
    """One card: title, word, figure with unit, and a note."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__(theme, key)
        self.setObjectName(f"card-{key}")
        self._theme = theme
        self._card: Card | None = None
        colours = theme.colours
        self.mark = ShapeMark(theme, 20)
        self.title = ElidedText(theme, "caption", colours.faint)
        self.word = ElidedText(theme, "value")
        self.figure = Text(theme, "value")
        self.unit = Text(theme, "small", colours.muted)
        self.note = ElidedText(theme, "small", colours.muted)
        self._figures = QWidget()
        self._narrow = False
        self._lay_out()

    def _lay_out(self) -> None:
        px = self._theme.px
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._first.setSpacing(self._theme.gap)
        self._second.setSpacing(px(6))
        self._first.addWidget(self.mark)
        self._first.addWidget(self.word, 1)
        figure = QHBoxLayout(self._figures)
        figure.setContentsMargins(0, 0, 0, 0)
        figure.setSpacing(px(4))
        figure.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignBaseline)
        figure.addWidget(self.unit, 0, Qt.AlignmentFlag.AlignBaseline)
        self._first.addWidget(self._figures)
        self._second.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(12), px(8), px(12), px(8))
        column.setSpacing(px(2))
        column.addWidget(self.title)
        column.addLayout(self._first)
        column.addLayout(self._second)

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow card the figure gives way, so that the word is never cut."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.word.setFont(self._theme.font("word" if narrow else "value"))
        self.figure.setFont(self._theme.font("strong" if narrow else "value"))
        if narrow:
            self._second.insertWidget(0, self._figures)
        else:
            self._first.addWidget(self._figures)

    @property
    def card(self) -> Card | None:
        return self._card

    def show_card(self, card: Card) -> None:
        if card == self._card:
            return
        before, self._card = self._card, card
        self.mark.show_look(card.look)
        self.title.show_text(card.title.upper())
        self.word.show_text(card.word)
        known = bool(card.unit) and card.figure != NOTHING
        self.figure.show_text(card.figure if known else "")
        self.unit.show_text(card.unit if known else "")
        self._figures.setVisible(known)
        self.note.show_text(card.note)
        if before is None or before.look != card.look:
            self._show_look(card)
        self.setAccessibleDescription(
            f"{card.word}, {look_name(card.look)}, {card.figure} {card.unit}, {card.note}"
        )

    def _show_look(self, card: Card) -> None:
        colours = self._theme.colours
        lit = card.look in _LIT
        colour = self._theme.colour(card.look)
        self.word.set_colour(colour)
        known = card.look not in ("unknown", "idle")
        self.figure.set_colour(colours.text if known else colours.faint)
        self.note.set_colour(colours.text if lit else colours.muted)
        self.title.set_colour(colours.muted if lit else colours.faint)
        self.set_frame(self._theme.ground(card.look), colour if lit else colours.line)


class Strip(QWidget):
    """The cards of one store side by side."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._panels: dict[str, CardPanel] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.gap)

    @property
    def panels(self) -> dict[str, CardPanel]:
        return self._panels

    def show_cards(self, cards: tuple[Card, ...]) -> None:
        if [card.key for card in cards] != list(self._panels):
            self._rebuild([card.key for card in cards])
        for card in cards:
            self._panels[card.key].show_card(card)

    def _rebuild(self, keys: list[str]) -> None:
        for panel in self._panels.values():
            discard(panel)
        self._panels = {key: CardPanel(self._theme, key) for key in keys}
        for panel in self._panels.values():
            self._row.addWidget(panel, 1)
        self._fit(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._fit(event.size().width())
        super().resizeEvent(event)

    def _fit(self, width: int) -> None:
        """All cards alike, so that the eye compares them."""
        narrow = width < self._theme.px(NARROW) * len(self._panels)
        for panel in self._panels.values():
            panel.set_narrow(narrow)
