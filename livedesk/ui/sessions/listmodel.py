"""Which rows has the list of sessions?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt

from livedesk.core.records import RecordedSession
from livedesk.desk.record_list import length_s
from livedesk.desk.record_words import session_name, spoken, state_words
from livedesk.ui.basics import plain_tip
from livedesk.ui.pins.showmodel import Index

ROW: Final = Qt.ItemDataRole.UserRole


class SessionModel(QAbstractListModel):
    """The rows, told anew when they change."""

    def __init__(self, utc_ns: Callable[[], int], zone: tzinfo | None) -> None:
        super().__init__()
        self.rows: tuple[RecordedSession, ...] = ()
        self._utc_ns, self._zone = utc_ns, zone

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        session = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return session
            case Qt.ItemDataRole.DisplayRole:
                return session_name(session)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(f"{state_words(session)[1]}\n{session.file}")
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(session, length_s(session, self._utc_ns()), self._zone)
        return None

    def show(self, rows: tuple[RecordedSession, ...]) -> bool:
        """Returns whether rows came, went or moved, so that the cursor has to be put back."""
        if rows == self.rows:
            return False
        moved = _ids(rows) != _ids(self.rows)
        if moved:
            self.beginResetModel()
        self.rows = rows
        if moved:
            self.endResetModel()
        return moved

    def index_of(self, session: str) -> QModelIndex:
        for at, row in enumerate(self.rows):
            if row.id == session:
                return self.index(at)
        return QModelIndex()


def _ids(rows: tuple[RecordedSession, ...]) -> tuple[str, ...]:
    return tuple(row.id for row in rows)
