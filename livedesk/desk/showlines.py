"""What stands in the run of show, and which products does a search find?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from livedesk.core.pins import CueState, Product, ProductList, RunOfShow
from livedesk.desk.pin_words import price_of, stock_of, title_of
from livedesk.desk.words import tr

FOUND_MOST = 100
_SEARCHED_CHARACTERS = 400
"""Of a title: a catalogue may bring 10,000 each, and nobody searches for its end."""


@dataclass(frozen=True, slots=True)
class ShowLine:
    """One line of the run of show, or one product that was found (without `cue_id`)."""

    product_id: str
    title: str
    cue_id: str = ""
    number: int = 0
    """Its place, from 1; 0 for a product that is not in the run of show."""
    price: str = ""
    stock: str = ""
    """What is left, or why it cannot be pinned."""
    refused: bool = False
    state: CueState = "waiting"
    pins: int = 0
    picture: str = ""
    """Changes when another picture has to be fetched; empty when it has none."""
    tells_pin: bool = True
    """Of several lines of one product only one tells what became of its newest pin."""

    @property
    def is_here(self) -> bool:
        return bool(self.cue_id)


def show_lines(show: RunOfShow, products: Mapping[str, Product]) -> tuple[ShowLine, ...]:
    """The run of show with what is known of its products."""
    tellers: dict[str, str] = {}
    for cue in show.cues:
        if cue.product_id not in tellers or cue.pins > 0:
            tellers[cue.product_id] = cue.id
    lines = []
    for place, cue in enumerate(show.cues, 1):
        product = products.get(cue.product_id)
        told = tellers[cue.product_id] == cue.id
        if product is None:
            unknown = tr("Not in the catalogue.") if products else ""
            lines.append(
                ShowLine(cue.product_id, title_of(cue.product_id), cue.id, place, stock=unknown,
                         refused=bool(unknown), state=cue.state, pins=cue.pins, tells_pin=told)
            )  # fmt: skip
            continue
        lines.append(_line(product, cue.id, place, cue.state, cue.pins, told))
    return tuple(lines)


def _line(
    product: Product,
    cue_id: str = "",
    place: int = 0,
    state: CueState = "waiting",
    pins: int = 0,
    told: bool = True,
) -> ShowLine:
    return ShowLine(
        product.id, title_of(product.title or product.id), cue_id, place, price_of(product),
        stock_of(product), bool(product.refusal), state, pins, product.picture, told,
    )  # fmt: skip


class ProductIndex:
    """Finds products by words of their title, SKU, number or category."""

    def __init__(self, products: ProductList) -> None:
        self.list = products
        self.by_id = {product.id: product for product in products.products}
        self._searched = [_searched(product) for product in products.products]

    def find(self, text: str) -> tuple[tuple[ShowLine, ...], int]:
        """The first FOUND_MOST that have every word, and how many there are."""
        words = text.casefold().split()
        found = [
            product
            for product, searched in zip(self.list.products, self._searched, strict=True)
            if all(word in searched for word in words)
        ]
        return tuple(_line(product) for product in found[:FOUND_MOST]), len(found)


def _searched(product: Product) -> str:
    title = product.title[:_SEARCHED_CHARACTERS]
    return f"{title}\n{product.sku}\n{product.id}\n{product.category}".casefold()
