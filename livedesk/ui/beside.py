"""Which windows stand beside the console's? Pads and walls; they close with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from livedesk.desk.model import DeskSnapshot, StoreView
from livedesk.desk.pad import PadSource
from livedesk.ui.layouts import Layouts
from livedesk.ui.pad.window import PadWindow
from livedesk.ui.pins.webpad import WebPadDialog
from livedesk.ui.source import Source
from livedesk.ui.theme import Theme
from livedesk.ui.wall.window import WallWindows


class PadWindows:
    """The pads that a console opened, one a store."""

    def __init__(self, source: PadSource, theme: Theme) -> None:
        self._source, self._theme = source, theme
        self._open: dict[str, PadWindow] = {}

    def open(self, store: str) -> None:
        pad = self._open.get(store) or self._make(store)
        pad.show()
        pad.raise_()
        pad.activateWindow()

    def take_over(self, before: PadWindows) -> None:
        """The same pads in another look, without taking the keys from where they are."""
        for store, old in before._open.items():
            pad = self._make(store)
            pad.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            pad.setGeometry(old.geometry())
            pad.setWindowState(old.windowState())
            pad.show()

    def _make(self, store: str) -> PadWindow:
        pad = self._open[store] = PadWindow(self._source, self._theme, store)
        pad.closed.connect(partial(self._forget, store))
        return pad

    def _forget(self, store: str) -> None:
        pad = self._open.pop(store, None)
        if pad is not None:
            pad.deleteLater()

    def close(self) -> None:
        for pad in tuple(self._open.values()):
            pad.close()


class Beside(QObject):
    """Opens and closes them."""

    chosen = Signal(str)
    """A store, on a wall."""

    def __init__(self, source: Source, theme: Theme, layouts: Layouts, console: QWidget) -> None:
        super().__init__(console)
        self._source, self._theme, self._console = source, theme, console
        self.pads = PadWindows(source.pads, theme)
        self.walls = WallWindows(source, theme, layouts, console)
        self.walls.chosen.connect(self.chosen)

    def show_snapshot(self, snapshot: DeskSnapshot) -> None:
        self.walls.show_walls(snapshot)

    def open_pad(self, view: StoreView | None) -> bool:
        """The host's pad of a store; False if it has no pins."""
        if view is None or view.status.pins is None:
            return False
        self.pads.open(view.status.store)
        return True

    def open_web_pad(self, view: StoreView | None) -> None:
        """What lets a phone in as a pad of this store."""
        if view is not None and view.status.pins is not None:
            status, on = view.status, view.status.pins.web_pad
            web_pads = self._source.pins.web_pads
            WebPadDialog(web_pads, self._theme, self._console, status.store, status.name, on).open()

    def close(self) -> None:
        self.pads.close()
        self.walls.close_all()
