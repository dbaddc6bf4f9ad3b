"""What does a platform's ingest see? An RTMP server that takes one publisher and keeps its figures.

It refuses a wrong app or key with `NetStream.Publish.Denied`. What a second publisher of the same
key gets differs between platforms, so it can be ordered (`Rules`). `Arrivals` is its record of the
show, `Publisher` that of one publication.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from livedesk.rtmp.server import PublishRequest, ServerSession, StreamClosed
from livedesk.sandbox.arrivals import Arrivals
from livedesk.sandbox.publisher import Publisher

KEPT_PUBLISHERS: Final = 50
_READ_BYTES: Final = 65_536
_SWEEP_S: Final = 0.1
SIGNED_OFF: Final = "signed off"

Sink = Callable[[Message], None]
Via = Callable[[int], str | None]
"""The name of the path that a connection from this port came along."""

Second = Literal["refuse", "refuse_close", "take_over"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How this platform treats its guests."""

    second: Second = "refuse"
    """A second publisher of the key: BadName on a connection that stays open (nginx-rtmp), BadName
    and the end of the connection (SRS), or the place of the first, who is cut off (MediaMTX)."""
    idle_drop_s: float | None = None
    """A publisher that sends nothing for so long is dropped."""
    session_drop_s: float | None = None
    """A connection that does not publish is closed after this, pings or not."""


class Platform:
    """The ingest. `sink`, if given, gets every audio, video and data message of the publisher."""

    def __init__(
        self,
        app: str,
        key: Secret,
        clock: Clock,
        sink: Sink | None = None,
        via: Via = lambda _: None,
    ) -> None:
        self._app = app
        self._key = key
        self._clock = clock
        self._sink = sink
        self._via = via
        self._server: asyncio.Server | None = None
        self._tasks = Tasks()
        self._visits: set[_Visit] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._count = 0
        self.rules = Rules()
        self.arrivals = Arrivals()
        self.publishers: deque[Publisher] = deque(maxlen=KEPT_PUBLISHERS)
        self.current: Publisher | None = None
        self.refused: dict[str, int] = {}
        self.dropped_sessions = 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self._tasks.spawn("platform's time limits", self._sweep())
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        await self._tasks.close()
        if self._server is None:
            return
        self._server.close()
        for visit in self._visits:
            visit.writer.transport.abort()
        if self._serving:
            await asyncio.wait(self._serving)
        await self._server.wait_closed()

    def forget(self) -> None:
        """Begin the record anew; who publishes, goes on."""
        self.arrivals = Arrivals()
        self.publishers = deque([] if self.current is None else [self.current], KEPT_PUBLISHERS)
        self.refused.clear()
        self.dropped_sessions = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        visit = _Visit(self, ServerSession(os.urandom), writer, self._clock.mono_ns())
        self._visits.add(visit)
        ended = "closed"
        try:
            while not visit.is_over and (data := await reader.read(_READ_BYTES)):
                visit.feed(data, self._clock.mono_ns())
                await writer.drain()
        except (OSError, ProtocolError) as failure:
            ended = getattr(failure, "strerror", None) or str(failure)
        finally:
            visit.end(ended)
            self._visits.discard(visit)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            now_ns = self._clock.mono_ns()
            for visit in list(self._visits):
                self.dropped_sessions += visit.limit(self.rules, now_ns)

    def admit(
        self, request: PublishRequest, address: str, port: int
    ) -> tuple[Publisher | None, str]:
        """The publisher, or None and the status code of the refusal."""
        if request.app != self._app or Secret(request.key) != self._key:
            code = "NetStream.Publish.Denied"
        elif self.current is not None and not self._take_over():
            code = "NetStream.Publish.BadName"
        else:
            self._count += 1
            clock = self._clock
            self.current = Publisher(
                self._count, address, self._via(port), clock.utc_ns(), clock.mono_ns()
            )
            self.publishers.append(self.current)
            return self.current, ""
        self.refused[code] = self.refused.get(code, 0) + 1
        return None, code

    def _take_over(self) -> bool:
        if self.rules.second != "take_over":
            return False
        for visit in self._visits:
            if visit.publishes:
                visit.cut_off("taken over")
        return True

    def take(self, publisher: Publisher, message: Message) -> None:
        now_ns = self._clock.mono_ns()
        publisher.add(message, now_ns)
        if message.type_id in (AUDIO, VIDEO):
            self.arrivals.add(message, now_ns)
        if self._sink is not None:
            self._sink(message)

    def release(self, publisher: Publisher, ended: str) -> None:
        if publisher.ended is None:
            publisher.ended, publisher.ended_mono_ns = ended, self._clock.mono_ns()
            if ended == SIGNED_OFF:
                self.arrivals.sign_off(publisher.ended_mono_ns)
        if self.current is publisher:
            self.current = None

    def figures(self) -> dict[str, Json]:
        """`publisher` is the current one, `publishers` all that are remembered, oldest first.

        `arrivals` is the record over all of them.
        """
        now_ns = self._clock.mono_ns()
        current = self.current
        refused: dict[str, Json] = dict(self.refused)
        return {
            "publisher": None if current is None else current.to_json(now_ns),
            "publishers": [publisher.to_json(now_ns) for publisher in self.publishers],
            "refused": refused,
            "dropped_sessions": self.dropped_sessions,
            "connections": len(self._visits),
            "rules": {
                "second": self.rules.second,
                "idle_drop_s": self.rules.idle_drop_s,
                "session_drop_s": self.rules.session_drop_s,
            },
            "arrivals": self.arrivals.to_json(now_ns),
        }


class _Visit:
    """One connection to the platform."""

    def __init__(
        self,
        platform: Platform,
        session: ServerSession,
        writer: asyncio.StreamWriter,
        mono_ns: int,
    ) -> None:
        self._platform = platform
        self._session = session
        self.writer = writer
        host, port = writer.get_extra_info("peername")[:2]
        self._address, self._port = f"{host}:{port}", int(port)
        self._publisher: Publisher | None = None
        self._since_ns = mono_ns
        """Of a publisher its newest bytes, of a guest the beginning of its stay."""
        self.is_over = False

    @property
    def publishes(self) -> bool:
        return self._publisher is not None

    def feed(self, data: bytes, mono_ns: int) -> None:
        """Raises ProtocolError."""
        if self.publishes:
            self._since_ns = mono_ns
        for event in self._session.feed(data):
            if isinstance(event, PublishRequest):
                self._publish(event, mono_ns)
            elif isinstance(event, StreamClosed):
                self.end(SIGNED_OFF)
            elif isinstance(event, Message) and self._publisher is not None:
                self._platform.take(self._publisher, event)
        self.writer.write(self._session.take_output())

    def _publish(self, request: PublishRequest, mono_ns: int) -> None:
        publisher, code = self._platform.admit(request, self._address, self._port)
        if publisher is not None:
            self._publisher = publisher
            self._since_ns = mono_ns
            self._session.accept_publish(request)
        elif code == "NetStream.Publish.BadName":
            self._session.refuse(request, "NetStream.Publish.BadName", "Stream is in use.")
            self.is_over = self._platform.rules.second == "refuse_close"
        else:
            self._session.refuse(request, "NetStream.Publish.Denied", "Unknown stream key.")

    def limit(self, rules: Rules, mono_ns: int) -> bool:
        """Cut it off if it has been idle for too long; whether it was."""
        limit_s = rules.idle_drop_s if self.publishes else rules.session_drop_s
        if limit_s is None or mono_ns - self._since_ns < limit_s * NS_PER_S:
            return False
        self.cut_off("idle")
        return True

    def cut_off(self, why: str) -> None:
        self.end(why)
        self.is_over = True
        self.writer.transport.abort()

    def end(self, ended: str) -> None:
        if self._publisher is not None:
            self._platform.release(self._publisher, ended)
            self._publisher = None
