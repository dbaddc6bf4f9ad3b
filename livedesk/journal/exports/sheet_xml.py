"""How do rows become the XML of a sheet (ECMA-376, SpreadsheetML), as fast as they are read?

Every text is an inline string, so that none is ever taken for a formula and none is kept in memory
for a table of shared strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.journal.exports.table import Cell, Row
from livedesk.journal.text import number, plain

CELL_LIMIT: Final = 32_767
"""UTF-16 units that Excel keeps of a cell's text ("Excel specifications and limits")."""

ROW_LIMIT: Final = 1_048_576
"""Rows of a sheet, its header among them."""

SheetKind = Literal["text", "int", "number", "time", "bool", "elapsed"]
"""As of a table, and `elapsed`: seconds that are shown as h:mm:ss."""

_DAY_S: Final = 86_400
_DAY_1970: Final = 25_569
"""Excel counts days from 30 December 1899."""

_XML: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\ufffe": "�", "\uffff": "�"})
_ESCAPE_LIKE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """`style`: number of the cell format in the workbook."""

    kind: SheetKind
    style: int


class RowsXml:
    """The rows after the header. `count` grows as they are taken."""

    def __init__(self, columns: Sequence[SheetColumn], row_limit: int = ROW_LIMIT) -> None:
        self.count = 0
        self._row_limit = row_limit
        self._cells = [_writer(column, _letters(place)) for place, column in enumerate(columns)]

    def lines(self, rows: Iterable[Row]) -> Iterator[str]:
        """One row each. The last row of a sheet that is full says how many more there are."""
        more = 0
        for at, row in enumerate(rows, 2):
            if at < self._row_limit:
                self.count += 1
                yield self._row(at, row)
            else:
                more += 1
        if more:
            self.count += 1
            told = f"{more:,} more rows do not fit onto a sheet; the csv format has them all."
            yield f'<row r="{self._row_limit}">{_inline("A", self._row_limit, 0, told)}</row>'

    def _row(self, at: int, row: Row) -> str:
        cells = "".join(
            [
                write(at, value)
                for write, value in zip(self._cells, row, strict=True)
                if value is not None and value != ""
            ]
        )
        return f'<row r="{at}">{cells}</row>'


def serial_day(utc_ns: int) -> float:
    """A time as Excel has it: days, with the fraction of the day."""
    return _DAY_1970 + utc_ns / (NS_PER_S * _DAY_S)


def fitting(text: str) -> str:
    """The text of a cell; one that is too long ends with how much of it is missing."""
    # In UTF-16 a character takes two units at most, so that most need not be counted.
    if len(text) <= CELL_LIMIT // 2:
        return text
    units = len(text.encode("utf-16-le")) // 2
    if units <= CELL_LIMIT:
        return text
    told = f" … [cut here, of {len(text):,} characters; the csv format has all]"
    room = (CELL_LIMIT - len(told)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + told


def _writer(column: SheetColumn, letters: str) -> Callable[[int, Cell], str]:
    style = column.style
    plain_number = f'" s="{style}"><v>'
    match column.kind:
        case "text":
            return lambda at, value: _inline(letters, at, style, str(value))
        case "bool":
            kind = f'" s="{style}" t="b"><v>'
            return lambda at, value: f'<c r="{letters}{at}{kind}{int(bool(value))}</v></c>'
        case "time":
            return lambda at, value: (
                f'<c r="{letters}{at}{plain_number}{serial_day(_whole(value)):.10f}</v></c>'
            )
        case "elapsed":
            return lambda at, value: (
                f'<c r="{letters}{at}{plain_number}{_real(value) / _DAY_S:.9f}</v></c>'
            )
        case _:
            return lambda at, value: (
                f'<c r="{letters}{at}{plain_number}{number(_real(value))}</v></c>'
            )


def _inline(letters: str, at: int, style: int, text: str) -> str:
    text = fitting(plain(text))
    if not text.isascii() or "&" in text or "<" in text or ">" in text:
        text = text.translate(_XML)
    if "_x" in text:
        text = _ESCAPE_LIKE.sub("_x005F_", text)
    return (
        f'<c r="{letters}{at}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{text}</t></is></c>'
    )


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _whole(value: Cell) -> int:
    return value if isinstance(value, int) else 0


def _real(value: Cell) -> float:
    return value if isinstance(value, int | float) else 0.0
