"""The samples with a row a second and a column a figure, as a sheet has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from livedesk.journal.exports.table import Column, Row, Table
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.text import unit


def wide_samples(reader: SessionReader, summary: Summary) -> Table:
    """Means; of several epochs within one second their mean by readings. An empty cell is a gap."""
    keys = [(stats.figure, stats.subject) for stats in summary.figures]
    columns = (
        Column("t_s", "session time", "int", "s"),
        Column("utc", "wall time of the second", "time"),
        *(
            Column(
                f"{figure} {subject}".strip(),
                "mean of the second; the csv format has minimum and maximum too",
                "number",
                unit(figure),
            )
            for figure, subject in keys
        ),
    )
    about = "One row per second, a column per figure and uplink. An empty cell is a gap."
    return Table("samples", about, columns, _rows(reader, keys))


def _rows(reader: SessionReader, keys: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """All figures at once, each from where it stands in the file."""
    series = [reader.raw_samples(*key) for key in keys]
    heads = [next(rows, None) for rows in series]
    while times := [head[0] for head in heads if head is not None]:
        second, utc_ns = min(times), 0
        means: list[float | None] = []
        for place, rows in enumerate(series):
            head, taken, total = heads[place], 0, 0.0
            while head is not None and head[0] == second:
                _, utc_ns, _, _, n, _, mean, _ = head
                taken, total = taken + n, total + n * mean
                head = next(rows, None)
            heads[place] = head
            means.append(total / taken if taken else None)
        yield (second, utc_ns, *means)
