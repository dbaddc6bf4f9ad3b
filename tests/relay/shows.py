"""A feed as written: what an encoder sends and when it arrives, on a clock that tests move."""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from livedesk.core.clock import NS_PER_MS, ManualClock
from livedesk.core.status import Limits
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from tests.relay.harness import OPENING

POLL_MS = 50.0
PART_MS = 10.0
AUDIO_KBPS = 128

Sent = tuple[float, Message]
"""When it arrives, in ms since the show began, and what."""
Heard = tuple[float, Message | None]
"""The same; None for a part of a message that is not whole yet."""


@dataclass(frozen=True)
class Encoder:
    """Pictures, a keyframe each two seconds and four times as large, and AAC."""

    kbps: float = 6_000
    first_ms: int = 0
    fps: int = 30
    sample_rate: int = 48_000

    @property
    def picture_ms(self) -> float:
        return 1000 / self.fps

    @property
    def sound_ms(self) -> float:
        return 1_024_000 / self.sample_rate

    def sent(
        self, from_s: float, to_s: float, tracks: tuple[int, ...] = (VIDEO, AUDIO)
    ) -> list[Sent]:
        made: list[Sent] = []
        if VIDEO in tracks:
            made += [self._picture(at) for at in _within(from_s, to_s, self.picture_ms)]
        if AUDIO in tracks:
            made += [self._sound(at) for at in _within(from_s, to_s, self.sound_ms)]
        return sorted(made, key=lambda each: each[0])

    def _picture(self, number: int) -> Sent:
        at_ms = number * self.picture_ms
        group = 2 * self.fps
        is_key = number % group == 0
        mean_bytes = (self.kbps - AUDIO_KBPS) * 125 / self.fps
        size = mean_bytes * group / (group + 3) * (4 if is_key else 1)
        head = b"\x17\x01\x00\x00\x00" if is_key else b"\x27\x01\x00\x00\x00"
        return at_ms, Message(VIDEO, 1, self._stamp(at_ms), _filled(head, round(size)))

    def _sound(self, number: int) -> Sent:
        at_ms = number * self.sound_ms
        size = round(AUDIO_KBPS / 8 * self.sound_ms)
        return at_ms, Message(AUDIO, 1, self._stamp(at_ms), _filled(b"\xaf\x01", size))

    def _stamp(self, at_ms: float) -> int:
        return (self.first_ms + round(at_ms)) % 2**32


@cache
def _filled(head: bytes, size: int) -> bytes:
    """Made once for each size: hours of a feed are many of the same."""
    return head.ljust(size, b"\0")


def _within(from_s: float, to_s: float, every_ms: float) -> Iterator[int]:
    number = int(from_s * 1000 / every_ms)
    while number * every_ms < to_s * 1000:
        if number * every_ms >= from_s * 1000:
            yield number
        number += 1


def jittered(sent: Iterable[Sent], most_ms: float, seed: int = 5) -> list[Sent]:
    """Each message up to so much late, in order as TCP keeps it."""
    chance, before_ms, moved = random.Random(seed), 0.0, []
    for at_ms, message in sent:
        before_ms = max(before_ms, at_ms + chance.uniform(0, most_ms))
        moved.append((before_ms, message))
    return moved


def held(sent: Iterable[Sent], from_s: float, to_s: float) -> list[Sent]:
    """A path that passes nothing for a while, and then all that waited."""
    return [
        (to_s * 1000 if from_s * 1000 <= at_ms < to_s * 1000 else at_ms, message)
        for at_ms, message in sent
    ]


def squeezed(sent: Iterable[Sent], kbps_at: Callable[[float], float]) -> list[Heard]:
    """A path of so many kbps at each ms of the show; what is too much waits in a long queue."""
    free_ms = 0.0
    moved: list[Heard] = []
    for at_ms, message in sent:
        start_ms = max(free_ms, at_ms)
        free_ms = start_ms + len(message.payload) * 8 / kbps_at(start_ms)
        parts = int((free_ms - start_ms) / PART_MS)
        moved += [(start_ms + PART_MS * (part + 1), None) for part in range(parts)]
        moved.append((free_ms, message))
    return moved


class Stage:
    """A feed that is judged each 50 ms, and what it told."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock = ManualClock()
        self.log = EntryLog(self.clock)
        self.feed = Feed(self.clock, self.log, limits or Limits())
        self.on_poll: Callable[[int], None] = lambda _: None
        self._start_ns = self.clock.mono_ns()
        self._next_poll_ms = POLL_MS + 3  # in step with nothing that is sent

    @property
    def now_ms(self) -> float:
        return (self.clock.mono_ns() - self._start_ns) / NS_PER_MS

    def connect(self, *opening: Message, peer: str = "127.0.0.1") -> None:
        self.feed.begin(peer)
        for message in opening or OPENING:
            self.feed.receive(message)

    def play(self, sent: Iterable[Heard], until_s: float) -> None:
        for at_ms, message in sent:
            self.wait_until(at_ms / 1000)
            if message is None:
                self.feed.heard()
            else:
                self.feed.receive(message)
        self.wait_until(until_s)

    def wait_until(self, seconds: float) -> None:
        while self._next_poll_ms <= seconds * 1000:
            self._move(self._next_poll_ms)
            self._next_poll_ms += POLL_MS
            self.feed.judge(self.clock.mono_ns())
            self.on_poll(self.clock.mono_ns())
        self._move(seconds * 1000)

    def _move(self, ms: float) -> None:
        self.clock.advance(max(0.0, (ms - self.now_ms) / 1000))

    def events(self, *names: str) -> list[dict[str, Any]]:
        """Those of these names, with `at_ms` since the show began."""
        entries = [json.loads(line) for _, line in self.log.lines_after(0, 1 << 20)]
        found = [entry for entry in entries if entry["kind"] == "event"]
        for entry in found:
            entry["at_ms"] = (entry["mono_ns"] - self._start_ns) / NS_PER_MS
        return [entry for entry in found if not names or entry["event"] in names]

    def classes(self) -> list[tuple[float, str]]:
        """The feed's classes with the ms they began at."""
        return [(each["at_ms"], each["data"]["to"]) for each in self.events("feed.class")]

    def named(self) -> list[str]:
        return [state for _, state in self.classes()]

    def sample(self) -> dict[str, Any]:
        return self.feed.sample(self.clock.mono_ns())


def on_stage(encoder: Encoder, minutes: int) -> Stage:
    """A good feed with a fifth of a frame interval of jitter."""
    stage = Stage()
    stage.connect()
    for minute in range(minutes):
        sent = encoder.sent(minute * 60, (minute + 1) * 60)
        late = jittered(sent, encoder.picture_ms / 5, seed=minute)
        stage.play(late, (minute + 1) * 60)
    return stage


def merged(*parts: list[Sent]) -> list[Sent]:
    return list(heapq.merge(*parts, key=lambda each: each[0]))
