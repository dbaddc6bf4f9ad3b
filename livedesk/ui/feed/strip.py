"""Go or no-go: one card for each part of the show, the abnormal ones lit.

The show's parts are large; what is of our own making stands in small rows at the end.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from livedesk.desk.looks import LIT, Card
from livedesk.desk.words import NOTHING
from livedesk.ui.basics import ElidedText, Panel, Text, discard, plain_tip
from livedesk.ui.feed.level import LevelMeter
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Role, Theme

NARROW = 262
"""Pixels under which a card has no room for a word and a figure side by side."""

TIGHT = 190
"""Pixels under which nothing stands beside the figure either."""

SIDE, TIGHT_SIDE = 12, 7
TIGHT_GAP = 4
SHARE_SHOW, SHARE_OWN = 5, 4
"""How a part of the show and the column of our own instruments share the width."""

LEAST_OWN = 172
"""Pixels in which the longest of our own instruments says how it is."""


class _AnyCard(Panel):
    """What large and small cards share: what did not change is not drawn again."""

    mark: ShapeMark
    title: Text
    word: ElidedText

    chosen = Signal(str)
    """Its key, when it was clicked."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__(theme, key)
        self.setObjectName(f"card-{key}")
        self._key = key
        self._theme = theme
        self._card: Card | None = None

    @property
    def card(self) -> Card | None:
        return self._card

    def show_card(self, card: Card) -> None:
        if card == self._card:
            return
        before, self._card = self._card, card
        self.mark.show_look(card.look)
        self.title.show_text(card.title.upper())
        self._show_words(card)
        if before is None or before.look != card.look:
            self._show_look(card)
        self.setAccessibleDescription(_spoken(card))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.chosen.emit(self._key)

    def _show_words(self, card: Card) -> None:
        raise NotImplementedError

    def _show_look(self, card: Card) -> None:
        colours, lit = self._theme.colours, card.look in LIT
        colour = self._theme.colour(card.look)
        self.word.set_colour(colour)
        self.title.set_colour(colours.muted if lit else colours.faint)
        edge = colour if lit else colours.line
        self.set_frame(self._theme.ground(card.look), edge, hatched=card.look == "unknown")


class CardPanel(_AnyCard):
    """One card: title, word, figure with unit, and a note."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__(theme, key)
        colours = theme.colours
        self.mark = ShapeMark(theme, 20)
        self.title = ElidedText(theme, "caption", colours.faint)
        self.word = ElidedText(theme, "value")
        self.figure = Text(theme, "value")
        self.unit = Text(theme, "small", colours.muted)
        self.note = ElidedText(theme, "small", colours.muted)
        self.level = LevelMeter(theme)
        self.source = ElidedText(theme, "small", colours.faint)
        self._figures = QWidget()
        self._narrow = self._tight = False
        self._lay_out()

    def _lay_out(self) -> None:
        px = self._theme.px
        self._first, self._second, self._third = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
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
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(px(SIDE), px(6), px(SIDE), px(6))
        column.setSpacing(px(1))
        column.addWidget(self.title)
        column.addLayout(self._first)
        column.addLayout(self._second)
        self._third.setSpacing(px(8))
        self._third.addWidget(self.level)
        self._third.addWidget(self.source, 1)
        self._third.addStretch()
        self._figures.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        column.addLayout(self._third)

    def set_narrow(self, narrow: bool, tight: bool) -> None:
        """In a narrow card the figure moves down, so that the word is never cut."""
        if (narrow, tight) == (self._narrow, self._tight):
            return
        self._narrow, self._tight = narrow, tight
        side, gap = (TIGHT_SIDE, TIGHT_GAP) if tight else (SIDE, self._theme.gap)
        px = self._theme.px
        self._column.setContentsMargins(px(side), px(6), px(side), px(6))
        self._first.setSpacing(px(gap))
        self._fit_word()
        self.figure.setFont(self._theme.font("strong" if narrow else "value"))
        self._show_source(self._figures.isVisibleTo(self))
        if narrow:
            self._third.insertWidget(0, self._figures)
        else:
            self._first.addWidget(self._figures)

    def _fit_word(self) -> None:
        """In a tight card a long word is smaller rather than cut."""
        roles: tuple[Role, ...] = ("word", "strong", "small") if self._narrow else ("value",)
        room = self.width() - self.mark.width() - self._theme.px(2 * TIGHT_SIDE + TIGHT_GAP)
        fonts = [self._theme.font(role) for role in roles[: None if self._tight else 1]]
        text = self.card.word if self.card is not None else ""
        fitting = (f for f in fonts if QFontMetrics(f).horizontalAdvance(text) <= room)
        self.word.setFont(next(fitting, fonts[-1]))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit_word()

    def _show_source(self, figure: bool) -> None:
        """Half a source beside a figure says nothing; readouts and tool tips have it too."""
        metered = self._card is not None and self._card.level_dbfs is not None
        crowded = self._tight or (self._narrow and metered)
        self.source.setVisible(not (crowded and figure))

    def _show_words(self, card: Card) -> None:
        self.word.show_text(card.word)
        self._fit_word()
        known = bool(card.unit) and card.figure not in ("", NOTHING)
        self.figure.show_text(card.figure if known else "")
        self.unit.show_text(card.unit if known else "")
        self._figures.setVisible(known)
        self.note.show_text(card.note)
        self.source.show_text(card.source)
        self._show_source(known)
        self.level.show_level(card.level_dbfs)
        self.level.setVisible(card.level_dbfs is not None)
        self.setToolTip(plain_tip("\n".join(filter(None, [card.note, card.source, card.hint]))))

    def _show_look(self, card: Card) -> None:
        super()._show_look(card)
        colours = self._theme.colours
        known = card.look not in ("unknown", "idle")
        self.figure.set_colour(colours.text if known else colours.faint)
        self.note.set_colour(colours.text if card.look in LIT else colours.muted)


class SmallCard(_AnyCard):
    """One of our own instruments in one line; its reason is in the tool tip."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__(theme, key)
        self.mark = ShapeMark(theme, 15)
        self.title = Text(theme, "caption", theme.colours.faint)
        self.word = ElidedText(theme, "strong")
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (10, 2, 8, 2)))
        row.setSpacing(theme.px(6))
        row.addWidget(self.mark)
        row.addWidget(self.title)
        row.addWidget(self.word, 1)

    def _show_words(self, card: Card) -> None:
        self.word.show_text(f"{card.word} · {card.note}" if card.note else card.word)
        self.setToolTip(plain_tip("\n".join(filter(None, [card.note, card.hint, card.source]))))


def _spoken(card: Card) -> str:
    """A card for a screen reader."""
    figure = f"{card.figure} {card.unit}" if card.figure != NOTHING else ""
    said = (card.word, look_name(card.look), figure.strip(), card.note, card.source, card.hint)
    return ", ".join(filter(None, said))


class Strip(QWidget):
    """The cards of one store side by side."""

    chosen = Signal(str)
    """Key of a card that was clicked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._panels: dict[str, CardPanel | SmallCard] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.gap)
        self._own = QWidget()
        self._column = QVBoxLayout(self._own)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(3))
        self._own.setMinimumWidth(theme.px(LEAST_OWN))
        self._row.addWidget(self._own, SHARE_OWN)

    @property
    def panels(self) -> dict[str, CardPanel | SmallCard]:
        return self._panels

    @property
    def large(self) -> tuple[CardPanel, ...]:
        return tuple(panel for panel in self._panels.values() if isinstance(panel, CardPanel))

    def show_cards(self, cards: tuple[Card, ...]) -> None:
        if [card.key for card in cards] != list(self._panels):
            self._rebuild(cards)
        for card in cards:
            self._panels[card.key].show_card(card)

    def _rebuild(self, cards: tuple[Card, ...]) -> None:
        for panel in self._panels.values():
            discard(panel)
        self._panels = {card.key: self._make(card) for card in cards}
        self._fit(self.width())

    def _make(self, card: Card) -> CardPanel | SmallCard:
        if card.small:
            small = SmallCard(self._theme, card.key)
            small.chosen.connect(self.chosen)
            self._column.addWidget(small, 1)
            return small
        panel = CardPanel(self._theme, card.key)
        panel.chosen.connect(self.chosen)
        self._row.insertWidget(self._row.count() - 1, panel, SHARE_SHOW)
        return panel

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._fit(event.size().width())
        super().resizeEvent(event)

    def _fit(self, width: int) -> None:
        """All cards alike, so that the eye compares them."""
        shares = SHARE_SHOW * len(self.large) + SHARE_OWN
        room = width * SHARE_SHOW / shares
        narrow, tight = (room < self._theme.px(limit) for limit in (NARROW, TIGHT))
        for panel in self.large:
            panel.set_narrow(narrow, tight)
