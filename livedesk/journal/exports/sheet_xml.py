"""How do rows become the XML of a sheet (ECMA-376, SpreadsheetML), as fast as they are read?

Every text is an inline string, so that none is ever taken for a formula and none is kept in memory
for a table of shared strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

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

_SHORT_TEXT: Final = 60
_REMEMBERED: Final = 10_000

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
            yield f'<row r="{self._row_limit}"><c r="A{self._row_limit}"{_inline(told)}</row>'

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
    begin, style = f'<c r="{letters}', f'" s="{column.style}"'
    match column.kind:
        case "text":
            return _Texts(begin, style)
        case "bool":
            return lambda at, value: f'{begin}{at}{style} t="b"><v>{1 if value else 0}</v></c>'
        case "time":
            return lambda at, value: (
                f"{begin}{at}{style}><v>{serial_day(cast(int, value)):.10f}</v></c>"
            )
        case "elapsed":
            return lambda at, value: (
                f"{begin}{at}{style}><v>{cast(float, value) / _DAY_S:.9f}</v></c>"
            )
    return lambda at, value: f"{begin}{at}{style}><v>{number(cast(float, value))}</v></c>"


class _Texts:
    """Most texts of a column are short and come again, and to look one up takes a tenth of the
    time in which it is made safe."""

    def __init__(self, begin: str, style: str) -> None:
        self._begin = begin
        self._style = style
        self._known: dict[str, str] = {}

    def __call__(self, at: int, value: Cell) -> str:
        text = value if isinstance(value, str) else str(value)
        known = self._known.get(text)
        if known is None:
            known = self._style + _inline(text)
            if len(text) <= _SHORT_TEXT and len(self._known) < _REMEMBERED:
                self._known[text] = known
        return f"{self._begin}{at}{known}"


def _inline(text: str) -> str:
    """The rest of a cell, behind its place and style."""
    text = fitting(plain(text)).translate(_XML)
    if "_x" in text:
        text = _ESCAPE_LIKE.sub("_x005F_", text)
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
