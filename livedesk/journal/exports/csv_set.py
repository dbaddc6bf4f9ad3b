"""How is a table written as CSV, and what does the set say of itself?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import BinaryIO, Final, cast

from livedesk.core.clock import NS_PER_MS, NS_PER_S, iso_utc
from livedesk.core.figures import FIGURES
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.table import Cell, Column, Kind, Table
from livedesk.journal.fold.summary import Summary
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.text import cell, numbers, yes

README_NAME: Final = "README.txt"

_Write = Callable[[Sequence[Cell]], list[str]]
"""The cells of a column, as they are written."""

_ROWS_AT_ONCE: Final = 500
_IN_QUOTES: Final = re.compile(r'[,"\r\n]')

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
    """RFC 4180: comma, CRLF, quotes where needed; UTF-8.

    By columns, as most of the time goes into calls and into asking what kind a cell is of.
    """
    head = ",".join(quoted(column.name) for column in table.columns)
    file.write(f"{head}\r\n".encode())
    writers = [_writer(column.kind) for column in table.columns]
    rows = iter(progress.through(table.rows))
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        columns = zip(writers, zip(*batch, strict=True), strict=True)
        lines = map(",".join, zip(*[write(column) for write, column in columns], strict=True))
        file.write("\r\n".join((*lines, "")).encode("utf-8"))


def quoted(text: str) -> str:
    """As a field of a line. Not by the csv module: it looks at each character by itself, which of
    all that an export does takes longest."""
    if not _IN_QUOTES.search(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


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
            return _Texts().all_of
        case "number":
            return lambda column: numbers(cast("Sequence[float | None]", column))
        case "money":
            return lambda column: [_amount(value) for value in column]
        case "time":
            return _Times().all_of
        case "bool":
            return lambda column: ["" if value is None else yes(bool(value)) for value in column]
    return lambda column: ["" if value is None else str(value) for value in column]


def _amount(value: Cell) -> str:
    return f"{value.normalize():zf}" if isinstance(value, Decimal) else ""


class _Texts(dict[Cell, str]):
    """Most texts of a column are short and come again, and to look one up takes a tenth of the
    time in which it is made safe."""

    def __init__(self) -> None:
        super().__init__({None: ""})

    def all_of(self, column: Sequence[Cell]) -> list[str]:
        return [self[value] for value in column]

    def __missing__(self, value: Cell) -> str:
        text = str(value)
        written = quoted(cell(text))
        if len(text) <= _SHORT_TEXT and len(self) < _REMEMBERED:
            self[value] = written
        return written


class _Times(dict[int, str]):
    """Seconds as they are written: each comes many times, in all figures and in what happened."""

    def all_of(self, column: Sequence[Cell]) -> list[str]:
        return [
            "" if t is None else f"{self[t // NS_PER_S]}.{t // NS_PER_MS % 1000:03d}Z"
            for t in cast("Sequence[int | None]", column)
        ]

    def __missing__(self, second: int) -> str:
        written = iso_utc(second * NS_PER_S).partition(".")[0]
        if len(self) < _REMEMBERED:
            self[second] = written
        return written
