"""How does Shopee pin? `update_show_item` of the livestream module, read back by `get_show_item`.

It knows no idempotency keys, so a second attempt follows a read-back only. An item's id is unique
within its shop, and a live may show other shops' items: a product's id is the item's for the
settings' own shop, and `shop:item` for all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.pins import GatewayStatus, Product
from livedesk.pins.gateways.base import Abilities, Products, Shown, no_products, not_shown
from livedesk.pins.gateways.pages import Page, all_pages
from livedesk.platforms.answers import (
    JsonObject,
    UnusableError,
    flag,
    money,
    part,
    parts,
    text,
    unusable,
    whole,
    whole_or_none,
)
from livedesk.platforms.call_budget import Counted
from livedesk.platforms.health import Health
from livedesk.platforms.lanes import PAGE_BYTES
from livedesk.platforms.outcome import Answer, Departure
from livedesk.platforms.shopee import ShopeeCalls

_PAGE: Final = 100


class ShopeeLive:
    """Implements Gateway. `calls` are its own: it closes them, whoever borrows them."""

    def __init__(self, shop_id: int, calls: ShopeeCalls, clock: Clock) -> None:
        self._shop_id = shop_id
        self._clock = clock
        self._counted = Counted(calls.budget, clock)
        self._health = Health()
        self.calls = calls

    @property
    def abilities(self) -> Abilities:
        return Abilities(honours_keys=False)

    def status(self) -> GatewayStatus:
        state, reason = self.calls.seen(self._health)
        return GatewayStatus(
            "shopee",
            state,
            reason,
            token_until_utc_ns=self.calls.token_until_utc_ns,
            token_covers_show=self.calls.token_covers_show,
            round_trip_ms=self.calls.round_trip_ms,
        )

    async def pin(
        self, product: Product, key: str, limit_s: float, departure: Departure | None = None
    ) -> Answer:
        ids = self._ids(product)
        if ids is None:
            words = "Shopee's ids are whole numbers; this product has another one."
            return Answer("none", "unknown_product", words, final=True)
        item = {"item_id": ids[0], "shop_id": ids[1]}
        return await self._write("update_show_item", item, limit_s, departure)

    async def unpin(self, key: str, limit_s: float, departure: Departure | None = None) -> Answer:
        return await self._write("delete_show_item", {}, limit_s, departure)

    async def _write(
        self, name: str, values: Mapping[str, int], limit_s: float, departure: Departure | None
    ) -> Answer:
        found = await self.calls.write(name, values, limit_s, departure)
        return self._health.take(found if isinstance(found, Answer) else Answer("done"))

    async def shown(self, limit_s: float) -> Shown:
        found = await self.calls.read("get_show_item", {}, limit_s)
        if isinstance(found, Answer):
            return not_shown(self._health.take(found))
        try:
            response = part(found, "response")
            product_id = None
            if flag(response, "has_show_item"):
                product_id = self._product_id(part(response, "item"))
        except UnusableError as error:
            return not_shown(self._health.take(unusable(error)))
        self._health.take(Answer("done"))
        return Shown(True, product_id)

    async def products(self, limit_s: float) -> Products:
        return await all_pages(self._page, self._counted, self._clock, limit_s)

    async def _page(self, offset: str, limit_s: float) -> Page | Products:
        query = {"offset": int(offset or 0), "page_size": _PAGE}
        found = await self.calls.read("get_item_list", query, limit_s, PAGE_BYTES)
        if isinstance(found, Answer):
            return no_products(self._health.take(found))
        try:
            response = part(found, "response")
            following = str(whole(response, "next_offset")) if flag(response, "more") else ""
            page = Page(parts(response, "list"), self._product, following)
        except UnusableError as error:
            return no_products(self._health.take(unusable(error)))
        self._health.take(Answer("done"))
        return page

    def _product(self, entry: JsonObject, position: int) -> Product:
        """Raises UnusableError. The list tells no stock."""
        price = part(entry, "price_info") if entry.get("price_info") is not None else {}
        return Product(
            id=self._product_id(entry),
            title=text(entry, "name", ""),
            price=money(price.get("current_price")),
            currency=text(price, "currency", ""),
            picture=text(entry, "image_url", ""),
            position=whole_or_none(entry, "item_no") or position,
            shop=str(whole(entry, "shop_id")),
        )

    def _product_id(self, entry: JsonObject) -> str:
        item_id, shop_id = whole(entry, "item_id"), whole(entry, "shop_id")
        return str(item_id) if shop_id == self._shop_id else f"{shop_id}:{item_id}"

    def _ids(self, product: Product) -> tuple[int, int] | None:
        """Item and shop of a product's id."""
        shop, _, item = product.id.rpartition(":")
        shop = shop or str(self._shop_id)
        if not all(n.isascii() and n.isdecimal() and len(n) < 20 for n in (item, shop)):
            return None
        return int(item), int(shop)

    async def keep_warm(self) -> None:
        await self.calls.keep_warm()

    async def renew(self, until_utc_ns: int) -> None:
        await self.calls.renew(until_utc_ns)

    async def close(self) -> None:
        await self.calls.close()
