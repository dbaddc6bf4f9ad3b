"""A relay process with two uplinks, each over a path of its own, to one platform.

The relay is started as the engine starts it and followed over its control channel; paths and
platform run in the loop of the bench, on the same monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final

from benchmarks.frames import ClipFrames, Frame
from benchmarks.media import publish
from benchmarks.rules import Arrival
from livedesk.core.clock import NS_PER_S, Clock, SystemClock
from livedesk.core.secrets import Secret
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform, Rules
from livedesk.sandbox.publisher import Publisher
from tests.peers.peers import RunningRelay, ffmpeg_running, relay_process
from tests.waiting import until

UPLINKS: Final = ("primary", "bonded")
_KEY: Final = "out"
_RUNTIME_NAME: Final = "relay-glow-us.json"
_KEPT_MESSAGES: Final = 20_000
"""Four minutes of picture and sound."""

_NO_ENTRIES: Final = 1 << 62

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Got:
    """Media at the platform."""

    mono_ns: int
    publisher: int
    track: int
    stamp_ms: int
    size_bytes: int


class Ingest(Platform):
    """The sandbox's platform, which also writes down what came when, in which publication."""

    def __init__(self, clock: Clock, clip: ClipFrames) -> None:
        super().__init__("live", Secret(_KEY), clock)
        # As the platforms do that let an outage pass: who comes again takes the place.
        self.rules = Rules(second="take_over")
        self._now = clock
        self.clip = clip
        self.media: deque[Got] = deque(maxlen=_KEPT_MESSAGES)
        self.frames: deque[Frame] = deque(maxlen=_KEPT_MESSAGES)

    def take(self, publisher: Publisher, message: Message) -> None:
        super().take(publisher, message)
        if message.type_id not in (AUDIO, VIDEO):
            return
        now_ns, size = self._now.mono_ns(), len(message.payload)
        self.media.append(
            Got(now_ns, publisher.number, message.type_id, message.timestamp_ms, size)
        )
        if (frame := self.clip.frame(message, now_ns, publisher.number)) is not None:
            self.frames.append(frame)

    def now_ns(self) -> int:
        return self._now.mono_ns()

    @property
    def newest(self) -> int:
        """The number of the newest publication that brought a frame; 0 before the first."""
        return self.frames[-1].publisher if self.frames else 0

    def of(self, publisher: int) -> list[Frame]:
        return [frame for frame in self.frames if frame.publisher == publisher]

    def received(self, publisher: int) -> list[Arrival]:
        return [
            Arrival(got.mono_ns / NS_PER_S, got.size_bytes)
            for got in self.media
            if got.publisher == publisher
        ]


class Told:
    """What the relay told so far; each entry is looked at once."""

    def __init__(self, relay: RunningRelay) -> None:
        self._relay = relay
        self._seen = 0
        self.sample: Entry = {}
        self.events: list[Entry] = []

    def catch_up(self) -> None:
        entries = self._relay.entries
        for entry in entries[self._seen :]:
            self._seen += 1
            if entry["kind"] == "sample":
                self.sample = entry
            else:
                self.events.append(entry)

    def first(self, event: str, after_ns: int) -> Entry | None:
        self.catch_up()
        found = (each for each in self.events if each["event"] == event)
        return next((each for each in found if each["mono_ns"] >= after_ns), None)

    def uplinks(self) -> Iterator[tuple[str, Entry]]:
        self.catch_up()
        for uplink in self.sample.get("uplinks", ()):
            yield uplink["name"], uplink


@dataclass(frozen=True, slots=True)
class Stage:
    relay: RunningRelay
    told: Told
    platform: Ingest
    paths: dict[str, Path]
    runtime_file: FilePath

    @property
    def active(self) -> str | None:
        """The uplink that carries; None while the stream moves."""
        found = (name for name, up in self.told.uplinks() if up["state"] == "carrying")
        return next(found, None)

    async def order(self, **command: Any) -> Entry:
        """An order over the control channel, as the engine gives it; its answer."""
        runtime = json.loads(await asyncio.to_thread(self.runtime_file.read_text))
        reader, writer = await asyncio.open_connection("127.0.0.1", runtime["port"])
        for line in ({"token": runtime["token"], "after": _NO_ENTRIES}, {"id": 1, **command}):
            writer.write(json.dumps(line).encode() + b"\n")
        try:
            while True:
                answer: Entry = json.loads(await reader.readline())
                if answer.get("reply") == 1:
                    return answer
        finally:
            writer.close()
            await writer.wait_closed()

    def is_settled(self) -> bool:
        """One carries and keeps up, and every other could take over."""
        uplinks = list(self.told.uplinks())
        carrying = [up for _, up in uplinks if up["state"] == "carrying"]
        ready = [up for _, up in uplinks if up["state"] != "carrying" and up["ready"]]
        return (
            len(carrying) == 1
            and len(ready) == len(self.paths) - 1
            and carrying[0]["health"] == "OK"
            and (carrying[0]["backlog_ms"] or 0) < 500
        )


@asynccontextmanager
async def stage(
    folder: FilePath,
    clip: FilePath,
    clip_frames: ClipFrames,
    failover: Mapping[str, Any],
    uplinks: tuple[str, ...] = UPLINKS,
) -> AsyncIterator[Stage]:
    """On the air; `failover` are settings of the relay's job, `folder` is the relay's own."""
    clock = SystemClock()
    platform = Ingest(clock, clip_frames)
    async with AsyncExitStack() as stack:
        port = await platform.start()
        stack.push_async_callback(platform.close)
        paths = {}
        for name in uplinks:
            paths[name] = Path(("127.0.0.1", port), clock, random.Random(name))
            await paths[name].start()
            stack.push_async_callback(paths[name].close)
        job = [_uplink_job(name, path) for name, path in paths.items()]
        running = relay_process(folder, job[0]["url"], uplinks=job, failover=dict(failover))
        # In a thread: the paths of a stage that runs already must not wait for this start.
        relay = await asyncio.to_thread(stack.enter_context, running)
        encoder = ffmpeg_running(*publish(clip, relay.ingest_url))
        await asyncio.to_thread(stack.enter_context, encoder)
        here = Stage(relay, Told(relay), platform, paths, folder / _RUNTIME_NAME)
        await until(here.is_settled, "the relay carries, and its standby is ready")
        yield here


def _uplink_job(name: str, path: Path) -> Entry:
    host, port = path.address
    url = f"rtmp://{host}:{port}/live/{_KEY}"
    return {"name": name, "url": url, "bind": None, "max_backlog_ms": 10_000, "proxy": None}
