"""A relay with an encoder and a platform around it, all on one loop, over real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from livedesk.core.clock import SystemClock
from livedesk.core.rtmp_address import RtmpAddress, parse_address
from livedesk.relay.feed import Feed
from livedesk.relay.job import RelayJob, digest, read_job
from livedesk.relay.process import Relay
from livedesk.rtmp.client import ClientSession, Ready, Refused, Started
from livedesk.rtmp.messages import AUDIO, DATA_AMF0, VIDEO, Message
from livedesk.rtmp.server import PublishRequest, ServerSession, StreamClosed
from tests.ports import free_port
from tests.waiting import until

KEY = "glow-key-1"
_TCP_ESTABLISHED = 1


def address(text: str) -> RtmpAddress:
    found, problem = parse_address(text)
    assert found is not None, problem
    return found


def uplink(name: str, url: str) -> dict[str, Any]:
    return {"name": name, "url": url, "bind": None, "max_backlog_ms": 10_000}


def job_line(folder: Path, listen_port: int, uplink_url: str, **changes: Any) -> dict[str, Any]:
    """A relay job as the engine writes it."""
    job: dict[str, Any] = {
        "store": "glow-us",
        "runtime_file": str(folder / "relay-glow-us.json"),
        "listen": {
            "scheme": "rtmp",
            "host": "127.0.0.1",
            "port": listen_port,
            "app": "live",
            "key": KEY,
            "tls_cert": None,
            "tls_key": None,
        },
        "uplinks": [uplink("primary", uplink_url)],
        "feed_grace_s": 30,
        **changes,
    }
    return {**job, "job_digest": digest(job)}


class Client(asyncio.Protocol):
    """An encoder or a player on our own client session."""

    def __init__(self, target: RtmpAddress, verb: str) -> None:
        self.session = ClientSession(target, os.urandom)
        self._verb = verb
        self.received: list[Message] = []
        self.started = False
        self.refused: Refused | None = None
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.session.open())

    def data_received(self, data: bytes) -> None:
        for event in self.session.feed(data):
            match event:
                case Ready():
                    getattr(self.session, self._verb)()
                case Started():
                    self.started = True
                case Refused():
                    self.refused = event
                case Message():
                    self.received.append(event)
        self.transport.write(self.session.take_output())

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True

    def send(self, *messages: Message) -> None:
        for message in messages:
            self.session.send(message)
        self.transport.write(self.session.take_output())


async def connect(target: RtmpAddress, verb: str = "publish") -> Client:
    """A client whose request was answered, one way or the other."""
    client = Client(target, verb)
    await asyncio.get_running_loop().create_connection(lambda: client, target.host, target.port)
    await until(lambda: client.started or client.refused is not None or client.is_lost, verb)
    return client


class _Ingest(asyncio.Protocol):
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._session = ServerSession(os.urandom)
        self.received: list[Message] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._platform.connections.append(self)

    def was_reset(self) -> bool:
        """Whether the kernel knows the end of it already, though the loop has not told it yet."""
        sock = self.transport.get_extra_info("socket")
        state: int = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        return state != _TCP_ESTABLISHED

    def connection_lost(self, exc: Exception | None) -> None:
        self._platform.publishing.discard(self)

    def data_received(self, data: bytes) -> None:
        for event in self._session.feed(data):
            match event:
                case PublishRequest() if self._platform.is_busy():
                    if self._platform.closes_when_busy:
                        self.transport.abort()
                        return
                    self._session.refuse(event, "NetStream.Publish.BadName", "Busy.")
                case PublishRequest():
                    self._session.accept_publish(event)
                    self._platform.accepted(self, event.key)
                case Message():
                    self.received.append(event)
                    self._platform.received.append(event)
                case StreamClosed():
                    self._platform.sign_offs += 1
                    self._platform.publishing.discard(self)
        self.transport.write(self._session.take_output())


class Platform:
    """Takes what is published and keeps it."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.keys: list[str] = []
        self.connections: list[_Ingest] = []
        self.publications: list[_Ingest] = []
        self.publishing: set[_Ingest] = set()
        self.most_at_once = 0
        self.sign_offs = 0
        self.refusal = False
        self.refusals_left = 0
        self.refused = 0
        self.closes_when_busy = False
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Ingest(self), "127.0.0.1", port or self.port, ssl=tls
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    def is_busy(self) -> bool:
        """Whether it says that there is a publisher: always, or for some more times."""
        is_busy = self.refusal or self.refusals_left > 0
        self.refusals_left -= is_busy and not self.refusal
        self.refused += is_busy
        return is_busy

    def accepted(self, connection: _Ingest, key: str) -> None:
        self.keys.append(key)
        self.publications.append(connection)
        self.publishing = {each for each in self.publishing if not each.was_reset()}
        self.publishing.add(connection)
        self.most_at_once = max(self.most_at_once, len(self.publishing))

    def drop_all(self) -> None:
        for connection in self.connections:
            connection.transport.abort()
        self.connections.clear()

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.drop_all()
        await asyncio.sleep(0)

    @property
    def url(self) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/out"

    def media(self) -> list[tuple[int, int, bytes]]:
        return [(e.type_id, e.timestamp_ms, e.payload) for e in self.received]


class Scene:
    """What a test plays with: the relay, its platform and its addresses."""

    def __init__(self, relay: Relay, platform: Platform, port: int) -> None:
        self.relay = relay
        self.platform = platform
        self.ingest = address(f"rtmp://127.0.0.1:{port}/live/{KEY}")

    @property
    def uplink(self) -> dict[str, Any]:
        return self.relay.uplinks[0].sample(SystemClock().mono_ns())

    def told(self, *names: str) -> list[dict[str, Any]]:
        """The events of these names, or all."""
        entries = [json.loads(line) for _, line in self.relay.log.lines_after(0, 1 << 20)]
        found = [entry for entry in entries if entry["kind"] == "event"]
        return [entry for entry in found if not names or entry["event"] in names]

    def events(self) -> list[str]:
        return [entry["event"] for entry in self.told()]


@asynccontextmanager
async def scene(folder: Path, **changes: Any) -> AsyncIterator[Scene]:
    """A started relay with its platform; `changes` go into the job."""
    platform, port = Platform(), free_port()
    await platform.start()
    job = job_line(folder, port, changes.pop("uplink_url", platform.url), **changes)
    relay = Relay(as_job(job), SystemClock())
    running = asyncio.create_task(relay.run())
    await until((folder / "relay-glow-us.json").exists, "the relay starts")
    try:
        yield Scene(relay, platform, port)
    finally:
        relay.stop()
        await running
        await platform.stop()


def as_job(job: dict[str, Any]) -> RelayJob:
    return read_job(json.dumps(job))


def epoch_of(feed: Feed) -> int:
    epoch = feed.sample(0)["epoch"]
    assert isinstance(epoch, int)
    return epoch


def picture(stamp_ms: int, key: bool = False, size: int = 1000, fill: int = 0) -> Message:
    """A coded H.264 frame as far as a relay looks at it."""
    head = (b"\x17" if key else b"\x27") + b"\x01\x00\x00\x00"
    return Message(VIDEO, 1, stamp_ms, head + bytes((fill % 256,)) * size)


def sound(stamp_ms: int, fill: int = 0) -> Message:
    return Message(AUDIO, 1, stamp_ms, b"\xaf\x01" + bytes((fill % 256,)) * 200)


METADATA = Message(DATA_AMF0, 1, 0, b"\x02\x00\x0aonMetaData\x08\x00\x00\x00\x00\x00\x00\x09")
VIDEO_HEADER = Message(VIDEO, 1, 0, b"\x17\x00\x00\x00\x00configuration")
AUDIO_HEADER = Message(AUDIO, 1, 0, b"\xaf\x00\x11\x90")
OPENING = (METADATA, VIDEO_HEADER, AUDIO_HEADER)
