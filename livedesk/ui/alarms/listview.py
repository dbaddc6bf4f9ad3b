"""Where is the operator in the list of alarms? The cursor stays with its alarm, wherever that goes.

An alarm that is acknowledged or ends moves to another place of the list, and the cursor goes with
it: the next key acts on what the person has read, and never on what came into its place.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from livedesk.desk.alarm_list import AlarmKey, AlarmLine, AlarmList
from livedesk.desk.alarm_orders import AskedAlarm
from livedesk.desk.words import tr
from livedesk.ui.alarms.listmodel import AlarmModel, rows_of
from livedesk.ui.alarms.rowdelegate import AlarmDelegate
from livedesk.ui.theme import Theme


class AlarmListView(QListView):
    """The rows, and the cursor."""

    moved = Signal()
    """The cursor stands elsewhere."""
    opened = Signal()
    """Enter, or a double click."""

    def __init__(
        self,
        theme: Theme,
        utc_ns: Callable[[], int],
        asked: Callable[[AlarmLine], AskedAlarm | None],
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.cursor_key: AlarmKey | None = None
        self._shown: AlarmList | None = None
        self.rows = AlarmModel(utc_ns, zone)
        self._delegate = AlarmDelegate(theme, utc_ns, asked, zone)
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Alarms"))

    @property
    def line(self) -> AlarmLine | None:
        """The alarm under the cursor."""
        row = self._row(self.rows.index_of(self.cursor_key).row())
        return row if isinstance(row, AlarmLine) else None

    def show_list(self, alarms: AlarmList) -> None:
        if alarms is not self._shown:
            self._shown = alarms
            bar = self.verticalScrollBar()
            before = bar.value()
            if self.rows.show(rows_of(alarms)):
                self._show_cursor()
                bar.setValue(before)
        self.viewport().update()

    def place(self, key: AlarmKey | None) -> None:
        self.cursor_key = key
        self._show_cursor()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
        self.moved.emit()

    def step(self, by: int) -> None:
        """The next or an earlier alarm; the first one while the cursor is nowhere."""
        keys = self._keys()
        if not keys:
            return
        at = keys.index(self.cursor_key) + by if self.cursor_key in keys else 0
        self.place(keys[min(max(at, 0), len(keys) - 1)])

    def next_open(self) -> None:
        """The next that needs somebody, round the end of the list."""
        lines = [row for row in self.rows.rows if isinstance(row, AlarmLine)]
        keys = [line.key for line in lines]
        at = keys.index(self.cursor_key) + 1 if self.cursor_key in keys else 0
        key = next((ln.key for ln in (*lines[at:], *lines[:at]) if ln.needs_somebody), None)
        if key is not None:
            self.place(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        far = len(self.rows.rows)
        match event.key():
            case Qt.Key.Key_Down:
                self.step(1)
            case Qt.Key.Key_Up:
                self.step(-1)
            case Qt.Key.Key_Home:
                self.step(-far)
            case Qt.Key.Key_End:
                self.step(far)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit()
            case _:
                # Qt would search for a row that starts with the letter.
                event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        row = self._row(self.indexAt(event.position().toPoint()).row())
        if isinstance(row, AlarmLine):
            self.place(row.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.mousePressEvent(event)
        self.opened.emit()

    def _row(self, at: int) -> object:
        return self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None

    def _keys(self) -> list[AlarmKey]:
        return [row.key for row in self.rows.rows if isinstance(row, AlarmLine)]

    def _show_cursor(self) -> None:
        index = self.rows.index_of(self.cursor_key)
        if self.currentIndex() != index or not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
