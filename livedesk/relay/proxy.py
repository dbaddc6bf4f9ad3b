"""What is said to a proxy so that it connects us? Steps without I/O, for HTTP and SOCKS5.

A conversation is a generator: it yields what to send and how many bytes of the answer it needs, and
gets exactly these. So no byte is taken that belongs to the connection behind the proxy.
"""

from __future__ import annotations

import base64
import ipaddress
import struct
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

from livedesk.core.proxy_address import ProxyAddress

_LONGEST_HEAD_BYTES: Final = 8192
_VERSION: Final = 5
_NO_LOGIN, _LOGIN, _NONE_FITS = 0, 2, 0xFF
_CONNECT: Final = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_LONGEST_NAME_BYTES: Final = 255
_REPLIES: Final = {
    1: "has failed in itself",
    2: "does not allow this connection",
    3: "cannot reach the platform's network",
    4: "cannot reach the platform",
    5: "was refused by the platform",
    6: "got no answer from the platform in time",
    7: "cannot connect to others",
    8: "does not know this kind of address",
}
"""RFC 1928, section 6."""


class ProxyError(Exception):
    """The proxy does not connect us; the text says why and holds no password."""


@dataclass(frozen=True, slots=True)
class Step:
    """Send `data`, then hand in exactly `want` bytes of what comes."""

    data: bytes = field(repr=False)
    want: int


Steps = Generator[Step, bytes, None]


def proxy_steps(proxy: ProxyAddress, host: str, port: int) -> Steps:
    """What to say to this proxy to be connected to `host`, a name that the proxy resolves.

    The generator ends when the connection is through; raises ProxyError when it will not be.
    """
    return _http(proxy, host, port) if proxy.scheme == "http" else _socks5(proxy, host, port)


def _http(proxy: ProxyAddress, host: str, port: int) -> Steps:
    """CONNECT (RFC 9110, 9.3.6), with Basic authentication (RFC 7617)."""
    name = host if _literal(host) else _wire_name(host).decode("ascii")
    place = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.user is not None:
        login = f"{proxy.user}:{_password(proxy)}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(login).decode()}")
    request = "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii")
    head = yield Step(request, 1)
    while not head.endswith(b"\r\n\r\n"):
        if len(head) >= _LONGEST_HEAD_BYTES:
            raise ProxyError(f"its answer is longer than {_LONGEST_HEAD_BYTES} bytes")
        head += yield Step(b"", 1)
    words = head.split(b"\r\n", 1)[0].split(b" ")
    if not words[0].startswith(b"HTTP/1.") or len(words) < 2 or not words[1].isdigit():
        raise ProxyError("its answer is not HTTP; is it a SOCKS5 proxy?")
    if not 200 <= (status := int(words[1])) < 300:
        raise ProxyError(_http_refusal(status, proxy))


def _http_refusal(status: int, proxy: ProxyAddress) -> str:
    match status:
        case 407:
            return _login_refusal(proxy)
        case 403 | 405:
            return f"it does not allow this connection (HTTP {status})"
        case 502 | 503 | 504:
            return f"it cannot reach the platform (HTTP {status})"
        case _:
            return f"it answered HTTP {status}"


def _login_refusal(proxy: ProxyAddress) -> str:
    if proxy.user is None:
        return "it asks for a user and password"
    return "it does not accept the user and password"


def _socks5(proxy: ProxyAddress, host: str, port: int) -> Steps:
    methods = [_NO_LOGIN] if proxy.user is None else [_NO_LOGIN, _LOGIN]
    version, method = yield Step(bytes([_VERSION, len(methods), *methods]), 2)
    if version != _VERSION:
        raise ProxyError("its answer is not SOCKS5; is it an HTTP proxy?")
    if method == _NONE_FITS or method not in methods:
        raise ProxyError(_login_refusal(proxy))
    if method == _LOGIN:
        _, status = yield Step(_login(proxy), 2)
        if status != 0:
            raise ProxyError(_login_refusal(proxy))
    place = _place(host) + struct.pack(">H", port)
    _, reply, _, kind = yield Step(bytes([_VERSION, _CONNECT, 0]) + place, 4)
    if reply != 0:
        raise ProxyError(f"it {_REPLIES.get(reply, f'answered with code {reply}')}")
    yield Step(b"", (yield from _bound_bytes(kind)) + 2)


def _login(proxy: ProxyAddress) -> bytes:
    """RFC 1929, section 2."""
    user, password = (proxy.user or "").encode(), _password(proxy).encode()
    return bytes([1, len(user)]) + user + bytes([len(password)]) + password


def _place(host: str) -> bytes:
    """RFC 1928, section 5."""
    if (address := _literal(host)) is not None:
        return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed
    name = _wire_name(host)
    return bytes([_NAME, len(name)]) + name


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _wire_name(host: str) -> bytes:
    try:
        name = host.encode("idna")
    except UnicodeError:
        raise ProxyError("the platform's host name is not a valid one") from None
    if len(name) > _LONGEST_NAME_BYTES:
        raise ProxyError("the platform's host name is too long for it")
    return name


def _bound_bytes(kind: int) -> Generator[Step, bytes, int]:
    """How long the address is from which the proxy connects; nobody needs it."""
    if kind == _NAME:
        return (yield Step(b"", 1))[0]
    if kind not in (_IPV4, _IPV6):
        raise ProxyError("its answer is not as SOCKS5 has it")
    return 4 if kind == _IPV4 else 16


def _password(proxy: ProxyAddress) -> str:
    return proxy.password.reveal() if proxy.password is not None else ""
