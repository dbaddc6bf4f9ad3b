"""What is every format of one export made of? The record is folded once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec

from livedesk.journal.chain import Seal
from livedesk.journal.commerce.values import Commerce
from livedesk.journal.errors import NotASessionError
from livedesk.journal.exports.options import ExportOptions
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.table import Cell, Column, Row, Table
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.values import EventRow


@dataclass(slots=True)
class Source:
    """`words`: how names and texts are told in the edition that was asked for. `commerce`: what was
    sold, if an order file was handed in."""

    reader: SessionReader
    summary: Summary
    words: AsWritten
    progress: Progress
    options: ExportOptions
    seal: Seal
    commerce: Commerce | None = None
    _is_looked_at: bool = False

    def events(self) -> Iterator[EventRow]:
        """As they stand in the file; their data are JSON.

        Raises NotASessionError for one that is not.
        """
        return self.reader.raw_events() if self._is_looked_at else self._looked_at()

    def _looked_at(self) -> Iterator[EventRow]:
        """Once for all formats: to read what is in the events takes as long as to write them."""
        is_json = msgspec.json.Decoder().decode
        for row in self.reader.raw_events():
            try:
                is_json(row[-1])
            except msgspec.DecodeError as error:
                raise NotASessionError(
                    self.reader.path, f"the data of event {row[0]} are no JSON ({error})"
                ) from error
            yield row
        self._is_looked_at = True

    def rows_of(self, format_name: str) -> int:
        """About how many rows are gone through for a format."""
        summary = self.summary
        listed = len(summary.pins) + len(summary.queue)
        samples = sum(stats.measured_s for stats in summary.figures)
        if format_name == "xlsx":
            samples = max((stats.measured_s for stats in summary.figures), default=0)
        return self.reader.end().seq + samples + listed


def in_edition(table: Table, words: AsWritten) -> Table:
    """The table as the edition tells it: every text of a brand's goes through its words, so that
    a column that is added later cannot be forgotten."""
    if not words.is_brand:
        return table
    kept = [place for place, column in enumerate(table.columns) if not column.is_json]
    columns = tuple(table.columns[place] for place in kept)
    return replace(table, columns=columns, rows=_edited(table.rows, kept, columns, words))


def _edited(
    rows: Iterable[Row], kept: list[int], columns: tuple[Column, ...], words: AsWritten
) -> Iterator[Row]:
    for row in rows:
        yield [_told(row[at], column, words) for at, column in zip(kept, columns, strict=True)]


def _told(value: Cell, column: Column, words: AsWritten) -> Cell:
    if column.is_word or not isinstance(value, str):
        return value
    if column.who == "person":
        return words.name(value)
    return words.author(value) if column.who == "author" else words.edit(value)
