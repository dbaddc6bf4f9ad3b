"""How does a store pin? Reads `[store.pins]`; its products are read by config_catalogue."""

from __future__ import annotations

import re
from typing import Final, Literal, cast

from livedesk.core.config_catalogue import read_catalogue_settings
from livedesk.core.config_http import HTTP_ADDRESS, read_body, read_headers
from livedesk.core.config_secret import Origin, read_address, read_host, read_secret
from livedesk.core.config_table import Table, found
from livedesk.core.pin_settings import (
    Gateway,
    HttpCallSettings,
    HttpGateway,
    ManualGateway,
    PinSettings,
    SandboxGateway,
    ShopeeGateway,
)

_KINDS: Final = ("sandbox", "shopee", "http", "manual")
_URL_EXAMPLE: Final = '"https://pins.example/live/{shop}/pin?token=env:PINS_TOKEN"'
_FILLED_IN: Final = frozenset(("product_id", "sku", "shop", "key", "store"))
_MOST_NUMBER: Final = 2**63 - 1
_Method = Literal["POST", "PUT", "GET", "DELETE", "PATCH"]


def read_pins(table: Table, origin: Origin, *, platform: str, sandbox: bool) -> PinSettings:
    """`sandbox`: nothing of the store is real, so keys may stand in the file unremarked."""
    kind = table.text("gateway", '"sandbox", "shopee", "http" or "manual"', "|".join(_KINDS))
    _check_kind(table, kind, platform)
    settings = PinSettings(
        gateway=_gateway(table, origin, kind, quiet=sandbox),
        catalogue=read_catalogue_settings(
            table.table("catalogue", "[store.pins.catalogue]"), origin, kind, quiet=sandbox
        ),
        calls_per_min=table.whole_number("calls_per_min", 100, 10, 10_000, "calls a minute"),
        show_hours=table.number("show_hours", 4.0, 0.1, 72, "hours"),
        arm_and_fire=table.flag("arm_and_fire", False),
        web_pad=table.flag("web_pad", False),
    )
    table.close()
    return settings


def _check_kind(table: Table, kind: str, platform: str) -> None:
    if kind == "shopee" and platform.lower().replace(" ", "").startswith("tiktok"):
        table.problem(
            "gateway",
            f'"{kind}" does not lead to the platform "{platform}"; TikTok has no call that pins: '
            'use "manual", where a person pins and confirms, or "http" for a service of your own',
        )
    for name in _KINDS:
        if table.has(name) and kind and name != kind:
            table.problem(name, f'is only used with gateway = "{name}"; remove this table')


def _gateway(table: Table, origin: Origin, kind: str, *, quiet: bool) -> Gateway:
    """A stand-in when the kind is not known, which was told."""
    own = table.table(kind, f"[store.pins.{kind}]") if kind else table
    match kind:
        case "sandbox":
            return _sandbox(own, origin)
        case "shopee":
            return _shopee(own, origin, quiet=quiet)
        case "http":
            return _http(own, origin, quiet=quiet)
        case "manual":
            manual = ManualGateway(own.number("remind_s", ManualGateway().remind_s, 1, 600, "s"))
            own.close()
            return manual
    return ManualGateway()


def _sandbox(table: Table, origin: Origin) -> SandboxGateway:
    """Its token opens nothing but the sandbox, so it is not remarked upon."""
    gateway = SandboxGateway(
        url=table.text(
            "url",
            'the address that the sandbox tells, such as "http://127.0.0.1:8090"',
            HTTP_ADDRESS,
        ),
        room=table.text("room", 'a room of the sandbox, such as "glow"', r"[A-Za-z0-9_.-]{1,80}"),
        token=read_secret(table, "token", "the sandbox's token", "", origin, quiet=True),
    )
    table.close()
    return gateway


def _shopee(table: Table, origin: Origin, *, quiet: bool) -> ShopeeGateway:
    gateway = ShopeeGateway(
        partner_id=_number(table, "partner_id"),
        partner_key=read_secret(
            table, "partner_key", "the app's partner key", "env:SHOPEE_KEY", origin, quiet=quiet
        ),
        user_id=_number(table, "user_id"),
        shop_id=_number(table, "shop_id"),
        session_id=_number(table, "session_id"),
        refresh_token=read_secret(
            table, "refresh_token", "a refresh token", "env:SHOPEE_REFRESH", origin, quiet=quiet
        ),
        host=read_host(table, "host", "https://partner.shopeemobile.com"),
    )
    table.close()
    return gateway


def _number(table: Table, key: str) -> int:
    """A required number that the platform gave; too large for what `Table.number` reads."""
    given = table.values.get(key) if table.has(key) else None
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= _MOST_NUMBER:
        return given
    what = f"found {found(given)}" if key in table.values else "the key is missing"
    table.problem(key, f"expected the platform's number, without quotes, such as 200123; {what}")
    return 0


def _http(table: Table, origin: Origin, *, quiet: bool) -> HttpGateway:
    keys = table.flag("keys", False)
    calls = {
        name: _call(table, name, origin, quiet=quiet)
        for name in ("pin", "unpin", "read")
        if name == "pin" or table.has(name)
    }
    expected = 'where the answer holds the product\'s id, such as "data.item.id"'
    product_at = ""
    if "read" in calls:
        product_at = table.text("product_at", expected, r"[^\s.]{1,60}(\.[^\s.]{1,60}){0,9}")
    elif table.has("product_at"):
        table.problem("product_at", "is only used with [store.pins.http.read]; remove it")
    _check_pin(table, calls["pin"], keys=keys)
    table.close()
    return HttpGateway(calls["pin"], calls.get("unpin"), calls.get("read"), product_at, keys)


def _call(table: Table, name: str, origin: Origin, *, quiet: bool) -> HttpCallSettings:
    call = table.table(name, f"[store.pins.http.{name}]")
    expected = f"an http or https address, such as {_URL_EXAMPLE}"
    url = read_address(call, "url", expected, ("http", "https"), origin.resolve)
    if set(re.findall(r"\{(\w*)\}", url.reveal())) - _FILLED_IN:
        known = ", ".join(f"{{{word}}}" for word in sorted(_FILLED_IN))
        call.problem("url", f"holds a word in braces that is not filled in; known are {known}")
    method = call.text(
        "method",
        '"POST", "PUT", "PATCH", "GET" or "DELETE"',
        "POST|PUT|PATCH|GET|DELETE",
        "GET" if name == "read" else "POST",
    )
    headers = read_headers(call.table("headers", 'headers = {Name = "value"}'), origin)
    settings = HttpCallSettings(url, cast(_Method, method), headers, read_body(call, method))
    if not quiet:
        _remark_on_headers(call, settings, origin)
    call.close()
    return settings


def _remark_on_headers(call: Table, settings: HttpCallSettings, origin: Origin) -> None:
    written = call.values.get("headers")
    for name, value in settings.headers:
        is_private = re.search(r"auth|token|key|secret|cookie", name, re.IGNORECASE)
        if (
            is_private
            and "{" not in value.reveal()
            and isinstance(written, dict)
            and written.get(name) == value.reveal()
        ):
            text = f"the value of {name} stands in this file{origin.advice()}"
            call.notice("headers", text)


def _check_pin(table: Table, pin: HttpCallSettings, *, keys: bool) -> None:
    """A call that does not say what to pin pins nothing, or always the same."""
    texts = [pin.url.reveal(), pin.body, *(value.reveal() for _, value in pin.headers)]
    if pin.url.reveal() and not any("{product_id}" in text or "{sku}" in text for text in texts):
        table.problem("pin", "expected {product_id} or {sku} in url, headers or body; found none")
    if keys and not any("{key}" in text for text in texts):
        table.problem(
            "keys",
            "expected {key} in url, headers or body of pin when keys = true; found none. Without "
            "it a second attempt could pin twice",
        )
