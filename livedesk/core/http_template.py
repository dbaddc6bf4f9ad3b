"""How is a call that the settings describe filled in, and how is it kept secret what it holds?

Names such as `{to}` or `{product_id}` stand in the address and the body. Other braces stay: JSON is
full of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from livedesk.core.secrets import SHORTEST_KEY, Secret

JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")
_BETWEEN: Final = re.compile(r"[\s\"'{}\[\]()<>,;:&=/?#]+")
_TOKEN: Final = re.compile(r"(?=.*\d).{6,}|.{16,}")
"""In a body, which may hold a key among other words: what is no word of a language."""

Encode = Callable[[str], str]
Headers = tuple[tuple[str, Secret], ...]


def fill(template: str, values: Mapping[str, str], encode: Encode) -> str:
    """With the values in place of their names; a name without a value stays as it stands."""
    return _FIELD.sub(
        lambda match: encode(values[match[1]]) if match[1] in values else match[0], template
    )


def as_is(value: str) -> str:
    return value


def in_json(value: str) -> str:
    """As the inside of a JSON text (RFC 8259, section 7)."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def in_url(value: str) -> str:
    """As one segment, or one value of a query or a form (RFC 3986, section 2.1)."""
    return quote(value, safe="")


def content_type(headers: Headers, body: str) -> str:
    """What the headers say; else JSON for what looks like it, and plain text for the rest."""
    for name, value in headers:
        if name.lower() == "content-type":
            return value.reveal().strip().lower()
    return JSON if body.lstrip()[:1] in ("{", "[") else "text/plain; charset=utf-8"


def filled_body(body: str, kind: str, values: Mapping[str, str]) -> str:
    """Encoded as the content type asks for."""
    if kind.startswith(JSON):
        return fill(body, values, in_json)
    return fill(body, values, in_url if kind == _FORM else as_is)


def secrets_in(url: Secret, headers: Headers, body: str) -> list[Secret]:
    """What must not be shown, also in part: a server repeats a header without its first word, or
    the path it was asked for, or the body, and with the names filled in."""
    return [url, *(value for _, value in headers), *map(Secret, _parts(url, headers, body))]


def _parts(secret_url: Secret, headers: Headers, body: str) -> Iterator[str]:
    url = urlsplit(secret_url.reveal())
    private = [url.path, url.query, url.fragment, url.username or "", url.password or ""]
    private += [value.reveal() for _, value in headers]
    for part in (part for text in private for part in _BETWEEN.split(text)):
        if len(part) >= SHORTEST_KEY:
            yield from (part, unquote(part))
    yield from filter(_TOKEN.fullmatch, _BETWEEN.split(body))
