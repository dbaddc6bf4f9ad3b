"""What would the relay know of an uplink, without one? Feeds and a TCP path in virtual time.

The path has a capacity, a round trip, a window and lost segments. What the far end acknowledged is
read from it as from the kernel, twenty times a second, by the relay's own gauge of a connection.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import Limits
from livedesk.failover.facts import PathFacts
from livedesk.gauges.silence import Silence
from livedesk.relay.link_gauge import LinkGauge
from livedesk.relay.tcp import TcpInfo
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from livedesk.sandbox.supply import Supply

_STEP_S: Final = 0.01
_FRAMES_A_SECOND: Final = 30
_GOP_FRAMES: Final = 60
_KEYFRAME_WEIGHT: Final = 8.0
_SIZE_CV: Final = 0.3
_AUDIO_S: Final = 1024 / 48_000
_AUDIO_BYTES: Final = 341
_HEADER_BYTES: Final = 20
_SEGMENT_BYTES: Final = 1_448


@dataclass(frozen=True, slots=True)
class Media:
    """A message of the feed as it reaches the relay."""

    at_s: float
    track: int
    stamp_ms: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FeedModel:
    """An encoder: how many bits its scenes need, and how evenly it sends.

    A scene needs a rate between `least_kbps` and `most_kbps` for `scene_s` on average. What was
    encoded is sent at once, or held up to `burst_s` and sent together. With `pause_every_s` it is
    held for a second now and then, as by a machine that swaps.
    """

    least_kbps: float = 4_000.0
    most_kbps: float = 4_000.0
    scene_s: float = 20.0
    jitter_s: float = 0.005
    burst_s: float = 0.0
    pause_every_s: float = 0.0

    def media(self, seconds: float, chance: random.Random) -> Iterator[Media]:
        """In order of arrival."""
        free_s = 0.0
        for made_s, track, size_bytes in self._encoded(seconds, chance):
            sent_s = made_s + chance.expovariate(1 / self.jitter_s)
            if self.burst_s:
                sent_s += self.burst_s - sent_s % self.burst_s
            if self.pause_every_s and made_s % self.pause_every_s < 1.0:
                sent_s = max(sent_s, made_s - made_s % self.pause_every_s + 1.0)
            free_s = max(free_s, sent_s)
            yield Media(free_s, track, round(made_s * 1000), size_bytes)

    def _encoded(self, seconds: float, chance: random.Random) -> Iterator[tuple[float, int, int]]:
        sizes = self._frame_sizes(chance)
        frame, block = 0, 0
        while True:
            video_s, audio_s = frame / _FRAMES_A_SECOND, block * _AUDIO_S
            if min(video_s, audio_s) >= seconds:
                return
            if video_s <= audio_s:
                yield video_s, VIDEO, next(sizes)
                frame += 1
            else:
                yield audio_s, AUDIO, _AUDIO_BYTES
                block += 1

    def _frame_sizes(self, chance: random.Random) -> Iterator[int]:
        """A keyframe weighs eight others; a new scene, which may come anywhere, begins with one."""
        frame, scene_frames, kbps = 0, 0, self.least_kbps
        while True:
            if frame == scene_frames:
                frame, scene_frames = (
                    0,
                    1 + round(chance.expovariate(1 / self.scene_s) * _FRAMES_A_SECOND),
                )
                kbps = chance.uniform(self.least_kbps, self.most_kbps)
            share = 1 / (_GOP_FRAMES - 1 + _KEYFRAME_WEIGHT)
            weight = _KEYFRAME_WEIGHT if frame % _GOP_FRAMES == 0 else 1.0
            mean_bytes = kbps * 125 * _GOP_FRAMES / _FRAMES_A_SECOND * share * weight
            yield max(60, round(mean_bytes * max(0.2, chance.gauss(1, _SIZE_CV))))
            frame += 1


@dataclass(frozen=True, slots=True)
class Way:
    """What lies between relay and platform."""

    supply: Supply
    rtt_s: float = 0.04
    jitter_s: float = 0.005
    """Of the round trip, evenly from 0 to twice this; order is kept."""
    lost_every_s: float = 180.0
    """Mean time between lost segments that cost a retransmission timeout."""
    lost_s: float = 0.24
    """A round trip and the timeout's least, 200 ms (RFC 6298 as Linux has it)."""
    dies_s: float = math.inf
    """From then on nothing comes back."""


@dataclass(frozen=True, slots=True)
class Changing:
    """A supply that is another one from an instant on."""

    before: Supply
    at_s: float
    after: Supply

    def bytes_between(self, from_s: float, to_s: float) -> float:
        return (self.before if from_s < self.at_s else self.after).bytes_between(from_s, to_s)

    def unused_bytes(self, now_s: float) -> float:
        return (self.before if now_s < self.at_s else self.after).unused_bytes(now_s)

    @property
    def mean_kbps(self) -> float:
        """Of the way as it was: a congestion window has not learned better yet."""
        return self.before.mean_kbps


class ModelLink:
    """One connection over a `Way`: written, entered the network, served, acknowledged.

    Behind the congestion window, twice what the way holds, bytes wait in the kernel, unsent. After
    a timeout the window begins anew with one segment, and doubles with each round trip (RFC 5681).
    """

    def __init__(self, way: Way, limits: Limits, chance: random.Random) -> None:
        self._way = way
        self._chance = chance
        silence = Silence(limits.silence_ms, near=False)
        self._gauge = LinkGauge(to_ns(0.0), silence, None)
        self._gauge.publication_began(to_ns(0.0))
        self._full_window = max(65_536.0, 2 * way.supply.mean_kbps * 125 * way.rtt_s)
        self._window = self._full_window
        self._now_s = 0.0
        self._written = 0
        self._served = 0.0
        self._acked = 0
        self._coming: deque[tuple[float, int]] = deque()
        self._held_until_s = 0.0
        self._next_loss_s = chance.expovariate(1 / way.lost_every_s)
        self._newest_ms: dict[int, int] = {}

    def write(self, media: Media) -> None:
        self.advance(media.at_s)
        self._newest_ms[media.track] = media.stamp_ms
        message = Message(media.track, 1, media.stamp_ms, bytes(media.size_bytes))
        size_bytes = media.size_bytes + _HEADER_BYTES
        self._written += size_bytes
        self._gauge.wrote_message(size_bytes, message, None, is_frame=True)

    def advance(self, to_s: float) -> None:
        while self._now_s + _STEP_S <= to_s:
            self._step(self._now_s, self._now_s + _STEP_S)

    def _step(self, from_s: float, to_s: float) -> None:
        way = self._way
        entered = min(self._written, self._acked + self._window)
        can = way.supply.bytes_between(from_s, to_s)
        served = min(entered, self._served + can)
        if served > self._served:
            self._served = served
            due_s = to_s + way.rtt_s + self._chance.uniform(0, 2 * way.jitter_s)
            if self._coming:
                due_s = max(due_s, self._coming[-1][0])
            self._coming.append((due_s, int(served)))
        if to_s >= self._next_loss_s:
            self._next_loss_s = to_s + self._chance.expovariate(1 / way.lost_every_s)
            self._held_until_s = to_s + way.lost_s
            self._window = _SEGMENT_BYTES
        elif self._window < self._full_window and to_s >= self._held_until_s:
            grown = self._window * 2 ** ((to_s - from_s) / way.rtt_s)
            self._window = min(grown, self._full_window)
        if self._held_until_s <= to_s < way.dies_s:
            while self._coming and self._coming[0][0] <= to_s:
                self._acked = self._coming.popleft()[1]
        self._now_s = to_s

    def facts(self, at_s: float) -> PathFacts:
        """As the relay would tell it now."""
        self.advance(at_s)
        mono_ns, gauge = to_ns(at_s), self._gauge
        in_flight = min(self._written - self._acked, self._window)
        unsent_bytes = int(self._written - self._acked - in_flight)
        rtt_ms = (self._way.rtt_s + in_flight / self._way.supply.mean_kbps / 125) * 1000
        gauge.read(mono_ns, TcpInfo(self._acked, rtt_ms, 0, unsent_bytes, _SEGMENT_BYTES), 0)
        return PathFacts(
            name="primary",
            state="carrying",
            ready=True,
            proof_age_ms=gauge.proof.age_ms(mono_ns),
            silent_ms=gauge.stalled_s(mono_ns) * 1000,
            silence_limit_ms=gauge.silence_limit_ms,
            goodput_kbps=gauge.goodput_kbps,
            backlog_ms=gauge.backlog_ms(self._newest_ms),
            media_bytes_acked=gauge.media_bytes_acked,
            unsent_bytes=unsent_bytes,
            rtt_ms=rtt_ms,
            base_rtt_ms=gauge.base_rtt_ms,
        )


def to_ns(at_s: float) -> int:
    """Virtual time as the relay's clock would read it; never 0, which is no time."""
    return NS_PER_S + round(at_s * 1000) * NS_PER_MS
