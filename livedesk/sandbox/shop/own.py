"""How does the sandbox's own protocol pin? Bearer token, idempotency keys, errors as JSON.

* `POST /v1/live/{room}/pin` `{"product_id"}` with `Idempotency-Key`: `{"pinned": {"product_id",
  "pin_id", "pinned_utc_ms"}, "repeated": bool}`; a key that comes again for something else is a 409
  `key_reused`. `GET`: `{"pinned": {…} or null}`. `DELETE` with a key: `{"pinned": null}`.
* `GET /v1/live/{room}/products?offset=&limit=`: `{"products": [{"id", "sku", "title",
  "description", "price": {"amount", "currency"}, "picture_url", "stock", "status", "reason",
  "category", "position"}], "next_offset": number or null}`.

Errors are `{"error": {"code", "message"}}`: 400 `bad_request`, 401 `not_authorized`, 404
`unknown_product`, `unknown_room`, 409 `not_live`, `out_of_stock`, `restricted`, 429 `rate_limited`
with Retry-After, 500 and 503 `server_error`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.shop.goods import CURRENCY, Good
from livedesk.sandbox.shop.room import RefusedError, Room
from livedesk.sandbox.shop.wire import Call, Kind, Reply

PREFIX: Final = "/v1/live/"
MAX_KEY: Final = 256
PAGE: Final = 100
_KINDS: Final[dict[tuple[str, str], Kind]] = {
    ("POST", "pin"): "pin",
    ("DELETE", "pin"): "pin",
    ("GET", "pin"): "read",
    ("GET", "products"): "products",
}


class OwnSpeech:
    """The room's own protocol. `picture_url` says where a product's picture is."""

    def __init__(self, room: Room, token: Secret, picture_url: Callable[[Good], str]) -> None:
        self._room = room
        self._token = token
        self._picture_url = picture_url
        self.revoked = False

    def kind(self, call: Call) -> Kind | None:
        return _KINDS.get((call.method, call.path.rpartition("/")[2]))

    def answer(self, call: Call) -> Reply:
        if not self._knows(call):
            return _error(401, "not_authorized", "No valid token.")
        if call.path.removeprefix(PREFIX).partition("/")[0] != self._room.name:
            return _error(404, "unknown_room", "There is no such room.")
        match self.kind(call), call.method:
            case "products", _:
                return self._products(call)
            case "read", _:
                shown = self._room.shown
                return Reply({"pinned": shown.to_json() if shown is not None else None})
            case _, method:
                return self._act(call, method)

    def busy(self, retry_after_s: int) -> Reply:
        reply = _error(429, "rate_limited", "Too many calls in this minute.")
        return Reply(reply.body, 429, {"retry-after": str(retry_after_s)})

    def failed(self, status: int) -> Reply:
        return _error(status, "server_error", "The service has failed.")

    def _knows(self, call: Call) -> bool:
        given = call.headers.get("authorization", "").encode()
        expected = f"Bearer {self._token.reveal()}".encode()
        return secrets.compare_digest(given, expected) and not self.revoked

    def _act(self, call: Call, method: str) -> Reply:
        key = call.headers.get("idempotency-key", "")
        if not 0 < len(key) <= MAX_KEY:
            return _error(400, "bad_request", "Idempotency-Key: one is needed.")
        try:
            if method == "DELETE":
                self._room.unpin(key)
                return Reply({"pinned": None})
            product_id = call.fields().get("product_id")
            if not isinstance(product_id, str):
                return _error(400, "bad_request", "product_id: a text is needed.")
            shown, repeated = self._room.pin(product_id, key)
        except RefusedError as refusal:
            status = 404 if refusal.code == "unknown_product" else 409
            return _error(status, refusal.code, str(refusal))
        return Reply({"pinned": shown.to_json(), "repeated": repeated})

    def _products(self, call: Call) -> Reply:
        offset, limit = _whole(call, "offset", 0), _whole(call, "limit", PAGE)
        if offset is None or limit is None or not 1 <= limit <= PAGE:
            return _error(400, "bad_request", f"offset, limit: whole numbers, at most {PAGE}.")
        goods = self._room.goods
        page: list[Json] = [self._good(good) for good in goods[offset : offset + limit]]
        end = offset + limit
        return Reply({"products": page, "next_offset": end if end < len(goods) else None})

    def _good(self, good: Good) -> dict[str, Json]:
        return {
            "id": good.id,
            "sku": good.sku,
            "title": good.title,
            "description": good.description,
            "price": {"amount": str(good.price), "currency": CURRENCY},
            "picture_url": self._picture_url(good),
            "stock": good.stock,
            "status": good.state,
            "reason": good.reason,
            "category": good.category,
            "position": self._room.place(good.id),
        }


def _whole(call: Call, name: str, default: int) -> int | None:
    text = call.query.get(name, "") or str(default)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _error(status: int, code: str, message: str) -> Reply:
    return Reply({"error": {"code": code, "message": message}}, status)
