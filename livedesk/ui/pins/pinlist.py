"""Which pins were worst, which came last, and why did they take so long?"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QAbstractListModel, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from livedesk.desk.looks import LIT
from livedesk.desk.pin_cards import why_slow
from livedesk.desk.pin_words import PinView
from livedesk.desk.words import tr, wall_clock
from livedesk.ui.basics import Panel, Text, button
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.shapes import draw_shape, look_name
from livedesk.ui.theme import Role, Theme

ROW = 40
_PIN = Qt.ItemDataRole.UserRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = (
    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
)


class PinModel(QAbstractListModel):
    """Pins in the order they were given."""

    def __init__(self, zone: tzinfo | None) -> None:
        super().__init__()
        self._zone = zone
        self.pins: tuple[PinView, ...] = ()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self.pins)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.pins):
            return None
        pin = self.pins[index.row()]
        if role == _PIN:
            return pin
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (pin.title, pin.note, why_slow(pin), pin.source)))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            told = (self.time(pin), pin.word, look_name(pin.look), pin.figure, pin.title,
                    why_slow(pin))  # fmt: skip
            return ", ".join(filter(None, told))
        return None

    def time(self, pin: PinView) -> str:
        return wall_clock(pin.cued_utc_ns, self._zone) if pin.cued_utc_ns else ""

    def show_pins(self, pins: tuple[PinView, ...]) -> None:
        if pins == self.pins:
            return
        if len(pins) == len(self.pins):
            self.pins = pins
            self.dataChanged.emit(self.index(0), self.index(len(pins) - 1))
            return
        self.beginResetModel()
        self.pins = pins
        self.endResetModel()


class PinDelegate(QStyledItemDelegate):
    """Time, shape, title and figure; under them why."""

    def __init__(self, theme: Theme, model: PinModel) -> None:
        super().__init__()
        self._theme, self._model = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, self._theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        pin: PinView | None = index.data(_PIN)
        if pin is None:
            return
        painter.save()
        theme, colours, px = self._theme, self._theme.colours, self._theme.px
        box = option.rect.adjusted(px(10), px(3), -px(10), -px(3))
        half = box.height() // 2
        top = QRect(box.left(), box.top(), box.width(), half)
        below = QRect(box.left(), box.top() + half, box.width(), half)
        width = QFontMetrics(theme.font("small")).horizontalAdvance("00:00:00") + px(10)
        _text(painter, theme, top, self._model.time(pin), "small", colours.faint)
        mark = px(14)
        shape = QRectF(top.left() + width, top.center().y() - mark / 2 + 1, mark, mark)
        draw_shape(painter, shape, pin.look, theme)
        left = top.left() + width + mark + px(8)
        colour = theme.colour(pin.look) if pin.look in LIT else colours.text
        word = f"{pin.word} {pin.figure}".strip()
        taken = QFontMetrics(theme.font("strong")).horizontalAdvance(word) + px(10)
        _text(painter, theme, top, word, "strong", colour, _RIGHT)
        title = QRect(left, top.top(), top.right() - taken - left, half)
        _text(painter, theme, title, pin.title, "body", colours.text)
        why = QRect(left, below.top(), below.right() - left, half)
        _text(painter, theme, why, why_slow(pin), "small", colours.muted)
        painter.restore()


def _text(
    painter: QPainter,
    theme: Theme,
    box: QRect,
    text: str,
    role: Role,
    colour: str,
    align: Qt.AlignmentFlag = _LEFT,
) -> None:
    font = theme.font(role)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, align | Qt.TextFlag.TextSingleLine, shown)


class PinList(Panel):
    """The worst of the session, or the newest."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Pins of this session"))
        px = theme.px
        self.model = PinModel(zone)
        self.view = QListView()
        self.view.setModel(self.model)
        self._delegate = PinDelegate(theme, self.model)
        self.view.setItemDelegate(self._delegate)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setAccessibleName(tr("Pins of this session"))
        self.empty = Text(theme, "small", theme.colours.faint)
        self.empty.setContentsMargins(px(12), px(4), px(12), px(4))
        self.choices = (
            button(theme, tr("Newest"), tr("The newest pins"), segment=True),
            button(theme, tr("Worst"), tr("The worst pins of this session"), segment=True),
        )
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setContentsMargins(px(8), 0, px(8), 0)
        row.setSpacing(px(4))
        for at, choice in enumerate(self.choices):
            self._group.addButton(choice, at)
            row.addWidget(choice)
        row.addStretch(1)
        self.choices[0].setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(2), px(8), px(2), px(6))
        column.setSpacing(px(4))
        column.addLayout(row)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)

    def toggle(self) -> None:
        """The other list."""
        self.choices[0 if self.choices[1].isChecked() else 1].setChecked(True)

    def show_pins(self, newest: tuple[PinView, ...], worst: tuple[PinView, ...]) -> None:
        is_worst = self.choices[1].isChecked()
        pins = worst if is_worst else newest
        self.model.show_pins(pins)
        self.empty.setVisible(not pins)
        none = tr("Every pin was shown within its budget.") if newest else tr("No pin yet.")
        self.empty.show_text(none if is_worst else tr("No pin yet."))
