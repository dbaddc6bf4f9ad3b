"""What did one publication bring? Counts and digests of its tracks, and its instants."""

from __future__ import annotations

from dataclasses import dataclass, field

from livedesk.core.clock import NS_PER_MS
from livedesk.core.events import Json
from livedesk.core.rate import SlidingRate
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, VIDEO, Message, later_ms
from livedesk.sandbox.arrivals import GAP_MS
from livedesk.sandbox.digest import TrackDigest


class _Track:
    """One track of a publisher: count, digest, and what is odd about its timestamps."""

    def __init__(self) -> None:
        self.received = TrackDigest()
        self.gaps = 0
        self.longest_gap_ms = 0
        self.backward = 0
        self._last_ms: int | None = None

    def add(self, message: Message) -> None:
        self.received.add(message.payload)
        if inspect(message).kind == "header":
            return
        if self._last_ms is not None:
            step_ms = later_ms(message.timestamp_ms, self._last_ms)
            self.backward += step_ms < 0
            self.gaps += step_ms > GAP_MS
            self.longest_gap_ms = max(self.longest_gap_ms, step_ms)
        self._last_ms = message.timestamp_ms

    def to_json(self) -> dict[str, Json]:
        return {
            **self.received.count().to_json(),
            "gaps": self.gaps,
            "longest_gap_ms": self.longest_gap_ms,
            "backward": self.backward,
            "timestamp_ms": self._last_ms,
        }


@dataclass(slots=True)
class Publisher:
    """One publication, from its acceptance on; it keeps its figures after it ended."""

    number: int
    address: str
    via: str | None
    started_utc_ns: int
    started_mono_ns: int
    audio: _Track = field(default_factory=_Track)
    video: _Track = field(default_factory=_Track)
    other_messages: int = 0
    keyframes: int = 0
    rate: SlidingRate = field(default_factory=SlidingRate)
    arrived_ns: int | None = None
    first_keyframe_ns: int | None = None
    ended_mono_ns: int | None = None
    ended: str | None = None
    """Why it ended: `signed off`, `closed`, `taken over`, `idle`, or the error."""

    def add(self, message: Message, mono_ns: int) -> None:
        if message.type_id not in (AUDIO, VIDEO):
            self.other_messages += 1
            return
        track = self.audio if message.type_id == AUDIO else self.video
        track.add(message)
        self.rate.add(mono_ns, len(message.payload))
        self.arrived_ns = mono_ns
        if message.type_id == VIDEO and (part := inspect(message)).keyframe:
            self.keyframes += part.kind == "frame"
            if self.keyframes and self.first_keyframe_ns is None:
                self.first_keyframe_ns = mono_ns

    def to_json(self, mono_ns: int) -> dict[str, Json]:
        arrived_ns = self.arrived_ns
        return {
            "number": self.number,
            "address": self.address,
            "via": self.via,
            "started_utc_ns": self.started_utc_ns,
            "started_mono_ns": self.started_mono_ns,
            "first_keyframe_mono_ns": self.first_keyframe_ns,
            "ended_mono_ns": self.ended_mono_ns,
            "ended": self.ended,
            "kbps": None if self.ended else self.rate.kbps(mono_ns),
            "age_ms": None if arrived_ns is None else (mono_ns - arrived_ns) / NS_PER_MS,
            "keyframes": self.keyframes,
            "other_messages": self.other_messages,
            "audio": self.audio.to_json(),
            "video": self.video.to_json(),
        }
