"""What does a platform's ingest see? An RTMP server that takes one publisher and keeps its figures.

It refuses as platforms do: a wrong app or key with `NetStream.Publish.Denied`, a second publisher
of the same key with `NetStream.Publish.BadName`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json
from livedesk.core.rate import SlidingRate
from livedesk.core.secrets import Secret
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, VIDEO, Message, later_ms
from livedesk.rtmp.server import PublishRequest, ServerSession, StreamClosed
from livedesk.sandbox.digest import TrackDigest

GAP_MS: Final = 250
"""Timestamps further apart than this are a gap: seven frames at 30 a second."""

KEPT_PUBLISHERS: Final = 50
_READ_BYTES: Final = 65_536

Sink = Callable[[Message], None]


class _Track:
    """One track of a publisher: count, digest, and what is odd about its timestamps."""

    def __init__(self) -> None:
        self.received = TrackDigest()
        self.gaps = 0
        self.longest_gap_ms = 0
        self.backward = 0
        self._last_ms: int | None = None

    def add(self, message: Message) -> None:
        self.received.add(message.payload)
        if inspect(message).kind == "header":
            return
        if self._last_ms is not None:
            step_ms = later_ms(message.timestamp_ms, self._last_ms)
            self.backward += step_ms < 0
            self.gaps += step_ms > GAP_MS
            self.longest_gap_ms = max(self.longest_gap_ms, step_ms)
        self._last_ms = message.timestamp_ms

    def to_json(self) -> dict[str, Json]:
        return {
            **self.received.count().to_json(),
            "gaps": self.gaps,
            "longest_gap_ms": self.longest_gap_ms,
            "backward": self.backward,
            "timestamp_ms": self._last_ms,
        }


@dataclass(slots=True)
class Publisher:
    """One publication, from its acceptance on; it keeps its figures after it ended."""

    number: int
    address: str
    started_utc_ns: int
    audio: _Track = field(default_factory=_Track)
    video: _Track = field(default_factory=_Track)
    other_messages: int = 0
    keyframes: int = 0
    rate: SlidingRate = field(default_factory=SlidingRate)
    arrived_ns: int | None = None
    ended: str | None = None
    """Why it ended: `signed off`, `closed`, or the error."""

    def add(self, message: Message, mono_ns: int) -> None:
        if message.type_id not in (AUDIO, VIDEO):
            self.other_messages += 1
            return
        track = self.audio if message.type_id == AUDIO else self.video
        track.add(message)
        self.rate.add(mono_ns, len(message.payload))
        self.arrived_ns = mono_ns
        if message.type_id == VIDEO and (part := inspect(message)).keyframe:
            self.keyframes += part.kind == "frame"

    def to_json(self, mono_ns: int) -> dict[str, Json]:
        arrived_ns = self.arrived_ns
        return {
            "number": self.number,
            "address": self.address,
            "started_utc_ns": self.started_utc_ns,
            "ended": self.ended,
            "kbps": None if self.ended else self.rate.kbps(mono_ns),
            "age_ms": None if arrived_ns is None else (mono_ns - arrived_ns) / NS_PER_MS,
            "keyframes": self.keyframes,
            "other_messages": self.other_messages,
            "audio": self.audio.to_json(),
            "video": self.video.to_json(),
        }


class Platform:
    """The ingest. `sink`, if given, gets every audio, video and data message of the publisher."""

    def __init__(self, app: str, key: Secret, clock: Clock, sink: Sink | None = None) -> None:
        self._app = app
        self._key = key
        self._clock = clock
        self._sink = sink
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._count = 0
        self.publishers: deque[Publisher] = deque(maxlen=KEPT_PUBLISHERS)
        self.current: Publisher | None = None
        self.refused: dict[str, int] = {}

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for link in self._links:
            link.transport.abort()
        if self._serving:
            await asyncio.wait(self._serving)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        self._links.add(writer)
        visit = _Visit(self, ServerSession(os.urandom), writer)
        ended = "closed"
        try:
            while data := await reader.read(_READ_BYTES):
                visit.feed(data)
                await writer.drain()
        except (OSError, ProtocolError) as failure:
            ended = getattr(failure, "strerror", None) or str(failure)
        finally:
            visit.end(ended)
            self._links.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def admit(self, request: PublishRequest, address: str) -> tuple[Publisher | None, str]:
        """The publisher, or None and the status code of the refusal."""
        if request.app != self._app or Secret(request.key) != self._key:
            code = "NetStream.Publish.Denied"
        elif self.current is not None:
            code = "NetStream.Publish.BadName"
        else:
            self._count += 1
            self.current = Publisher(self._count, address, self._clock.utc_ns())
            self.publishers.append(self.current)
            return self.current, ""
        self.refused[code] = self.refused.get(code, 0) + 1
        return None, code

    def take(self, publisher: Publisher, message: Message) -> None:
        publisher.add(message, self._clock.mono_ns())
        if self._sink is not None:
            self._sink(message)

    def release(self, publisher: Publisher, ended: str) -> None:
        publisher.ended = publisher.ended or ended
        if self.current is publisher:
            self.current = None

    def figures(self) -> dict[str, Json]:
        """`publisher` is the current one, `publishers` all that are remembered, oldest first."""
        now_ns = self._clock.mono_ns()
        current = self.current
        refused: dict[str, Json] = dict(self.refused)
        return {
            "publisher": None if current is None else current.to_json(now_ns),
            "publishers": [publisher.to_json(now_ns) for publisher in self.publishers],
            "refused": refused,
        }


class _Visit:
    """One connection to the platform."""

    def __init__(
        self, platform: Platform, session: ServerSession, writer: asyncio.StreamWriter
    ) -> None:
        self._platform = platform
        self._session = session
        self._writer = writer
        host, port = writer.get_extra_info("peername")[:2]
        self._address = f"{host}:{port}"
        self._publisher: Publisher | None = None

    def feed(self, data: bytes) -> None:
        """Raises ProtocolError."""
        for event in self._session.feed(data):
            if isinstance(event, PublishRequest):
                self._publish(event)
            elif isinstance(event, StreamClosed):
                self.end("signed off")
            elif isinstance(event, Message) and self._publisher is not None:
                self._platform.take(self._publisher, event)
        self._writer.write(self._session.take_output())

    def _publish(self, request: PublishRequest) -> None:
        publisher, code = self._platform.admit(request, self._address)
        if publisher is not None:
            self._publisher = publisher
            self._session.accept_publish(request)
        elif code == "NetStream.Publish.BadName":
            self._session.refuse(request, "NetStream.Publish.BadName", "Stream is in use.")
        else:
            self._session.refuse(request, "NetStream.Publish.Denied", "Unknown stream key.")

    def end(self, ended: str) -> None:
        if self._publisher is not None:
            self._platform.release(self._publisher, ended)
            self._publisher = None
