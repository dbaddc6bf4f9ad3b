"""What do the tables of the record hold of a stretch?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.exports.source import Source
from livedesk.journal.exports.table import Cell, Column, Row, Table
from livedesk.journal.exports.tables import tables

_STARTS: Final = ("t_s", "start_s", "from_s", "first_s", "tripped_s")
_ENDS: Final = ("end_s", "to_s", "cleared_s", "last_s")
_IN_FORCE: Final = ("settings", "clock")
"""What was set before the stretch holds in it."""

_EVER: Final = -(2**63)


def stretch_tables(source: Source, stretch: Stretch) -> list[Table]:
    """All tables; of those whose rows have a time, the rows that lie in the stretch or reach into
    it. The others, such as the summary, are of the whole session."""
    return [_of(table, stretch) for table in tables(source)]


def _of(table: Table, stretch: Stretch) -> Table:
    start, end = _place(table.columns, _STARTS), _place(table.columns, _ENDS)
    if start is None:
        return replace(table, about=f"{table.about} Of the whole session.")
    if table.name in _IN_FORCE:
        stretch, about = replace(stretch, from_ms=_EVER), f"{table.about} Since the start."
        return replace(table, about=about, rows=_kept(table, _instants(start, stretch)))
    is_in = _instants(start, stretch) if end is None else _spans(start, end, stretch)
    return replace(table, rows=_kept(table, is_in))


def _place(columns: Sequence[Column], names: Sequence[str]) -> int | None:
    places = {column.name: place for place, column in enumerate(columns)}
    return next((places[name] for name in names if name in places), None)


def _kept(table: Table, is_in: Callable[[Row], bool]) -> Iterator[Row]:
    return (row for row in table.rows if is_in(row))


def _instants(start: int, stretch: Stretch) -> Callable[[Row], bool]:
    def is_in(row: Row) -> bool:
        t_s = _seconds(row[start])
        return t_s is None or stretch.has(t_s * 1000)

    return is_in


def _spans(start: int, end: int, stretch: Stretch) -> Callable[[Row], bool]:
    def is_in(row: Row) -> bool:
        from_s, to_s = _seconds(row[start]), _seconds(row[end])
        return from_s is None or stretch.touches(
            from_s * 1000, None if to_s is None else to_s * 1000
        )

    return is_in


def _seconds(cell: Cell) -> float | None:
    return cell if isinstance(cell, int | float) else None
