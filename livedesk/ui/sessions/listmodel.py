"""Which rows has the list of sessions?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Final

from PySide6.QtCore import Qt

from livedesk.core.records import RecordedSession
from livedesk.desk.record_list import length_s
from livedesk.desk.record_words import session_name, spoken, state_words
from livedesk.ui.basics import plain_tip
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.rowmodel import RowModel

ROW: Final = Qt.ItemDataRole.UserRole


class SessionModel(RowModel[RecordedSession]):
    """The rows, told anew when they change."""

    def __init__(self, utc_ns: Callable[[], int], zone: tzinfo | None) -> None:
        super().__init__()
        self._utc_ns, self._zone = utc_ns, zone

    def key(self, row: RecordedSession) -> str:
        return row.id

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
