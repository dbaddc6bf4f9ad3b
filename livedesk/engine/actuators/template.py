"""How are the names of a switch filled into an address, a body or an argument?

`{to}`, `{from}`, `{store}` and `{reason}` are known. Other braces stay: JSON is full of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from livedesk.engine.actuators.base import SwitchOrder

_FIELD = re.compile(r"\{(to|from|store|reason)\}")

Encode = Callable[[str], str]


def fields(order: SwitchOrder) -> dict[str, str]:
    """Uplinks are told by name: their addresses hold keys."""
    return {
        "to": order.to.name,
        "from": order.from_name,
        "store": order.store,
        "reason": order.reason,
    }


def fill(template: str, values: Mapping[str, str], encode: Encode) -> str:
    return _FIELD.sub(lambda match: encode(values[match[1]]), template)


def as_is(value: str) -> str:
    return value


def in_json(value: str) -> str:
    """As the inside of a JSON text (RFC 8259, section 7)."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def in_url(value: str) -> str:
    """As one segment, or one value of a query or a form (RFC 3986, section 2.1)."""
    return quote(value, safe="")
