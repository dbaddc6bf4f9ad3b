"""Where is the operator in the queue? The cursor moves when a person moves it, and never by itself.

Qt gives the current row to a neighbour when a row goes; here that could be the wrong one under a
finger that is already coming down. So the cursor is the view's (`QueueView.cursor`), and what Qt
thinks of it is put right after each change.

It is a table of one column: whenever a row comes, a list view asks its model for each of the others
again (0.2 s with 100,000 of them, measured), a table for those in sight only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from livedesk.desk.model import Moment
from livedesk.desk.words import tr
from livedesk.ui.moderation.listmodel import QueueModel
from livedesk.ui.moderation.rowdelegate import HEIGHT, RowDelegate
from livedesk.ui.theme import Theme

AGES_EVERY_S = 0.5
FAR = 1_000_000_000
"""Steps to either end of any list."""


class QueueListView(QTableView):
    """The rows. Holds the list still for the view while cursor or pointer stands on one."""

    moved = Signal()
    """The cursor stands elsewhere."""
    stirred = Signal()
    """The pointer moved over the rows."""

    def __init__(self, theme: Theme, model: QueueModel) -> None:
        super().__init__()
        self.rows = model
        self.delegate = RowDelegate(theme)
        self._pointer: QPoint | None = None
        self._aged: Moment | None = None
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.px(HEIGHT))
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows.hide()
        columns.hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Queue"))

    # What changes by itself

    def refresh(self) -> None:
        """Take in what came, and draw the rows in sight anew: what changed at once, ages twice a
        second, as a screen of rows is a tenth of all that the window's process does."""
        self._point()
        has_news, now = self.rows.refresh(), self.rows.now()
        self.show_cursor()
        if has_news or self._aged is None or now.since_s(self._aged) >= AGES_EVERY_S:
            self._aged = now
            self.viewport().update()

    def show_cursor(self) -> None:
        """Make Qt's current row the view's cursor."""
        view = self.rows.view
        first = view.free(-1, 1, self.rows.now()) if view.cursor is None else None
        self.delegate.next_id = "" if first is None else view.id_at(first)
        at = None if view.cursor is None else view.index_of(view.cursor)
        index = QModelIndex() if at is None else self.rows.index(at)
        if self.currentIndex() != index or self.selectionModel().hasSelection() != (at is not None):
            self.setCurrentIndex(index)

    # What a person does

    def step(self, by: int) -> None:
        """The next or an earlier row; past the last one, what is new comes in first."""
        view = self.rows.view
        before = view.cursor
        if before is None:
            # The first is to be the one that is first by now.
            self.rows.refresh()
        if view.step(by, self.rows.now()) == before and by > 0 and view.news:
            self.rows.settle()
            view.step(by, self.rows.now())
        self._went()

    def leave(self) -> None:
        """Take the cursor off the list, so that it flows again."""
        self.rows.view.place(None)
        self._went()

    def place(self, item_id: str) -> None:
        self.rows.view.place(item_id)
        self._went()

    def _went(self) -> None:
        self.show_cursor()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
        self.viewport().update()
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        match event.key():
            case Qt.Key.Key_Down:
                self.step(1)
            case Qt.Key.Key_Up:
                self.step(-1)
            case Qt.Key.Key_Home:
                self.step(-FAR)
            case Qt.Key.Key_End:
                self.step(FAR)
            case _:
                # Qt would search for a row that starts with the letter.
                event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.place(self.rows.view.id_at(index.row()))
        else:
            self.leave()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._pointer = event.position().toPoint()
        self._point()
        self.stirred.emit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        self._pointer = None
        self._point()
        super().leaveEvent(event)

    def _point(self) -> None:
        """Also when the rows moved under a pointer that stands still."""
        index = QModelIndex() if self._pointer is None else self.indexAt(self._pointer)
        view = self.rows.view
        view.point(view.id_at(index.row()) if index.isValid() else None)
