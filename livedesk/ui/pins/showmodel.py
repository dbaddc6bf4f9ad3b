"""What stands in the list of the run of show, line by line?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from livedesk.desk.pin_words import PinView
from livedesk.desk.showlines import ShowLine
from livedesk.desk.words import tr
from livedesk.ui.shapes import look_name

Index = QModelIndex | QPersistentModelIndex
LINE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Live:
    """What changes by itself: the pins, what is next and what viewers see."""

    store: str = ""
    pins: Mapping[str, PinView] = field(default_factory=dict)
    """The newest of each product."""
    next_cue: str = ""
    shown: str = ""
    """The product that the platform shows, as far as it was read back."""
    stale: bool = False

    def pin(self, line: ShowLine) -> PinView | None:
        return self.pins.get(line.product_id) if line.tells_pin else None


class ShowModel(QAbstractListModel):
    """The lines of a snapshot; told what changed rather than reset where it can be."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[ShowLine, ...] = ()
        self.live = Live()

    @property
    def lines(self) -> tuple[ShowLine, ...]:
        return self._lines

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (line.title, line.price, line.stock)))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(line, self.live)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_here = self._lines[index.row()].is_here
        return flags | Qt.ItemFlag.ItemIsDragEnabled if is_here else flags

    def supportedDropActions(self) -> Qt.DropAction:  # noqa: N802 - Qt's name
        return Qt.DropAction.MoveAction

    def show_lines(self, lines: tuple[ShowLine, ...]) -> bool:
        """Whether other lines stand there now, so that the choice has to be found again."""
        if lines == self._lines:
            return False
        if [_key(line) for line in lines] == [_key(line) for line in self._lines]:
            self._lines = lines
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return False
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()
        return True

    def row_of(self, line: ShowLine | None) -> int | None:
        """Where a line stands by now."""
        if line is None:
            return None
        key = _key(line)
        return next((row for row, each in enumerate(self._lines) if _key(each) == key), None)


def _key(line: ShowLine) -> tuple[str, str]:
    return line.cue_id, line.product_id


def state_word(line: ShowLine, live: Live) -> str:
    """What the line itself is, beside its pin."""
    if line.state == "skipped":
        return tr("skipped")
    if line.cue_id and line.cue_id == live.next_cue:
        return tr("next up")
    if line.pins:
        return tr("shown once") if line.pins == 1 else tr("shown {n} times").format(n=line.pins)
    return tr("done") if line.state == "done" else ""


def spoken(line: ShowLine, live: Live) -> str:
    """A line for a screen reader."""
    pin = live.pin(line)
    told = (pin.word, look_name(pin.look), pin.figure, pin.note) if pin is not None else ()
    on_air = tr("viewers see it") if line.product_id == live.shown else ""
    number = str(line.number) if line.number else ""
    parts = (number, line.title, line.price, line.stock, state_word(line, live), on_air, *told)
    return ", ".join(filter(None, parts))
