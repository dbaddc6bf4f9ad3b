"""Does something stand in the way of moderation? A line for each store that has trouble."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.looks import LIT, LOUDNESS
from livedesk.desk.queue_view import StoreHealth
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Panel
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

MOST = 2
"""Lines; the rest is counted, so that the queue keeps its room."""


class HealthLine(Panel):
    """One store's worst problem."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Moderation"))
        self._theme = theme
        self.mark = ShapeMark(theme, 18)
        self.text = ElidedText(theme, "strong")
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (14, 5, 12, 5)))
        row.setSpacing(theme.px(10))
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)

    def show_line(self, store: StoreHealth, more: int) -> None:
        theme = self._theme
        colour = theme.colour(store.look)
        told = [f"{store.name}: {' '.join(store.problems)}"]
        if more:
            stores = tr("and 1 more store") if more == 1 else tr("and {n} more stores")
            told.append(stores.format(n=more))
        self.mark.show_look(store.look)
        self.text.show_text(" · ".join(told))
        self.text.set_colour(colour)
        self.set_frame(theme.ground(store.look), colour, theme.px(5))
        self.setAccessibleDescription(self.text.text())


class HealthLines(QWidget):
    """Takes no room while all is well, nor where an alarm tells the same."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.most = MOST
        self.lines = tuple(HealthLine(theme) for _ in range(MOST))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        for line in self.lines:
            column.addWidget(line)
        self.hide()

    def show_health(self, stores: tuple[StoreHealth, ...]) -> None:
        untold = (each for each in stores if each.problems and not each.alarmed)
        ill = [each for each in untold if each.look in LIT]
        ill.sort(key=lambda each: -LOUDNESS[each.look])
        shown, rest = min(self.most, len(ill)), max(0, len(ill) - self.most)
        for at, line in enumerate(self.lines):
            line.setVisible(at < shown)
            if at < shown:
                line.show_line(ill[at], rest if at == self.most - 1 else 0)
        self.setVisible(bool(ill))
