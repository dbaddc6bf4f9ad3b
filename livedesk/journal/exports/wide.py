"""The samples with a row a second and a column a figure, as a sheet has them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from livedesk.journal.exports.table import Column, Row, Table
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.text import unit
from livedesk.journal.values import SampleRow


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


def _rows(reader: SessionReader, keys: list[tuple[str, str]]) -> Iterator[Row]:
    places = {key: place for place, key in enumerate(keys)}
    by_time = attrgetter("t_s")
    merged = heapq.merge(*(reader.samples(*key) for key in keys), key=by_time)
    for t_s, rows in groupby(merged, by_time):
        utc_ns, means = _second(rows, places)
        yield (t_s, utc_ns, *means)


def _second(
    rows: Iterable[SampleRow], places: dict[tuple[str, str], int]
) -> tuple[int, list[float | None]]:
    means: list[float | None] = [None] * len(places)
    counts = [0] * len(places)
    utc_ns = 0
    for row in rows:
        at = places[row.figure, row.subject]
        known, n = means[at] or 0.0, counts[at]
        means[at] = row.mean if n == 0 else (known * n + row.mean * row.n) / (n + row.n)
        counts[at] = n + row.n
        utc_ns = row.utc_ns
    return utc_ns, means
