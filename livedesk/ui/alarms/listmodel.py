"""Which rows has the list of alarms? A heading for each place, and the alarms that are in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from PySide6.QtCore import Qt

from livedesk.desk.alarm_list import PLACES, AlarmKey, AlarmLine, AlarmList, Place
from livedesk.desk.alarm_words import heading, spoken
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.rowmodel import RowModel

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


class AlarmModel(RowModel[Row]):
    """The rows, told anew when they change."""

    def __init__(self, utc_ns: Callable[[], int], zone: tzinfo | None) -> None:
        super().__init__()
        self._utc_ns = utc_ns
        self._zone = zone

    def key(self, row: Row) -> AlarmKey | Place:
        return row.place if isinstance(row, Heading) else row.key

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
