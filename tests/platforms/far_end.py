"""A far end on a real socket that answers as each test wants it to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.waiting import until

Act = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """The number of its connection, from 1."""

    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class FarEnd:
    """An HTTP server of a few lines, as no HTTP server would send what tests want to be sent."""

    act: Act
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        if (task := asyncio.current_task()) is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        self.open.add(writer)
        try:
            while head := await _until_blank_line(reader):
                lines = head.decode().split("\r\n")
                method, target, _ = lines[0].split(" ")
                pairs = (line.partition(":") for line in lines[1:] if line)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                request = Asked(method, target, headers, body, number)
                self.asked.append(request)
                await self.act(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open.discard(writer)
            writer.close()

    def hang_up(self) -> None:
        for writer in self.open:
            writer.close()


async def _until_blank_line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def reply(
    status: int, body: object = b"", *, content_type: str = "application/json", more: str = ""
) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\n{more}"
    return head.encode() + f"Content-Length: {len(content)}\r\n\r\n".encode() + content


def always(content: bytes) -> Act:
    async def act(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()

    return act


@asynccontextmanager
async def far_end(act: Act | bytes) -> AsyncIterator[FarEnd]:
    end = FarEnd(always(act) if isinstance(act, bytes) else act)
    server = await asyncio.start_server(end.serve, "127.0.0.1", 0)
    end.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield end
    finally:
        server.close()
        end.hang_up()
        for task in end.tasks:
            task.cancel()
        await until(lambda: not end.open, "every connection has ended")
