"""How are comments told as they come? Server-sent events, with resume and signs of life."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from livedesk.core.events import Json
from livedesk.sandbox.chat.room import ChatRoom
from livedesk.sandbox.chat.speech import PAGE, ChatSpeech, whole
from livedesk.sandbox.shop.faults import Fate
from livedesk.sandbox.shop.garble import plain
from livedesk.sandbox.shop.server import Lines
from livedesk.sandbox.shop.wire import Call, Kind, Reply

_ALIVE_S: Final = 0.5
_SILENT_LOOK_S: Final = 0.05


class Streamed(Protocol):
    """What a stream asks of the chat."""

    @property
    def speech(self) -> ChatSpeech: ...

    @property
    def lines(self) -> Lines: ...

    @property
    def readers(self) -> set[tuple[str, int]]:
        """The far ends of the open streams."""
        ...

    def fate(self, kind: Kind) -> Fate: ...

    def is_silent(self) -> bool:
        """The line is open, and nothing comes."""
        ...

    def is_told_twice(self) -> bool: ...


class Stream:
    """The endpoint. Faults of `comments` touch the opening of a stream."""

    def __init__(self, chat: Streamed) -> None:
        self._chat = chat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, request.url.path, dict(request.query_params), headers)
        fate = self._chat.fate("comments")
        await self._chat.lines.pause(fate.before_s + fate.after_s)
        if fate.drop:
            await self._chat.lines.cut(scope, receive)
            return
        await self._opened(call, fate, tuple(scope["client"]))(scope, receive, send)

    def _opened(self, call: Call, fate: Fate, client: tuple[str, int]) -> Response:
        speech = self._chat.speech
        if fate.error_status is not None:
            return _refusal(speech.failed(fate.error_status))
        found = speech.room_of(call)
        if isinstance(found, Reply):
            return _refusal(found)
        room = found[0]
        resumed = call.headers.get("last-event-id", "")
        asked = Call("GET", "", {"after": resumed} if resumed else call.query)
        after = whole(asked, "after", room.last)
        if after is None:
            return _refusal(Reply({"error": {"code": "bad_request", "message": "after"}}, 400))
        told = self._told(room, after, client)
        return StreamingResponse(told, media_type="text/event-stream")

    async def _told(
        self, room: ChatRoom, after: int, client: tuple[str, int]
    ) -> AsyncIterator[bytes]:
        news = asyncio.Event()
        room.listeners.add(news.set)
        self._chat.readers.add(client)
        try:
            yield b": alive\n\n"
            while True:
                news.clear()
                if self._chat.is_silent():
                    await asyncio.sleep(_SILENT_LOOK_S)
                    continue
                if not after >= room.first - 1 or after > room.last:
                    first = max(room.first, 1)
                    yield _event("gap", {"after": after, "first": first})
                    after = first - 1
                if said := room.comments(after, PAGE):
                    after = said[-1].n
                    yield b"".join(
                        _event("comment", self._chat.speech.told(each), each.n)
                        * (2 if self._chat.is_told_twice() else 1)
                        for each in said
                    )
                    continue
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), _ALIVE_S)
                if not news.is_set():
                    yield b": alive\n\n"
        finally:
            room.listeners.discard(news.set)
            self._chat.readers.discard(client)


def _event(name: str, data: Mapping[str, Json], n: int | None = None) -> bytes:
    number = "" if n is None else f"id: {n}\n"
    # In ASCII, as a lone surrogate cannot be told otherwise, and viewers may type anything.
    return f"{number}event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def _refusal(reply: Reply) -> Response:
    return Response(plain(reply.body), reply.status, media_type="application/json")
