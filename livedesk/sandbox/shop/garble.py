"""What does an answer look like that no client should trust?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from livedesk.core.events import Json
from livedesk.sandbox.shop.faults import Malformed

HUGE_BYTES: Final = 10_000_000
_HTML: Final = b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"


def plain(body: Mapping[str, Json]) -> bytes:
    # Half of a surrogate pair, which no UTF-8 can hold, becomes its escape in JSON.
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")


def garbled(how: Malformed | None, body: Mapping[str, Json]) -> tuple[bytes, str]:
    """The bytes of the answer and their content type; without a fault, the answer as it is."""
    match how:
        case "html":
            return _HTML, "text/html; charset=utf-8"
        case "truncated":
            whole = plain(body)
            return whole[: len(whole) // 2], "application/json"
        case "empty":
            return b"", "application/json"
        case "huge":
            return plain({**body, "padding": "x" * HUGE_BYTES}), "application/json"
        case "wrong_types":
            return plain({key: _other_type(value) for key, value in body.items()}), _JSON
        case "nan":
            return plain({key: float("nan") for key in body}), _JSON
        case _:
            return plain(body), _JSON


_JSON: Final = "application/json"


def _other_type(value: Any) -> Json:
    """Objects become lists, texts numbers, and everything else a text."""
    if isinstance(value, dict):
        return [_other_type(part) for part in value.values()]
    return len(value) if isinstance(value, str) else str(value)
