"""Where do the parts of a page stand? In their usual places, or where somebody put them.

Parts can always be resized at their edges. Only while one arranges them do they have titles, can
be moved, put on another screen or closed: at work nothing moves by a slip of the hand, and no
title takes room from what it names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from livedesk.desk.words import tr
from livedesk.ui.theme import Theme

VERSION = 1
"""Of the set of parts: an arrangement of another one is not taken over."""

Kind = QDockWidget.DockWidgetFeature
_MOVABLE = Kind.DockWidgetMovable | Kind.DockWidgetFloatable | Kind.DockWidgetClosable


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page. `name` is kept in files, `title` is for people."""

    name: str
    title: str
    widget: QWidget


class Docks(QMainWindow):
    """A window inside a page, of docks alone."""

    arranging = Signal(bool)
    """Parts can be moved now, or no more."""
    shown_changed = Signal()
    """A part was closed, opened or floated."""

    def __init__(
        self,
        theme: Theme,
        parts: tuple[Part, ...],
        place: Callable[[Docks], None],
        fit: Callable[[Docks], None],
    ) -> None:
        """`place` puts the docks into their usual places, once; `fit` gives them their usual
        sizes, whenever there is more or less room."""
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        options = QMainWindow.DockOption
        self.setDockOptions(options.AllowNestedDocks | options.AllowTabbedDocks)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._tab_font = theme.font("small")
        self._fit = fit
        self._fitted: object = None
        self.usual = True
        """Nobody has put anything elsewhere."""
        self.parts = {part.name: self._dock(theme, part) for part in parts}
        place(self)
        self._usual_state = self.saveState(VERSION)
        self._is_arranging = False
        self._dress()
        for dock in self.parts.values():
            dock.topLevelChanged.connect(self._floated)
            dock.visibilityChanged.connect(self.shown_changed)

    def _dock(self, theme: Theme, part: Part) -> QDockWidget:
        dock = QDockWidget(part.title, self)
        dock.setObjectName(part.name)
        dock.setAccessibleName(part.title)
        dock.setFont(theme.font("small"))
        dock.setWidget(part.widget)
        return dock

    @property
    def is_arranging(self) -> bool:
        return self._is_arranging

    def arrange(self, on: bool) -> None:
        """Let people move the parts, or keep them where they are."""
        if on != self._is_arranging:
            self._is_arranging = on
            self.usual = self.usual and not on
            self._dress()
            self.arranging.emit(on)

    def _dress(self) -> None:
        for dock in self.parts.values():
            titled = self._is_arranging or dock.isFloating()
            dock.setFeatures(_MOVABLE if titled else Kind.NoDockWidgetFeatures)
            if titled == (dock.titleBarWidget() is None):
                continue
            before = dock.titleBarWidget()
            dock.setTitleBarWidget(None if titled else QWidget())  # type: ignore[arg-type]
            if before is not None:
                before.deleteLater()

    def _dress_tabs(self) -> None:
        """Qt makes them itself, when parts first share a place."""
        for bar in self._tab_bars():
            if bar.drawBase():
                bar.setDrawBase(False)
                bar.setFont(self._tab_font)
                bar.setAccessibleName(tr("Parts in one place"))

    def _tab_bars(self) -> list[QTabBar]:
        return self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def _floated(self) -> None:
        self._dress()
        self.shown_changed.emit()

    def is_open(self, name: str) -> bool:
        return not self.parts[name].isHidden()

    def show_part(self, name: str, shown: bool = True) -> None:
        """Open a part, in front of those it shares its place with, or close it."""
        dock = self.parts[name]
        dock.setVisible(shown)
        if shown:
            dock.raise_()

    def reset(self) -> None:
        """All parts in their usual places and sizes."""
        self.restoreState(self._usual_state, VERSION)
        self.usual = True
        self._dress()
        # What was taken over gets its sizes first; the usual ones come after that.
        self._fitted = None
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def restoreState(  # noqa: N802 - Qt's name
        self, state: QByteArray | bytes | bytearray | memoryview, version: int | None = VERSION
    ) -> bool:
        """Take over an arrangement that was saved; False, and as it was, when it cannot be."""
        before = [bar for bar in self._tab_bars() if bar.count()]
        taken = super().restoreState(state, VERSION if version is None else version)
        if taken:
            # Qt makes new ones and leaves those of before where they were, over other parts.
            for bar in before:
                bar.hide()
            self.usual = False
            self._dress()
        return taken

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._refit()

    def event(self, event: QEvent) -> bool:
        """Whoever drags an edge has a size of his own from then on; a part that wants more room,
        such as for another uplink, gets it as long as nobody did."""
        done = super().event(event)
        match event.type():
            case QEvent.Type.MouseButtonRelease:
                self.usual = False
            case QEvent.Type.LayoutRequest:
                self._dress_tabs()
                self._refit()
        return done

    def _refit(self) -> None:
        hints = tuple(dock.widget().sizeHint().toTuple() for dock in self.parts.values())
        wanted = (self.size().toTuple(), hints)
        if self.usual and wanted != self._fitted:
            self._fitted = wanted
            self._fit(self)
