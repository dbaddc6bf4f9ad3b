"""Peers for the sandbox's tests: an echo server, an RTMP publisher, waiting with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from livedesk.core.rtmp_address import parse_address
from livedesk.rtmp.client import ClientEvent, ClientSession, Ready, Refused, Started
from livedesk.rtmp.messages import PING_REQUEST, PING_RESPONSE, Message, user_control
from tests.waiting import LIMIT_S


@dataclass
class EchoServer:
    port: int
    received: bytearray = field(default_factory=bytearray)


EchoFactory = Callable[[], contextlib.AbstractAsyncContextManager[EchoServer]]


@pytest.fixture
def echo_server() -> EchoFactory:
    """A server on the loopback that sends back what it gets and remembers it."""

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[EchoServer]:
        visits: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            visits.add(task)
            with contextlib.suppress(OSError):
                while data := await reader.read(65_536):
                    echo.received += data
                    writer.write(data)
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        echo = EchoServer(server.sockets[0].getsockname()[1])
        try:
            yield echo
        finally:
            server.close()
            if visits:
                await asyncio.wait(visits, timeout=LIMIT_S)

    return running


class PublishingPeer:
    """A minimal RTMP publisher with our own protocol code."""

    def __init__(
        self, session: ClientSession, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._session = session
        self._reader = reader
        self.writer = writer
        self._heard = bytearray()

    @classmethod
    async def connect(cls, port: int, app: str, key: str) -> PublishingPeer:
        target, fault = parse_address(f"rtmp://127.0.0.1:{port}/{app}/{key}")
        assert target is not None, fault
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        session = ClientSession(target, os.urandom)
        writer.write(session.open())
        return cls(session, reader, writer)

    async def publish(self) -> Started | Refused:
        """Ask to publish; returns the server's answer."""
        async with asyncio.timeout(LIMIT_S):
            while data := await self._reader.read(65_536):
                for event in self._session.feed(data):
                    if (answer := self._answered(event)) is not None:
                        return answer
                self.writer.write(self._session.take_output())
        raise ConnectionError("the server closed the connection without an answer")

    def _answered(self, event: ClientEvent) -> Started | Refused | None:
        if isinstance(event, Ready):
            self._session.publish()
        return event if isinstance(event, Started | Refused) else None

    async def ping(self, value: int) -> int:
        """Ask, once connected, for a sign of life; what the server repeats (section 7.1.7)."""
        async with asyncio.timeout(LIMIT_S):
            asked = False
            while data := await self._reader.read(65_536):
                self._heard += data
                if any(isinstance(event, Ready) for event in self._session.feed(data)):
                    self._session.send(user_control(PING_REQUEST, value))
                    asked = True
                self.writer.write(self._session.take_output())
                pong = user_control(PING_RESPONSE, value).payload
                if asked and (at := self._heard.find(pong)) >= 0:
                    return int.from_bytes(self._heard[at + 2 : at + 6], "big")
        raise ConnectionError("the server closed the connection without an answer")

    async def send(self, type_id: int, timestamp_ms: int, payload: bytes) -> None:
        self._session.send(Message(type_id, 0, timestamp_ms, payload))
        self.writer.write(self._session.take_output())
        await self.writer.drain()

    async def sign_off(self) -> None:
        self._session.unpublish()
        self.writer.write(self._session.take_output())
        await self.close()

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class PeerFactory(Protocol):
    async def __call__(self, port: int, app: str, key: str) -> PublishingPeer: ...


@pytest.fixture
def publishing_peer() -> PeerFactory:
    return PublishingPeer.connect
