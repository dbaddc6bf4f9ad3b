"""Which products does a JSON text hold? An array of objects, or an object with `products`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from livedesk.core.pins import Product, ProductProblem
from livedesk.pins.catalogue_columns import CatalogueError, columns_of, is_header, missing_columns
from livedesk.pins.catalogue_rows import keyed_products_of

_LOOKED_AT: Final = 100


def json_products(file: str, text: str) -> tuple[tuple[Product, ...], tuple[ProductProblem, ...]]:
    """Raises CatalogueError when it is no list of products."""
    entries = _entries(file, text)
    headers = [list(entry) for entry in entries[:_LOOKED_AT] if isinstance(entry, dict)]
    if entries and not any(is_header(columns_of(header)) for header in headers):
        raise missing_columns(file, headers[0] if headers else ())
    return keyed_products_of(file, _keyed(entries))


def fields_of(entry: Mapping[str, object]) -> dict[str, object]:
    """An object's values by the fields of a product, whatever they are called in it."""
    names = list(entry)
    return {field: entry[names[at]] for field, at in columns_of(names).items()}


def _keyed(entries: list[object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for number, entry in enumerate(entries, 1):
        # What is no object has no id either, and is told as that.
        fields = fields_of(entry) if isinstance(entry, dict) else {"title": entry}
        yield f"product {number}", fields


def _entries(file: str, text: str) -> list[object]:
    try:
        # Numbers stay exact: prices as Decimal, and NaN as a text that is no price.
        document = json.loads(text, parse_float=Decimal, parse_constant=str)
    except json.JSONDecodeError as error:
        raise CatalogueError(
            f"{file}, line {error.lineno}: this is not valid JSON ({error.msg})"
        ) from None
    except RecursionError:
        raise CatalogueError(f"{file}: brackets are nested too deeply") from None
    except ValueError:  # a number of more digits than Python takes from a stranger
        raise CatalogueError(f"{file}: holds a number of thousands of digits") from None
    if isinstance(document, dict):
        document = document.get("products")
    if not isinstance(document, list):
        raise CatalogueError(f'{file}: expected a list of products, or {{"products": [...]}}')
    return document
