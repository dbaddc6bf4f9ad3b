"""How does an engine follow and command this relay? JSON lines over loopback, behind a token."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any, Final, cast

from livedesk.core.secrets import Secret
from livedesk.relay.entries import EntryLog

_MAX_LINE_BYTES: Final = 64 * 1024
_BUFFER_BYTES: Final = 256 * 1024
_BATCH: Final = 200
_MAX_CLIENTS: Final = 8
_FIRST_LINE_LIMIT_S: Final = 5.0

Hello = Callable[[], dict[str, Any]]
TakeOrder = Callable[[dict[str, Any]], dict[str, Any]]

_ORDERS: Final = ("failover", "hold", "drill")


class ControlServer:
    """Sends numbered entries to every client that knows the token, and takes commands."""

    def __init__(
        self, log: EntryLog, hello: Hello, stop: Callable[[], None], take_order: TakeOrder
    ) -> None:
        self._log = log
        self._hello = hello
        self._stop = stop
        self._take_order = take_order
        self._clients: set[_Client] = set()
        self._server: asyncio.Server | None = None
        self.token = Secret(secrets.token_urlsafe(24))
        self.port = 0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self, self._log), "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for client in tuple(self._clients):
            client.close()

    def opened(self, client: _Client) -> bool:
        if len(self._clients) >= _MAX_CLIENTS:
            return False
        self._clients.add(client)
        return True

    def closed(self, client: _Client) -> None:
        self._clients.discard(client)

    def greet(self, opening: dict[str, Any]) -> dict[str, Any] | None:
        """The hello for a client's first line; None if the token is wrong."""
        offered = str(opening.get("token", "")).encode()
        if not hmac.compare_digest(offered, self.token.reveal().encode()):
            return None
        after = int(opening.get("after", 0))
        missed = self._log.missed_after(after)
        return {"hello": {**self._hello(), "last": self._log.last, "missed": missed}}

    def command(self, request: dict[str, Any]) -> dict[str, Any]:
        name, reply = request.get("cmd"), request.get("id")
        if name == "ping":
            return {"reply": reply, "ok": True}
        if name == "stop":
            asyncio.get_running_loop().call_soon(self._stop)
            return {"reply": reply, "ok": True}
        if name in _ORDERS:
            return {"reply": reply, **self._take_order(request)}
        return {
            "reply": reply,
            "ok": False,
            "code": "unknown_command",
            "error": f"unknown command; known are ping, stop, {', '.join(_ORDERS)}",
            "action": "use an engine and a relay of the same version",
        }


class _Client(asyncio.Protocol):
    """One connection. A client that does not read is waited for: the log keeps its entries."""

    def __init__(self, server: ControlServer, log: EntryLog) -> None:
        self._server = server
        self._log = log
        self._line = b""
        self._is_greeted = False
        self._is_paused = False
        self._sent = 0
        self._unlisten: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_BUFFER_BYTES)
        self._deadline = asyncio.get_running_loop().call_later(
            _FIRST_LINE_LIMIT_S, self._transport.abort
        )
        if not self._server.opened(self):
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        self._server.closed(self)

    def data_received(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        if len(self._line) > _MAX_LINE_BYTES:
            self._transport.abort()
            return
        for line in lines:
            try:
                request = json.loads(line)
                self._take(request if isinstance(request, dict) else {})
            except (ValueError, TypeError, OverflowError, RecursionError):
                self._transport.abort()
                return

    def _take(self, request: dict[str, Any]) -> None:
        if self._is_greeted:
            self._write(self._server.command(request))
            return
        hello = self._server.greet(request)
        if hello is None:
            self._write({"error": "wrong token"})
            self._transport.close()
            return
        self._is_greeted = True
        self._deadline.cancel()
        self._sent = int(request.get("after", 0))
        self._write(hello)
        self._unlisten = self._log.listen(self._send_entries)
        self._send_entries()

    def _write(self, answer: dict[str, Any]) -> None:
        self._transport.write(json.dumps(answer).encode() + b"\n")

    def _send_entries(self) -> None:
        while not self._is_paused and (lines := self._log.lines_after(self._sent, _BATCH)):
            self._sent = lines[-1][0]
            self._transport.write(b"".join(line for _, line in lines))

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._send_entries()

    def close(self) -> None:
        self._transport.close()
