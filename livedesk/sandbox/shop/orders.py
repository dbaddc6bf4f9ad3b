"""What does an order to the shop (`POST /shop`) ask for? JSON read into checked values.

* How it serves: `median_ms` and `sigma` (log-normal), `slow_pct` with `slow_ms` ([from, to]) and
  `slow_executes` ("first" or "last": at which end of that a slow pin is carried out),
  `drop_before_pct` and `drop_after_pct` (the connection is closed without an answer, before or
  after it is carried out), `error_pct` with `error_status` (500 or 503), `down_s` (503 so long),
  `rate_per_min` (or null) and `retry_after_s` (null is the truth), `drip_bytes_per_s` (or null),
  `malformed` ("html", "truncated", "empty", "huge", "wrong_types", "nan", "error_in_200" or null)
  with `malformed_pct`, and `calls`: which are touched, any of "pin", "read", "products",
  "token", and of the chat, as Shopee has it, "comments" and "act".
* Who may call: `expire_tokens` (true: access of Shopee and TikTok ends, and can be renewed),
  `revoked` (true or false: nobody is let in).
* The room: `live` (true or false), `honours_keys` (false: the same key twice is done twice),
  `product` with `stock`, `status` ("available", "out_of_stock", "restricted", "flagged") or both.
  That is told by a signed webhook to `hook` ({"url", "secret"} or null), spoiled by `hook_fault`
  ("tampered", "replayed", "old" or null).
* `seed` (chance begins anew), `forget` (true: so does the journal), `clear` (true: all is as at the
  start, but for the products and the hook).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import urlsplit

from livedesk.core.clock import NS_PER_S
from livedesk.core.secrets import Secret
from livedesk.sandbox.orders import MAX_TIME_S, OrderError, flag, number, only
from livedesk.sandbox.shop.faults import KINDS, MALFORMED, Faults
from livedesk.sandbox.shop.goods import STATUSES, Status
from livedesk.sandbox.shop.hook import HOOK_FAULTS, Hook, HookFault

MAX_MS: Final = 60_000
ERROR_STATUSES: Final = (500, 503)
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_SHARES: Final = ("slow_pct", "drop_before_pct", "drop_after_pct", "error_pct", "malformed_pct")
_FIGURES: Final[dict[str, tuple[float, float]]] = {
    "median_ms": (0, MAX_MS),
    "sigma": (0, 3),
    **dict.fromkeys(_SHARES, (0.0, 100.0)),
}
_COUNTS: Final[dict[str, tuple[float, float]]] = {
    "rate_per_min": (0, 1_000_000),
    "retry_after_s": (0, MAX_TIME_S),
    "drip_bytes_per_s": (1, 1_000_000),
}
_CHOICES: Final[dict[str, tuple[Any, ...]]] = {
    "slow_executes": ("first", "last"),
    "error_status": ERROR_STATUSES,
    "malformed": (None, *MALFORMED),
}
FAULT_ORDERS: Final = tuple(
    "down_s" if field.name == "down_until_ns" else field.name for field in fields(Faults)
)
SHOP_ORDERS: Final = (
    *FAULT_ORDERS, "expire_tokens", "revoked", "live", "honours_keys", "product", "stock",
    "status", "hook", "hook_fault", "seed", "forget", "clear",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProductOrder:
    """Of one product: its stock, its status, or both."""

    product_id: str
    stock: int | None
    status: Status | None


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order that is understood. None: that stays as it is."""

    faults: Faults
    hook: Hook | None
    hook_fault: HookFault | None
    product: ProductOrder | None = None
    live: bool | None = None
    honours_keys: bool | None = None
    revoked: bool | None = None
    seed: int | None = None
    expire_tokens: bool = False
    forget: bool = False


def shop_ordered(
    order: dict[str, Any], before: ShopOrder, known_ids: frozenset[str], mono_ns: int
) -> ShopOrder:
    """`before` holds the faults and the hook of now. Raises OrderError."""
    only(order, SHOP_ORDERS)
    clear = flag(order, "clear")
    healed = ShopOrder(Faults(), before.hook, None, live=True, honours_keys=True, revoked=False)
    start = healed if clear else before
    return ShopOrder(
        faults=faults_ordered(order, start.faults, mono_ns),
        hook=_hook(order["hook"]) if "hook" in order else start.hook,
        hook_fault=_chosen(order, "hook_fault", (None, *HOOK_FAULTS), start.hook_fault),
        product=_product(order, known_ids),
        live=flag(order, "live") if "live" in order else start.live,
        honours_keys=flag(order, "honours_keys") if "honours_keys" in order else start.honours_keys,
        revoked=flag(order, "revoked") if "revoked" in order else start.revoked,
        seed=round(number(order, "seed", 0, 2**53)) if "seed" in order else None,
        expire_tokens=flag(order, "expire_tokens"),
        forget=flag(order, "forget"),
    )


def faults_ordered(order: dict[str, Any], before: Faults, mono_ns: int) -> Faults:
    """The faults from now on. Raises OrderError."""
    changed: dict[str, Any] = {}
    for name, (least, most) in _FIGURES.items():
        if name in order:
            changed[name] = number(order, name, least, most)
    for name, (least, most) in _COUNTS.items():
        if name in order:
            value = order[name]
            changed[name] = None if value is None else round(number(order, name, least, most))
    for name, choices in _CHOICES.items():
        if name in order:
            changed[name] = _chosen(order, name, choices, None)
    if "slow_ms" in order:
        changed["slow_ms"] = _range_ms(order["slow_ms"])
    if "calls" in order:
        changed["calls"] = _calls(order["calls"])
    if "down_s" in order:
        down_s = number(order, "down_s", 0, MAX_TIME_S)
        changed["down_until_ns"] = mono_ns + round(down_s * NS_PER_S)
    faults = replace(before, **changed)
    if faults.drop_before_pct + faults.drop_after_pct > 100:
        raise OrderError("drop_before_pct and drop_after_pct: at most 100 together")
    return faults


def _chosen(order: dict[str, Any], name: str, choices: tuple[Any, ...], default: Any) -> Any:
    value = order.get(name, default)
    # `in` alone would take true for 1.
    if not any(value is choice or (value == choice and value is not True) for choice in choices):
        words = ", ".join("null" if choice is None else str(choice) for choice in choices)
        raise OrderError(f"{name}: one of {words} is needed")
    return value


def _range_ms(wish: object) -> tuple[float, float]:
    match wish:
        case [int() | float() as least, int() | float() as most] if 0 <= least <= most <= MAX_MS:
            return float(least), float(most)
    raise OrderError(f"slow_ms: two numbers, from and to, at most {MAX_MS}")


def _calls(wish: object) -> tuple[Any, ...]:
    if not isinstance(wish, list) or not all(kind in KINDS for kind in wish):
        raise OrderError(f"calls: a list of any of {', '.join(KINDS)} is needed")
    return tuple(kind for kind in KINDS if kind in wish)


def _product(order: dict[str, Any], known_ids: frozenset[str]) -> ProductOrder | None:
    if "product" not in order:
        if "stock" in order or "status" in order:
            raise OrderError("product: the id of the one whose stock or status it is")
        return None
    product_id = order["product"]
    if not isinstance(product_id, str) or product_id not in known_ids:
        raise OrderError("product: the id of one in the room is needed")
    if "stock" not in order and "status" not in order:
        raise OrderError("product: its stock or its status is needed too")
    stock = round(number(order, "stock", 0, 1_000_000)) if "stock" in order else None
    status = _chosen(order, "status", STATUSES, None) if "status" in order else None
    return ProductOrder(product_id, stock, status)


def _hook(wish: object) -> Hook | None:
    """Its text is in no error: it holds a secret."""
    if wish is None:
        return None
    match wish:
        case {"url": str() as url, "secret": str() as secret, **rest} if not rest:
            pass
        case _:
            raise OrderError("hook: null, or an object with url and secret")
    try:
        where = urlsplit(url)
        is_here = where.scheme == "http" and where.hostname in _LOOPBACK and where.port
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        raise OrderError("hook: url and secret cannot be read") from None
    if not is_here:
        raise OrderError("hook: an http address with a port on this machine is needed")
    if not key:
        raise OrderError("hook: a secret in base64 is needed")
    return Hook(url, Secret(secret))
