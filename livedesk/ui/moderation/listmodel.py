"""Which items stand in the list? A Qt face of `QueueView`: it is told each change, and keeps none.

A row is made when it is painted and kept until the next tick, as what it says depends on the time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt

from livedesk.desk.model import Moment
from livedesk.desk.queue_view import QueueFilter, QueueRow, QueueView
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.shapes import look_name

ROW = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()


class QueueModel(QAbstractListModel):
    """The rows of a view, in its order."""

    def __init__(self, view: QueueView, now: Callable[[], Moment]) -> None:
        super().__init__()
        self.view = view
        self.now = now
        self._rows: dict[int, QueueRow] = {}

    # As Qt asks

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self.view)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.view):
            return None
        if role == ROW:
            return self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.row(index.row()).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            row = self.row(index.row())
            return f"{look_name(row.look)}, {row.spoken}"
        return None

    def row(self, at: int) -> QueueRow:
        known = self._rows.get(at)
        if known is None:
            known = self._rows[at] = self.view.row(at, self.now())
        return known

    # As the page drives it

    def refresh(self) -> bool:
        """Take in what came; returns whether anything did."""
        self._rows.clear()
        return self.view.refresh(self)

    def show(self, wanted: QueueFilter) -> None:
        self.view.show(wanted, self)

    def settle(self) -> None:
        self.view.settle(self)

    # As the view tells

    def begin_insert(self, first: int, last: int) -> None:
        self.beginInsertRows(_NOWHERE, first, last)

    def end_insert(self) -> None:
        self._rows.clear()
        self.endInsertRows()

    def begin_remove(self, first: int, last: int) -> None:
        self.beginRemoveRows(_NOWHERE, first, last)

    def end_remove(self) -> None:
        self._rows.clear()
        self.endRemoveRows()

    def changed(self, first: int, last: int) -> None:
        self._rows.clear()
        self.dataChanged.emit(self.index(first), self.index(last))

    def begin_reset(self) -> None:
        self.beginResetModel()

    def end_reset(self) -> None:
        self._rows.clear()
        self.endResetModel()
