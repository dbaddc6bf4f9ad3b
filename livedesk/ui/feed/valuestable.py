"""Which values are behind the plots? A table in their place, for eyes and for screen readers."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout

from livedesk.core.clock import NS_PER_S
from livedesk.desk.plots import StorePlots
from livedesk.desk.plottable import ValueRow, value_rows
from livedesk.desk.words import NOTHING, show_clock, tr, wall_clock
from livedesk.ui.basics import Panel
from livedesk.ui.feed.readout import Reading
from livedesk.ui.feed.timeplot import TimeWindow
from livedesk.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex


class ValuesModel(QAbstractTableModel):
    """A row a step of time, a column a curve."""

    def __init__(self, zone: tzinfo | None) -> None:
        super().__init__()
        self._zone = zone
        self._heads: tuple[str, ...] = ()
        self._rows: tuple[ValueRow, ...] = ()
        self._window: TimeWindow | None = None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.values[column - 1] if column else self._time(row.t)
            case Qt.ItemDataRole.AccessibleTextRole:
                said = row.values[column - 1] if column else self._time(row.t)
                told = tr("no reading") if said == NOTHING else said
                return f"{self._heads[column]}: {told}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(column)
        return None

    def _time(self, t: float) -> str:
        if self._window is None or self._window.wall:
            return wall_clock(round(t * NS_PER_S), self._zone)
        return show_clock(t - self._window.base_s)

    def show_rows(
        self, heads: tuple[str, ...], rows: tuple[ValueRow, ...], window: TimeWindow
    ) -> None:
        """Rows that only changed keep their places, so that a reader is not thrown back."""
        self._window = window
        if heads != self._heads or len(rows) != len(self._rows):
            self.beginResetModel()
            self._heads, self._rows = heads, rows
            self.endResetModel()
        elif rows != self._rows:
            self._rows = rows
            corner = self.index(len(rows) - 1, len(heads) - 1)
            self.dataChanged.emit(self.index(0, 0), corner)


def _side(column: int) -> int:
    """Figures end below one another; the time begins a line."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class ValuesTable(Panel):
    """The stretch of time of the plots, the newest first."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Values of the plots"))
        self.model = ValuesModel(zone)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setFont(theme.font("small"))
        self.table.setAccessibleName(self.accessibleName())
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(22))
        self.table.setTabKeyNavigation(False)
        heads = self.table.horizontalHeader()
        heads.setFont(theme.font("small"))
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (6, 6, 6, 6)))
        column.addWidget(self.table)

    def show_values(
        self, window: TimeWindow, readings: tuple[tuple[Reading, bool], ...], plots: StorePlots
    ) -> None:
        """The curves in their order; beside each whether its values carry a sign."""
        heads = (tr("Time"), *(f"{r.label}, {r.unit}" for r, _ in readings))
        keys = tuple((reading.key, signed) for reading, signed in readings)
        rows = value_rows(plots, keys, window.begin_s, window.end_s)
        self.model.show_rows(heads, rows, window)
