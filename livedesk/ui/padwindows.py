"""Which pads are open on this machine? One a store, as windows of their own."""

from __future__ import annotations

from functools import partial

from livedesk.desk.pad import PadSource
from livedesk.ui.pad.window import PadWindow
from livedesk.ui.theme import Theme


class PadWindows:
    """The pads that a console opened; they close with it."""

    def __init__(self, source: PadSource, theme: Theme) -> None:
        self._source, self._theme = source, theme
        self._open: dict[str, PadWindow] = {}

    def open(self, store: str) -> None:
        pad = self._open.get(store)
        if pad is None:
            pad = self._open[store] = PadWindow(self._source, self._theme, store)
            pad.closed.connect(partial(self._forget, store))
        pad.show()
        pad.raise_()
        pad.activateWindow()

    def _forget(self, store: str) -> None:
        pad = self._open.pop(store, None)
        if pad is not None:
            pad.deleteLater()

    def close(self) -> None:
        for pad in tuple(self._open.values()):
            pad.close()
