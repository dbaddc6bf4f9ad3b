"""A small real proxy for tests: HTTP CONNECT and SOCKS5, with or without a login."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    """Remembers where it was asked to connect to; `names` is its own name server."""

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self.login = login
        self.asked: list[str] = []
        self.names: dict[str, str] = {}
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(1)
        talk = self._socks if first == b"\x05" else self._http
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await talk(first, reader, writer)
        writer.close()

    async def _http(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
        if self.login is not None:
            wanted = base64.b64encode(":".join(self.login).encode()).decode()
            if f"Proxy-Authorization: Basic {wanted}\r\n" not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                return
        place = head.split(" ")[1]
        try:
            far = await self._reach(*place.rsplit(":", 1))
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nsorry")
            return
        # With the far end's first bytes right behind, as a quick server has it.
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        await _both_ways((reader, writer), far)

    async def _socks(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        wanted = 0 if self.login is None else 2
        if wanted not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, wanted]))
        if self.login is not None and not await self._is_known(reader, writer):
            return
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(map(str, await reader.readexactly(4)))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        try:
            far = await self._reach(host, str(port))
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        writer.write(b"\x05\x00\x00\x03\x04here\x00\x50")
        await _both_ways((reader, writer), far)

    async def _is_known(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await reader.readexactly(1)
        said = []
        for _ in range(2):
            said.append((await reader.readexactly((await reader.readexactly(1))[0])).decode())
        is_known = tuple(said) == self.login
        writer.write(bytes([1, 0 if is_known else 1]))
        return is_known

    async def _reach(
        self, host: str, port: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.asked.append(f"{host}:{port}")
        return await asyncio.open_connection(self.names.get(host, host), int(port))


async def _both_ways(
    near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    await asyncio.gather(pump(near[0], far[1]), pump(far[0], near[1]))


@asynccontextmanager
async def running_proxy(login: tuple[str, str] | None = None) -> AsyncIterator[Proxy]:
    proxy = Proxy(login)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = int(server.sockets[0].getsockname()[1])
    async with server:
        yield proxy
