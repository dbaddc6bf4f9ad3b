"""How does Shopee's livestream module pin? The calls of module 125 that a pin needs, user scope.

After the official JSON descriptions (congminh1254/shopee-sdk, `schemas/v2.livestream.*.json`):
`update_show_item`, `delete_show_item`, `get_show_item`, `get_item_list`, `get_session_detail`, and
`/api/v2/auth/access_token/get`. `sign` is the hex HMAC-SHA256 of partner_id + path + timestamp +
access_token + user_id; public calls sign partner_id + path + timestamp. Timestamps are good for
five minutes, access for four hours, and a refresh token once. Errors of the room come with HTTP
200 and `error` inside; that a call may not be made at all is a 403. Comments: `shopee_chat.py`.
"""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.shop.access import Tokens, is_fresh, signed
from livedesk.sandbox.shop.goods import CURRENCY, Good
from livedesk.sandbox.shop.room import Refusal, RefusedError, Room
from livedesk.sandbox.shop.shopee_chat import CHAT_CALLS, ShopeeChat, WrongError
from livedesk.sandbox.shop.wire import Call, Kind, Reply

MODULE: Final = "/api/v2/livestream/"
RENEWAL: Final = "/api/v2/auth/access_token/get"
ACCESS_S: Final = 4 * 3600
MAX_PAGE: Final = 100
_KINDS: Final[dict[tuple[str, str], Kind]] = {
    ("POST", f"{MODULE}update_show_item"): "pin",
    ("POST", f"{MODULE}delete_show_item"): "pin",
    ("GET", f"{MODULE}get_show_item"): "read",
    ("GET", f"{MODULE}get_session_detail"): "read",
    ("GET", f"{MODULE}get_item_list"): "products",
    ("POST", RENEWAL): "token",
    **{(method, f"{MODULE}{name}"): kind for (method, name), kind in CHAT_CALLS.items()},
}
_NEEDED: Final = ("partner_id", "timestamp", "sign")
_ERRORS: Final[dict[Refusal, tuple[str, str]]] = {
    "unknown_product": ("error_param", "Invalid item_id."),
    "not_live": ("error_data", "The session is not ongoing."),
    "out_of_stock": ("error_data", "The item is sold out."),
    "restricted": ("error_data", "The item cannot be shown"),
}


@dataclass(frozen=True, slots=True)
class ShopeeIdentity:
    """What an app needs to call; the same as in livedesk's settings."""

    partner_id: int
    partner_key: Secret
    user_id: int
    shop_id: int
    session_id: int
    refresh_token: Secret


class ShopeeSpeech:
    def __init__(
        self,
        room: Room,
        who: ShopeeIdentity,
        clock: Clock,
        rng: random.Random,
        picture_url: Callable[[Good], str],
        chat: ShopeeChat,
    ) -> None:
        self._room = room
        self._chat = chat
        self._who = who
        self._picture_url = picture_url
        self._began_ms = clock.utc_ns() // NS_PER_MS
        self._requests = 0
        self.tokens = Tokens(who.refresh_token.reveal(), ACCESS_S, clock, rng, single_use=True)

    def kind(self, call: Call) -> Kind | None:
        return _KINDS.get((call.method, call.path))

    def answer(self, call: Call) -> Reply:
        is_renewal = call.path == RENEWAL
        if (fault := self._not_admitted(call, public=is_renewal)) is not None:
            return fault
        if is_renewal:
            return self._renew(call.fields())
        given: dict[str, Any] = call.fields() if call.method == "POST" else dict(call.query)
        if str(given.get("session_id", "")) != str(self._who.session_id):
            return self._error("error_data", "The session does not exist.")
        name = call.path.removeprefix(MODULE)
        if (call.method, name) in CHAT_CALLS:
            return self._about_chat(name, given)
        match name:
            case "update_show_item":
                return self._pin(given)
            case "delete_show_item":
                return self._unpin()
            case "get_show_item":
                return self._shown()
            case "get_item_list":
                return self._items(call)
            case _:
                return self._session()

    def busy(self, retry_after_s: int) -> Reply:
        return self._error("error_rate_limit", "Too many requests, please try again later.")

    def failed(self, status: int) -> Reply:
        return self._error("error_server", "Internal error, please try again later.", status)

    def _not_admitted(self, call: Call, *, public: bool) -> Reply | None:
        """Signature before token, as a wrong one says nothing about who asks."""
        query, who = call.query, self._who
        for name in _NEEDED if public else (*_NEEDED, "access_token", "user_id"):
            if not query.get(name):
                return self._error("error_param", f"There is no {name} in query.", 403)
        if query["partner_id"] != str(who.partner_id):
            return self._error("invalid_partner_id", "Invalid partner_id.", 403)
        if not is_fresh(query["timestamp"], self.tokens.now_s()):
            return self._error("error_param", "Invalid timestamp.", 403)
        message = query["partner_id"] + call.path + query["timestamp"]
        if not public:
            message += query["access_token"] + query["user_id"]
        expected = signed(who.partner_key.reveal(), message.encode())
        if not hmac.compare_digest(query["sign"].encode(), expected.encode()):
            return self._error("error_sign", "Wrong sign.", 403)
        if public:
            return None
        if not self.tokens.is_good(query["access_token"]):
            return self._error("invalid_acceess_token", "Invalid access_token.", 403)
        if query["user_id"] != str(who.user_id):
            return self._error("error_auth", "No permission to this user.", 403)
        return None

    def _renew(self, given: dict[str, Any]) -> Reply:
        """The answer is flat, unlike all others."""
        identity = [name for name in ("shop_id", "user_id") if name in given]
        if len(identity) != 1 or given.get(identity[0]) != getattr(self._who, identity[0]):
            return self._error("error_param", "One of user_id and shop_id is needed.", 403)
        refresh = str(given.get("refresh_token", ""))
        made = self.tokens.renew(refresh)
        if made is None:
            code = "refresh_token_expired" if self.tokens.is_spent(refresh) else "error_auth"
            return self._error(code, "Invalid refresh_token.", 403)
        access, following, until_s = made
        body: dict[str, Json] = {
            "partner_id": self._who.partner_id,
            identity[0]: given[identity[0]],
            "access_token": access,
            "refresh_token": following,
            "expire_in": until_s - self.tokens.now_s(),
        }
        return Reply({**self._envelope(), **body})

    def _about_chat(self, name: str, given: dict[str, Any]) -> Reply:
        try:
            return self._done(self._chat.answer(name, given))
        except WrongError as wrong:
            return self._error(wrong.error, wrong.message)

    def _pin(self, given: dict[str, Any]) -> Reply:
        item_id, shop_id = given.get("item_id"), given.get("shop_id")
        if not isinstance(item_id, int) or shop_id != self._who.shop_id:
            return self._error("error_param", "Invalid item_id or shop_id.")
        try:
            self._room.pin(str(item_id))
        except RefusedError as refusal:
            return self._refused(refusal)
        return self._done({})

    def _unpin(self) -> Reply:
        try:
            self._room.unpin()
        except RefusedError as refusal:
            return self._refused(refusal)
        return self._done({})

    def _shown(self) -> Reply:
        shown = self._room.shown
        good = self._room.good(shown.product_id) if shown is not None else None
        if good is None:
            return self._done({"has_show_item": False})
        return self._done({"has_show_item": True, "item": self._item(good)})

    def _items(self, call: Call) -> Reply:
        offset, size = (call.query.get(name, "") for name in ("offset", "page_size"))
        if not (offset.isdigit() and size.isdigit() and 1 <= int(size) <= MAX_PAGE):
            return self._error("error_param", "Invalid page_size.")
        goods, end = self._room.goods, int(offset) + int(size)
        page: list[Json] = [self._item(good) for good in goods[int(offset) : end]]
        more = end < len(goods)
        return self._done({"more": more, "next_offset": end if more else 0, "list": page})

    def _session(self) -> Reply:
        """Times in milliseconds, as they are sampled, though they are documented as seconds."""
        return self._done(
            {
                "session_id": self._who.session_id,
                "title": "Glow Beauty live",
                "description": "",
                "status": 1 if self._room.live else 2,
                "is_test": True,
                "create_time": self._began_ms,
                "update_time": self._began_ms,
                "start_time": self._began_ms,
                "end_time": 0,
            }
        )

    def _item(self, good: Good) -> dict[str, Json]:
        return {
            "item_no": self._room.place(good.id),
            "item_id": int(good.id),
            "shop_id": self._who.shop_id,
            "name": good.title,
            "image_url": self._picture_url(good),
            "price_info": {
                "currency": CURRENCY,
                "current_price": float(good.price),
                "original_price": float(good.before),
            },
        }

    def _refused(self, refusal: RefusedError) -> Reply:
        return self._error(*_ERRORS[refusal.code])

    def _done(self, response: dict[str, Json]) -> Reply:
        return Reply({**self._envelope(), "response": response})

    def _error(self, error: str, message: str, status: int = 200) -> Reply:
        return Reply({**self._envelope(), "error": error, "message": message}, status)

    def _envelope(self) -> dict[str, Json]:
        self._requests += 1
        return {"error": "", "message": "", "request_id": f"sandbox-{self._requests}"}
