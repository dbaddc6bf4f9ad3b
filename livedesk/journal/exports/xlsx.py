"""The record as a workbook: a sheet a table, with real dates and numbers, and charts.

XlsxWriter lays out the book: formats, widths, frozen headers, filters, charts. The rows then stream
into its sheets (`sheet_xml`), so that hours need no memory.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, Final

import xlsxwriter

from livedesk.core.clock import NS_PER_S
from livedesk.journal.exports import charts
from livedesk.journal.exports.files import add, opened
from livedesk.journal.exports.sheet_xml import ROW_LIMIT, RowsXml, SheetColumn, SheetKind
from livedesk.journal.exports.source import Source, in_edition
from livedesk.journal.exports.table import Column, Row, Table
from livedesk.journal.exports.tables import tables
from livedesk.journal.exports.wide import wide_samples
from livedesk.journal.text import plain, shortened

_FORMATS: Final[Mapping[SheetKind, Mapping[str, object]]] = {
    # A text that begins as a formula does stays a text also when somebody edits its cell.
    "text": {"valign": "top", "quote_prefix": True},
    "int": {"num_format": "0", "valign": "top"},
    "number": {"num_format": "General", "align": "right", "valign": "top"},
    "money": {"num_format": "#,##0.00####", "align": "right", "valign": "top"},
    "time": {"num_format": "yyyy-mm-dd hh:mm:ss.000", "align": "left", "valign": "top"},
    "bool": {"align": "left", "valign": "top"},
    "elapsed": {"num_format": "[h]:mm:ss", "valign": "top"},
}
_HEAD: Final = {"bold": True, "bg_color": "#E8E8E8", "bottom": 1, "valign": "top"}

_WIDTHS: Final[Mapping[SheetKind, int]] = {"time": 23, "elapsed": 10}
_WIDE: Final = frozenset(
    ("text", "cause", "reason", "meaning", "because", "action", "effect", "note", "done")
)
_WIDE_CHARS: Final = 60
_TEXT_CHARS: Final = 16
_TIMES: Final = frozenset(("t_s", "start_s", "end_s"))

_FILTER: Final = re.compile(rb'(<autoFilter ref="A1:[A-Z]+)\d+')
_SIZE: Final = re.compile(rb"<dimension [^>]*/>")
_END: Final = b"</sheetData>"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """`columns`: with how each is shown, and its place in the rows of the `table`."""

    title: str
    table: Table
    columns: tuple[tuple[Column, SheetKind, int], ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column, _, _ in self.columns]


@dataclass(frozen=True, slots=True)
class _Layout:
    """The book without its rows: its parts by name, and the number of each cell format."""

    parts: Mapping[str, bytes]
    styles: Mapping[SheetKind, int]


def write_xlsx(source: Source, file: BinaryIO, row_limit: int = ROW_LIMIT) -> None:
    """`row_limit`: of a sheet, its header among them."""
    sheets = [_sheet(table) for table in _tables(source)]
    bare = _layout(source, sheets, {})
    counts: dict[str, int] = {}
    with opened(file) as packed:
        kinds = "[Content_Types].xml"  # first, as who guesses a file's kind looks there
        add(packed, kinds, partial(_all, bare.parts[kinds]))
        for number, sheet in enumerate(sheets, 1):
            columns = [SheetColumn(kind, bare.styles[kind], at) for _, kind, at in sheet.columns]
            rows, name = RowsXml(columns, row_limit), _part(number)
            chunks = rows.chunks(source.progress.through(sheet.table.rows))
            add(packed, name, _Stream(bare.parts[name], chunks, rows).write)
            counts[sheet.table.name] = rows.count
        written = {_part(number) for number in range(1, len(sheets) + 1)}
        # Charts and filters can only be laid out now that it is known how far the rows reach.
        for name, content in _layout(source, sheets, counts).parts.items():
            if name != kinds and name not in written:
                add(packed, name, partial(_all, content))


class _Stream:
    """A sheet as it was laid out, with rows put in behind its header."""

    def __init__(self, part: bytes, chunks: Iterator[str], rows: RowsXml) -> None:
        self._head, _, self._tail = part.partition(_END)
        self._chunks = chunks
        self._rows = rows

    def write(self, entry: BinaryIO) -> None:
        entry.write(_SIZE.sub(b"", self._head))
        for chunk in self._chunks:
            entry.write(chunk.encode("utf-8"))
        last = str(max(2, self._rows.count + 1)).encode()
        entry.write(_END + _FILTER.sub(rb"\g<1>" + last, self._tail))


def _tables(source: Source) -> list[Table]:
    listed = [
        in_edition(wide_samples(source.reader, source.summary), source.words)
        if table.name == "samples"
        else table
        for table in tables(source)
    ]
    return [*listed, _about(listed)]


def _about(listed: Sequence[Table]) -> Table:
    """What the sheets and their columns mean."""
    columns = (
        Column("sheet", "its name"),
        Column("column", "its name; empty: of the sheet itself"),
        Column("unit", "of the column"),
        Column("meaning", "what stands there"),
    )

    def rows() -> Iterator[Row]:
        yield ("", "", "", "Times are UTC; time and t_s count from the first media.")
        yield ("", "", "", "The csv format also has the figures for programs (JSON).")
        for table in listed:
            yield (table.name, "", "", table.about)
            for column in table.columns:
                if not column.is_json:
                    yield (table.name, column.name, column.unit, column.meaning)

    return Table("about", "What the sheets and their columns mean.", columns, rows())


def _sheet(table: Table) -> _Sheet:
    """With each session time also as h:mm:ss, for people and as axis of the charts; without the
    columns of figures for programs: who reads sheets is a person."""
    columns: list[tuple[Column, SheetKind, int]] = []
    for place, column in enumerate(table.columns):
        if column.is_json:
            continue
        if column.name in _TIMES:
            name = column.name.removesuffix("_s").replace("t", "time", column.name == "t_s")
            columns.append((Column(name, "as h:mm:ss"), "elapsed", place))
        columns.append((column, column.kind, place))
    return _Sheet(table.name.capitalize().replace("_", " "), table, tuple(columns))


def _layout(source: Source, sheets: Sequence[_Sheet], counts: Mapping[str, int]) -> _Layout:
    """`counts`: rows of each table, where they are known by now."""
    book_bytes = io.BytesIO()
    # Nothing is ever taken for a formula, an address or a number, and no file is made aside.
    book = xlsxwriter.Workbook(book_bytes, {"in_memory": True, "strings_to_formulas": False})
    info = source.summary.info
    began = datetime.fromtimestamp(info.started_utc_ns // NS_PER_S, UTC).replace(tzinfo=None)
    title = source.words.edit(f"{info.name}, session {info.session}")
    book.set_properties(
        {"title": shortened(plain(title), 200), "author": "livedesk", "created": began}
    )
    formats = {kind: book.add_format(dict(style)) for kind, style in _FORMATS.items()}
    head = book.add_format(_HEAD)
    for number, sheet in enumerate(sheets):
        _lay_out(book.add_worksheet(sheet.title), sheet, formats, head, counts)
        if number == 0:
            names = {each.table.name: each.names for each in sheets}
            charts.add_sheet(book, source.summary, names, counts)
    book.close()
    with zipfile.ZipFile(book_bytes) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return _Layout(parts, {kind: style.xf_index for kind, style in formats.items()})


def _lay_out(
    sheet: Any, laid: _Sheet, formats: Mapping[SheetKind, Any], head: Any, counts: Mapping[str, int]
) -> None:
    columns = laid.columns
    for place, (column, kind, _) in enumerate(columns):
        sheet.set_column(place, place, _width(column, kind), formats[kind])
        sheet.write_string(0, place, plain(column.name), head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, counts.get(laid.table.name, 1)), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _width(column: Column, kind: SheetKind) -> int:
    """In characters."""
    if column.name in _WIDE and not column.is_word:
        return _WIDE_CHARS
    least = _WIDTHS.get(kind, _TEXT_CHARS if kind == "text" else 0)
    # The button of the filter covers three characters of the header.
    return max(least, min(len(column.name) + 4, _WIDE_CHARS))


def _part(number: int) -> str:
    """The charts are the second sheet of the book."""
    return f"xl/worksheets/sheet{number if number == 1 else number + 1}.xml"


def _all(content: bytes, entry: BinaryIO) -> None:
    entry.write(content)
