"""How does TikTok Shop tell its products? Signed search and token renewal; nothing can be pinned.

`POST /product/202309/products/search` with `app_key`, `timestamp`, `shop_cipher`, `page_size`,
`page_token` and `sign` in the query and `x-tts-access-token` as a header; `GET
/api/v2/token/refresh`. `sign` is the hex HMAC-SHA256 with the app's secret of secret + path + the
sorted query (without `sign` and `access_token`) + body + secret, as several clients do it. Answers
are `{"code", "message", "request_id", "data"}`, and a code other than 0 comes with HTTP 200.
"""

from __future__ import annotations

import hmac
import random
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.shop.access import Tokens, is_fresh, signed
from livedesk.sandbox.shop.goods import CURRENCY, Good, Status
from livedesk.sandbox.shop.room import Room
from livedesk.sandbox.shop.wire import Call, Kind, Reply

SEARCH: Final = "/product/202309/products/search"
RENEWAL: Final = "/api/v2/token/refresh"
MAX_PAGE: Final = 100
_ACCESS_S: Final = 7 * 24 * 3600
_BUSY, _INTERNAL, _BAD, _EXPIRED = 36009002, 36009003, 36009004, 105002
_STATUS: Final[dict[Status, str]] = {
    "available": "ACTIVATE",
    "out_of_stock": "ACTIVATE",
    "restricted": "PLATFORM_DEACTIVATED",
    "flagged": "FREEZE",
}


@dataclass(frozen=True, slots=True)
class TikTokIdentity:
    """What an app needs to call; the same as in livedesk's settings."""

    app_key: str
    app_secret: Secret
    shop_cipher: Secret
    refresh_token: Secret


class TikTokSpeech:
    def __init__(self, room: Room, who: TikTokIdentity, clock: Clock, rng: random.Random) -> None:
        self._room = room
        self._who = who
        self._requests = 0
        self.tokens = Tokens(who.refresh_token.reveal(), _ACCESS_S, clock, rng, single_use=False)

    def kind(self, call: Call) -> Kind | None:
        if (call.method, call.path) == ("GET", RENEWAL):
            return "token"
        return "products" if (call.method, call.path) == ("POST", SEARCH) else None

    def answer(self, call: Call) -> Reply:
        if call.path == RENEWAL:
            return self._renew(call)
        return self._not_admitted(call) or self._search(call)

    def busy(self, retry_after_s: int) -> Reply:
        reply = self._error(_BUSY, "Too many requests.")
        return Reply(reply.body, 429, {"retry-after": str(retry_after_s)})

    def failed(self, status: int) -> Reply:
        reply = self._error(_INTERNAL, "Internal error.")
        return Reply(reply.body, status)

    def _not_admitted(self, call: Call) -> Reply | None:
        query, who = call.query, self._who
        secret = who.app_secret.reveal()
        rest = sorted((k, v) for k, v in query.items() if k not in ("sign", "access_token"))
        message = secret + call.path + "".join(key + value for key, value in rest)
        expected = signed(secret, message.encode() + call.body + secret.encode())
        if query.get("app_key") != who.app_key:
            return self._error(_BAD, "Invalid app_key.")
        if not is_fresh(query.get("timestamp", ""), self.tokens.now_s()):
            return self._error(_BAD, "Invalid timestamp.")
        if not hmac.compare_digest(query.get("sign", "").encode(), expected.encode()):
            return self._error(_BAD, "Invalid sign.")
        if not self.tokens.is_good(call.headers.get("x-tts-access-token", "")):
            return self._error(_EXPIRED, "Expired credentials.")
        if query.get("shop_cipher") != who.shop_cipher.reveal():
            return self._error(_BAD, "Invalid shop_cipher.")
        return None

    def _search(self, call: Call) -> Reply:
        size, token = call.query.get("page_size", ""), call.query.get("page_token") or "0"
        if not (size.isdigit() and token.isdigit() and 1 <= int(size) <= MAX_PAGE):
            return self._error(_BAD, "Invalid page_size or page_token.")
        goods, end = self._room.goods, int(token) + int(size)
        page: list[Json] = [_product(good) for good in goods[int(token) : end]]
        following = str(end) if end < len(goods) else ""
        return self._done(
            {"total_count": len(goods), "next_page_token": following, "products": page}
        )

    def _renew(self, call: Call) -> Reply:
        query, who = call.query, self._who
        is_app = query.get("app_key") == who.app_key and hmac.compare_digest(
            query.get("app_secret", "").encode(), who.app_secret.reveal().encode()
        )
        if not is_app or query.get("grant_type") != "refresh_token":
            return self._error(_BAD, "Invalid app_key, app_secret or grant_type.")
        made = self.tokens.renew(query.get("refresh_token", ""))
        if made is None:
            return self._error(_EXPIRED, "Invalid refresh_token.")
        access, refresh, until_s = made
        return self._done(
            {
                "access_token": access,
                "access_token_expire_in": until_s,
                "refresh_token": refresh,
                "refresh_token_expire_in": until_s + 8 * _ACCESS_S,
                "seller_name": "Glow Beauty",
                "seller_base_region": "US",
            }
        )

    def _done(self, data: dict[str, Json]) -> Reply:
        return Reply({**self._error(0, "Success").body, "data": data})

    def _error(self, code: int, message: str) -> Reply:
        self._requests += 1
        return Reply(
            {
                "code": code,
                "message": message,
                "request_id": f"sandbox-{self._requests}",
                "data": {},
            }
        )


def _product(good: Good) -> dict[str, Json]:
    return {
        "id": good.id,
        "title": good.title,
        "status": _STATUS[good.state],
        "skus": [
            {
                "id": f"{good.id}01",
                "seller_sku": good.sku,
                "price": {"currency": CURRENCY, "tax_exclusive_price": str(good.price)},
                "inventory": [{"warehouse_id": "7001", "quantity": max(good.stock, 0)}],
            }
        ],
    }
