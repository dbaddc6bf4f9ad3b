"""Which rows does a text with columns hold? Comma, semicolon, tab; UTF-8, UTF-16 or Windows."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from livedesk.core.pins import ProductProblem
from livedesk.pins.catalogue_columns import MOST_COLUMNS, columns_of
from livedesk.pins.catalogue_rows import HEADER_WITHIN, MOST_PRODUCTS, Row

_DELIMITERS: Final = (",", ";", "\t", "|")
_MOST_LINES: Final = 2 * MOST_PRODUCTS
_LONGEST_ROW: Final = 100
"""Lines of the file that one row may take; more, and a quote was left open."""


def text_of(file: str, content: bytes) -> tuple[str, tuple[ProductProblem, ...]]:
    """The text, and a problem when its encoding had to be guessed."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), ()
    # UTF-16 without its mark: every other byte of plain letters is 0.
    for order, others in (("utf-16-le", content[1:200:2]), ("utf-16-be", content[0:200:2])):
        if others.count(0) * 2 > len(others):
            return content.decode(order, "replace"), ()
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = f"line {line} is not UTF-8; read as Windows-1252: look whether its letters are right"
        return content.decode("cp1252", "replace"), (ProductProblem(file, text),)


def csv_rows(text: str, problems: list[ProductProblem], file: str) -> Iterator[Row]:
    """One bad row never takes the others along; what was guessed is added to `problems`."""
    lines = re.split(r"\r\n|\n|\r", text)
    begin = 0
    if match := re.fullmatch(r"sep=(.)", lines[0].strip("\ufeff\"'")):  # Excel's own first line
        delimiter, begin = match[1], 1
    else:
        delimiter = _delimiter(lines)
    at = begin
    while at < len(lines) and at < _MOST_LINES:
        cells, taken = _row(lines, at, delimiter)
        if not taken:
            where = f"{file}, line {at + 1}"
            problems.append(ProductProblem(where, "its quotes do not fit; read as plain text"))
        yield f"line {at + 1}", cells
        at += max(1, taken)


def _row(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """A row's cells, and how many lines it took (RFC 4180, 2.6); 0 when its quotes are wrong.

    The strict reader finds a quote that was left open, because the next quote then ends a cell
    amid text. Such a row is read alone and without quotes.
    """
    end = at + 1 if lines[at].count('"') % 2 == 0 else at + _LONGEST_ROW
    reader = csv.reader(
        (line + "\n" for line in lines[at:end]), delimiter=delimiter, strict=True,
        skipinitialspace=True,
    )  # fmt: skip
    try:
        cells = next(reader, [])
        return cells[:MOST_COLUMNS], reader.line_num
    except csv.Error:
        cells = [cell.strip().strip('"') for cell in lines[at].split(delimiter)]
        return cells[:MOST_COLUMNS], 0


def _delimiter(lines: Sequence[str]) -> str:
    """The one by which a header falls into the most columns that are known."""
    found = [
        (len(columns_of(_row(lines, at, delimiter)[0])), delimiter)
        for at in range(min(HEADER_WITHIN, len(lines)))
        for delimiter in _DELIMITERS
    ]
    return max(found, key=lambda each: each[0], default=(0, ","))[1]
