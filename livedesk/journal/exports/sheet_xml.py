"""How do rows become the XML of a sheet (ECMA-376, SpreadsheetML), as fast as they are read?

Every text is an inline string, so that none is ever taken for a formula and none is kept in memory
for a table of shared strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.journal.exports.table import Cell, Row
from livedesk.journal.text import plain

CELL_LIMIT: Final = 32_767
"""UTF-16 units that Excel keeps of a cell's text ("Excel specifications and limits")."""

ROW_LIMIT: Final = 1_048_576
"""Rows of a sheet, its header among them."""

SheetKind = Literal["text", "int", "number", "money", "time", "bool", "elapsed"]
"""As of a table, and `elapsed`: seconds that are shown as h:mm:ss."""

_DAY_S: Final = 86_400
_DAY_NS: Final = _DAY_S * NS_PER_S
_DAY_1970: Final = 25_569
"""Excel counts days from 30 December 1899."""

_ROWS_AT_ONCE: Final = 500

_SHORT_TEXT: Final = 60
_REMEMBERED: Final = 10_000

_XML: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\ufffe": "�", "\uffff": "�"})
_ESCAPE_LIKE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

_Write = Callable[[Sequence[Any]], list[str]]
"""The values of a column as what stands behind the place of a cell; empty: there is no cell."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """`style`: number of the cell format in the workbook. `place`: of its value in a row."""

    kind: SheetKind
    style: int
    place: int


class RowsXml:
    """The rows after the header. `count` grows as they are taken."""

    def __init__(self, columns: Sequence[SheetColumn], row_limit: int = ROW_LIMIT) -> None:
        self.count = 0
        self._row_limit = row_limit
        self._columns = [
            (f'<c r="{_letters(at)}', column.place, _writer(column))
            for at, column in enumerate(columns)
        ]

    def chunks(self, rows: Iterable[Row]) -> Iterator[str]:
        """Some rows at a time. The last row of a sheet that is full says how many more there are.

        By columns, as most of the time goes into calls and into asking what kind a cell is of.
        """
        rest = iter(rows)
        # Beside the header, one row stays free for what may be left to say.
        taken = islice(rest, self._row_limit - 2)
        while batch := list(islice(taken, _ROWS_AT_ONCE)):
            yield self._chunk(batch)
        if more := sum(1 for _ in rest):
            self.count += 1
            told = f"{more:,} more rows do not fit onto a sheet; the csv format has them all."
            yield f'<row r="{self._row_limit}"><c r="A{self._row_limit}"{_inline(told)}</row>'

    def _chunk(self, batch: Sequence[Row]) -> str:
        first = self.count + 2
        self.count += len(batch)
        numbers = [str(number) for number in range(first, first + len(batch))]
        values = list(zip(*batch, strict=True))
        columns = [
            _cells(begin, numbers, write(values[place])) for begin, place, write in self._columns
        ]
        rows = zip(numbers, map("".join, zip(*columns, strict=True)), strict=True)
        return "".join([f'<row r="{number}">{cells}</row>' for number, cells in rows])


def serial_day(utc_ns: int) -> float:
    """A time as Excel has it: days, with the fraction of the day."""
    return _DAY_1970 + utc_ns / _DAY_NS


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


def _writer(column: SheetColumn) -> _Write:
    style = f'" s="{column.style}"'
    match column.kind:
        case "text":
            return _Texts(style).all_of
        case "bool":
            return lambda values: [
                "" if value is None else f'{style} t="b"><v>{value:d}</v></c>' for value in values
            ]
        case "time":
            return lambda values: [
                "" if value is None else f"{style}><v>{_DAY_1970 + value / _DAY_NS:.10f}</v></c>"
                for value in values
            ]
        case "elapsed":
            return lambda values: [
                "" if value is None else f"{style}><v>{value / _DAY_S:.9f}</v></c>"
                for value in values
            ]
        case "money":
            return lambda values: [
                "" if value is None else f"{style}><v>{value:zf}</v></c>" for value in values
            ]
        case "int":
            return lambda values: [
                "" if value is None else f"{style}><v>{value}</v></c>" for value in values
            ]
    return lambda values: [
        "" if value is None else f"{style}><v>{value:z.3f}</v></c>" for value in values
    ]


class _Texts(dict[Cell, str]):
    """Most texts of a column are short and come again, and to look one up takes a tenth of the
    time in which it is made safe."""

    def __init__(self, style: str) -> None:
        super().__init__({None: "", "": ""})
        self._style = style

    def all_of(self, values: Sequence[Cell]) -> list[str]:
        return [self[value] for value in values]

    def __missing__(self, value: Cell) -> str:
        text = str(value)
        cell = self._style + _inline(text)
        if len(text) <= _SHORT_TEXT and len(self) < _REMEMBERED:
            self[value] = cell
        return cell


def _inline(text: str) -> str:
    """The rest of a cell, behind its place and style."""
    text = fitting(plain(text)).translate(_XML)
    if "_x" in text:
        text = _ESCAPE_LIKE.sub("_x005F_", text)
    # Blanks at its ends would else be dropped.
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _cells(begin: str, numbers: Sequence[str], ends: Sequence[str]) -> list[str]:
    return [
        f"{begin}{number}{end}" if end else "" for number, end in zip(numbers, ends, strict=True)
    ]


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
