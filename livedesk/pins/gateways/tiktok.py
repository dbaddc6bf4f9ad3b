"""Which products does a TikTok Shop have? Its signed product search; there is no call to pin with.

Partner API, version 202309 of the search (the version is part of each call's path).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.pin_settings import TikTokProducts
from livedesk.core.pins import Product, ProductState
from livedesk.core.secrets import Secret
from livedesk.pins.catalogue_text import LONGEST_TEXT, without_tags
from livedesk.pins.gateways.base import Products, no_products
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
    text,
    unanswered,
    unusable,
    whole,
)
from livedesk.platforms.call_budget import Counted
from livedesk.platforms.connection import Reply, Request
from livedesk.platforms.lanes import PAGE_BYTES, Lanes
from livedesk.platforms.outcome import Answer
from livedesk.platforms.tokens import Access, NotRenewed, Renewed, not_renewed

_RENEWAL: Final = "/api/v2/token/refresh"
_PAGE: Final = 100
_SEARCH: Final = b'{"status":"ALL"}'
_BUSY: Final = 36009002
_INTERNAL: Final = 36009003
_EXPIRED: Final = 105002
_AGO: Final = 1_000_000_000
"""Where an expiry is larger it is an instant in Unix seconds, else a life in seconds."""
_STATES: Final[dict[str, tuple[ProductState, str]]] = {
    "ACTIVATE": ("available", ""),
    "LIVE": ("available", ""),
    "PENDING": ("restricted", "in review by TikTok Shop"),
    "FAILED": ("flagged", "it failed TikTok Shop's review"),
    "SELLER_DEACTIVATED": ("unlisted", "taken off sale by the seller"),
    "PLATFORM_DEACTIVATED": ("restricted", "taken off sale by TikTok Shop"),
    "FREEZE": ("flagged", "frozen by TikTok Shop"),
}
_GONE: Final = frozenset(("DRAFT", "DELETED"))


def sign(secret: Secret, path: str, query: Mapping[str, str], body: bytes = b"") -> str:
    """Hex HMAC-SHA256 of secret + path + sorted names and values + body + secret.

    As several public clients do it; `sign` and `access_token` are left out.
    """
    rest = "".join(
        name + query[name] for name in sorted(query) if name not in ("sign", "access_token")
    )
    key = secret.reveal().encode()
    return hmac.new(key, key + (path + rest).encode() + body + key, hashlib.sha256).hexdigest()


def access_name(settings: TikTokProducts) -> str:
    shop = hashlib.sha256(settings.shop_cipher.reveal().encode()).hexdigest()[:12]
    app = "".join(c for c in settings.app_key if c.isascii() and c.isalnum())
    return f"tiktok-{app}-{shop}"


class TikTokShop:
    """Implements CatalogueSource."""

    def __init__(
        self,
        settings: TikTokProducts,
        lanes: Lanes,
        auth_lanes: Lanes,
        clock: Clock,
        counted: Counted,
        access: Access,
    ) -> None:
        self._settings = settings
        self._lanes = lanes
        self._auth_lanes = auth_lanes
        self._clock = clock
        self._counted = counted
        self._access = access

    @property
    def reason(self) -> str:
        """What is wrong with the access, and when it is tried again; empty when all is well."""
        return self._access.reason

    @property
    def token_until_utc_ns(self) -> int | None:
        return self._access.until_utc_ns

    def covers(self, until_utc_ns: int) -> bool | None:
        """Whether the access lasts until then, or can be renewed."""
        return self._access.covers(until_utc_ns)

    async def products(self, limit_s: float) -> Products:
        return await all_pages(self._page, self._counted, self._clock, limit_s)

    async def _page(self, page_token: str, limit_s: float) -> Page | Products:
        access = self._access.token()
        if access is None:
            words = self._access.reason or "There is no access to TikTok Shop now."
            return Products(False, code="no_access", text=words)
        headers = {"Content-Type": "application/json", "x-tts-access-token": access.reveal()}
        target = self._signed(page_token)
        request = Request("POST", target, headers, _SEARCH)
        reply = await self._lanes.ask(request, limit_s, PAGE_BYTES)
        if not isinstance(reply, Reply):
            return no_products(unanswered(reply))
        data = await self._data(reply, access)
        if isinstance(data, Answer):
            return no_products(data)
        try:
            following = text(data, "next_page_token", "")
            listed = parts(data, "products") if data.get("products") is not None else []
        except UnusableError as error:
            return no_products(unusable(error))
        there = [entry for entry in listed if not _is_gone(entry)]
        return Page(there, _product, following)

    def _signed(self, page_token: str) -> str:
        settings = self._settings
        path = f"/product/{settings.version}/products/search"
        query = {
            "app_key": settings.app_key,
            "timestamp": str(self._clock.utc_ns() // NS_PER_S),
            "shop_cipher": settings.shop_cipher.reveal(),
            "page_size": str(_PAGE),
        }
        if page_token:
            query["page_token"] = page_token
        query["sign"] = sign(settings.app_secret, path, query, _SEARCH)
        return f"{path}?{urlencode(query)}"

    async def _data(self, reply: Reply, access: Secret) -> JsonObject | Answer:
        """`data` of an answer whose code is 0."""
        utc_ns = self._clock.utc_ns()
        try:
            found = await parsed(reply)
            code, message = whole(found, "code"), text(found, "message", "")
            if code == 0 and reply.status == 200:
                return part(found, "data")
            if code == 0:
                raise UnusableError(f"an answer of the unexpected status {reply.status}")
        except UnusableError as error:
            return by_status(reply, utc_ns, error)
        if code == _EXPIRED:
            self._access.refused(access)
        return _refused(code, said(message, self._secrets(access)), reply, utc_ns)

    def _secrets(self, token: Secret) -> tuple[Secret, ...]:
        return (token, self._settings.app_secret, self._settings.shop_cipher)

    async def renew(self, until_utc_ns: int) -> None:
        """Renew the access if it ends before then, or is past half of its life. Cheap if not."""
        await self._access.renew(until_utc_ns, self._ask_renewal, self._counted.renewal)

    async def _ask_renewal(self, refresh: Secret, limit_s: float) -> Renewed | NotRenewed:
        query = {
            "app_key": self._settings.app_key,
            "app_secret": self._settings.app_secret.reveal(),
            "refresh_token": refresh.reveal(),
            "grant_type": "refresh_token",
        }
        request = Request("GET", f"{_RENEWAL}?{urlencode(query)}")
        reply = await self._auth_lanes.ask(request, limit_s)
        if not isinstance(reply, Reply):
            return not_renewed(unanswered(reply))
        utc_ns = self._clock.utc_ns()
        try:
            found = await parsed(reply)
            code, message = whole(found, "code"), text(found, "message", "")
            if code != 0:
                answer = _refused(code, said(message, self._secrets(refresh)), reply, utc_ns)
                if code == _EXPIRED or "refresh_token" in message.replace(" ", "_").lower():
                    return NotRenewed("sign_in", answer.text)
                return not_renewed(answer)
            return _renewed(part(found, "data"), utc_ns)
        except UnusableError as error:
            return not_renewed(by_status(reply, utc_ns, error))

    async def close(self) -> None:
        await self._access.settled()
        await self._lanes.close()
        await self._auth_lanes.close()


def _refused(code: int, message: str, reply: Reply, utc_ns: int) -> Answer:
    words = sentence(f"TikTok Shop says {code}" + (f": {message}" if message else ""))
    wait_s = retry_after_s(reply, utc_ns)
    if code == _BUSY or reply.status == 429:
        return Answer("none", "rate_limited", TOO_MANY, retry_after_s=wait_s)
    if code == _INTERNAL or reply.status >= 500:
        return Answer("maybe", "server_error", words, retry_after_s=wait_s)
    if "timestamp" in message.lower():
        advice = "Set this machine's clock by a time server: calls are signed with it."
        return Answer("none", "clock_wrong", f"{words} {advice}", final=True)
    return Answer("none", "not_authorized", words, final=True)


def _renewed(data: JsonObject, utc_ns: int) -> Renewed:
    """Raises UnusableError."""
    access, refresh = text(data, "access_token"), text(data, "refresh_token", "")
    until_utc_ns = _expiry(data, "access_token_expire_in", utc_ns)
    if not access or until_utc_ns is None:
        raise UnusableError("an answer without tokens")
    return Renewed(
        Secret(access),
        until_utc_ns,
        Secret(refresh) if refresh else None,
        _expiry(data, "refresh_token_expire_in", utc_ns),
    )


def _expiry(data: JsonObject, name: str, utc_ns: int) -> int | None:
    if data.get(name) is None:
        return None
    seconds = whole(data, name)
    until_utc_ns = seconds * NS_PER_S + (0 if seconds > _AGO else utc_ns)
    return until_utc_ns if utc_ns < until_utc_ns < 2**63 else None


def _is_gone(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("status") in _GONE


def _product(entry: JsonObject, position: int) -> Product:
    """The price of the first SKU and the stock of all of them. Raises UnusableError."""
    skus = parts(entry, "skus") if entry.get("skus") is not None else []
    if not all(isinstance(sku, dict) for sku in skus):
        raise UnusableError("skus holds something that is no object")
    first: JsonObject = skus[0] if skus else {}
    price = part(first, "price") if first.get("price") is not None else {}
    state, reason = _STATES.get(text(entry, "status", "ACTIVATE"), ("available", ""))
    amount = price.get("sale_price") or price.get("tax_exclusive_price")
    return Product(
        id=text(entry, "id"),
        title=text(entry, "title", ""),
        sku=text(first, "seller_sku", ""),
        price=money(amount),
        currency=text(price, "currency", ""),
        stock=_stock(skus),
        state=state,
        reason=reason,
        position=position,
        description=without_tags(text(entry, "description", ""))[:LONGEST_TEXT],
    )


def _stock(skus: list[Any]) -> int | None:
    """Of all SKUs in all warehouses; None when none of them tells."""
    told = [
        entry["quantity"]
        for sku in skus
        if isinstance(sku.get("inventory"), list)
        for entry in sku["inventory"]
        if isinstance(entry, dict) and type(entry.get("quantity")) is int
    ]
    return sum(told) if told else None
