"""What is a table of the report, before it is markup?

One shape for all of them, so that each has a caption, headers with their scope and columns whose
shares of the width fit a sheet of paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from livedesk.core.records import Mark

ColumnKind = Literal["text", "number", "strong", "muted", "code"]


@dataclass(frozen=True, slots=True)
class Column:
    """`share`: of the table's width, in any unit; those of a table are added up."""

    head: str
    share: int
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """`under` is a second line. `mark` is drawn as a sign before the text, never as colour alone.

    `pieces` stand in for `text` where parts of it are to be marked.
    """

    text: str
    under: str = ""
    mark: Mark | Literal[""] = ""
    pieces: tuple[tuple[str, bool], ...] = ()


Row = Sequence[str | Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """`styles`: one a row, if there are any. `notes` stand below: definitions, what is left out.
    `percent`: of the page's width, less for tables of few columns."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    styles: Sequence[str] = ()
    percent: int = 100

    @property
    def widths(self) -> list[str]:
        whole = sum(column.share for column in self.columns)
        return [f"{column.share * 100 / whole:.2f}%" for column in self.columns]


def as_cell(value: str | Cell) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def left_out(shown: int, whole: int, which: str) -> list[str]:
    """The sentence that says so, if anything is: `which` tells the choice."""
    if whole <= shown:
        return []
    return [
        f"{which} {shown:,} of {whole:,} are listed; the CSV, XLSX and JSON Lines exports have all."
    ]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot with its heading; `legend`: swatch and name."""

    title: str
    unit: str
    svg: str
    legend: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the report. `words` stand above its drawings and tables, `notes` below."""

    id: str
    title: str
    words: Sequence[str] = ()
    drawings: Sequence[Drawing] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[str] = ()
    terms: Sequence[tuple[str, str]] = ()
    """Terms with their definitions."""
