"""Which rows has a list whose lines are told anew when they change?"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex

Row = TypeVar("Row")


class RowModel(QAbstractListModel, Generic[Row]):
    """What a row says is for who inherits; which one it is, `key` says."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()

    def key(self, row: Row) -> Hashable:
        """The same for a row that only says something else now."""
        raise NotImplementedError

    def rowCount(  # noqa: N802 - Qt's name
        self, parent: QModelIndex | QPersistentModelIndex | None = None
    ) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def show(self, rows: tuple[Row, ...]) -> bool:
        """Returns whether rows came, went or moved, so that the cursor has to be put back."""
        if rows == self.rows:
            return False
        moved = [*map(self.key, rows)] != [*map(self.key, self.rows)]
        if moved:
            self.beginResetModel()
        self.rows = rows
        if moved:
            self.endResetModel()
        # No `dataChanged`: Qt would lay all rows out for it, and no height depends on what a row
        # says. The view paints what is in sight anyway, four times a second.
        return moved

    def index_of(self, key: Hashable) -> QModelIndex:
        for at, row in enumerate(self.rows):
            if self.key(row) == key:
                return self.index(at)
        return QModelIndex()
