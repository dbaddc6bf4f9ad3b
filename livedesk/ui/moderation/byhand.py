"""What does a person have to do in the platform's own window? The oldest first, with both ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.model import Moment
from livedesk.desk.queue_view import QueueRow
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Panel, Text, button, discard
from livedesk.ui.moderation.rowdelegate import age_words
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

MOST = 2
"""So many stand in the window; the others follow when these are done."""

SEEN_S = 0.4
"""A key counts for a row only when the row has been there for so long: it was not meant for it."""


class HandRow(Panel):
    """One item: what to do, with whom, and whether it was done."""

    settled = Signal(bool)

    def __init__(self, theme: Theme, row: QueueRow, since: Moment) -> None:
        super().__init__(theme, tr("To be done by hand"))
        self.row = row
        self.since = since
        colours, px = theme.colours, theme.px
        self.set_frame(theme.ground("notice"), colours.notice)
        mark = ShapeMark(theme, 18)
        mark.show_look("notice")
        self.head = ElidedText(theme, "strong", colours.notice)
        self.head.show_text(row.by_hand[0].word)
        self.text = ElidedText(theme, "small")
        self.text.show_text(f"{row.author}: {row.text} · {row.store_name}")
        self.waits = Text(theme, "strong", colours.notice)
        self.done = button(theme, tr("Done (D)"), tr("It is done in the platform's window (D)"))
        self.could_not = button(theme, tr("Could not…"), tr("It cannot be done; say why (Shift+D)"))
        self.done.clicked.connect(partial(self.settled.emit, True))
        self.could_not.clicked.connect(partial(self.settled.emit, False))
        for push in (self.done, self.could_not):
            needs("moderate", push).setFont(theme.font("small"))
        first, words = QHBoxLayout(), QVBoxLayout()
        first.addWidget(self.head, 1)
        first.addWidget(self.waits)
        words.setSpacing(0)
        words.addLayout(first)
        words.addWidget(self.text)
        line = QHBoxLayout(self)
        line.setContentsMargins(*(px(n) for n in (10, 5, 8, 5)))
        line.setSpacing(px(8))
        line.addWidget(mark)
        line.addLayout(words, 1)
        for part in (self.done, self.could_not):
            line.addWidget(part)
        self.setAccessibleDescription(f"{self.head.text()}, {row.spoken}")


class ByHand(QWidget):
    """Takes no room while there is nothing to do."""

    settled = Signal(str, str, bool)
    """Item, key of the effect, and whether it was done."""

    def __init__(self, theme: Theme, now: Callable[[], Moment]) -> None:
        super().__init__()
        self._theme = theme
        self._now = now
        self.most = MOST
        self.rows: list[HandRow] = []
        self.more = Text(theme, "small", theme.colours.notice)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self._column.addWidget(self.more)
        self.hide()

    def show_rows(self, rows: tuple[QueueRow, ...], count: int) -> None:
        """The oldest rows with something to do by hand, and how many there are in all."""
        shown = tuple(row for row in rows if row.by_hand)[: self.most]
        if [_key(each.row) for each in self.rows] != [_key(row) for row in shown]:
            self._rebuild(shown)
        for panel, row in zip(self.rows, shown, strict=True):
            panel.waits.show_text(age_words(row.age_s))
            busy = row.order is not None and row.order.state == "sending"
            panel.done.setEnabled(not busy)
            panel.could_not.setEnabled(not busy)
        self.more.setVisible(count > len(shown) and self.most > 1)
        self.more.show_text(tr("and {n} more after these").format(n=count - len(shown)))
        self.setVisible(bool(shown))

    def _rebuild(self, rows: tuple[QueueRow, ...]) -> None:
        kept = {_key(each.row): each.since for each in self.rows}
        for panel in self.rows:
            discard(panel)
        self.rows = [HandRow(self._theme, row, kept.get(_key(row), self._now())) for row in rows]
        for at, panel in enumerate(self.rows):
            panel.settled.connect(partial(self._settle, panel))
            self._column.insertWidget(at, panel)

    def _settle(self, panel: HandRow, done: bool) -> None:
        self.settled.emit(panel.row.item_id, panel.row.by_hand[0].key, done)

    def finish_oldest(self, done: bool) -> None:
        """What a key does."""
        first = self.rows[0] if self.rows else None
        if first is None or not first.done.isEnabled():
            return
        if self._now().since_s(first.since) >= SEEN_S:
            self._settle(first, done)


def _key(row: QueueRow) -> tuple[str, str]:
    return row.item_id, row.by_hand[0].key
