"""A table as Parquet, with its types: for pandas, DuckDB, Spark and what else reads columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Final

from livedesk.journal.errors import JournalError
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.table import Cell, Kind, Row, Table
from livedesk.journal.text import plain

_ROWS_AT_ONCE: Final = 2_500
"""A row group each: small ones, as what is in them is held in memory three times meanwhile."""


class ParquetUnavailableError(JournalError):
    """pyarrow is an extra: most operators never need it, and it is as large as all the rest."""


def write_parquet(table: Table, file: BinaryIO, progress: Progress) -> None:
    """Times are timestamps in ns, UTC; meaning and unit of a column are its metadata.

    Raises ParquetUnavailableError where the extra is not installed.
    """
    pa, pq = _arrow()
    schema = _schema(pa, table)
    kinds = [column.kind for column in table.columns]
    # Statistics and compression are pyarrow's own; its version is in the file, nothing else varies.
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _batches(progress.through(table.rows)):
            columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
            arrays = [
                pa.array(_texts(column) if kind == "text" else column, field.type)
                for column, kind, field in zip(columns, kinds, schema, strict=True)
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
        "money": pa.decimal128(38, 6),
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


def _texts(column: Sequence[Cell]) -> list[str | None]:
    """Without control characters."""
    return [None if value is None else plain(str(value)) for value in column]


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """At least one, so that a table without rows is a file with columns."""
    batch = list(islice(rows, _ROWS_AT_ONCE))
    yield batch
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield batch
