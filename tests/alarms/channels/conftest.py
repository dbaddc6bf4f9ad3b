"""A server of HTTP that answers as it is told, and messages to send to it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from livedesk.alarms.channels.message import Message, Voice
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, Priority

UTC_NS = 1_794_000_000 * NS_PER_S


def raised(alarm: str = "uplink.down", priority: Priority = "high", store: str = "glow") -> Message:
    status = AlarmStatus(alarm, priority, "The uplink is down.", "Look at it.", UTC_NS)
    return Voice("North Agency").raised(store, store.title(), status, UTC_NS)


@dataclass
class Server:
    """`answers` in turn, the last one again and again; "" hangs."""

    answers: list[str]
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.partition(b":")[2])
                    for line in head.lower().splitlines()
                    if line.startswith(b"content-length:")
                )
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if not answer:
                    await reader.read()
                    return
                writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(*answers: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(list(answers))
    listening = await asyncio.start_server(server._serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
