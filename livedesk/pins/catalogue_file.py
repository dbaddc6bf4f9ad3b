"""Which products stand in a file? Reads CSV, XLSX and JSON; blocking, so call it in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from livedesk.core.foreign_file import Fault, ForeignFileError, read_at_once
from livedesk.core.pins import Product, ProductProblem
from livedesk.pins.catalogue_columns import CatalogueError
from livedesk.pins.catalogue_csv import csv_rows, text_of
from livedesk.pins.catalogue_json import json_products
from livedesk.pins.catalogue_rows import products_of
from livedesk.pins.catalogue_xlsx import xlsx_rows

__all__ = ["MOST_BYTES", "CatalogueError", "read_catalogue"]

MOST_BYTES: Final = 10_000_000

_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"  # [MS-CFB]: .xls, and every workbook with a password

_ADVICE: Final[dict[Fault, str]] = {
    "large": "keep only this store's products",
    "changing": "the next refresh reads it again",
}

_Found = tuple[tuple[Product, ...], tuple[ProductProblem, ...]]


def read_catalogue(path: Path) -> _Found:
    """Products in the order of the file, and what of it could not be used.

    Raises CatalogueError, with the file's name, when there is nothing in it to go by; a file
    without products is such a one, because it is more often half written than meant.
    """
    try:
        content = read_at_once(path, MOST_BYTES)
    except ForeignFileError as error:
        advice = _ADVICE | {"kind": f"look at {path}", "unreadable": f"check {path}"}
        raise CatalogueError(f"{path.name}: {error.words(advice)}") from None
    products, problems = _read(path.name, content)
    if not products:
        what = f": {problems[0].text}" if problems else ""
        raise CatalogueError(f"{path.name}: holds no products{what}")
    return products, problems


def _read(name: str, content: bytes) -> _Found:
    """By its first bytes; a wrong ending is common, and says nothing."""
    if content.startswith(_ZIP):
        return products_of(name, xlsx_rows(name, content))
    if content.startswith(_OLD_OFFICE):
        raise CatalogueError(
            f"{name}: is an old .xls, or has a password; save it as XLSX without one, or as CSV"
        )
    text, guessed = text_of(name, content)
    if text.lstrip()[:1] in ("[", "{"):
        products, problems = json_products(name, text)
        return products, (*guessed, *problems)
    quotes: list[ProductProblem] = []
    products, problems = products_of(name, csv_rows(text, quotes, name))
    return products, (*guessed, *quotes[:20], *problems)
