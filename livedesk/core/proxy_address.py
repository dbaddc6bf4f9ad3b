"""Is this text the address of a proxy, and who are we there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast
from urllib.parse import unquote, urlsplit

from livedesk.core.secrets import Secret

PROXY_EXAMPLE: Final = '"socks5://192.168.8.1:1080" or "env:BONDED_PROXY"'

_SCHEMES: Final = ("http", "socks5")
_LONGEST_LOGIN_BYTES: Final = 255
"""User and password each: a length is one byte in RFC 1929."""


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """`http://` is HTTP CONNECT (RFC 9110, 9.3.6), `socks5://` is RFC 1928."""

    scheme: Literal["http", "socks5"]
    host: str
    port: int
    user: str | None = None
    password: Secret | None = None

    @property
    def authority(self) -> str:
        """Host and port, fit to be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_proxy(text: str) -> tuple[ProxyAddress | None, str]:
    """The proxy, or None and what is wrong with it, in words that do not contain the text.

    User and password may be percent-encoded, as a `/` or `@` in them must be.
    """
    if not text.isprintable() or " " in text:
        return None, "a blank or an unprintable character"
    scheme, separator, _ = text.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        return None, "a text that does not begin with http:// or socks5://"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None, "no valid host and port after ://"
    if not host or not port:
        return None, "no host and port, such as proxy.example:3128"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return None, "something after the port"
    user = unquote(parts.username) if parts.username is not None else None
    password = unquote(parts.password or "")
    if max(len(part.encode()) for part in (user or "", password)) > _LONGEST_LOGIN_BYTES:
        return None, f"a user or password of more than {_LONGEST_LOGIN_BYTES} bytes"
    if user is not None and (not user or ":" in user):
        return None, "no user before the password, or one with a colon"
    known = cast(Literal["http", "socks5"], scheme.lower())
    return ProxyAddress(known, host, port, user, Secret(password)), ""
