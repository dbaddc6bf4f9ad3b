"""Which table does a file hold? CSV in many encodings, or XLSX; rows counted as spreadsheets do."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from livedesk.core.foreign_file import ArchiveLimits, ForeignFileError, check_spreadsheet
from livedesk.core.one_line import one_line
from livedesk.journal.commerce.cells import Cell
from livedesk.journal.commerce.errors import OrderFileError
from livedesk.journal.commerce.fields import SETTINGS, guess_mapping

Cells = Sequence[Cell]
Line = tuple[int, Cells | None]
"""A row's number, and its cells; None where its quotes do not fit."""

HEADER_WITHIN: Final = 30
"""Exports begin with explanations now and then."""

MOST_COLUMNS: Final = 500
MOST_ROWS: Final = 1_000_000
_LONGEST_NAME: Final = 120
_LONGEST_ROW: Final = 100
"""Lines of the file that one row may take; more, and a quote was left open."""
_DELIMITERS: Final = (",", ";", "\t", "|")
_LIMITS: Final = ArchiveLimits(parts=2_000, unpacked_bytes=1_000_000_000)
_MOST_SHEETS: Final = 20
_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"  # [MS-CFB]: .xls, and every workbook with a password


@dataclass(frozen=True, slots=True)
class Sheet:
    """`columns` are the header's names, each once, an empty one where a column has none. `lines`
    can be gone through once."""

    columns: tuple[str, ...]
    header_row: int
    lines: Iterator[Line]
    delimiter: str = ""
    guessed_encoding: bool = False


def open_sheet(name: str, content: bytes, mapping: Mapping[str, str]) -> Sheet:
    """By its first bytes; a wrong ending is common, and says nothing. `mapping` helps to find the
    header. Raises OrderFileError."""
    if content.startswith(_OLD_OFFICE):
        raise OrderFileError(
            f"{name} is an old .xls, or has a password; save it as XLSX without one, or as CSV."
        )
    if not content.startswith(_ZIP):
        return _csv_sheet(name, content, mapping)
    try:
        return _xlsx_sheet(name, content, mapping)
    except OrderFileError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parsers trip over
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> OrderFileError:
    return OrderFileError(
        f"{name} is not a spreadsheet that can be read ({type(error).__name__}); "
        "save it again as XLSX, or as CSV."
    )


# CSV


def _csv_sheet(name: str, content: bytes, mapping: Mapping[str, str]) -> Sheet:
    text, guessed = _decoded(content)
    if "\x00" in text[:10_000]:
        raise OrderFileError(f"{name} is neither CSV nor XLSX; export it again as one of them.")
    lead = re.match(r'"?sep=(.)"?\r?\n', text)
    text = text[lead.end() :] if lead else text
    delimiter = lead[1] if lead else _delimiter(text, mapping)
    return _with_header(name, _csv_lines(text, delimiter), mapping, delimiter, guessed)


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding had to be guessed."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), False
    # UTF-16 without its mark: every other byte of plain letters is 0.
    for order, others in (("utf-16-le", content[1:200:2]), ("utf-16-be", content[0:200:2])):
        if others.count(0) * 2 > len(others):
            return content.decode(order, "replace"), False
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), True


def _delimiter(text: str, mapping: Mapping[str, str]) -> str:
    """The one by which a row near the top falls into the most columns that are known."""
    top = list(islice(io.StringIO(text, newline=None), HEADER_WITHIN))
    scores = {
        delimiter: max(
            (_score(cells, mapping) for _, cells in _careful_lines(top, delimiter) if cells),
            default=(0, 0, 0),
        )
        for delimiter in _DELIMITERS
    }
    return max(_DELIMITERS, key=lambda delimiter: scores[delimiter])


def _csv_lines(text: str, delimiter: str) -> Iterator[Line]:
    """In one go while the quotes fit; from where they do not, row by row."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, lines_read = 0, 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            break
        if reader.line_num - lines_read > _LONGEST_ROW:
            break
        number, lines_read = number + 1, reader.line_num
        yield number, cells[:MOST_COLUMNS]
    rest = list(islice(io.StringIO(text, newline=""), lines_read, None))
    yield from _careful_lines(rest, delimiter, number)


def _careful_lines(lines: Sequence[str], delimiter: str, before: int = 0) -> Iterator[Line]:
    """A quote that was left open costs its own row and no other (RFC 4180, 2.6)."""
    at, number = 0, before
    while at < len(lines):
        number += 1
        cells, taken = _row(lines, at, delimiter)
        yield number, cells
        at += taken


def _row(lines: Sequence[str], at: int, delimiter: str) -> tuple[Cells | None, int]:
    end = at + 1 if lines[at].count('"') % 2 == 0 else at + _LONGEST_ROW
    reader = csv.reader(lines[at:end], delimiter=delimiter, strict=True)
    try:
        return next(reader, [])[:MOST_COLUMNS], max(1, reader.line_num)
    except csv.Error:
        return None, 1


# XLSX


def _xlsx_sheet(name: str, content: bytes, mapping: Mapping[str, str]) -> Sheet:
    """The first sheet that holds orders, else the first that holds anything.

    A formula counts as the value that was saved with it.
    """
    # It takes a second to load, which a CSV should not cost.
    from openpyxl import load_workbook

    try:
        check_spreadsheet(content, _LIMITS)
    except ForeignFileError as error:
        told = error.words({"unpacked": "export a shorter time, or as CSV"})
        raise OrderFileError(f"{name} {told}.") from None
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    fallback: Sheet | None = None
    for place in range(min(len(workbook.worksheets), _MOST_SHEETS)):
        workbook.worksheets[place].reset_dimensions()  # what a file says of its size may be wrong
        lines = _numbered(workbook.worksheets[place].iter_rows(
            max_row=MOST_ROWS + HEADER_WITHIN, max_col=MOST_COLUMNS, values_only=True
        ))  # fmt: skip
        try:
            sheet = _with_header(name, lines, mapping)
        except OrderFileError:
            continue
        if _is_orders(sheet.columns, mapping):
            return _guarded(name, sheet)
        fallback = fallback or sheet
    if fallback is None:
        raise OrderFileError(f"{name} holds no table: no sheet of it has a row with column names.")
    return _guarded(name, fallback)


def _guarded(name: str, sheet: Sheet) -> Sheet:
    return Sheet(sheet.columns, sheet.header_row, _told_of(name, sheet.lines))


def _told_of(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    """A sheet is parsed while it is read, so that it may turn out to be damaged half-way."""
    try:
        yield from lines
    except OrderFileError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parsers trip over
        raise _unreadable(name, error) from None


def _numbered(rows: Iterable[tuple[Cell, ...]]) -> Iterator[Line]:
    yield from enumerate(rows, 1)


# The header


def _with_header(
    name: str,
    lines: Iterator[Line],
    mapping: Mapping[str, str],
    delimiter: str = "",
    guessed: bool = False,
) -> Sheet:
    top = list(islice(lines, HEADER_WITHIN))
    named = [(number, cells) for number, cells in top if cells and any(map(_is_name, cells))]
    if not named:
        raise OrderFileError(f"{name} holds no table: no row of it has column names.")
    number, cells = max(named, key=lambda line: (_score(line[1], mapping), -line[0]))
    below = [line for line in top if line[0] > number]
    return Sheet(_columns(cells), number, chain(below, lines), delimiter, guessed)


def _score(cells: Cells, mapping: Mapping[str, str]) -> tuple[int, int, int]:
    names = [name for name in _columns(cells) if name]
    asked = sum(column in names for field, column in mapping.items() if field not in SETTINGS)
    return asked, len(guess_mapping(names)), min(len(names), 2)


def _is_orders(columns: Sequence[str], mapping: Mapping[str, str]) -> bool:
    asked = [column for field, column in mapping.items() if field not in SETTINGS]
    if asked and all(column in columns for column in asked):
        return True
    guess = guess_mapping(columns)
    return "order_id" in guess and len(guess) >= 3


def _is_name(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _columns(cells: Cells) -> tuple[str, ...]:
    """Each name once: a second `Type` is `Type (2)`."""
    names: list[str] = []
    for cell in cells:
        plain = one_line(str(cell), _LONGEST_NAME) if _is_name(cell) else ""
        name, again = plain, 2
        while name and name in names:
            name, again = f"{plain} ({again})", again + 1
        names.append(name)
    return tuple(names)
