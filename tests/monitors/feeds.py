"""Feeds for the meters, packet by packet: two tracks as a sender interleaves them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.facts import PacketFact

START_NS = 100 * NS_PER_S


@dataclass(frozen=True)
class Feed:
    """720p30 and AAC of 48 kHz, sorted by DTS and stamped in whole ms, as FLV has them.

    The sound's stamps are `skew_ms` ahead of its place in the stream, growing by `drift_ppm`. All
    stamps run `clock_ppm` fast. With `b_frames`, every other picture is shown later than the rest.
    """

    fps: float = 30.0
    kbps: float = 4_000.0
    skew_ms: float = 0.0
    drift_ppm: float = 0.0
    clock_ppm: float = 0.0
    gop_frames: int = 60
    first_ms: float = 0.0
    sample_rate: int = 48_000
    b_frames: int = 0

    @property
    def audio_ms(self) -> float:
        return 1_024_000 / self.sample_rate

    def packets(self, from_s: float, to_s: float) -> Iterator[PacketFact]:
        """What arrives between two times, seconds from the start."""
        frame_ms, audio_ms, until_ms = 1_000 / self.fps, self.audio_ms, to_s * 1_000
        frame = max(0, ceil(from_s * 1_000 / frame_ms))
        block = max(0, ceil((from_s * 1_000 - 5) / audio_ms))
        while True:
            video_at_ms, audio_at_ms = frame * frame_ms, block * audio_ms + 5
            if min(video_at_ms, audio_at_ms) >= until_ms:
                return
            if video_at_ms <= audio_at_ms:
                yield self._frame(video_at_ms, frame)
                frame += 1
            else:
                yield self._sound(audio_at_ms)
                block += 1

    def _frame(self, at_ms: float, frame: int) -> PacketFact:
        dts_ms = self._stamp(at_ms)
        group = self.b_frames + 1
        shown = self.b_frames and (group if frame % group == 0 else 1)
        pts_ms = self._stamp(at_ms + shown * 1_000 / self.fps)
        size = round((self.kbps - 128) * 125 / self.fps)
        key = frame % self.gop_frames == 0
        return PacketFact("video", arrival_ns(at_ms), dts_ms, pts_ms, size, key)

    def _sound(self, at_ms: float) -> PacketFact:
        dts_ms = self._stamp(at_ms, self.skew_ms + at_ms * self.drift_ppm / 1e6)
        size = round(128 * 125 * self.audio_ms / 1_000)
        return PacketFact("audio", arrival_ns(at_ms), dts_ms, dts_ms, size, True)

    def _stamp(self, at_ms: float, more_ms: float = 0.0) -> float:
        return float(round(at_ms * (1 + self.clock_ppm / 1e6) + self.first_ms + more_ms))


def arrival_ns(at_ms: float) -> int:
    return START_NS + round(at_ms * NS_PER_MS)


def at_s(seconds: float) -> int:
    return arrival_ns(seconds * 1_000)


def delayed(fact: PacketFact, arrival_ns: int) -> PacketFact:
    """The same packet, held up on its way."""
    return replace(fact, arrival_ns=arrival_ns)
