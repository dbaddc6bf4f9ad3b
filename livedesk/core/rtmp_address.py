"""Is this text an RTMP address, and which part of it is the key?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, cast

from livedesk.core.secrets import SHORTEST_KEY, Secret

EXAMPLE = '"rtmp://ingest.example/live/env:GLOW_KEY"'

_DEFAULT_PORTS = {"rtmp": 1935, "rtmps": 443}
_REFERENCE = re.compile(
    r"(?P<front>|(?i:rtmps?)://[^/]+/(?:.*?/)?)(?P<reference>(?:env|keyring):.+)"
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:\[\]\s@]+)(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class RtmpAddress:
    """`scheme://host:port/app/key`; app may have an instance, key a query: `app/inst/key?q`."""

    scheme: Literal["rtmp", "rtmps"] = "rtmp"
    host: str = ""
    port: int = 0
    app: str = ""
    key: str = field(default="", repr=False)
    url: str = field(default="", repr=False)
    by_reference: bool = False

    @property
    def is_tls(self) -> bool:
        return self.scheme == "rtmps"

    @property
    def authority(self) -> str:
        """Host and port, fit to be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def secrets(self) -> list[Secret]:
        """The key as a server may name it: whole, without its query, or a value of that."""
        name, _, query = self.key.partition("?")
        values = [pair.rpartition("=")[2] for pair in query.split("&")]
        return [Secret(part) for part in (self.key, name, *values) if len(part) >= SHORTEST_KEY]

    @property
    def tc_url(self) -> str:
        """How RTMP's `connect` command names the server: no key, no default port."""
        is_default = _DEFAULT_PORTS[self.scheme] == self.port
        authority = self.authority.rpartition(":")[0] if is_default else self.authority
        return f"{self.scheme}://{authority}/{self.app}"


def without_scheme(text: str, wanted: str) -> str:
    """What is found instead of a scheme that is wanted: no more of the text than its own one."""
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]{0,15}://", text)
    if scheme is None:
        return f"a text that does not begin with {wanted}"
    return f"{scheme[0].lower()}, which is not {wanted}"


def split_reference(text: str) -> tuple[str, str]:
    """What stands before `env:…` or `keyring:…`, and that; both empty if there is none."""
    match = _REFERENCE.fullmatch(text)
    return (match["front"], match["reference"]) if match else ("", "")


def parse_address(text: str, *, by_reference: bool = False) -> tuple[RtmpAddress | None, str]:
    """The address, or None and what is wrong with it, in words that do not contain the text."""
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in _DEFAULT_PORTS:
        return None, without_scheme(text, "rtmp:// or rtmps://")
    if not text.isprintable() or " " in text:
        return None, "a blank or an unprintable character"
    authority, _, path = rest.partition("/")
    place = _AUTHORITY.fullmatch(authority)
    if place is None:
        return None, "no valid host and port after ://"
    port = int(place["port"]) if place["port"] else _DEFAULT_PORTS[scheme]
    if not 1 <= port <= 65535:
        return None, f"port {port}, which is not from 1 to 65535"
    # The key is the last segment with its query, as encoders with one address field have it.
    name, question, query = path.partition("?")
    app, _, key = name.strip("/").rpartition("/")
    key += question + query
    if not app or not key.strip("/?"):
        return None, "no app and key after the host"
    known = cast(Literal["rtmp", "rtmps"], scheme)
    host = place["host"].strip("[]")
    return RtmpAddress(known, host, port, app, key, text, by_reference), ""
