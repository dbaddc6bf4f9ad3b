"""Which rows does a spreadsheet hold? XLSX only, and only what is of a sane size once unpacked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from openpyxl import load_workbook

from livedesk.core.foreign_file import ArchiveLimits, ForeignFileError, check_spreadsheet
from livedesk.pins.catalogue_columns import MOST_COLUMNS, CatalogueError, columns_of, is_header
from livedesk.pins.catalogue_rows import HEADER_WITHIN, MOST_PRODUCTS, Row

MOST_UNPACKED_BYTES: Final = 50_000_000
_LIMITS: Final = ArchiveLimits(parts=1_000, unpacked_bytes=MOST_UNPACKED_BYTES)
_MOST_SHEETS: Final = 10


def xlsx_rows(file: str, content: bytes) -> list[Row]:
    """The rows of the first sheet with a header, else of the first. Raises CatalogueError.

    A formula counts as the value that was saved with it.
    """
    try:
        check_spreadsheet(content, _LIMITS)
        return _rows(content)
    except ForeignFileError as error:
        advice = error.words({"unpacked": "save only the products, as CSV"})
        raise CatalogueError(f"{file}: {advice}") from None
    except CatalogueError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parsers trip over
        raise CatalogueError(
            f"{file}: this is not a spreadsheet that can be read ({type(error).__name__}); "
            "save it again as XLSX, or as CSV"
        ) from None


def _rows(content: bytes) -> list[Row]:
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    first: list[Row] = []
    try:
        for sheet in workbook.worksheets[:_MOST_SHEETS]:
            sheet.reset_dimensions()  # what the file says of its size need not be true
            rows = list(_cells(sheet.iter_rows(
                max_row=MOST_PRODUCTS + HEADER_WITHIN, max_col=MOST_COLUMNS, values_only=True
            )))  # fmt: skip
            if any(is_header(columns_of(cells)) for _, cells in rows[:HEADER_WITHIN]):
                return rows
            first = first or rows
    finally:
        workbook.close()
    return first


def _cells(rows: Iterator[tuple[object, ...]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, 1):
        if any(cell is not None for cell in cells):
            yield f"row {number}", cells
