"""The three protocols, each as its platform speaks it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.secrets import Secret
from livedesk.sandbox.shop.shop import Shop, ShopJob
from livedesk.sandbox.shop.wire import Call

LIVE = "/v1/live/glow"
SHOPEE = "/api/v2/livestream/"
RENEWAL = "/api/v2/auth/access_token/get"


class Visitor:
    """A client that signs by itself."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.shop = Shop(ShopJob(token=Secret("a-token")), self.clock)
        self.access = ""

    def ask(self, call: Call) -> tuple[int, Any]:
        found = self.shop.speech_of(call)
        assert found is not None, call
        reply = found[0].answer(call)
        return reply.status, reply.body

    def own(self, method: str, what: str, key: str = "", body: Any = None, **query: str) -> Any:
        headers = {"authorization": "Bearer a-token", "idempotency-key": key}
        raw = json.dumps(body).encode()
        return self.ask(Call(method, f"{LIVE}/{what}", query, headers, raw))

    def shopee(self, method: str, name: str, /, **given: Any) -> tuple[int, Any]:
        return self.ask(self.shopee_call(method, SHOPEE + name, given))

    def shopee_call(self, method: str, path: str, given: dict[str, Any]) -> Call:
        who, public = self.shop.shopee_identity, path == RENEWAL
        stamp = str(self.clock.utc_ns() // NS_PER_S)
        base = f"{who.partner_id}{path}{stamp}"
        query = {"partner_id": str(who.partner_id), "timestamp": stamp}
        if not public:
            base += f"{self.access}{who.user_id}"
            query |= {"access_token": self.access, "user_id": str(who.user_id)}
            given = {"session_id": who.session_id, **given}
        key = who.partner_key.reveal().encode()
        query["sign"] = hmac.new(key, base.encode(), hashlib.sha256).hexdigest()
        if method == "GET":
            return Call(method, path, query | {name: str(value) for name, value in given.items()})
        return Call(method, path, query, {}, json.dumps(given).encode())

    def renew(self, refresh: str) -> tuple[int, Any]:
        who = self.shop.shopee_identity
        given = {"refresh_token": refresh, "partner_id": who.partner_id, "user_id": who.user_id}
        return self.ask(self.shopee_call("POST", RENEWAL, given))

    def sign_in(self) -> str:
        """The next refresh token."""
        _, body = self.renew(self.shop.shopee_identity.refresh_token.reveal())
        self.access = body["access_token"]
        assert body["expire_in"] == 4 * 3600
        return str(body["refresh_token"])

    def tiktok(self, body: bytes = b"{}", *, access: str, **query: str) -> Call:
        who, path = self.shop.tiktok_identity, "/product/202309/products/search"
        stamp = str(self.clock.utc_ns() // NS_PER_S)
        cipher = who.shop_cipher.reveal()
        query |= {"app_key": who.app_key, "timestamp": stamp, "shop_cipher": cipher}
        secret = who.app_secret.reveal()
        rest = "".join(name + query[name] for name in sorted(query))
        message = f"{secret}{path}{rest}".encode() + body + secret.encode()
        query["sign"] = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
        return Call("POST", path, query, {"x-tts-access-token": access}, body)


def test_own_pin_read_back_and_unpin() -> None:
    visitor = Visitor()
    status, body = visitor.own("POST", "pin", "k1", {"product_id": "10001"})
    assert (status, body["repeated"]) == (200, False)
    assert visitor.own("GET", "pin") == (200, {"pinned": body["pinned"]})
    assert visitor.own("POST", "pin", "k1", {"product_id": "10001"})[1]["repeated"] is True
    assert visitor.own("DELETE", "pin", "k2") == (200, {"pinned": None})
    assert visitor.own("GET", "pin") == (200, {"pinned": None})


@pytest.mark.parametrize(
    ("key", "product_id", "status", "code"),
    [
        ("k", "10009", 409, "out_of_stock"),
        ("k", "10010", 409, "restricted"),
        ("k", "99999", 404, "unknown_product"),
        ("", "10001", 400, "bad_request"),
        ("k", None, 400, "bad_request"),
        ("used", "10002", 409, "key_reused"),
    ],
)
def test_own_refusals(key: str, product_id: object, status: int, code: str) -> None:
    visitor = Visitor()
    visitor.own("POST", "pin", "used", {"product_id": "10001"})
    found, body = visitor.own("POST", "pin", key, {"product_id": product_id})
    assert (found, body["error"]["code"]) == (status, code)


def test_own_knows_its_token_and_its_room() -> None:
    visitor = Visitor()
    call = Call("GET", f"{LIVE}/pin", {}, {"authorization": "Bearer another"})
    assert visitor.ask(call)[0] == 401
    call = Call("GET", "/v1/live/other/pin", {}, {"authorization": "Bearer a-token"})
    assert visitor.ask(call)[1]["error"]["code"] == "unknown_room"
    visitor.shop.room.live = False
    status, body = visitor.own("POST", "pin", "k", {"product_id": "10001"})
    assert (status, body["error"]["code"]) == (409, "not_live")


def test_own_products_come_in_pages() -> None:
    visitor = Visitor()
    found: list[Any] = []
    offset: int | None = 0
    while offset is not None:
        _, page = visitor.own("GET", "products", offset=str(offset), limit="7")
        found += page["products"]
        offset = page["next_offset"]
    assert [entry["position"] for entry in found] == list(
        range(1, len(visitor.shop.room.goods) + 1)
    )
    assert found[0]["price"] == {"amount": "29.50", "currency": "USD"}
    assert visitor.own("GET", "products", limit="1000")[0] == 400


def test_shopee_pin_read_back_and_unpin() -> None:
    visitor = Visitor()
    visitor.sign_in()
    shop_id = visitor.shop.shopee_identity.shop_id
    assert visitor.shopee("GET", "get_show_item")[1]["response"] == {"has_show_item": False}
    status, body = visitor.shopee("POST", "update_show_item", item_id=10003, shop_id=shop_id)
    assert (status, body["error"], body["response"]) == (200, "", {})
    item = visitor.shopee("GET", "get_show_item")[1]["response"]["item"]
    assert (item["item_id"], item["item_no"]) == (10003, 3)
    visitor.shopee("POST", "delete_show_item")
    assert visitor.shopee("GET", "get_show_item")[1]["response"] == {"has_show_item": False}
    assert visitor.shopee("GET", "get_session_detail")[1]["response"]["status"] == 1


def test_shopee_lists_its_items_in_pages() -> None:
    visitor = Visitor()
    visitor.sign_in()
    body = visitor.shopee("GET", "get_item_list", offset=0, page_size=10)[1]["response"]
    rest = visitor.shopee("GET", "get_item_list", offset=body["next_offset"], page_size=10)[1]
    assert body["more"] is True
    assert rest["response"]["more"] is False
    items = body["list"] + rest["response"]["list"]
    assert [int(good.id) for good in visitor.shop.room.goods] == [one["item_id"] for one in items]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"item_id": 10009}, "error_data"),
        ({"item_id": 99999}, "error_param"),
        ({"item_id": "10001"}, "error_param"),
        ({"item_id": 10001, "session_id": 1}, "error_data"),
        ({"item_id": 10001, "shop_id": 1}, "error_param"),
    ],
)
def test_shopee_refuses_with_status_200(given: dict[str, Any], error: str) -> None:
    visitor = Visitor()
    visitor.sign_in()
    given = {"shop_id": visitor.shop.shopee_identity.shop_id, **given}
    status, body = visitor.shopee("POST", "update_show_item", **given)
    assert (status, body["error"]) == (200, error)


def test_shopee_admits_nobody_whose_call_is_not_in_order() -> None:
    visitor = Visitor()
    visitor.sign_in()
    good = visitor.shopee_call("GET", f"{SHOPEE}get_show_item", {})
    assert visitor.ask(good)[0] == 200
    bad_sign = replace(good, query={**good.query, "sign": "0" * 64})
    assert visitor.ask(bad_sign)[1]["error"] == "error_sign"
    visitor.clock.advance(301)
    assert "timestamp" in visitor.ask(good)[1]["message"]
    visitor.clock.advance(4 * 3600)
    body = visitor.shopee("GET", "get_show_item")[1]
    assert body["error"] == "invalid_acceess_token"


def test_shopee_refresh_tokens_are_good_once() -> None:
    visitor = Visitor()
    first = visitor.shop.shopee_identity.refresh_token.reveal()
    following = visitor.sign_in()
    assert following != first
    assert visitor.renew(first)[1]["error"] == "refresh_token_expired"
    assert visitor.renew(following)[1]["error"] == ""
    assert visitor.renew("invented")[1]["error"] == "error_auth"


def test_tiktok_tells_its_products_to_who_signs() -> None:
    visitor = Visitor()
    who = visitor.shop.tiktok_identity
    query = {
        "app_key": who.app_key,
        "app_secret": who.app_secret.reveal(),
        "refresh_token": who.refresh_token.reveal(),
        "grant_type": "refresh_token",
    }
    _, body = visitor.ask(Call("GET", "/api/v2/token/refresh", query))
    access = body["data"]["access_token"]
    status, body = visitor.ask(visitor.tiktok(access=access, page_size="10"))
    assert (status, body["code"], len(body["data"]["products"])) == (200, 0, 10)
    token = body["data"]["next_page_token"]
    _, rest = visitor.ask(visitor.tiktok(access=access, page_size="10", page_token=token))
    assert rest["data"]["next_page_token"] == ""
    count = len(body["data"]["products"]) + len(rest["data"]["products"])
    assert count == body["data"]["total_count"]

    signed = visitor.tiktok(access=access, page_size="10")
    assert visitor.ask(replace(signed, body=b'{"other": 1}'))[1]["code"] == 36009004
    status, body = visitor.ask(visitor.tiktok(access="another", page_size="10"))
    assert (status, body["code"]) == (200, 105002)
