"""How is the run of show fired from and reordered?"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from livedesk.desk.showlines import ShowLine
from livedesk.desk.words import tr
from livedesk.ui.pins.linedelegate import LineDelegate
from livedesk.ui.pins.pictures import Pictures
from livedesk.ui.pins.showmodel import LINE, Live, ShowModel
from livedesk.ui.theme import Theme


class ShowListView(QListView):
    """Fires by double click or Enter; lines are dragged to another place."""

    fired = Signal(object)
    """A `ShowLine`."""
    moved = Signal(str, int)
    """A cue, and the place from 0 that it is to have."""

    def __init__(self, theme: Theme, pictures: Pictures) -> None:
        super().__init__()
        self.lines = ShowModel()
        self.setModel(self.lines)
        self._delegate = LineDelegate(theme, self.lines, pictures)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Run of show"))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.doubleClicked.connect(self._clicked_twice)
        pictures.changed.connect(self.viewport().update)

    def show_lines(self, lines: tuple[ShowLine, ...], live: Live) -> None:
        """Keep the chosen line where it went, and repaint only what changed."""
        before, row = self.chosen, self.currentIndex().row()
        if self.lines.show_lines(lines):
            found = self.lines.row_of(before)
            # A line that went away leaves the choice where it was, as lists do.
            at = found if found is not None else min(row, len(lines) - 1)
            if at >= 0:
                self.setCurrentIndex(self.lines.index(at))
        if live != self.lines.live:
            self.lines.live = live
            self.viewport().update()

    @property
    def chosen(self) -> ShowLine | None:
        index = self.currentIndex()
        found = index.data(LINE) if index.isValid() else None
        return found if isinstance(found, ShowLine) else None

    def choose(self, row: int) -> None:
        if 0 <= row < self.lines.rowCount():
            self.setCurrentIndex(self.lines.index(row))

    def _clicked_twice(self, index: QModelIndex) -> None:
        self.fired.emit(index.data(LINE))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        chosen = self.chosen
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and chosen is not None:
            if not event.isAutoRepeat():
                self.fired.emit(chosen)
            return
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if ctrl and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and chosen is not None:
            self.step(-1 if event.key() == Qt.Key.Key_Up else 1)
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Letters are the window's keys; products are found by the search field."""

    def step(self, by: int) -> None:
        """Move the chosen line by one place."""
        chosen, row = self.chosen, self.currentIndex().row()
        to = row + by
        if chosen is not None and chosen.is_here and 0 <= to < self.lines.rowCount():
            self.moved.emit(chosen.cue_id, to)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the move; the engine's answer is what moves the line."""
        chosen = self.chosen
        if event.source() is self and chosen is not None and chosen.is_here:
            row, to = self.currentIndex().row(), self.place_at(event.position().toPoint())
            to -= to > row
            if to != row:
                self.moved.emit(chosen.cue_id, to)
        # The view would take the line out of the list by itself otherwise.
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self.viewport().update()

    def place_at(self, point: QPoint) -> int:
        """Before which line something dropped here would stand."""
        index = self.indexAt(point)
        if not index.isValid():
            return self.lines.rowCount()
        return index.row() + (point.y() > self.visualRect(index).center().y())
