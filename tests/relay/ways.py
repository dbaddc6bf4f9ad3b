"""Two ways to one platform, each with its faults, and an encoder that plays in real time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from livedesk.core.clock import SystemClock
from livedesk.relay.uplink_link import UplinkLink
from livedesk.rtmp.messages import VIDEO, Message
from tests.relay.harness import OPENING, Client, Platform, Scene, connect, picture, scene, sound
from tests.relay.harness import uplink as uplink_job
from tests.waiting import until

FRAME_MS = 20
GROUP = 25
"""A keyframe each half second."""
_PIPE_BYTES = 16 * 1024


class Way:
    """A path that passes bytes on, until it is cut, filled or shut."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._server: asyncio.Server | None = None
        self._pairs: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._open.set()
        self.port = 0

    async def start(self) -> None:
        listening = socket.socket()
        # Little room, so that a path that passes nothing soon takes nothing either.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PIPE_BYTES)
        listening.bind(("127.0.0.1", self.port))
        self._server = await asyncio.start_server(self._accept, sock=listening, limit=_PIPE_BYTES)
        self.port = int(listening.getsockname()[1])

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, onward = await asyncio.open_connection("127.0.0.1", self._platform.port)
        self._pairs.append((back, onward))
        for reader, writer in ((near, onward), (far, back)):
            task = asyncio.create_task(self._pump(reader, writer))
            self._tasks.add(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(_PIPE_BYTES):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()

    def pass_nothing(self) -> None:
        self._open.clear()

    def pass_on(self) -> None:
        self._open.set()

    def cut(self) -> None:
        """Resets what is open; new connections pass."""
        for back, onward in self._pairs:
            back.transport.abort()
            onward.transport.abort()
        self._pairs.clear()

    async def shut(self) -> None:
        """Resets what is open, and takes nothing new."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        await asyncio.sleep(0)

    async def stop(self) -> None:
        await self.shut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/out"


class Show:
    """A scene with the ways `primary` and `bonded`, and what the encoder sent."""

    def __init__(self, play: Scene, primary: Way, bonded: Way) -> None:
        self.play = play
        self.platform = play.platform
        self.primary = primary
        self.bonded = bonded
        self.sent: list[Message] = []
        self.encoder: Client | None = None
        self._encoding: asyncio.Task[None] | None = None

    async def go_on_air(self) -> None:
        """Both ways are ready, and the first second of media is acknowledged."""
        await until(lambda: all(each["ready"] for each in self.uplinks.values()), "both ready")
        await self.start_encoder()
        await until(lambda: self.uplinks["primary"]["goodput_kbps"], "a second was carried")

    async def start_encoder(self) -> None:
        self.encoder = await connect(self.play.ingest)
        self.encoder.send(*OPENING)
        self._encoding = asyncio.create_task(self._encode(self.encoder))

    async def _encode(self, encoder: Client) -> None:
        for at in range(5000):
            stamp_ms = FRAME_MS * at
            frame = picture(stamp_ms, key=at % GROUP == 0, size=8_000, fill=at)
            encoder.send(frame, sound(stamp_ms + 5, fill=at))
            self.sent.append(frame)
            await asyncio.sleep(FRAME_MS / 1000)

    async def stop_encoder(self) -> None:
        if self._encoding is not None:
            self._encoding.cancel()
            await asyncio.gather(self._encoding, return_exceptions=True)

    @property
    def uplinks(self) -> dict[str, dict[str, Any]]:
        now_ns = SystemClock().mono_ns()
        return {each.name: each.sample(now_ns) for each in self.play.relay.uplinks}

    def session(self, name: str) -> UplinkLink | None:
        (found,) = (each for each in self.play.relay.uplinks if each.name == name)
        return found._link

    async def is_ready(self, name: str, other_than: UplinkLink | None = None) -> None:
        """The way stands by, perhaps with another session than before."""
        await until(
            lambda: self.session(name) is not other_than and self.uplinks[name]["ready"],
            f"{name} stands by",
        )

    @property
    def failover(self) -> dict[str, Any]:
        return self.play.relay.switcher.sample(SystemClock().mono_ns())

    def order(self, **request: Any) -> dict[str, Any]:
        return self.play.relay.control.command({"id": 1, "actor": "Ana", **request})

    async def switched(self, count: int = 1) -> dict[str, Any]:
        """What `failover.done` told of the switch of this number."""
        await until(
            lambda: len(self.play.told("failover.done")) >= count, f"switch {count} is done"
        )
        return dict(self.play.told("failover.done")[count - 1]["data"])

    async def all_arrive(self) -> None:
        """Everything sent so far is at the platform."""
        newest = self.sent[-1].timestamp_ms
        await until(lambda: newest in self.stamps(), "the newest frame arrives")

    def stamps(self) -> set[int]:
        """Of the video frames at the platform."""
        return {each.timestamp_ms for each in _frames(self.platform.received)}

    def missing(self) -> list[int]:
        """Frames that the platform should have, and has not."""
        got = self.stamps()
        wanted = [each.timestamp_ms for each in self.sent if each.timestamp_ms <= max(got)]
        return [stamp for stamp in wanted if stamp not in got]

    def publication(self, number: int) -> list[Message]:
        return self.platform.publications[number].received


def _frames(messages: list[Message]) -> list[Message]:
    return [each for each in messages if each.type_id == VIDEO and each.payload[1] == 1]


def repeated(show: Show) -> int:
    """How many video frames the platform got more than once."""
    got = [each.timestamp_ms for each in _frames(show.platform.received)]
    return len(got) - len(set(got))


@asynccontextmanager
async def two_ways(folder: Path, *, straight: bool = False, **changes: Any) -> AsyncIterator[Show]:
    """A relay with two ways to one platform; `straight` leaves out what stands between."""
    platform = Platform()
    await platform.start()
    primary, bonded = Way(platform), Way(platform)
    for way in (primary, bonded):
        await way.start()
    names = {"primary": primary, "bonded": bonded}
    uplinks = [
        uplink_job(name, platform.url if straight else way.url) for name, way in names.items()
    ]
    limits = {"min_kbps": 1000}
    try:
        async with scene(folder, uplinks=uplinks, **{"limits": limits, **changes}) as play:
            await play.platform.stop()
            play.platform = platform
            show = Show(play, primary, bonded)
            try:
                yield show
            finally:
                await show.stop_encoder()
    finally:
        for way in (primary, bonded):
            await way.stop()
        await platform.stop()
