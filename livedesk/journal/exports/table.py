"""What is a table of the CSV export, and how is it written?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from livedesk.journal.text import cell, number

Row = Sequence[str | float | None]
"""Texts and numbers as they are; how a cell is written is decided in one place, `csv_lines`."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the set. `rows` are written as they come, so hours need no memory."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


def csv_lines(table: Table) -> Iterator[str]:
    """RFC 4180: comma, CRLF, quotes where needed; UTF-8."""
    yield _line([column.name for column in table.columns])
    for row in table.rows:
        yield _line([cell(value) if isinstance(value, str) else number(value) for value in row])


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
