"""How does the shop answer HTTP, and how does it fail to? One app for all protocols.

A connection can be closed without an answer, for which the server's protocol has to tell which
transport a call came by.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from livedesk.sandbox.shop.faults import Fate
from livedesk.sandbox.shop.garble import garbled
from livedesk.sandbox.shop.pictures import picture_of
from livedesk.sandbox.shop.shop import Shop
from livedesk.sandbox.shop.wire import Call, Kind, Reply, Speech

MAX_BODY_BYTES: Final = 65_536
_DRIP_EVERY_S: Final = 0.1


class Lines:
    """The open connections by the address of their far end, so that one can be cut."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}
        self._closing = asyncio.Event()

    def protocol(self) -> type[H11Protocol]:
        """The server's protocol for HTTP, which notes its connections here."""
        lines = self._open

        class NotedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                lines[transport.get_extra_info("peername")[:2]] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                if self.client is not None:
                    lines.pop(self.client, None)

        return NotedProtocol

    async def pause(self, seconds: float) -> None:
        """Let a call wait; not beyond the end of the shop."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)

    def close(self) -> None:
        """Hang up on all, so that no slow answer holds up the end."""
        self._closing.set()
        for transport in list(self._open.values()):
            transport.abort()

    async def cut(self, scope: Scope, receive: Receive) -> None:
        """Close the connection of a call; returns when the server knows."""
        if (transport := self._open.get(tuple(scope["client"]))) is not None:
            transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class Service(Protocol):
    """Who answers calls, and how badly."""

    def speech_of(self, call: Call) -> tuple[Speech, Kind] | None:
        """Whose call it is; None when nobody's."""
        ...

    def refused(self, speech: Speech) -> Reply | None:
        """The answer when it is one too many."""
        ...

    def fate(self, kind: Kind) -> Fate: ...


class Counter:
    """Where calls come in: reads, waits, lets the protocol answer, and spoils the answer."""

    def __init__(self, service: Service, lines: Lines) -> None:
        self._service = service
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await _read(Request(scope, receive))
        found = self._service.speech_of(call) if call is not None else None
        if call is None or found is None:
            await Response(status_code=404 if call is not None else 413)(scope, receive, send)
            return
        speech, kind = found
        reply, fate = await self._answered(call, speech, kind)
        if reply is None:
            await self._lines.cut(scope, receive)
            return
        await _response(reply, fate)(scope, receive, send)

    async def _answered(self, call: Call, speech: Speech, kind: Kind) -> tuple[Reply | None, Fate]:
        """What is said to it; None: the connection is closed without a word.

        Who hangs up meanwhile changes nothing: a pin is carried out all the same, and later.
        """
        if (refused := self._service.refused(speech)) is not None:
            return refused, Fate()
        fate = self._service.fate(kind)
        if fate.drop == "before":
            return None, fate
        await self._lines.pause(fate.before_s)
        if fate.error_status is not None:
            return speech.failed(fate.error_status), fate
        if fate.malformed == "error_in_200":
            return speech.failed(200), fate
        reply = speech.answer(call)
        await self._lines.pause(fate.after_s)
        return None if fate.drop == "after" else reply, fate


def _response(reply: Reply, fate: Fate) -> Response:
    body, content_type = garbled(fate.malformed, reply.body)
    headers = {**reply.headers, "content-type": content_type}
    if fate.drip_bytes_per_s is None:
        return Response(body, reply.status, headers)
    headers["content-length"] = str(len(body))
    return StreamingResponse(_dripped(body, fate.drip_bytes_per_s), reply.status, headers)


async def _dripped(body: bytes, bytes_per_s: int) -> AsyncIterator[bytes]:
    step = max(1, round(bytes_per_s * _DRIP_EVERY_S))
    for start in range(0, len(body), step):
        part = body[start : start + step]
        await asyncio.sleep(len(part) / bytes_per_s)
        yield part


async def _read(request: Request) -> Call | None:
    """None when the body is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            return None
    return Call(
        request.method,
        request.url.path,
        dict(request.query_params),
        {name.lower(): value for name, value in request.headers.items()},
        bytes(body),
    )


def shop_app(shop: Shop, lines: Lines) -> Starlette:
    """Pictures need no token, as on a platform's own file servers."""
    pictures: dict[str, bytes] = {}

    async def picture(request: Request) -> Response:
        good = shop.room.good(request.path_params["product"])
        if good is None:
            return Response(status_code=404)
        if good.id not in pictures:
            pictures[good.id] = await asyncio.to_thread(picture_of, good)
        return Response(pictures[good.id], media_type="image/png")

    counter: Any = Counter(shop, lines)
    return Starlette(
        routes=[
            Route("/pictures/{product}.png", picture, methods=["GET"]),
            Route("/{path:path}", counter),
        ]
    )
