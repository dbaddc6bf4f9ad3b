"""How do keys and tokens travel through the program without ever being printed?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import quote

MASK = "•••"
SHORTEST_KEY = 6
"""A shorter last segment of an address is a name; masking it would garble every text."""

_RTMP_ADDRESS = re.compile(r"rtmps?://[^\s'\"<>]+", re.IGNORECASE)


class Secret:
    """A text that shows itself only to the code that asks for it by `reveal()`.

    `str`, `repr`, f-strings, logging, dataclass repr and JSON encoders see only a mask.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class SecretUnavailable(Exception):  # noqa: N818 - reads as the sentence it is
    """A reference such as `env:NAME` leads nowhere. The text says why and what to do."""


class SecretResolver(Protocol):
    """Fetches what a reference (`env:NAME`, `keyring:service/user`) stands for."""

    def __call__(self, reference: str) -> Secret:
        """Raise SecretUnavailable when there is nothing behind the reference."""
        ...


class Safe(Protocol):
    """Where secrets are fetched from and put to. All block: call them in a thread."""

    @property
    def resolve(self) -> SecretResolver: ...

    def keep(self, service: str, user: str, secret: Secret) -> bool:
        """Put it where `keyring:service/user` finds it. False where that cannot be done."""
        ...

    def forget(self, service: str, user: str) -> None:
        """What is not there any more is fine."""
        ...


def mask_url(url: str) -> str:
    """`scheme://host:port/app/•••`: an address that is safe to show.

    Credentials, everything after the first path segment, query and fragment are taken out. A single
    segment is masked too, because it may be the key. What is no address becomes the mask alone.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,15}", scheme):
        return MASK
    end = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    authority, tail = rest[:end], rest[end:]
    if "@" in tail:  # a password with a slash in it would pass for a host
        return f"{scheme}://{MASK}"
    host = authority.rpartition("@")[2]
    if tail in ("", "/"):
        return f"{scheme}://{host}"
    first, slash, more = re.split(r"[?#]", tail, maxsplit=1)[0][1:].partition("/")
    shown = f"{first}/" if slash and first and more.strip("/") else ""
    return f"{scheme}://{host}/{shown}{MASK}"


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Take the given secrets, their parts that are keys, and any RTMP address's key out of a text.

    For the edges where foreign code writes the text: FFmpeg, for one, puts whole URLs into errors.
    """
    hidden = {form for secret in secrets for form in _forms(secret.reveal()) if form}
    if hidden:
        longest_first = sorted(hidden, key=len, reverse=True)
        text = re.sub("|".join(map(re.escape, longest_first)), MASK, text)
    return _RTMP_ADDRESS.sub(lambda match: mask_url(match[0]), text)


def _forms(secret: str) -> set[str]:
    """The shapes in which a secret turns up: as is, percent-encoded, in JSON (RFC 8259, section 7:
    a server may escape more than it must), the key of a URL alone."""
    in_json = {json.dumps(secret, ensure_ascii=is_plain)[1:-1] for is_plain in (True, False)}
    forms = {secret, quote(secret, safe=""), *in_json}
    forms |= {form.replace("/", "\\/") for form in in_json}
    if "://" in secret:
        key = secret.partition("://")[2].rstrip("/").rpartition("/")[2]
        parts = {key, quote(key, safe=""), key.partition("?")[0]}
        forms |= {part for part in parts if len(part) >= SHORTEST_KEY}
    return forms
