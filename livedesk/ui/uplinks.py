"""What does each way out to the platform do?"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout

from livedesk.core.status import UplinkStatus
from livedesk.desk.looks import Card, Look
from livedesk.desk.words import NOTHING, number, tr
from livedesk.ui.basics import Panel
from livedesk.ui.shapes import look_name, shape_icon
from livedesk.ui.theme import Theme

_Row = tuple[str, ...]
_MARK = 14
_WIDTHS = (80, 120, 100, 82, 86, 76, 96, 0)
_FIGURES = range(2, 7)
"""Columns that hold figures."""


def _headings() -> list[tuple[str, str]]:
    return [
        (tr("Uplink"), tr("Name of the way out")),
        (tr("State"), tr("What it does now")),
        (tr("Goodput"), tr("Media bits acknowledged by the far end in the last second")),
        (tr("Backlog"), tr("Media time accepted from the encoder and not yet acknowledged")),
        (tr("Round trip"), tr("TCP round-trip time to the far end")),
        (tr("Dropped"), tr("Messages dropped because the path was too slow")),
        (tr("Reconnects"), tr("Connections made anew")),
        (tr("Note"), tr("Its far end, or why it is not carrying")),
    ]


class UplinksTable(Panel):
    """One row an uplink."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Uplinks"))
        self._theme = theme
        self._shown: tuple[list[tuple[_Row, Look]], bool] = ([], False)
        self._cells: list[list[QTableWidgetItem]] = []
        self.table = QTableWidget(0, len(_headings()))
        self._set_up()
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (6, 4, 6, 4)))
        column.addWidget(self.table)

    def _set_up(self) -> None:
        table, theme = self.table, self._theme
        table.setAccessibleName(tr("Uplinks"))
        table.setFont(theme.font("body"))
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(theme.px(26))
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setIconSize(QSize(theme.px(_MARK), theme.px(_MARK)))
        table.setWordWrap(False)
        header = table.horizontalHeader()
        header.setFont(theme.font("small"))
        header.setHighlightSections(False)
        for place, (heading, hint) in enumerate(_headings()):
            item = QTableWidgetItem(heading)
            item.setToolTip(hint)
            item.setTextAlignment(_alignment(place))
            table.setHorizontalHeaderItem(place, item)
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(place, theme.px(_WIDTHS[place]))
        header.setSectionResizeMode(len(_headings()) - 1, QHeaderView.ResizeMode.Stretch)

    def show_uplinks(
        self, uplinks: tuple[UplinkStatus, ...], cards: tuple[Card, ...], stale: bool
    ) -> None:
        """`cards` bring the judgement, so that table and strip never disagree."""
        judged = {card.key: card for card in cards}
        rows = [(_row(u, judged[f"uplink:{u.name}"]), judged[f"uplink:{u.name}"].look)
                for u in uplinks]  # fmt: skip
        if (rows, stale) == self._shown:
            return
        self._shown = rows, stale
        if len(rows) != self.table.rowCount():
            self._resize(len(rows))
        for place, (row, look) in enumerate(rows):
            self._show_row(place, row, look, stale)

    def _resize(self, count: int) -> None:
        self.table.setRowCount(count)
        self._cells = [[self._cell(r, c) for c in range(len(_headings()))] for r in range(count)]
        rows = self.table.verticalHeader().defaultSectionSize() * max(1, count)
        self.setFixedHeight(rows + self._theme.px(36))

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        item = QTableWidgetItem()
        item.setTextAlignment(_alignment(column))
        self.table.setItem(row, column, item)
        return item

    def _show_row(self, place: int, row: _Row, look: Look, stale: bool) -> None:
        colours = self._theme.colours
        plain = colours.faint if stale else colours.text
        for column, (item, text) in enumerate(zip(self._cells[place], row, strict=True)):
            item.setText(text)
            item.setToolTip(text if column == len(row) - 1 else "")
            item.setForeground(QColor(plain))
        state = self._cells[place][1]
        state.setForeground(QColor(self._theme.colour(look)))
        state.setIcon(shape_icon(look, self._theme, _MARK, self.devicePixelRatioF()))
        state.setData(Qt.ItemDataRole.AccessibleDescriptionRole, look_name(look))


def _row(uplink: UplinkStatus, card: Card) -> _Row:
    reason = uplink.reason or ("" if card.look in ("ok", "unknown") else card.note)
    return (
        uplink.name,
        card.word,
        _with_unit(number(uplink.goodput_kbps), "kbps"),
        _with_unit(number(uplink.backlog_ms), "ms"),
        _with_unit(number(uplink.rtt_ms, 1), "ms"),
        number(uplink.dropped_messages),
        number(uplink.reconnects),
        reason or uplink.address or "",
    )


def _with_unit(figure: str, unit: str) -> str:
    return figure if figure == NOTHING else f"{figure} {unit}"


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _FIGURES else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
