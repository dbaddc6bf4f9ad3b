"""What does a person ask of the failover, and is it meant? Guards before orders leave the window.

A switch needs two presses, a drill is explained first, a hold is one press because it is harmless
and has to be quick.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from livedesk.core.order_limits import USUAL_STAY_S
from livedesk.desk.asked import Asked, Guard, Order
from livedesk.desk.failover import has_choice
from livedesk.desk.looks import is_delivering
from livedesk.desk.model import Moment, StoreView
from livedesk.desk.uplinktiles import Tile, blocked, drill_blocked, tiles
from livedesk.desk.words import tr
from livedesk.ui import questions
from livedesk.ui.feed.uplinks import Orders, UplinksPanel
from livedesk.ui.source import OrderDesk

REMARK_S = 4.0


class Switching(QObject):
    """The panel's buttons and the keys, for the store on screen."""

    def __init__(self, desk: OrderDesk, panel: UplinksPanel, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._guard = Guard()
        self._view: StoreView | None = None
        self._answering = False
        self._remark: tuple[str, Moment] | None = None
        panel.switch_pressed.connect(self.press_switch)
        panel.hold_pressed.connect(self.press_hold)
        panel.drill_pressed.connect(self.press_drill)

    def follow(self, view: StoreView | None, answering: bool) -> Orders:
        """Take over what is on screen; returns what the panel says of orders."""
        before, self._view, self._answering = self._view, view, answering
        if view is None or before is None or before.status.store != view.status.store:
            self.disarm()
        if view is None:
            return Orders()
        now = self._desk.now()
        for tile in tiles(view, answering):
            left_s = self._guard.left_s(tile.name, now)
            if left_s is not None and (tile.blocked or not tile.offer):
                self.disarm()
            elif left_s is not None:
                return Orders(self._asked(view), tile.name, left_s, self._said(now))
        return Orders(self._asked(view), remark=self._said(now))

    def _asked(self, view: StoreView) -> tuple[Asked, ...]:
        return self._desk.asked(view.status.store)

    def _said(self, now: Moment) -> str:
        if self._remark is None or now.since_s(self._remark[1]) > REMARK_S:
            return ""
        return self._remark[0]

    def _say(self, text: str) -> None:
        self._remark = text, self._desk.now()

    def disarm(self) -> None:
        self._guard.disarm()
        self._remark = None

    def press_switch(self, to: str) -> None:
        """The first press arms, the second sends."""
        view = self._view
        tile = self._tile(to)
        if view is None or tile is None:
            return
        if tile.blocked:
            self._say(tile.blocked)
            return
        self._remark = None
        if self._guard.press(to, self._desk.now()):
            self._desk.order(view.status.store, Order("switch", to=to))

    def press_next(self) -> None:
        """The key: switch to where livedesk itself would."""
        view = self._view
        if view is None:
            return
        failover = view.status.failover
        if failover.next is not None:
            self.press_switch(failover.next)
        else:
            why = tr("No switch: nothing is ready to take over.")
            self._say(blocked(view, self._answering) or why)

    def press_hold(self) -> None:
        view = self._view
        if view is None or not has_choice(view):
            return
        if view.stale or not self._answering:
            self._say(blocked(view, self._answering))
            return
        on = view.status.failover.mode not in ("hold", "latched")
        self._desk.order(view.status.store, Order("hold", on=on))

    def press_drill(self) -> None:
        view = self._view
        if view is None or not has_choice(view):
            return
        if drill_blocked(view, self._answering):
            self._say(drill_blocked(view, self._answering))
            return
        on_air = is_delivering(view)
        order = Order("drill", confirm=on_air, stay_s=USUAL_STAY_S)
        store = view.status.store
        questions.ask_drill(
            self._window, _drill_way(view), USUAL_STAY_S, on_air,
            lambda: self._desk.order(store, order),
        )  # fmt: skip

    def _tile(self, name: str) -> Tile | None:
        if self._view is None:
            return None
        found = (tile for tile in tiles(self._view, self._answering) if tile.name == name)
        return next((tile for tile in found if tile.offer), None)


def _drill_way(view: StoreView) -> tuple[str, str]:
    failover = view.status.failover
    return failover.active or "", failover.next or ""
