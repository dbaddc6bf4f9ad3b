"""Feeds for the meters, packet by packet: two tracks as a sender interleaves them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.facts import PacketFact

AUDIO_MS = 1024 / 48
START_NS = 100 * NS_PER_S


@dataclass(frozen=True)
class Feed:
    """720p30 and AAC of 48 kHz, sorted by DTS and stamped in whole ms, as FLV has them.

    The sound's stamps are `skew_ms` ahead of its place in the stream, growing by `drift_ppm`.
    """

    fps: float = 30.0
    kbps: float = 4_000.0
    skew_ms: float = 0.0
    drift_ppm: float = 0.0
    gop_frames: int = 60
    first_ms: float = 0.0

    def packets(self, from_s: float, to_s: float) -> Iterator[PacketFact]:
        """What arrives between two times, seconds from the start."""
        order: list[tuple[float, int | None]] = []
        order += [(n * 1_000 / self.fps, n) for n in range(round(to_s * self.fps) + 1)]
        order += [(n * AUDIO_MS + 5, None) for n in range(round(to_s * 1_000 / AUDIO_MS) + 1)]
        for at_ms, frame in sorted(order, key=lambda packet: packet[0]):
            if from_s * 1_000 <= at_ms < to_s * 1_000:
                yield self._frame(at_ms, frame) if frame is not None else self._sound(at_ms)

    def _frame(self, at_ms: float, frame: int) -> PacketFact:
        dts_ms = float(round(at_ms + self.first_ms))
        size = round((self.kbps - 128) * 125 / self.fps)
        key = frame % self.gop_frames == 0
        return PacketFact("video", arrival_ns(at_ms), dts_ms, dts_ms, size, key)

    def _sound(self, at_ms: float) -> PacketFact:
        shift_ms = self.skew_ms + at_ms * self.drift_ppm / 1e6
        dts_ms = float(round(at_ms + self.first_ms + shift_ms))
        size = round(128 * 125 * AUDIO_MS / 1_000)
        return PacketFact("audio", arrival_ns(at_ms), dts_ms, dts_ms, size, True)


def arrival_ns(at_ms: float) -> int:
    return START_NS + round(at_ms * NS_PER_MS)


def at_s(seconds: float) -> int:
    return arrival_ns(seconds * 1_000)


def delayed(fact: PacketFact, arrival_ns: int) -> PacketFact:
    """The same packet, held up on its way."""
    return replace(fact, arrival_ns=arrival_ns)
