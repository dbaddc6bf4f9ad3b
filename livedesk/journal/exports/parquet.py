"""A table as Parquet, with its types: for pandas, DuckDB, Spark and what else reads columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Final

from livedesk.journal.errors import JournalError
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.table import Kind, Row, Table
from livedesk.journal.text import plain

_ROWS_AT_ONCE: Final = 20_000


class ParquetUnavailableError(JournalError):
    """pyarrow is an extra: most operators never need it, and it is as large as all the rest."""


def write_parquet(table: Table, file: BinaryIO, progress: Progress) -> None:
    """Times are timestamps in ns, UTC; meaning and unit of a column are its metadata.

    Raises ParquetUnavailableError where the extra is not installed.
    """
    pa, pq = _arrow()
    schema = _schema(pa, table)
    texts = [place for place, column in enumerate(table.columns) if column.kind == "text"]
    reals = [place for place, column in enumerate(table.columns) if column.kind == "number"]
    # Statistics and compression are pyarrow's own; its version is in the file, nothing else varies.
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _batches(progress.through(table.rows)):
            cells = [_clean(row, texts, reals) for row in rows]
            columns = zip(*cells, strict=True) if cells else [()] * len(table.columns)
            arrays = [
                pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def require() -> None:
    """Raises ParquetUnavailableError, before anything is written."""
    _arrow()


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ParquetUnavailableError(
            "Parquet needs pyarrow, which is not installed: pip install 'livedesk[parquet]'. "
            "The csv format has the same tables."
        ) from error
    return pa, pq


def _schema(pa: Any, table: Table) -> Any:
    types: dict[Kind, Any] = {
        "text": pa.string(),
        "int": pa.int64(),
        "number": pa.float64(),
        "time": pa.timestamp("ns", tz="UTC"),
        "bool": pa.bool_(),
    }
    return pa.schema(
        [
            pa.field(
                column.name,
                types[column.kind],
                metadata={"meaning": column.meaning, "unit": column.unit},
            )
            for column in table.columns
        ],
        metadata={"about": table.about},
    )


def _clean(row: Row, texts: Iterable[int], reals: Iterable[int]) -> list[Any]:
    """A text without control characters; a whole number of a column of numbers as one of those."""
    cells: list[Any] = list(row)
    for place in texts:
        value = cells[place]
        cells[place] = None if value is None else plain(str(value))
    for place in reals:
        value = cells[place]
        cells[place] = None if value is None else float(value)
    return cells


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """At least one, so that a table without rows is a file with columns."""
    batch = list(islice(rows, _ROWS_AT_ONCE))
    yield batch
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield batch
