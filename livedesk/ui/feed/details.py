"""What do the instruments say exactly? Every figure as text, for eyes and for screen readers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout

from livedesk.desk.details import DetailRow, detail_rows
from livedesk.desk.model import StoreView
from livedesk.desk.words import NOTHING, tr
from livedesk.ui.basics import Panel, plain_tip
from livedesk.ui.theme import Theme

_NAME, _VALUE, _SOURCE = range(3)

NAME, VALUE = 120, 114
"""Pixels of the columns."""

LEAST_SOURCE = 96
"""Pixels in which the third one says who and how long ago."""


class DetailsTable(Panel):
    """One row a figure: name, value with unit, source and age."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Figures"))
        self._theme = theme
        self._shown: tuple[tuple[DetailRow, ...], bool] = ((), False)
        self.table = QTableWidget(0, 3)
        self._set_up()
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (4, 4, 2, 4)))
        column.addWidget(self.table)

    def _set_up(self) -> None:
        table, theme = self.table, self._theme
        table.setAccessibleName(tr("Figures"))
        table.setFont(theme.font("small"))
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(theme.px(21))
        table.verticalHeader().setMinimumSectionSize(theme.px(18))
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setHorizontalHeaderLabels([tr("Figure"), tr("Value"), tr("From, age")])
        header = table.horizontalHeader()
        header.setFont(theme.font("small"))
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place in (_NAME, _VALUE):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(_NAME, theme.px(NAME))
        header.resizeSection(_VALUE, theme.px(VALUE))
        header.setSectionResizeMode(_SOURCE, QHeaderView.ResizeMode.Stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Half a source says nothing; without room for it the tool tip has it."""
        room = event.size().width() - self._theme.px(NAME + VALUE)
        self.table.setColumnHidden(_SOURCE, room < self._theme.px(LEAST_SOURCE))
        super().resizeEvent(event)

    def show_store(self, view: StoreView) -> None:
        """Costs nothing while it is not on screen."""
        if not self.isVisible():
            return
        rows = detail_rows(view)
        if (rows, view.stale) == self._shown:
            return
        before, was_stale = self._shown
        self._shown = rows, view.stale
        if len(rows) != self.table.rowCount():
            before = ()
            self._resize(len(rows))
        for place, row in enumerate(rows):
            if not before or row != before[place] or view.stale != was_stale:
                self._show_row(place, row, view.stale)

    def _resize(self, count: int) -> None:
        self.table.setRowCount(count)
        for row in range(count):
            for column in range(3):
                self.table.setItem(row, column, QTableWidgetItem())

    def _show_row(self, place: int, row: DetailRow, stale: bool) -> None:
        colours = self._theme.colours
        known = row.value != NOTHING and not stale
        shades = (colours.muted, colours.text if known else colours.faint, colours.faint)
        font = self._theme.font("caption" if row.heading else "small")
        name = row.name.upper() if row.heading else row.name
        for column, text in enumerate((name, row.value, row.source)):
            item = self.table.item(place, column)
            assert item is not None
            item.setText(text)
            item.setForeground(QColor(shades[column]))
            item.setToolTip(plain_tip("\n".join(filter(None, [row.hint, row.source]))))
            item.setFont(font)
