"""How do the encoder's messages get to the relay? One RTMP publisher that never gives up.

Each message is released at its own instant, so that the wire carries what a camera would give.
While there is no connection, messages are let go: a live encoder has nothing to catch up on.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal, Protocol

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.rate import SlidingRate
from livedesk.rtmp import amf0
from livedesk.rtmp.client import ClientSession, Ready, Refused, Started
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, DATA_AMF0, VIDEO, Message
from livedesk.sandbox.digest import FrameSum, TrackDigest
from livedesk.sandbox.encoder.job import EncoderJob
from livedesk.sandbox.encoder.show import Paced
from livedesk.sandbox.encoder.sound import CHANNELS, RATE_HZ
from livedesk.sandbox.encoder.stamps import Stamps

State = Literal["connecting", "publishing", "waiting", "stopped"]
Notify = Callable[[str, str], None]

CONNECT_S: Final = 5.0
CLOSE_S: Final = 1.0
BACKOFF_S: Final = (0.25, 0.5, 1.0, 2.0, 3.0)
MAX_UNSENT_BYTES: Final = 2_000_000
"""Four seconds of the default feed. A relay that takes less loses frames up to a keyframe."""

MAX_HELD: Final = 4000
"""Messages that may wait for their instant: half a minute, more than any delay that can be set."""

TRACK_NAMES: Final = {AUDIO: "audio", VIDEO: "video"}

_READ_BYTES: Final = 65_536
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class KeyframeSource(Protocol):
    def go(self) -> None: ...

    def ask_keyframe(self) -> None: ...


class _Track:
    """What waits for its instant, what was sent, and the header that opens a publication."""

    def __init__(self) -> None:
        self.held: deque[Paced] = deque()
        self.sent = TrackDigest()
        self.frames = FrameSum()
        self.rate = SlidingRate()
        self.header: Message | None = None
        self.last_due_ns = 0
        self.dropped = 0

    def to_json(self) -> dict[str, Json]:
        return {**self.sent.count().to_json(), **self.frames.count().to_json()}


class Pusher:
    """Publishes what it is given to the job's target, until told to stop."""

    def __init__(self, job: EncoderJob, clock: Clock, source: KeyframeSource, say: Notify) -> None:
        self._job = job
        self._clock = clock
        self._source = source
        self._say = say
        self._tracks = {AUDIO: _Track(), VIDEO: _Track()}
        self._loop = asyncio.get_running_loop()
        self._session: ClientSession | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._needs_keyframe = True
        self._starts_at_zero = False
        self._withheld: int | None = None
        self._video_returns = False
        self._stopping = asyncio.Event()
        self._pause_s = 0.0
        self.stamps = Stamps()
        self.state: State = "connecting"
        self.connects = 0
        self.audio_delay_ms = 0

    def feed(self, paced: Paced) -> None:
        """Take a message; it goes out when it is due, a delayed track's later."""
        track = self._tracks[paced.message.type_id]
        delay_ms = self.audio_delay_ms if paced.message.type_id == AUDIO else 0
        # A delay that was just shortened must not let a message overtake one before it.
        track.last_due_ns = max(track.last_due_ns, paced.due_ns + delay_ms * NS_PER_MS)
        if len(track.held) >= MAX_HELD:
            track.dropped += 1
            return
        track.held.append(paced)
        ahead_s = (track.last_due_ns - self._clock.mono_ns()) / NS_PER_S
        self._loop.call_later(max(0.0, ahead_s), self._release, track)

    def _release(self, track: _Track) -> None:
        """One message's time has come: always the oldest, so order within a track holds."""
        paced = track.held.popleft()
        if paced.is_header:
            track.header = paced.message
        if self.state != "publishing" or self._is_withheld(paced):
            return
        if self._needs_keyframe and not self._resume_with(paced):
            track.dropped += not paced.is_header
        elif self._unsent_bytes() > MAX_UNSENT_BYTES:
            self._needs_keyframe = True
            track.dropped += 1
        else:
            self._send(paced.message)

    def _resume_with(self, paced: Paced) -> bool:
        """Media starts, and goes on after a loss, with headers and a keyframe."""
        begins = paced.keyframe or self._withheld == VIDEO
        if not begins or self._unsent_bytes() > MAX_UNSENT_BYTES // 2:
            return False
        self._needs_keyframe = False
        if self._starts_at_zero:
            self._starts_at_zero = False
            self.stamps.restart_at(paced.message)
        for kind in self._tracks:
            if kind != self._withheld:
                self._send_header(kind, paced.message.timestamp_ms)
        return True

    def withhold(self, kind: int | None) -> None:
        """Send one track no more, as a device that is lost; None for both as usual."""
        if self._withheld == VIDEO and kind != VIDEO:
            self._video_returns = True
            self._source.ask_keyframe()
        self._withheld = kind

    def _is_withheld(self, paced: Paced) -> bool:
        kind = paced.message.type_id
        if kind == VIDEO and self._video_returns and kind != self._withheld:
            if not paced.keyframe:
                return True
            self._video_returns = False
            self._send_header(VIDEO, paced.message.timestamp_ms)
        return kind == self._withheld

    def _send_header(self, kind: int, stamp_ms: int) -> None:
        if (header := self._tracks[kind].header) is not None:
            self._send(replace(header, timestamp_ms=stamp_ms))

    def _unsent_bytes(self) -> int:
        return self._writer.transport.get_write_buffer_size() if self._writer is not None else 0

    def _send(self, message: Message) -> None:
        if self._session is None or self._writer is None:
            return
        track = self._tracks.get(message.type_id)
        self._session.send(message if track is None else self.stamps.stamped(message))
        self._writer.write(self._session.take_output())
        if track is not None:
            track.sent.add(message.payload)
            if inspect(message).kind != "header":
                track.frames.add(hashlib.sha256(message.payload).digest())
            track.rate.add(self._clock.mono_ns(), len(message.payload))

    async def run(self) -> None:
        """Publish and reconnect until `stop`; a connection in use is signed off first."""
        failures = 0
        while not self._stopping.is_set():
            published_before = self.connects
            try:
                await self._publish_once()
            except Exception as failure:  # noqa: BLE001 - an encoder comes back, whatever it was
                self._say("lost", _reason(failure))
            self.state = "waiting"
            failures = 0 if self.connects > published_before else failures + 1
            pause_s = max(self._pause_s, BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            self._pause_s = 0.0
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)
        self.state = "stopped"

    def stop(self) -> None:
        """Sign off and end `run`."""
        self._stopping.set()
        self.state = "stopped"  # what is due from now on is neither sent nor counted
        if self._session is not None and self._writer is not None:
            self._session.unpublish()
            self._writer.write(self._session.take_output())
            self._writer.close()

    def drop(self, pause_s: float) -> None:
        """Break the connection with a TCP reset, as a crash would, and come back after a pause."""
        self._pause_s = pause_s
        if self._writer is not None:
            self.state = "waiting"
            link = self._writer.get_extra_info("socket")
            with contextlib.suppress(OSError):  # it may just have been closed by the other end
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._writer.transport.abort()

    def restart(self, pause_s: float) -> None:
        """As `drop`, and the timestamps begin at 0 again: an encoder that was started anew."""
        self._starts_at_zero = True
        self.drop(pause_s)

    async def _publish_once(self) -> None:
        target = self._job.target
        self.state = "connecting"
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(
                target.host, target.port, ssl=_trust(self._job)
            )
        self._session, self._writer = ClientSession(target, os.urandom), writer
        try:
            link = writer.get_extra_info("socket")
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._converse(self._session, reader, writer)
        finally:
            self._session = self._writer = None
            self.state = "waiting"
            await _close(writer)

    async def _converse(
        self, session: ClientSession, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(session.open())
        deadline = asyncio.timeout(CONNECT_S)
        async with deadline:
            while data := await reader.read(_READ_BYTES):
                for event in session.feed(data):
                    if isinstance(event, Ready):
                        session.publish()
                    elif isinstance(event, Started):
                        deadline.reschedule(None)
                        self._started()
                    elif isinstance(event, Refused):
                        raise ConnectionError(f"refused: {event.code}. {event.description}")
                writer.write(session.take_output())
        if not self._stopping.is_set():
            raise ConnectionError("closed by the other end")

    def _started(self) -> None:
        self.connects += 1
        self.state = "publishing"
        self._needs_keyframe = True
        self._send(Message(DATA_AMF0, 0, 0, _metadata(self._job)))
        self._say("publishing", f"publishing to {self._job.target.authority}")
        self._source.ask_keyframe()
        self._source.go()

    def figures(self) -> dict[str, Json]:
        audio, video = self._tracks[AUDIO], self._tracks[VIDEO]
        now_ns = self._clock.mono_ns()
        return {
            "state": self.state,
            "connects": self.connects,
            "audio_delay_ms": self.audio_delay_ms,
            "audio_clock_ppm": self.stamps.audio_ppm,
            "stopped_track": None if self._withheld is None else TRACK_NAMES[self._withheld],
            "audio_kbps": audio.rate.kbps(now_ns),
            "video_kbps": video.rate.kbps(now_ns),
            "dropped_messages": audio.dropped + video.dropped,
            "audio": audio.to_json(),
            "video": video.to_json(),
        }


def _trust(job: EncoderJob) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=job.tls_ca) if job.target.is_tls else None


async def _close(writer: asyncio.StreamWriter) -> None:
    """Give what was written a moment to leave; a peer that does not read gets no more than that."""
    writer.close()
    try:
        async with asyncio.timeout(CLOSE_S):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


def _reason(failure: BaseException) -> str:
    if isinstance(failure, TimeoutError):
        return f"no answer within {CONNECT_S:.0f} s"
    if isinstance(failure, OSError) and failure.errno is not None and failure.errno > 0:
        return os.strerror(failure.errno)
    if isinstance(failure, OSError | ProtocolError):
        return str(failure)
    return f"{type(failure).__name__}: {failure}"


def _metadata(job: EncoderJob) -> bytes:
    """onMetaData as encoders send it (FLV 10.1, annex E.5); @setDataFrame asks to store it."""
    return amf0.encode(
        "@setDataFrame",
        "onMetaData",
        {
            "width": job.width,
            "height": job.height,
            "framerate": job.fps,
            "videodatarate": job.kbps,
            "videocodecid": 7 if job.codec == "h264" else int.from_bytes(b"hvc1", "big"),
            "audiodatarate": job.audio_kbps,
            "audiosamplerate": RATE_HZ,
            "audiosamplesize": 16,
            "stereo": CHANNELS == 2,
            "audiocodecid": 10,
            "encoder": "livedesk sandbox",
        },
    )
