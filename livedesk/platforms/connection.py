"""How does one HTTP/1.1 connection carry call after call, and what is known when one fails?

It is made of h11, and not of an HTTP client, for two things that clients do not offer: it can be
opened before there is anything to ask, and it tells whether any byte of a call has left. Answers
are never decompressed, so that a small one cannot become a large one.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, cast
from urllib.parse import quote, unquote, urlsplit

import h11

from livedesk.core.clock import Clock

_IN_TARGETS: Final = "%/:?#[]@!$&'()*+,;=~"
_PRINTABLE: Final = "".join(map(chr, range(0x20, 0x7F)))
_HEAD_BYTES: Final = 32 * 1024
_SLICE_BYTES: Final = 16 * 1024
"""So much is read of an answer at a time; a head is measured between two slices."""
_PARTS: Final = 1_000
_PART_BYTES: Final = 256
"""An answer has at most so many parts (chunks, and answers in advance as 100 Continue), and one
more for each 256 bytes of its body. Each costs 20 µs: a byte a chunk would stop us for seconds."""
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
"""Seconds, seconds, probes: an idle connection whose far end is gone is noticed in 25 s."""
_EYEBALLS_S: Final = 0.15
"""So much later the next address of a name is tried beside the first one (RFC 8305)."""


class AddressError(ValueError):
    """An address that cannot be called. The text does not contain it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connection leads to."""

    scheme: Literal["http", "https"]
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `target` and `headers` may hold tokens, so they are never shown."""

    method: str
    target: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def is_read(self) -> bool:
        """Whether asking it twice changes nothing (RFC 9110, section 9.2.1)."""
        return self.method == "GET"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came as a whole. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


Fault = Literal["closed", "cut", "not_http", "too_large"]
"""`closed`: by the far end, before the first byte of an answer. `cut`: in the middle of it."""


class BrokenCall(Exception):  # noqa: N818 - it is the call that broke, an error of the far end
    """The request left, and no whole answer came."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault: Fault = fault


def header_text(value: str) -> str:
    """Percent-encoded where a header would not take it, so that two values stay two."""
    return quote(value, safe=_PRINTABLE)


def split_url(url: str) -> tuple[Origin, str, dict[str, str]]:
    """Origin, target, and the header for a user and password in it. Raises AddressError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("it has no valid host and port") from None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        raise AddressError("it does not begin with http:// or https://")
    if not parts.hostname or port == 0 or not url.isprintable() or " " in url:
        raise AddressError("it has no valid host and port, or a character that no address has")
    try:
        host = (
            parts.hostname.encode("idna").decode() if ":" not in parts.hostname else parts.hostname
        )
    except UnicodeError:
        raise AddressError("its host is no name") from None
    headers = {}
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    kind: Literal["http", "https"] = "https" if scheme == "https" else "http"
    target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), _IN_TARGETS)
    return Origin(kind, host, port or _PORTS[kind]), target, headers


class Connection(asyncio.Protocol):
    """One call at a time. A call that is cancelled ends the connection: its answer may still come.

    `on_end` is told when the connection has ended, whoever ended it.
    """

    def __init__(self, origin: Origin, clock: Clock, on_end: Callable[[Connection], None]) -> None:
        self._origin = origin
        self._clock = clock
        self._on_end = on_end
        self._transport: asyncio.Transport | None = None
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)
        self._asked: _Asked | None = None
        self._ended = asyncio.get_running_loop().create_future()
        self.peer = ""
        self.calls = 0
        self.opened_mono_ns = self.idle_since_mono_ns = clock.mono_ns()

    async def open(self, host: str, tls: ssl.SSLContext | None) -> None:
        """Connect to the host, by name or number. Raises OSError."""
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(
                lambda: self,
                host,
                self._origin.port,
                ssl=tls,
                server_hostname=self._origin.host if tls else None,
                happy_eyeballs_delay=None if _is_number(host) else _EYEBALLS_S,
            )
        except BaseException:
            self.abort()
            raise

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else ""
        self.opened_mono_ns = self.idle_since_mono_ns = self._clock.mono_ns()
        _watch_far_end(transport.get_extra_info("socket"))

    @property
    def is_idle(self) -> bool:
        """Whether a call can be made: it is open as far as is known, and nothing is under way."""
        transport = self._transport
        return transport is not None and not transport.is_closing() and self._asked is None

    async def ask(self, request: Request, max_bytes: int) -> Reply:
        """Write it at once, and wait for the answer. Raises BrokenCall, and before anything is
        written h11.LocalProtocolError and UnicodeError."""
        assert self._transport is not None
        headers = [("Host", self._origin.host_header), ("Accept-Encoding", "identity")]
        headers += request.headers.items()
        if request.body is not None or not request.is_read:
            headers.append(("Content-Length", str(len(request.body or b""))))
        head = h11.Request(method=request.method, target=request.target, headers=headers)
        content = self._http.send(head) or b""
        if request.body:
            content += self._http.send(h11.Data(data=request.body)) or b""
        content += self._http.send(h11.EndOfMessage()) or b""
        asked = self._asked = _Asked(max_bytes, asyncio.get_running_loop().create_future())
        self.calls += 1
        self._transport.write(content)
        try:
            return await asked.reply
        finally:
            self._finish(asked)

    def _finish(self, asked: _Asked) -> None:
        self._asked = None
        self.idle_since_mono_ns = self._clock.mono_ns()
        answered = asked.reply.done() and not asked.reply.cancelled()
        if (
            answered
            and asked.reply.exception() is None
            and self._http.our_state is h11.DONE
            and self._http.their_state is h11.DONE
            and not self._http.trailing_data[0]
        ):
            self._http.start_next_cycle()
        else:
            self.abort()

    def data_received(self, data: bytes) -> None:
        asked = self._asked
        if asked is None or asked.reply.done():
            self.abort()  # nobody asked for it: the next answer could not be told from it
            return
        asked.any_byte = True
        self._read(asked, data)

    def eof_received(self) -> None:
        if self._asked is not None and self._asked.any_byte and not self._asked.reply.done():
            self._read(self._asked, b"")

    def connection_lost(self, exc: Exception | None) -> None:
        if self._asked is not None:
            self._asked.fail(*self._lost(self._asked))
        if not self._ended.done():
            self._ended.set_result(None)
        self._on_end(self)

    def _lost(self, asked: _Asked) -> tuple[Fault, str]:
        if asked.any_byte:
            return "cut", "the connection ended in the middle of the answer"
        return "closed", "the connection was closed without an answer"

    def _read(self, asked: _Asked, data: bytes) -> None:
        try:
            for at in range(0, max(len(data), 1), _SLICE_BYTES):
                self._http.receive_data(data[at : at + _SLICE_BYTES])
                self._take_events(asked)
        except h11.RemoteProtocolError:
            if asked.status:
                asked.fail("cut", "the answer ended early, or its parts do not fit together")
            else:
                asked.fail("not_http", "the answer is not HTTP")

    def _take_events(self, asked: _Asked) -> None:
        while not asked.reply.done():
            event = self._http.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            asked.take(cast("h11.Event", event))

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def closed(self) -> None:
        """Until the socket is given back; at once if it was never opened."""
        if self._transport is not None:
            await asyncio.wait([self._ended])


class _Asked:
    """An answer as far as it has come."""

    def __init__(self, max_bytes: int, reply: asyncio.Future[Reply]) -> None:
        self._max_bytes = max_bytes
        self._body = bytearray()
        self._parts = 0
        self._headers: dict[str, str] = {}
        self.reply = reply
        self.status = 0
        self.any_byte = False

    def take(self, event: h11.Event) -> None:
        self._parts += 1
        if self._parts > _PARTS + len(self._body) // _PART_BYTES:
            self.fail("too_large", "the answer comes in too many parts")
        elif isinstance(event, h11.Response):
            self.status = event.status_code
            self._headers = {
                name.decode("ascii"): value.decode("latin-1") for name, value in event.headers
            }
            length = self._headers.get("content-length", "")
            if length.isdecimal() and int(length) > self._max_bytes:
                self._too_large()
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > self._max_bytes:
                self._too_large()
        elif isinstance(event, h11.EndOfMessage):
            self.reply.set_result(Reply(self.status, self._headers, bytes(self._body)))

    def _too_large(self) -> None:
        self.fail("too_large", f"the answer is larger than {self._max_bytes // 1024} kB")

    def fail(self, fault: Fault, text: str) -> None:
        if not self.reply.done():
            self.reply.set_exception(BrokenCall(fault, text))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _watch_far_end(sock: socket.socket | None) -> None:
    if sock is None:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):  # each system has some of them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
