"""How does the wall get onto other screens? As windows that close with the console."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QScreen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from livedesk.desk.model import DeskSnapshot
from livedesk.desk.words import tr
from livedesk.ui.layouts import Layouts
from livedesk.ui.shortcuts import Shortcut, install
from livedesk.ui.source import Source
from livedesk.ui.theme import Theme
from livedesk.ui.wall.page import WallPage

USUAL = 1280, 720
MOST = 4
"""Windows; a person does not look at more walls."""

NAMES = tuple(f"wall {n}" for n in range(1, MOST + 1))
KIND = "walls"


class WallWindow(QWidget):
    """One wall."""

    closed = Signal()
    chosen = Signal(str)

    def __init__(self, source: Source, theme: Theme, name: str) -> None:
        super().__init__()
        self.name = name
        self.page = WallPage(source, theme)
        self.page.another.hide()
        self.page.chosen.connect(self.chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.pad,) * 4)
        column.addWidget(self.page)
        self.setWindowTitle(tr("livedesk: wall"))
        self.setAccessibleName(tr("Wall of all stores"))
        install(self, (
            Shortcut(("N",), tr("Only stores that need somebody"), self.page.toggle_only),
            Shortcut(("F11",), tr("Full screen on or off"), self.toggle_full_screen),
            Shortcut(("Esc", "Ctrl+W"), tr("Close this wall"), self._close),
        ))  # fmt: skip

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _close(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        super().closeEvent(event)
        self.closed.emit()


class WallWindows(QObject):
    """The walls beside the console's own; each stands where it stood last time."""

    chosen = Signal(str)

    def __init__(self, source: Source, theme: Theme, layouts: Layouts, parent: QWidget) -> None:
        super().__init__(parent)
        self._source, self._theme, self._layouts, self._beside = source, theme, layouts, parent
        self._open: dict[str, WallWindow] = {}
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenRemoved.connect(self._put_by)
        app.screenAdded.connect(self._bring_back)

    @property
    def open_ones(self) -> tuple[WallWindow, ...]:
        return tuple(self._open.values())

    def open(self) -> None:
        """One more, on a screen on which none stands yet."""
        self._bring_back()
        free = [name for name in NAMES if name not in self._open]
        if free:
            self._open_one(free[0])
        else:
            self.open_ones[0].raise_()

    def open_again(self) -> None:
        """Those that were open when the console was closed."""
        for name in self._layouts.open_ones(KIND):
            if name in NAMES and name not in self._open:
                self._open_one(name)

    def _open_one(self, name: str) -> None:
        window = WallWindow(self._source, self._theme, name)
        window.chosen.connect(self.chosen)
        window.closed.connect(partial(self._forget, name))
        window.resize(self._theme.px(USUAL[0]), self._theme.px(USUAL[1]))
        if not self._layouts.place(window, name):
            window.move(self._screen().availableGeometry().topLeft())
        self._open[name] = window
        window.show()
        window.page.focus_list()

    def _screen(self) -> QScreen:
        taken = {window.screen() for window in (self._beside, *self._open.values())}
        screens = QGuiApplication.screens()
        return next((screen for screen in screens if screen not in taken), self._beside.screen())

    def _put_by(self, screen: QScreen) -> None:
        """Its screen was unplugged: Qt would put a full wall in front of the console."""
        for window in self.open_ones:
            if window.screen() == screen:
                self._layouts.keep_place(window, window.name)
                window.hide()

    def _bring_back(self, _screen: QScreen | None = None) -> None:
        """There may be a screen for it again."""
        for window in self.open_ones:
            if window.isHidden():
                self._layouts.place(window, window.name)
                window.show()

    def show_walls(self, snapshot: DeskSnapshot) -> None:
        for window in self.open_ones:
            if window.isVisible():
                window.page.show_wall(snapshot)

    def _forget(self, name: str) -> None:
        window = self._open.pop(name, None)
        if window is not None:
            if window.isVisible():
                self._layouts.keep_place(window, name)
            window.deleteLater()

    def close_all(self) -> None:
        """Close them, to be opened again with the next console."""
        self._layouts.keep_open(KIND, tuple(self._open))
        for window in self.open_ones:
            window.close()
