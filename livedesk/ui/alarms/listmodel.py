"""Which rows has the list of alarms? A heading for each place, and the alarms that are in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt

from livedesk.desk.alarm_list import PLACES, AlarmKey, AlarmLine, AlarmList, Place
from livedesk.desk.alarm_words import heading, spoken
from livedesk.ui.pins.showmodel import Index

ROW: Final = Qt.ItemDataRole.UserRole

PAST_SHOWN: Final = 200
"""Of what is over and seen; the session's record has them all."""


@dataclass(frozen=True, slots=True)
class Heading:
    place: Place
    text: str


Row = Heading | AlarmLine


def rows_of(alarms: AlarmList) -> tuple[Row, ...]:
    rows: list[Row] = []
    for place in PLACES:
        lines = alarms.at(place)
        if lines:
            rows.append(Heading(place, heading(place, len(lines))))
            rows += lines[:PAST_SHOWN] if place == "past" else lines
    return tuple(rows)


class AlarmModel(QAbstractListModel):
    """The rows, told anew when they change."""

    def __init__(self, utc_ns: Callable[[], int], zone: tzinfo | None) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self._utc_ns = utc_ns
        self._zone = zone

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole:
                return row.text if isinstance(row, Heading) else row.alarm.cause
            case Qt.ItemDataRole.ToolTipRole:
                return None if isinstance(row, Heading) else row.alarm.cause
            case Qt.ItemDataRole.AccessibleTextRole:
                if isinstance(row, Heading):
                    return row.text
                return spoken(row, self._utc_ns(), self._zone)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self.rows[index.row()], Heading):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def show(self, rows: tuple[Row, ...]) -> bool:
        """Returns whether rows came, went or moved, so that the cursor has to be put back."""
        if rows == self.rows:
            return False
        moved = _keys(rows) != _keys(self.rows)
        if moved:
            self.beginResetModel()
        self.rows = rows
        if moved:
            self.endResetModel()
        # No `dataChanged`: Qt would lay all rows out for it, and no height depends on what a row
        # says. The view paints what is in sight anyway, four times a second.
        return moved

    def index_of(self, key: AlarmKey | None) -> QModelIndex:
        for at, row in enumerate(self.rows):
            if isinstance(row, AlarmLine) and row.key == key:
                return self.index(at)
        return QModelIndex()


def _keys(rows: tuple[Row, ...]) -> tuple[AlarmKey | Place, ...]:
    return tuple(row.place if isinstance(row, Heading) else row.key for row in rows)
