"""How does Shopee pin? `update_show_item` of the livestream module, read back by `get_show_item`.

It knows no idempotency keys, so a second attempt follows a read-back only. An item's id is unique
within its shop, and a live may show other shops' items: a product's id is the item's for the
settings' own shop, and `shop:item` for all others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.pin_settings import ShopeeGateway
from livedesk.core.pins import GatewayStatus, Product
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.pins.gateways.base import Abilities, Products, Shown, no_products, not_shown
from livedesk.pins.gateways.pages import Page, all_pages
from livedesk.platforms.answers import (
    JsonObject,
    UnusableError,
    by_status,
    flag,
    money,
    parsed,
    part,
    parts,
    said,
    text,
    unanswered,
    unusable,
    whole,
    whole_or_none,
)
from livedesk.platforms.call_budget import Counted
from livedesk.platforms.connection import Reply, Request
from livedesk.platforms.health import Health
from livedesk.platforms.lanes import ANSWER_BYTES, PAGE_BYTES, Lanes, NoReply
from livedesk.platforms.outcome import Answer, Departure
from livedesk.platforms.shopee_errors import is_sign_in_refused, is_token_refused, judged
from livedesk.platforms.shopee_sign import public_target, user_target
from livedesk.platforms.tokens import Access, NotRenewed, Renewed, not_renewed

_MODULE: Final = "/api/v2/livestream/"
_RENEWAL: Final = "/api/v2/auth/access_token/get"
_PAGE: Final = 100
_REFRESH_LIFE_S: Final = 30 * 24 * 3600
_NO_ACCESS: Final = "There is no access to Shopee now."


def access_name(settings: ShopeeGateway) -> str:
    """One sign-in for a user of an app, whichever stores use it."""
    return f"shopee-{settings.partner_id}-{settings.user_id}"


class ShopeeLive:
    """Implements Gateway."""

    def __init__(
        self,
        settings: ShopeeGateway,
        lanes: Lanes,
        clock: Clock,
        counted: Counted,
        access: Access,
    ) -> None:
        self._settings = settings
        self._lanes = lanes
        self._clock = clock
        self._counted = counted
        self._access = access
        self._health = Health()
        self._until_utc_ns = 0
        self._tasks = Tasks()

    @property
    def abilities(self) -> Abilities:
        return Abilities(honours_keys=False)

    def status(self) -> GatewayStatus:
        state, reason = self._health.seen(self._lanes.trouble)
        if self._access.token() is None and not self._lanes.trouble:
            state, reason = "down", self._access.reason or _NO_ACCESS
        elif self._access.reason and state != "down":
            state, reason = "degraded", self._access.reason
        return GatewayStatus(
            "shopee",
            state,
            reason,
            token_until_utc_ns=self._access.until_utc_ns,
            token_covers_show=self._access.covers(self._until_utc_ns),
            round_trip_ms=self._lanes.round_trip_ms,
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
        body = json.dumps({"session_id": self._settings.session_id, **values}).encode()
        found = await self._call("POST", name, {}, limit_s, body, departure=departure)
        return found if isinstance(found, Answer) else self._health.take(Answer("done"))

    async def shown(self, limit_s: float) -> Shown:
        query = {"session_id": self._settings.session_id}
        found = await self._call("GET", "get_show_item", query, limit_s)
        if isinstance(found, Answer):
            return not_shown(found)
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
        query = {
            "session_id": self._settings.session_id,
            "offset": int(offset or 0),
            "page_size": _PAGE,
        }
        found = await self._call("GET", "get_item_list", query, limit_s, max_bytes=PAGE_BYTES)
        if isinstance(found, Answer):
            return no_products(found)
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
        return str(item_id) if shop_id == self._settings.shop_id else f"{shop_id}:{item_id}"

    def _ids(self, product: Product) -> tuple[int, int] | None:
        """Item and shop of a product's id."""
        shop, _, item = product.id.rpartition(":")
        shop = shop or str(self._settings.shop_id)
        if not all(n.isascii() and n.isdecimal() and len(n) < 20 for n in (item, shop)):
            return None
        return int(item), int(shop)

    async def keep_warm(self) -> None:
        await self._lanes.keep_warm()

    async def renew(self, until_utc_ns: int) -> None:
        self._until_utc_ns = until_utc_ns
        await self._access.renew(until_utc_ns, self._ask_renewal, self._counted.renewal)

    async def close(self) -> None:
        await self._access.settled()
        await self._tasks.close()
        await self._lanes.close()

    async def _call(
        self,
        method: str,
        name: str,
        query: Mapping[str, int],
        limit_s: float,
        body: bytes | None = None,
        *,
        max_bytes: int = ANSWER_BYTES,
        departure: Departure | None = None,
    ) -> JsonObject | Answer:
        """An answer without an error in it; else the Answer, which the health knows of."""
        access = self._access.token()
        if access is None:
            self._renew_soon()
            reason = self._access.reason or _NO_ACCESS
            return self._health.take(Answer("none", "no_access", reason, final=True))
        target = user_target(
            _MODULE + name,
            query,
            partner_id=self._settings.partner_id,
            partner_key=self._settings.partner_key,
            user_id=self._settings.user_id,
            access=access,
            timestamp_s=self._clock.utc_ns() // NS_PER_S,
        )
        headers = {"Content-Type": "application/json"} if body is not None else {}
        request = Request(method, target, headers, body)
        reply = await self._lanes.ask(request, limit_s, max_bytes, departure)
        return await self._read(reply, access)

    async def _read(self, reply: Reply | NoReply, access: Secret) -> JsonObject | Answer:
        if not isinstance(reply, Reply):
            return self._health.take(unanswered(reply))
        utc_ns = self._clock.utc_ns()
        try:
            found = await parsed(reply)
            error, words = text(found, "error"), text(found, "message", "")
            if not error and reply.status != 200:
                raise UnusableError(f"an answer of the unexpected status {reply.status}")
        except UnusableError as problem:
            return self._health.take(by_status(reply, utc_ns, problem))
        if not error:
            return found
        if is_token_refused(error, words):
            self._access.refused(access)
            self._renew_soon()
        secrets = (access, self._settings.partner_key)
        answer = judged(said(error, secrets), said(words, secrets), reply, utc_ns)
        return self._health.take(answer)

    def _renew_soon(self) -> None:
        """Beside the call that found it out: a pin has no time to wait for it."""
        if self._access.may_try() and not self._access.is_renewing:
            self._tasks.spawn("renewal of Shopee's access", self.renew(self._until_utc_ns))

    async def _ask_renewal(self, refresh: Secret, limit_s: float) -> Renewed | NotRenewed:
        settings = self._settings
        target = public_target(
            _RENEWAL,
            partner_id=settings.partner_id,
            partner_key=settings.partner_key,
            timestamp_s=self._clock.utc_ns() // NS_PER_S,
        )
        body = {
            "refresh_token": refresh.reveal(),
            "partner_id": settings.partner_id,
            "user_id": settings.user_id,
        }
        request = Request(
            "POST", target, {"Content-Type": "application/json"}, json.dumps(body).encode()
        )
        reply = await self._lanes.ask(request, limit_s)
        if isinstance(reply, NoReply):
            return not_renewed(unanswered(reply))
        utc_ns = self._clock.utc_ns()
        try:
            found = await parsed(reply)
            if error := text(found, "error", ""):
                return self._renewal_refused(error, text(found, "message", ""), reply, refresh)
            life_s = whole(found, "expire_in")
            access, following = text(found, "access_token"), text(found, "refresh_token")
            if not (access and following and 0 < life_s <= _REFRESH_LIFE_S):
                raise UnusableError("an answer without tokens")
        except UnusableError as problem:
            return not_renewed(by_status(reply, utc_ns, problem))
        return Renewed(
            Secret(access),
            utc_ns + life_s * NS_PER_S,
            Secret(following),
            utc_ns + _REFRESH_LIFE_S * NS_PER_S,
        )

    def _renewal_refused(self, error: str, words: str, reply: Reply, refresh: Secret) -> NotRenewed:
        secrets = (refresh, self._settings.partner_key)
        utc_ns = self._clock.utc_ns()
        answer = judged(said(error, secrets), said(words, secrets), reply, utc_ns)
        if is_sign_in_refused(error, words):
            return NotRenewed("sign_in", answer.text)
        return not_renewed(answer)
