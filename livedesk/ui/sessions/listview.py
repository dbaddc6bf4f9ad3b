"""Where is somebody in the list of sessions, and which of them are chosen?

What is chosen stays chosen by its id, while sessions come and go: an act concerns what was read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from livedesk.core.records import RecordedSession
from livedesk.desk.words import tr
from livedesk.ui.sessions.listmodel import SessionModel
from livedesk.ui.sessions.rowdelegate import SessionDelegate
from livedesk.ui.theme import Theme

Flag = QItemSelectionModel.SelectionFlag


class SessionList(QListView):
    """The rows; Shift and Ctrl choose several, as in every list of files."""

    moved = Signal()
    """Others are chosen."""
    opened = Signal()
    """Enter, or a double click."""

    def __init__(
        self,
        theme: Theme,
        utc_ns: Callable[[], int],
        waits: Callable[[str], bool],
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.rows = SessionModel(utc_ns, zone)
        self._delegate = SessionDelegate(theme, utc_ns, waits, zone)
        self._is_moving = False
        self._were_chosen: set[str] = set()
        """While the list is empty: after an engine's restart, or in a search that finds none."""
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Sessions"))
        self.setAccessibleDescription(tr("Shift or Ctrl with the arrows choose several."))
        self.selectionModel().selectionChanged.connect(self._selected)

    @property
    def chosen(self) -> tuple[RecordedSession, ...]:
        """In the order of the list."""
        picked = {index.row() for index in self.selectionModel().selectedIndexes()}
        return tuple(row for at, row in enumerate(self.rows.rows) if at in picked)

    def show_sessions(self, sessions: tuple[RecordedSession, ...]) -> None:
        """With what was chosen; the row at the same place where that has gone."""
        picked = {each.id for each in self.chosen} or self._were_chosen
        self._were_chosen = set() if sessions else picked
        at = self.currentIndex().row()
        current = self.rows.rows[at].id if 0 <= at < len(self.rows.rows) else ""
        bar = self.verticalScrollBar()
        before = bar.value()
        self._is_moving = True
        has_moved = self.rows.show(sessions)
        if has_moved:
            self._put_back(picked, current, at)
            bar.setValue(before)
        self._is_moving = False
        if has_moved:
            self.moved.emit()
        self.viewport().update()

    def _put_back(self, picked: set[str], current: str, at: int) -> None:
        index = self.rows.index_of(current)
        if not index.isValid() and at >= 0 and self.rows.rows:
            index = self.rows.index(min(at, len(self.rows.rows) - 1))
        found = [row for row, session in enumerate(self.rows.rows) if session.id in picked]
        if found and not index.isValid():
            index = self.rows.index(found[0])
        self.selectionModel().setCurrentIndex(index, Flag.NoUpdate)
        for row in found:
            self.selectionModel().select(self.rows.index(row), Flag.Select)
        if not self.chosen and index.isValid() and picked:
            self.selectionModel().select(index, Flag.Select)

    def place(self, session: str) -> None:
        """Choose this one alone."""
        index = self.rows.index_of(session)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, Flag.ClearAndSelect)
            self.scrollTo(index)

    def choose(self, *sessions: str) -> None:
        """Choose these, with the cursor on the first."""
        self.place(sessions[0])
        for session in sessions[1:]:
            self.selectionModel().select(self.rows.index_of(session), Flag.Select)

    def step(self, by: int) -> None:
        """The next or an earlier session; the first one while none is chosen."""
        if self.rows.rows:
            at = self.currentIndex().row() + by if self.chosen else 0
            self.place(self.rows.rows[min(max(at, 0), len(self.rows.rows) - 1)].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Letters are keys of the page, and there is a field to search with."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mouseDoubleClickEvent(event)
        if self.indexAt(event.position().toPoint()).isValid():
            self.opened.emit()

    def _selected(self) -> None:
        if not self._is_moving:
            self.moved.emit()
