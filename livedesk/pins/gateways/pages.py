"""How does a list in pages become the products of a store? Bounded in time and in number."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.pins import Product
from livedesk.pins.gateways.base import Products
from livedesk.platforms.answers import JsonObject, UnusableError
from livedesk.platforms.call_budget import Counted

_MOST_PAGES: Final = 50
_MOST_PROBLEMS: Final = 200
_CALL_S: Final = 5.0
"""For one page, however much time there is for all."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page lists, how an entry is read, and what names the next page (empty: no more)."""

    entries: Sequence[Any]
    read: Callable[[JsonObject, int], Product]
    """Of an entry and its place from 1, a Product; raises UnusableError."""
    following: str = ""


async def all_pages(
    ask: Callable[[str, float], Awaitable[Page | Products]],
    counted: Counted,
    clock: Clock,
    limit_s: float,
) -> Products:
    """Page after page. One that fails fails all: half a list would look like products gone."""
    until_mono_ns = clock.mono_ns() + round(limit_s * NS_PER_S)
    taken = _Taken()
    following = ""
    for _ in range(_MOST_PAGES):
        left_s = (until_mono_ns - clock.mono_ns()) / NS_PER_S
        if left_s <= 0:
            return Products(False, code="no_answer", text="The products did not come in time.")
        if (wait_s := counted.wait_s()) is not None:
            words = "This minute's calls are kept for pins."
            return Products(False, code="calls_spent", text=words, retry_after_s=wait_s)
        page = await ask(following, min(left_s, _CALL_S))
        if isinstance(page, Products):
            return page
        taken.add(page)
        if not page.following:
            return taken.products()
        if page.following == following:
            break
        following = page.following
    return Products(False, code="bad_answer", text="The platform's list of products has no end.")


class _Taken:
    def __init__(self) -> None:
        self._products: dict[str, Product] = {}
        self._problems: list[tuple[str, str]] = []
        self._place = 0

    def add(self, page: Page) -> None:
        for entry in page.entries:
            self._place += 1
            try:
                if not isinstance(entry, dict):
                    raise UnusableError("it is no object")
                product = page.read(entry, self._place)
                if not product.id:
                    raise UnusableError("id is empty")
                if product.id in self._products:
                    raise UnusableError(f"its id {product.id[:60]} stands before already")
            except UnusableError as error:
                self._problem(str(error))
            else:
                self._products[product.id] = product

    def _problem(self, words: str) -> None:
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems.append((f"product {self._place}", words))

    def products(self) -> Products:
        return Products(True, tuple(self._products.values()), tuple(self._problems))
