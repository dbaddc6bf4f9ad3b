"""How does the settings file describe a call of HTTP? Headers and body, wherever one is set."""

from __future__ import annotations

import re
from typing import Final

from livedesk.core.config_secret import Origin, header_value
from livedesk.core.config_table import Table
from livedesk.core.secrets import Secret

LONGEST_TEXT: Final = 4000

HTTP_ADDRESS: Final = r"https?://[^\s?#@]{1,250}"
"""Of a service: without a login, which has a key of its own, and without a query."""

_BODILESS: Final = frozenset(("GET", "DELETE"))


def read_body(table: Table, method: str) -> str:
    if not table.has("body"):
        return ""
    expected = f"a text of up to {LONGEST_TEXT} characters"
    body = table.text("body", expected, rf"(?s).{{0,{LONGEST_TEXT}}}")
    if body and method in _BODILESS:
        table.problem("body", f'is not sent with {method}; remove it, or set method = "POST"')
    return body


def read_headers(table: Table, origin: Origin) -> tuple[tuple[str, Secret], ...]:
    """Field names and values as RFC 9110, 5.1 and 5.5 allow them; values may hold secrets."""
    headers = []
    for name in table.values:
        table.has(name)
        text = table.private_text(name, 'a text, such as "Bearer env:SWITCH_TOKEN"')
        value = header_value(table, name, text, origin.resolve) if text is not None else None
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", name):
            table.problem(name, "is not a name that a header of HTTP can have")
        elif value is not None and not re.fullmatch(
            r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?", value
        ):
            table.problem(name, "expected printable ASCII characters; found others, or a line end")
        elif value is not None:
            headers.append((name, Secret(value)))
    return tuple(headers)
