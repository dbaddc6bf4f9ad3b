"""Which column of a catalogue holds what? By the names that shops and platforms give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from livedesk.pins.catalogue_text import folded, quoted

MOST_COLUMNS: Final = 200

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "product id", "item id", "goods id", "spu id", "product", "item"),
    "title": ("title", "name", "product name", "product title", "item name", "item title"),
    "sku": ("sku", "seller sku", "sku id", "sku code", "article number", "item number"),
    "price": ("price", "sale price", "unit price", "current price", "retail price"),
    "currency": ("currency", "currency code", "price currency"),
    "picture": (
        "picture", "image", "picture url", "image url", "image link", "main image", "photo",
        "thumbnail",
    ),
    "stock": ("stock", "quantity", "qty", "inventory", "stock quantity", "stock level"),
    "state": ("status", "state", "availability", "product status"),
    "reason": ("reason", "status reason"),
    "category": ("category", "product category", "category name", "product type"),
    "position": ("position", "order", "pos", "sort order", "show order", "sequence"),
    "description": (
        "description", "product description", "item description", "long description", "body",
    ),
    "shop": ("shop", "shop name", "shop id", "seller", "seller name", "vendor"),
}  # fmt: skip
"""The earlier name counts where a catalogue has several of one field's."""
_FOLDED: Final = {field: tuple(folded(name) for name in names) for field, names in _NAMES.items()}
_REQUIRED: Final = ("id", "title")


class CatalogueError(Exception):
    """A catalogue cannot be used at all; what was known before stays. The text says why."""


def columns_of(header: Sequence[object]) -> dict[str, int]:
    """Where each field stands. Case, blanks and what is in brackets do not count."""
    places: dict[str, int] = {}
    for at, name in enumerate(header[:MOST_COLUMNS]):
        if name is not None:
            places.setdefault(folded(re.sub(r"\(.*?\)", "", str(name)[:200])), at)
    found: dict[str, int] = {}
    for field, names in _FOLDED.items():
        known = [places[name] for name in names if name in places]
        if known:
            found[field] = known[0]
    return found


def is_header(columns: Mapping[str, int]) -> bool:
    return all(field in columns for field in _REQUIRED)


def missing_columns(file: str, header: Sequence[object]) -> CatalogueError:
    """Names what is missing, what is there, and under which names it would be known."""
    columns = columns_of(header)
    absent = [field for field in _REQUIRED if field not in columns]
    shown = ", ".join(quoted(name) for name in header[:12] if name not in (None, ""))
    more = f" and {len(header) - 12} more" if len(header) > 12 else ""
    wanted = "; ".join(f"{field} (or {', '.join(_NAMES[field][1:4])})" for field in absent)
    return CatalogueError(
        f"{file}: no column for {' and '.join(absent)}: expected {wanted}; "
        f"found {shown + more if shown else 'no names of columns'}"
    )
