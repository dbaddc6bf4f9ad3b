"""A feed written down message by message: to be changed, kept as a file, or sent in real time.

ffmpeg's muxer puts everything in order before it sends; what an encoder can do wrong with its
timestamps, headers and tracks has to be done to the messages themselves.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from livedesk.rtmp.flv import inspect
from livedesk.rtmp.flv_file import FlvReader, flv_header, flv_tag
from livedesk.rtmp.messages import AUDIO, TIMESTAMP_MODULUS, VIDEO, Message
from tests.relay.harness import address, connect
from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Timed:
    """A message and when it is sent, in seconds from the first."""

    at_s: float
    message: Message


Tape = list[Timed]


def read_tape(path: Path) -> Tape:
    """Audio and video of an FLV file, each at its own timestamp."""
    found = FlvReader().feed(path.read_bytes())
    media = [message for message in found if message.type_id in (AUDIO, VIDEO)]
    return [Timed(message.timestamp_ms / 1000, message) for message in media]


def write_tape(tape: Iterable[Timed], path: Path) -> Path:
    """An FLV file with the messages in their order, whatever their timestamps."""
    tags = b"".join(flv_tag(timed.message) for timed in tape)
    path.write_bytes(flv_header() + tags)
    return path


def damaged(tape: Tape, chance: random.Random, share: float = 0.01) -> Tape:
    """Flipped bits in this share of all bytes, also of tag headers and codec headers."""
    return [_changed(timed, _flipped(timed.message.payload, chance, share)) for timed in tape]


def _flipped(payload: bytes, chance: random.Random, share: float) -> bytes:
    flipped = bytearray(payload)
    for at in chance.choices(range(len(payload)), k=round(len(payload) * share)):
        flipped[at] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def truncated(tape: Tape, chance: random.Random) -> Tape:
    """Every message cut off somewhere, also in its first bytes; some are left empty."""
    return [
        _changed(timed, timed.message.payload[: chance.randrange(len(timed.message.payload))])
        for timed in tape
    ]


def _changed(timed: Timed, payload: bytes) -> Timed:
    return Timed(timed.at_s, replace(timed.message, payload=payload))


def length_s(tape: Tape) -> float:
    """How long it plays until it could begin again, with the spacing of its video."""
    video = [timed.at_s for timed in tape if timed.message.type_id == VIDEO]
    return video[-1] + (video[-1] - video[1]) / max(1, len(video) - 2)


def beginning(tape: Tape, seconds: float) -> Tape:
    return [timed for timed in tape if timed.at_s < seconds]


def restamped(tape: Tape, stamp: Callable[[Message], float]) -> Tape:
    """The same messages at the same times, with other timestamps."""
    return [
        Timed(
            timed.at_s,
            replace(timed.message, timestamp_ms=round(stamp(timed.message)) % TIMESTAMP_MODULUS),
        )
        for timed in tape
    ]


def skewed(tape: Tape, skew_ms: float, base_ms: int = 0) -> Tape:
    """The sound's timestamps ahead of their place in the stream."""

    def stamp(message: Message) -> float:
        return base_ms + message.timestamp_ms + (skew_ms if message.type_id == AUDIO else 0)

    return restamped(tape, stamp)


def over_and_over(tape: Tape, seconds: float) -> Tape:
    """The tape repeated on one timeline, its codec headers only once."""
    once_s = length_s(tape)
    frames = [timed for timed in tape if inspect(timed.message).kind == "frame"]
    heads = [timed for timed in tape if inspect(timed.message).kind == "header"]
    rounds = int(seconds / once_s) + 1
    played = [_later(timed, number * once_s) for number in range(rounds) for timed in frames]
    return heads + [timed for timed in played if timed.at_s <= seconds]


def after(first: Tape, second: Tape) -> Tape:
    """One tape and then the other, on one timeline, with the second's own headers."""
    begin_s = length_s(first)
    return first + [_later(timed, begin_s) for timed in second]


def _later(timed: Timed, seconds: float) -> Timed:
    stamp_ms = timed.message.timestamp_ms + round(seconds * 1000)
    return Timed(timed.at_s + seconds, replace(timed.message, timestamp_ms=stamp_ms))


class Publisher:
    """Sends a tape to an RTMP address in real time, on a thread with a loop of its own."""

    def __init__(self, url: str, tape: Iterable[Timed]) -> None:
        self._url = url
        self._tape = tape
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tape publisher")
        self.withheld: frozenset[int] = frozenset()
        """Message types that are not sent at present."""
        self.sent = 0
        self.sent_s = 0.0
        """Monotonic time of the newest message."""
        self.lost = False
        """The other end closed the connection before the tape was over."""

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._publish())

    async def _publish(self) -> None:
        client = await connect(address(self._url))
        begun_s = time.monotonic()
        for timed in self._tape:
            while (ahead_s := begun_s + timed.at_s - time.monotonic()) > 0:
                await asyncio.sleep(min(ahead_s, 0.1))
                if self._stopped.is_set():
                    break
            if self._stopped.is_set() or client.is_lost:
                break
            if timed.message.type_id in self.withheld:
                continue
            client.send(timed.message)
            self.sent, self.sent_s = self.sent + 1, time.monotonic()
        self.lost = client.is_lost
        client.session.unpublish()
        client.transport.write(client.session.take_output())
        client.transport.close()
        await until(lambda: client.is_lost, "the connection is closed")


@contextmanager
def publishing(url: str, tape: Iterable[Timed]) -> Iterator[Publisher]:
    publisher = Publisher(url, tape)
    publisher.start()
    try:
        yield publisher
    finally:
        publisher.stop()
