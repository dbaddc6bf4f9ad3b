"""A platform's live room in a few lines: the sandbox's protocol, and a journal of what it did."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from livedesk.core.pin_settings import PinSettings, SandboxGateway
from livedesk.core.secrets import Secret

ROOM = "room1"
PRODUCTS: tuple[dict[str, Any], ...] = (
    {"id": "a", "title": "Rose serum", "stock": 5, "position": 1},
    {"id": "b", "title": "Night cream", "stock": 9, "position": 2},
    {"id": "sold", "title": "Lip tint", "stock": 0, "status": "out_of_stock", "position": 3},
    {"id": "held", "title": "Peel", "stock": 3, "status": "restricted", "reason": "age"},
)


@dataclass
class PinService:
    """`executed`: product and key of each pin that took effect, in order; None is an unpin."""

    port: int = 0
    delays_s: dict[str | None, float] = field(default_factory=dict)
    """By product, until its pin takes effect."""
    drop_after: bool = False
    """Carry the next pin out and close the connection without an answer."""
    hold: bool = False
    """Take a pin up, and neither carry it out nor answer."""
    silent: bool = False
    """Answer nothing about pins, as a network that has gone."""
    products: list[dict[str, Any]] = field(default_factory=lambda: [dict(p) for p in PRODUCTS])
    pinned: str | None = None
    executed: list[tuple[str | None, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def settings(self, **more: Any) -> PinSettings:
        url = f"http://127.0.0.1:{self.port}"
        return PinSettings(SandboxGateway(url, ROOM, Secret("room-token")), **more)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (line := await reader.readline()).strip():
                method, path, _ = line.decode().split(" ", 2)
                headers = await _headers(reader)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                answer = await self._answer(method, path, headers, body)
                if answer is None:
                    break
                await _send(writer, *answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any]] | None:
        assert headers["authorization"] == "Bearer room-token"
        if path.startswith(f"/v1/live/{ROOM}/products"):
            return 200, {"products": self.products, "next_offset": None}
        assert path == f"/v1/live/{ROOM}/pin"
        if method == "GET":
            await self._unless_silent()
            return 200, {"pinned": _pinned(self.pinned)}
        product = json.loads(body)["product_id"] if method == "POST" else None
        return await self._pin(product, headers["idempotency-key"])

    async def _pin(self, product: str | None, key: str) -> tuple[int, dict[str, Any]] | None:
        self.asked.append(key)
        if self.hold:
            await asyncio.Event().wait()
        await asyncio.sleep(self.delays_s.get(product, 0.0))
        if key in self.keys:
            return 200, self.keys[key] | {"repeated": True}
        self.pinned = product
        self.executed.append((product, key))
        self.keys[key] = {"pinned": _pinned(product)}
        if self.drop_after:
            self.drop_after = False
            return None
        await self._unless_silent()
        return 200, self.keys[key] | {"repeated": False}

    async def _unless_silent(self) -> None:
        if self.silent:
            await asyncio.Event().wait()


@asynccontextmanager
async def pin_service() -> AsyncIterator[PinService]:
    service = PinService()
    tasks: set[asyncio.Task[None]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(asyncio.CancelledError):  # streams report it as a fault of theirs
            await service.serve(reader, writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    found: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        found[name.lower()] = value.strip()
    return found


async def _send(writer: asyncio.StreamWriter, status: int, content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    writer.write(f"{head}\r\n\r\n".encode() + body)
    await writer.drain()


def _pinned(product: str | None) -> dict[str, Any] | None:
    return None if product is None else {"product_id": product}
