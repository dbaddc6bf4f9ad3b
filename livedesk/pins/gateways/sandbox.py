"""How does the sandbox pin? Its own protocol: idempotency keys, read-back, errors as JSON."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote

from livedesk.core.clock import Clock
from livedesk.core.pin_settings import SandboxGateway
from livedesk.core.pins import GatewayStatus, Product, ProductState
from livedesk.pins.catalogue_text import LONGEST_TEXT, without_tags
from livedesk.pins.gateways.base import Abilities, Products, Shown, no_products, not_shown
from livedesk.pins.gateways.pages import Page, all_pages
from livedesk.platforms.answers import (
    TOO_MANY,
    JsonObject,
    UnusableError,
    by_status,
    money,
    parsed,
    part,
    parts,
    retry_after_s,
    said,
    sentence,
    server_error,
    text,
    unanswered,
    unusable,
    whole_or_none,
)
from livedesk.platforms.call_budget import Counted
from livedesk.platforms.connection import Reply, Request, header_text, split_url
from livedesk.platforms.health import Health
from livedesk.platforms.lanes import ANSWER_BYTES, PAGE_BYTES, Lanes
from livedesk.platforms.outcome import Answer, Departure

_PAGE: Final = 100
_STATES: Final[dict[str, ProductState]] = {
    "available": "available",
    "out_of_stock": "out_of_stock",
    "restricted": "restricted",
    "flagged": "flagged",
}
_CODES: Final = {
    "not_authorized": "The platform does not take this token; look at [store.pins].",
    "unknown_room": "The platform knows no such live room; look at [store.pins].",
    "unknown_product": "The platform does not know this product.",
    "not_live": "The room is not live.",
    "out_of_stock": "Out of stock, says the platform.",
    "restricted": "Restricted by the platform.",
    "key_reused": "The platform has this key for another product; fire again.",
}
"""All of them are final: the next attempt would be told the same."""


class SandboxShop:
    """Implements Gateway."""

    def __init__(
        self, settings: SandboxGateway, lanes: Lanes, clock: Clock, counted: Counted
    ) -> None:
        prefix = split_url(settings.url)[1].rstrip("/")
        self._live = f"{prefix}/v1/live/{quote(settings.room, safe='')}"
        self._token = settings.token
        self._lanes = lanes
        self._clock = clock
        self._counted = counted
        self._health = Health()

    @property
    def abilities(self) -> Abilities:
        return Abilities()

    def status(self) -> GatewayStatus:
        state, reason = self._health.seen(self._lanes.trouble)
        return GatewayStatus("sandbox", state, reason, round_trip_ms=self._lanes.round_trip_ms)

    async def pin(
        self, product: Product, key: str, limit_s: float, departure: Departure | None = None
    ) -> Answer:
        body = json.dumps({"product_id": product.id}).encode()
        found = await self._call("POST", "pin", limit_s, key, body, departure=departure)
        if isinstance(found, Answer):
            return found
        try:
            shown_id = text(part(found, "pinned"), "product_id")
            if shown_id != product.id:
                raise UnusableError("an answer about another product")
        except UnusableError as error:
            return self._health.take(unusable(error))
        return self._health.take(Answer("done"))

    async def unpin(self, key: str, limit_s: float, departure: Departure | None = None) -> Answer:
        found = await self._call("DELETE", "pin", limit_s, key, departure=departure)
        if isinstance(found, Answer):
            return found
        if "pinned" not in found or found["pinned"] is not None:
            return self._health.take(unusable(UnusableError("an answer that is none to an unpin")))
        return self._health.take(Answer("done"))

    async def shown(self, limit_s: float) -> Shown:
        found = await self._call("GET", "pin", limit_s)
        if isinstance(found, Answer):
            return not_shown(found)
        try:
            is_empty = "pinned" in found and found["pinned"] is None
            product_id = None if is_empty else text(part(found, "pinned"), "product_id")
        except UnusableError as error:
            return not_shown(self._health.take(unusable(error)))
        self._health.take(Answer("done"))
        return Shown(True, product_id)

    async def products(self, limit_s: float) -> Products:
        return await all_pages(self._page, self._counted, self._clock, limit_s)

    async def _page(self, offset: str, limit_s: float) -> Page | Products:
        found = await self._call(
            "GET", f"products?offset={offset or 0}&limit={_PAGE}", limit_s, max_bytes=PAGE_BYTES
        )
        if isinstance(found, Answer):
            return no_products(found)
        try:
            offset_now = whole_or_none(found, "next_offset")
            following = "" if offset_now is None else str(offset_now)
            page = Page(parts(found, "products"), _product, following)
        except UnusableError as error:
            return no_products(self._health.take(unusable(error)))
        self._health.take(Answer("done"))
        return page

    async def keep_warm(self) -> None:
        await self._lanes.keep_warm()

    async def renew(self, until_utc_ns: int) -> None:
        """Its token is that of the settings; there is nothing to renew."""

    async def close(self) -> None:
        await self._lanes.close()

    async def _call(
        self,
        method: str,
        what: str,
        limit_s: float,
        key: str = "",
        body: bytes | None = None,
        *,
        max_bytes: int = ANSWER_BYTES,
        departure: Departure | None = None,
    ) -> JsonObject | Answer:
        """What a 200 holds; else the Answer, which the health knows of."""
        headers = {"Authorization": f"Bearer {self._token.reveal()}"}
        if key:
            headers["Idempotency-Key"] = header_text(key)
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = Request(method, f"{self._live}/{what}", headers, body)
        reply = await self._lanes.ask(request, limit_s, max_bytes, departure)
        if not isinstance(reply, Reply):
            return self._health.take(unanswered(reply))
        try:
            found = await parsed(reply)
            if reply.status == 200 and found.get("error") is None:
                return found
            return self._health.take(self._refused(reply, found))
        except UnusableError as error:
            return self._health.take(by_status(reply, self._clock.utc_ns(), error))

    def _refused(self, reply: Reply, found: JsonObject) -> Answer:
        """Raises UnusableError when it does not say so in the words of the protocol."""
        error = part(found, "error")
        code, message = text(error, "code"), said(text(error, "message", ""), (self._token,))
        wait_s = retry_after_s(reply, self._clock.utc_ns())
        if reply.status >= 500:
            return server_error(reply.status, wait_s)
        if code == "rate_limited":
            return Answer("none", code, TOO_MANY, retry_after_s=wait_s)
        if code in _CODES:
            return Answer("none", code, _CODES[code], final=True)
        if 400 <= reply.status < 500:
            words = sentence(f"the platform refused: {message}")
            return Answer("none", "refused", words, final=True)
        words = sentence(f"the platform answered {reply.status} with an error in it: {message}")
        return Answer("maybe", "server_error", words, retry_after_s=wait_s)


def _product(entry: JsonObject, position: int) -> Product:
    """Raises UnusableError."""
    state = _STATES.get(text(entry, "status", "available"))
    if state is None:
        raise UnusableError("status is none that is known")
    price = part(entry, "price") if entry.get("price") is not None else {}
    return Product(
        id=text(entry, "id"),
        title=text(entry, "title", ""),
        sku=text(entry, "sku", ""),
        price=money(price.get("amount")),
        currency=text(price, "currency", ""),
        picture=text(entry, "picture_url", ""),
        stock=whole_or_none(entry, "stock"),
        state=state,
        reason=text(entry, "reason", ""),
        category=text(entry, "category", ""),
        position=whole_or_none(entry, "position"),
        description=without_tags(text(entry, "description", ""))[:LONGEST_TEXT],
    )
