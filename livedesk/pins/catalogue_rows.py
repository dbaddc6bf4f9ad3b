"""Which products do the rows of a catalogue hold? Each of them once, and no more than we show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from livedesk.core.pins import Product, ProductProblem, ProductState
from livedesk.pins.catalogue_cells import RowError, Tell, product_of
from livedesk.pins.catalogue_columns import columns_of, is_header, missing_columns
from livedesk.pins.catalogue_text import quoted

MOST_PRODUCTS: Final = 10_000
MOST_PROBLEMS: Final = 200
HEADER_WITHIN: Final = 20
"""Platforms put titles and explanations above the names of the columns."""

_BY_STATE: Final[tuple[ProductState, ...]] = (
    "restricted", "flagged", "available", "out_of_stock", "unlisted",
)  # fmt: skip
"""Of two variants' states the earlier one is the whole product's."""

Row = tuple[str, Sequence[object]]
"""Where it stands, such as `line 7`, and its cells."""


def products_of(
    file: str, rows: Iterable[Row]
) -> tuple[tuple[Product, ...], tuple[ProductProblem, ...]]:
    """Rows under a header, which is found among the first. Raises CatalogueError without one."""
    remaining = iter(rows)
    columns = _header(file, remaining)
    return keyed_products_of(
        file,
        (
            (where, {field: cells[at] for field, at in columns.items() if at < len(cells)})
            for where, cells in remaining
        ),
    )


def keyed_products_of(
    file: str, entries: Iterable[tuple[str, Mapping[str, object]]]
) -> tuple[tuple[Product, ...], tuple[ProductProblem, ...]]:
    """Entries whose cells are known by their field."""
    problems = _Problems(file)
    products: dict[str, Product] = {}
    places: dict[str, str] = {}
    for where, cells in entries:
        if all(cell is None or not str(cell).strip() for cell in cells.values()):
            continue
        if len(products) >= MOST_PRODUCTS:
            problems.tell(where, f"more than {MOST_PRODUCTS} products; the rest is left out")
            break
        try:
            product = product_of(cells, problems.at(where))
        except RowError as error:
            problems.tell(where, f"{error}; the line is left out")
            continue
        first = places.setdefault(product.id, where)
        if (known := products.get(product.id)) is None:
            products[product.id] = product
        elif _is_variant(known, product):
            products[product.id] = _with_variant(known, product)
        else:
            text = f"id {quoted(product.id)} stands on {first} already; this line is left out"
            problems.tell(where, text)
    return tuple(products.values()), problems.told()


def _header(file: str, rows: Iterator[Row]) -> Mapping[str, int]:
    first: Sequence[object] = ()
    for at, (_, cells) in enumerate(rows):
        columns = columns_of(cells)
        if is_header(columns):
            return columns
        first = first or [cell for cell in cells if cell not in (None, "")]
        if at + 1 >= HEADER_WITHIN:
            break
    raise missing_columns(file, first)


def _is_variant(one: Product, other: Product) -> bool:
    """Platforms export a row for each size or colour, under the id of the whole product."""
    return bool(one.sku and other.sku) and one.sku != other.sku and one.title == other.title


def _with_variant(product: Product, variant: Product) -> Product:
    """It is there as long as one variant is, unless the platform or compliance objects to one."""
    both = (product, variant)
    stocks = [each.stock for each in both if each.stock is not None]
    decides = min(both, key=lambda each: _BY_STATE.index(each.state))
    return replace(
        product,
        stock=sum(stocks) if len(stocks) == len(both) else None,
        state=decides.state,
        reason=decides.reason,
    )


class _Problems:
    """Bounded: the first are told, the others counted."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._problems: list[ProductProblem] = []
        self._more = 0

    def at(self, where: str) -> Tell:
        return lambda field, text: self.tell(f"{where}, {field}", text)

    def tell(self, where: str, text: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(ProductProblem(f"{self._file}, {where}", text))
        else:
            self._more += 1

    def told(self) -> tuple[ProductProblem, ...]:
        more = (ProductProblem(self._file, f"and {self._more} more"),) if self._more else ()
        return (*self._problems, *more)
