"""A feed and a way out in virtual time: what the relay would tell the policy about them.

The feed has pictures in groups, scenes that need more or fewer bits, and may come in bursts. The
path has a rate, a buffer that hides bytes (they are acknowledged when they enter it, as by a proxy
or a box on the way), a round trip, jitter, losses that hold up what follows, and acknowledgements
by segments. What that says of the path is told by the relay's own gauge of a connection.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from livedesk.core.clock import NS_PER_MS
from livedesk.core.rate import SlidingRate
from livedesk.core.status import Limits, UplinkState
from livedesk.failover.facts import FeedFacts, PathFacts
from livedesk.gauges.classes import FeedClass
from livedesk.gauges.lag import Lag
from livedesk.gauges.silence import Silence
from livedesk.relay.link_gauge import LinkGauge
from livedesk.relay.tcp import TcpInfo
from livedesk.rtmp.messages import VIDEO, Message

FPS = 30
GOP = 60
RTO_MS = 200.0
"""Linux's least retransmission timeout: what a lost segment costs beside a round trip."""


def ns(ms: float) -> int:
    return round(ms * NS_PER_MS)


@dataclass(frozen=True, slots=True)
class Frame:
    """With the sound beside it."""

    stamp_ms: float
    size_bytes: int
    is_key: bool


class Feed:
    """An encoder, and what the relay says of it."""

    def __init__(
        self,
        chance: random.Random,
        kbps: float = 4_050.0,
        *,
        key_weight: float = 6.0,
        key_bytes: int | None = None,
        burst_ms: float = 0.0,
        scene_kbps: Callable[[float], float] | None = None,
    ) -> None:
        """`key_bytes`, if every keyframe has that size. `scene_kbps`: the rate at a second."""
        self._chance = chance
        self._kbps = kbps
        self._key_weight = key_weight
        self._key_bytes = key_bytes
        self._burst_ms = burst_ms
        self._scene_kbps = scene_kbps
        self._number = chance.randrange(GOP)
        self._first = self._number
        self._held: list[Frame] = []
        self._released_ms = 0.0
        self._silence = Silence(200.0)
        self._lag = Lag(self._silence)
        self._rate = SlidingRate()
        self._class = FeedClass(Limits(), "GONE")
        self._newest_ms: float | None = None
        self.is_paused = False
        self.is_connected = True

    def _size(self, at_ms: float, is_key: bool) -> int:
        kbps = self._scene_kbps(at_ms / 1000) if self._scene_kbps else self._kbps
        mean = kbps * 1000 / 8 / FPS
        if self._key_bytes is not None:
            rest = max(0.1, (mean * GOP - self._key_bytes) / (GOP - 1) / mean)
            weight = self._key_bytes / mean if is_key else rest
        else:
            weight = GOP / (GOP - 1 + self._key_weight) * (self._key_weight if is_key else 1.0)
        spread = 1.0 if is_key else max(0.2, self._chance.gauss(1, 0.3))
        return max(100, round(mean * weight * spread))

    def frames(self, until_ms: float) -> list[Frame]:
        """What reached the relay since the last call."""
        while (stamp_ms := (self._number - self._first) * 1000 / FPS) <= until_ms:
            is_key = self._number % GOP == 0
            if self.is_connected and not self.is_paused:
                self._held.append(Frame(stamp_ms, self._size(stamp_ms, is_key), is_key))
            self._number += 1
        if until_ms - self._released_ms < self._burst_ms:
            return []
        self._released_ms = until_ms
        out, self._held = self._held, []
        for frame in out:
            self._rate.add(ns(until_ms), frame.size_bytes)
            self._lag.packet(ns(until_ms), frame.stamp_ms)
            self._newest_ms = until_ms
        return out

    def facts(self, at_ms: float) -> FeedFacts:
        age_ms = None if self._newest_ms is None else at_ms - self._newest_ms
        kbps = self._rate.kbps(ns(at_ms))
        state = self._class.update(
            ns(at_ms),
            connected=self.is_connected,
            kbps=kbps,
            age_ms=age_ms,
            silence_limit_ms=self._silence.limit_ms,
            lag_ms=self._lag.read(ns(at_ms)),
        )
        flows = self.is_connected and age_ms is not None and age_ms <= self._silence.limit_ms
        return FeedFacts(state, kbps, flows)


class Path:
    """One way out. What is public may be changed while it runs: that is a fault."""

    def __init__(
        self,
        name: str,
        chance: random.Random,
        kbps: float = 20_000.0,
        *,
        rtt_ms: float = 20.0,
        jitter_ms: float = 3.0,
        loss: float = 0.0,
        hidden_bytes: int = 32_000,
        window_bytes: int = 2_000_000,
        segment_bytes: int = 1_448,
        near: bool = True,
    ) -> None:
        self.name = name
        self.kbps = kbps
        self.rtt_ms = rtt_ms
        self.jitter_ms = jitter_ms
        self.loss = loss
        self.is_dead = False
        self.refuses_sessions = False
        self.why = "connection refused"
        self.refuses_publish = False
        self.denies: str | None = None
        """What the platform answers at once; else it says nothing, or that it is busy."""
        self.was_asked = False
        self.carries = False
        self._chance = chance
        self._hidden_bytes = hidden_bytes
        self._window_bytes = window_bytes
        self._segment_bytes = segment_bytes
        self._near = near
        self.begin(0.0)

    def begin(self, at_ms: float) -> None:
        """A new connection."""
        self._frames: deque[tuple[int, Frame]] = deque()
        self._gauge = LinkGauge(ns(at_ms), Silence(200.0, self._near), None)
        self._gauge.publication_began(ns(at_ms))
        self._written = self._passed = self._acked = 0
        self._hidden = 0.0
        self._acks: deque[tuple[float, int]] = deque()
        self._newest_ack_ms = 0.0
        self._received_ms = 0
        self.took_keyframe = False

    @property
    def is_ready(self) -> bool:
        return not (self.is_dead or self.refuses_sessions)

    def give(self, frame: Frame) -> None:
        self._written += frame.size_bytes
        self._received_ms = round(frame.stamp_ms)
        message = Message(VIDEO, 1, self._received_ms, bytes(frame.size_bytes))
        self._gauge.wrote_message(frame.size_bytes, message, None, is_frame=True)
        self._frames.append((self._written, frame))

    def step(self, at_ms: float, step_ms: float) -> None:
        if not self.is_dead:
            self._hidden = max(0.0, self._hidden - step_ms * self.kbps / 8)
        limit = min(self._written, self._acked + self._window_bytes)
        entered = min(limit - self._passed, round(self._hidden_bytes - self._hidden))
        if entered > 0:
            self._passed += entered
            self._hidden += entered
            if not self.is_dead:
                self._note_ack(at_ms)
        while self._acks and self._acks[0][0] <= at_ms and not self.is_dead:
            self._acked = self._acks.popleft()[1]
        while self._frames and self._frames[0][0] <= self._acked:
            self.took_keyframe |= self._frames.popleft()[1].is_key

    def _note_ack(self, at_ms: float) -> None:
        delay_ms = self.rtt_ms + self._chance.uniform(0, self.jitter_ms)
        if self.loss and self._chance.random() < self.loss:
            delay_ms += self.rtt_ms + RTO_MS
        self._newest_ack_ms = max(self._newest_ack_ms, at_ms + delay_ms)
        whole = self._passed - self._passed % self._segment_bytes
        acked = self._passed if self._passed == self._written else whole
        self._acks.append((self._newest_ack_ms, acked))

    def facts(self, at_ms: float) -> PathFacts:
        if self.was_asked and self.denies:
            return PathFacts(self.name, "down", reason=self.denies)
        if not self.carries:
            state: UplinkState = "standby" if self.is_ready else "down"
            reason = None if self.is_ready else self.why
            return PathFacts(self.name, state, self.is_ready, 500.0, reason)
        mono_ns, gauge, unsent_bytes = ns(at_ms), self._gauge, self._written - self._passed
        info = TcpInfo(self._acked, self.rtt_ms, 0, unsent_bytes, self._segment_bytes)
        gauge.read(mono_ns, info, 0)
        return PathFacts(
            self.name,
            "carrying",
            ready=True,
            proof_age_ms=gauge.proof.age_ms(mono_ns),
            silent_ms=gauge.stalled_s(mono_ns) * 1000,
            silence_limit_ms=gauge.silence_limit_ms,
            goodput_kbps=gauge.goodput_kbps,
            backlog_ms=gauge.backlog_ms({VIDEO: self._received_ms}),
            media_bytes_acked=gauge.media_bytes_acked,
            unsent_bytes=unsent_bytes,
            rtt_ms=self.rtt_ms,
            base_rtt_ms=gauge.base_rtt_ms,
        )
