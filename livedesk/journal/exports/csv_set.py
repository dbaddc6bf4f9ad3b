"""How is a table written as CSV, and what does the set say of itself?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import BinaryIO, Final, cast

from livedesk.core.clock import iso_utc
from livedesk.core.figures import FIGURES
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.table import Cell, Column, Kind, Table
from livedesk.journal.fold.summary import Summary
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.text import cell, number, yes

README_NAME: Final = "README.txt"

_Write = Callable[[Sequence[Cell]], list[str]]
"""The cells of a column, as they are written."""

_ROWS_AT_ONCE: Final = 500

_SHORT_TEXT: Final = 60
_REMEMBERED: Final = 20_000
"""Of a column at a time: four hours of seconds, and a few MB."""

_HEAD = """\
livedesk session {session} of {name} ({store})
First media at {start}.{edition}

CSV after RFC 4180, UTF-8, decimal point, at most three decimals; an empty cell is not known, or
nothing to tell. Times are UTC. t_s is session time: seconds since first media on a monotonic
clock, so clock corrections do not move it. A bool is yes or no.
A text that a spreadsheet would take for a formula has a leading apostrophe. Control characters
are written as their pictures (␀ to ␟, ␡), and characters that turn the direction of all that
follows as �.
"""

_BRAND = """
Brand edition: people are numbered, authors of comments, internal addresses and the columns of
figures for programs (JSON) are left out."""


def write_csv(table: Table, file: BinaryIO, progress: Progress) -> None:
    """RFC 4180: comma, CRLF, quotes where needed; UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text)
        writer.writerow([column.name for column in table.columns])
        writers = [_writer(column.kind) for column in table.columns]
        rows = iter(progress.through(table.rows))
        # By columns, as most of the time goes into calls and into asking what kind a cell is of.
        while batch := list(islice(rows, _ROWS_AT_ONCE)):
            columns = zip(writers, zip(*batch, strict=True), strict=True)
            writer.writerows(zip(*[write(column) for write, column in columns], strict=True))
        text.flush()
    finally:
        text.detach()


def readme(summary: Summary, listed: Iterable[Table], words: AsWritten) -> str:
    """What the columns mean and how the figures are defined."""
    info = summary.info
    lines = [
        _HEAD.format(
            session=cell(words.edit(info.session)),
            name=cell(words.edit(info.name)),
            store=cell(info.store),
            start=iso_utc(info.started_utc_ns),
            edition=_BRAND if words.is_brand else "",
        ).rstrip("\n")
    ]
    for table in listed:
        lines += ["", f"{table.name}.csv", f"  {table.about}", *_columns(table.columns)]
    width = max(map(len, FIGURES))
    lines += ["", "Figures"]
    lines += [f"  {f.name:<{width}}  {f.unit:<5} {f.definition}" for f in FIGURES.values()]
    return "\n".join(lines) + "\n"


def _columns(columns: Sequence[Column]) -> list[str]:
    width = max(len(column.name) for column in columns)
    return [f"  {c.name:<{width}}  {c.kind:<6}  {c.told}" for c in columns]


def _writer(kind: Kind) -> _Write:
    match kind:
        case "text":
            return _Texts()
        case "number":
            return lambda column: [number(cast("float | None", value)) for value in column]
        case "time":
            return _Times()
        case "bool":
            return lambda column: ["" if value is None else yes(bool(value)) for value in column]
    return lambda column: ["" if value is None else str(value) for value in column]


class _Texts:
    """Most texts of a column are short and come again, and to look one up takes a tenth of the
    time in which it is made safe."""

    def __init__(self) -> None:
        self._known: dict[Cell, str] = {None: ""}

    def __call__(self, column: Sequence[Cell]) -> list[str]:
        known = self._known
        return [known[value] if value in known else self._learn(value) for value in column]

    def _learn(self, value: Cell) -> str:
        text = str(value)
        written = cell(text)
        if len(text) <= _SHORT_TEXT and len(self._known) < _REMEMBERED:
            self._known[value] = written
        return written


class _Times:
    """Each second of a session is written once for every figure."""

    def __init__(self) -> None:
        self._known: dict[Cell, str] = {None: ""}

    def __call__(self, column: Sequence[Cell]) -> list[str]:
        known = self._known
        return [known[value] if value in known else self._learn(value) for value in column]

    def _learn(self, value: Cell) -> str:
        written = iso_utc(cast(int, value))
        if len(self._known) < _REMEMBERED:
            self._known[value] = written
        return written
