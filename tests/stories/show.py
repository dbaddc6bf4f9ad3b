"""A show told in a few lines: a feed is played to the meters on a virtual clock, four readings a
second, as the probe takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import FeedStatus, Limits, SoundStatus, SyncStatus
from livedesk.monitors.facts import PacketFact, SoundFact, StreamFacts, Track
from livedesk.monitors.meters import Meters, Reading
from tests.monitors.feeds import START_NS, Feed, at_s

STREAMS = StreamFacts("h264", "aac", 1280, 720, sample_rate=48_000, profile="High", channels=2)

Change = Callable[[PacketFact], PacketFact | None]
"""What a fault does to a packet; None: it is lost."""


@dataclass(frozen=True)
class Told:
    """What the meters said in a stretch of the show, with the time since it began."""

    readings: tuple[tuple[float, Reading], ...]

    @property
    def last(self) -> Reading:
        return self.readings[-1][1]

    @property
    def feed(self) -> FeedStatus:
        return self.last.feed

    @property
    def sync(self) -> SyncStatus:
        return self.last.sync

    @property
    def sound(self) -> SoundStatus:
        return self.last.sound

    def after(self, seconds: float) -> Told:
        return Told(tuple(told for told in self.readings if told[0] >= seconds))

    @property
    def classes(self) -> set[str]:
        return {reading.feed.state for _, reading in self.readings}

    @property
    def sync_states(self) -> set[str]:
        return {reading.sync.state for _, reading in self.readings}

    @property
    def epochs(self) -> set[int]:
        return {reading.feed.epoch for _, reading in self.readings}

    @property
    def skews_ms(self) -> list[float | None]:
        return [reading.sync.skew_ms for _, reading in self.readings]

    def first(self, wanted: str) -> float:
        """Seconds until this class was said."""
        return next(at_s for at_s, reading in self.readings if reading.feed.state == wanted)


class Show:
    """One feed from its first packet on; time goes on with each stretch that is played."""

    def __init__(self, decodes: bool = False, reading_s: float = 0.25) -> None:
        self.now_s = 0.0
        self.meters = Meters(Limits())
        self.meters.opened(START_NS, STREAMS)
        self._decodes = decodes
        self._step_ns = round(reading_s * NS_PER_S)
        self._next_ns = START_NS + self._step_ns

    def play(self, seconds: float, feed: Feed | None = None, change: Change | None = None) -> Told:
        """The feed, its stamps counted from the show's start, through what happens to it."""
        begun_s, self.now_s = self.now_s, self.now_s + seconds
        facts: Iterable[PacketFact] = (feed or Feed()).packets(begun_s, self.now_s)
        if change is not None:
            facts = (changed for fact in facts if (changed := change(fact)) is not None)
        return Told(tuple(self._readings(facts, begun_s)))

    def wait(self, seconds: float) -> Told:
        """Nothing comes."""
        return self.play(seconds, change=lambda _: None)

    def _readings(
        self, facts: Iterable[PacketFact], begun_s: float
    ) -> Iterator[tuple[float, Reading]]:
        for fact in facts:
            yield from self._until(fact.arrival_ns, begun_s)
            self.meters.packet(fact)
            if self._decodes and fact.track == "audio" and fact.payload_bytes:
                self.meters.sound(_decoded(fact))
        yield from self._until(at_s(self.now_s), begun_s)

    def _until(self, mono_ns: int, begun_s: float) -> Iterator[tuple[float, Reading]]:
        while self._next_ns <= mono_ns:
            reading = self.meters.read(self._next_ns)
            yield (self._next_ns - at_s(begun_s)) / NS_PER_S, reading
            self._next_ns += self._step_ns


_QUIET = np.zeros((2, 1_024), np.float32)


def _decoded(fact: PacketFact) -> SoundFact:
    return SoundFact(fact.arrival_ns, fact.pts_ms, _QUIET, 48_000)


def without(track: Track) -> Change:
    return lambda fact: None if fact.track == track else fact


def stamped(shift_ms: float) -> Change:
    """The same packets with other stamps, in the 32 bits that RTMP has."""

    def change(fact: PacketFact) -> PacketFact:
        assert fact.dts_ms is not None
        assert fact.pts_ms is not None
        dts_ms = (fact.dts_ms + shift_ms) % 2**32
        return replace(fact, dts_ms=dts_ms, pts_ms=dts_ms + fact.pts_ms - fact.dts_ms)

    return change


def lost(track: Track, every: int) -> Change:
    """Each n-th packet of a track is missing."""
    return _each(track, every, lambda _: None)


def empty(track: Track, every: int) -> Change:
    """Each n-th packet of a track holds nothing."""
    return _each(track, every, lambda fact: replace(fact, payload_bytes=0))


def unstamped(track: Track, every: int) -> Change:
    """Each n-th packet of a track has no timestamp."""
    return _each(track, every, lambda fact: replace(fact, dts_ms=None, pts_ms=None))


def _each(track: Track, every: int, hit: Change) -> Change:
    count = 0

    def change(fact: PacketFact) -> PacketFact | None:
        nonlocal count
        if fact.track != track:
            return fact
        count += 1
        return fact if count % every else hit(fact)

    return change


def through(kbps: float) -> Change:
    """A path that carries so much and lets the rest wait, as TCP does."""
    free_ns = 0

    def change(fact: PacketFact) -> PacketFact:
        nonlocal free_ns
        free_ns = max(free_ns, fact.arrival_ns)
        free_ns += round(fact.payload_bytes * 8 / kbps * NS_PER_MS)
        return replace(fact, arrival_ns=free_ns)

    return change
