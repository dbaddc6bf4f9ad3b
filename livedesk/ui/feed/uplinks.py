"""Which path carries the stream, which could, and what is to be done? All uplinks side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from math import ceil

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.asked import Asked
from livedesk.desk.failover import Headline, Story, has_choice, headline, mode_hint, story
from livedesk.desk.looks import LIT, Look
from livedesk.desk.model import StoreView
from livedesk.desk.uplinktiles import Tile, blocked, drill_blocked, tiles
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Panel, Text, button, discard, plain_tip, show_tone
from livedesk.ui.feed.uplinktile import TilePanel
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

BESIDE = 2
"""So many tiles stand side by side in full; of more each is smaller."""

COLUMNS = 3
LEAST_TILE, LEAST_FULL = 250, 300
"""Pixels in which a tile, small or in full, still says what it has to."""

_FEEDBACK: dict[str, Look] = {"sent": "ok", "unknown": "warning", "refused": "critical"}


@dataclass(frozen=True, slots=True)
class Orders:
    """What was asked for and is not done yet, and the uplink that a second press switches to."""

    asked: tuple[Asked, ...] = ()
    armed: str = ""
    left_s: float = 0.0
    remark: str = ""
    """Why a key that was pressed did nothing."""
    off: str = ""
    """Why nothing can be ordered here at all; empty where it can."""

    def waits(self, kind: str) -> bool:
        return any(a.order.kind == kind and a.state == "sent" for a in self.asked)


class HeadlineRow(Panel):
    """The reason in words, and the buttons that concern all paths."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Failover"))
        self._theme = theme
        self._shown: Headline | None = None
        self.mark = ShapeMark(theme, 18)
        self.word = Text(theme, "strong")
        self.text = ElidedText(theme, "title")
        self.hold = needs("operate", button(theme, tr("Hold")))
        self.drill = needs("operate", button(theme, tr("Drill…")))
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (12, 3, 4, 3)))
        row.setSpacing(theme.gap)
        row.addWidget(self.mark)
        row.addWidget(self.word)
        row.addWidget(self.text, 1)
        row.addWidget(self.hold)
        row.addWidget(self.drill)

    def show_headline(self, said: Headline, hint: str) -> None:
        self.word.setToolTip(plain_tip(hint))
        if said == self._shown:
            return
        before, self._shown = self._shown, said
        self.mark.show_look(said.look)
        self.word.show_text(said.word.upper())
        self.text.show_text(said.text)
        self.setAccessibleDescription(f"{said.word}, {look_name(said.look)}: {said.text}")
        if before is None or before.look != said.look:
            lit = said.look in LIT
            colour, colours = self._theme.colour(said.look), self._theme.colours
            self.word.set_colour(colour)
            self.text.set_colour(colours.muted if said.look == "unknown" else colours.text)
            edge = colour if lit else colours.line
            self.set_frame(self._theme.ground(said.look), edge, self._theme.px(5) if lit else 0,
                           hatched=said.look == "unknown")  # fmt: skip


class UplinksPanel(QWidget):
    """Headline, tiles, and what comes next and what was last. It asks; the window decides."""

    switch_pressed = Signal(str)
    hold_pressed = Signal()
    drill_pressed = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self.setAccessibleName(tr("Uplinks"))
        self._theme = theme
        self._zone = zone
        self.tiles: dict[str, TilePanel] = {}
        self.head = HeadlineRow(theme)
        self.ahead = Text(theme, "strong")
        self.past = ElidedText(theme, "small", theme.colours.muted)
        self.head.hold.clicked.connect(self.hold_pressed)
        self.head.drill.clicked.connect(self.drill_pressed)
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.px(4))
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(4), 0, theme.px(4), 0)
        foot.setSpacing(theme.px(16))
        foot.addWidget(self.ahead)
        foot.addWidget(self.past, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.head)
        column.addLayout(self._grid)
        column.addLayout(foot)
        column.addStretch(1)

    def show_store(self, view: StoreView, answering: bool, orders: Orders) -> None:
        self.head.show_headline(headline(view), mode_hint(view.status.failover))
        shown = tiles(view, answering)
        if [tile.name for tile in shown] != list(self.tiles):
            self._rebuild(shown)
        for tile in shown:
            self.tiles[tile.name].show_tile(tile, view.stale)
            self._show_button(tile, orders)
        self._show_hold(view, answering, orders)
        self._show_drill(view, answering, orders)
        self._show_foot(story(view, self._zone), orders)

    def _show_button(self, tile: Tile, orders: Orders) -> None:
        panel, reason = self.tiles[tile.name], orders.off or tile.blocked
        text = tile.brief if panel.compact else tile.offer
        armed = orders.armed == tile.name and bool(text) and not reason
        if text and orders.waits("switch"):
            text, reason = tr("Sent…"), tr("Waiting for the status that confirms it.")
        elif armed:
            # Longer than before, so that the second press finds the button where the first did.
            again = tr("Press again") if panel.compact else tr("{offer}? Press again")
            text = f"{again.format(offer=text)} · {ceil(orders.left_s)} s"
        panel.show_button(text, tile.offer, reason, armed=armed)

    def _show_hold(self, view: StoreView, answering: bool, orders: Orders) -> None:
        push, mode = self.head.hold, view.status.failover.mode
        push.setVisible(has_choice(view))
        text = {"hold": tr("Release hold"), "latched": tr("Release latch")}.get(mode, tr("Hold"))
        waits = orders.waits("hold")
        push.setText(tr("Sent…") if waits else text)
        push.setAccessibleName(text)
        reason = blocked(view, answering) if view.stale or not answering else orders.off
        push.setEnabled(not waits and not reason)
        push.setToolTip(plain_tip(reason or _hold_hint(mode)))
        show_tone(push, "set" if mode in ("hold", "latched") else "")

    def _show_drill(self, view: StoreView, answering: bool, orders: Orders) -> None:
        push = self.head.drill
        push.setVisible(has_choice(view))
        waits, reason = orders.waits("drill"), orders.off or drill_blocked(view, answering)
        push.setText(tr("Sent…") if waits else tr("Drill…"))
        push.setEnabled(not waits and not reason)
        push.setToolTip(reason or tr("Switch there and back as a test, with a report"))

    def _show_foot(self, told: Story, orders: Orders) -> None:
        self.ahead.show_text(told.ahead)
        self.ahead.setVisible(bool(told.ahead))
        look, text, detail = told.look, told.past, told.detail
        if orders.remark:
            look, text, detail = "notice", orders.remark, ""
        elif orders.asked:
            first = orders.asked[0]
            look, text, detail = _FEEDBACK[first.state], first.text, ""
        self.past.show_text(text)
        self.past.setToolTip(plain_tip("\n".join(filter(None, [text, detail]))))
        self.past.set_colour(self._theme.colour(look))

    def _rebuild(self, shown: tuple[Tile, ...]) -> None:
        for panel in self.tiles.values():
            discard(panel)
        self.tiles = {tile.name: TilePanel(self._theme, tile.name) for tile in shown}
        for panel in self.tiles.values():
            panel.pressed.connect(self.switch_pressed)
            panel.set_compact(len(shown) > BESIDE)
        self._place(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._place(event.size().width())
        super().resizeEvent(event)

    def _place(self, width: int) -> None:
        """All of one size, in as few rows as their words allow."""
        in_full = len(self.tiles) <= BESIDE
        fitting = max(1, width // self._theme.px(LEAST_FULL if in_full else LEAST_TILE))
        columns = min(COLUMNS, fitting, max(1, len(self.tiles)) if in_full else COLUMNS)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for place, panel in enumerate(self.tiles.values()):
            self._grid.addWidget(panel, place // columns, place % columns)


def _hold_hint(mode: str) -> str:
    if mode == "hold":
        return tr("Let livedesk switch by itself again (Ctrl+H)")
    if mode == "latched":
        return tr("Let livedesk switch by itself again after too many switches (Ctrl+H)")
    return tr("Keep the stream where it is: nothing switches by itself (Ctrl+H)")
