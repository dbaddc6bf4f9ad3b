"""What does a reader know of one packet, and of the streams it came from?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Track = Literal["video", "audio"]


@dataclass(frozen=True, slots=True)
class PacketFact:
    """One packet as it arrived. `dts_ms` and `pts_ms` are the stream's own, None if missing."""

    track: Track
    arrival_ns: int
    dts_ms: float | None
    pts_ms: float | None
    payload_bytes: int
    keyframe: bool = False


@dataclass(frozen=True, slots=True)
class PictureFact:
    """One decoded picture. `luma` are 8-bit brightness values of every n-th row and column.

    `pts_ms` is the stream's own, on the same count as that of the sound; None if missing.
    """

    arrival_ns: int
    pts_ms: float | None
    luma: NDArray[np.uint8]
    keyframe: bool = False
    full_range: bool = False
    """Black is 0 and white 255; else 16 and 235."""


@dataclass(frozen=True, slots=True)
class SoundFact:
    """One block of decoded sound. `samples` has a row a channel, full scale at ±1.

    `pts_ms` is that of the first sample. Loudness after EBU R128 up to this block; None while its
    window is not full.
    """

    arrival_ns: int
    pts_ms: float | None
    samples: NDArray[np.float32]
    sample_rate: int
    momentary_lufs: float | None = None
    short_term_lufs: float | None = None

    @property
    def duration_ms(self) -> float:
        return float(self.samples.shape[1] * 1_000 / self.sample_rate)


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What was opened. `in_arrival_order`: packets come in the order the sender muxed them.

    Without that order (MP4 is sorted by the reader, MPEG-TS bundles several audio frames) the
    skew at arrival says nothing about the sender.
    """

    video_codec: str | None = None
    audio_codec: str | None = None
    width: int | None = None
    height: int | None = None
    sample_rate: int | None = None
    profile: str | None = None
    channels: int | None = None
    in_arrival_order: bool = True

    def differs(self, other: StreamFacts) -> bool:
        """Whether something that both know is not the same: to learn more is no change."""
        return any(
            mine is not None and theirs is not None and mine != theirs
            for mine, theirs in (
                (self.video_codec, other.video_codec),
                (self.audio_codec, other.audio_codec),
                (self.width, other.width),
                (self.height, other.height),
                (self.sample_rate, other.sample_rate),
                (self.profile, other.profile),
                (self.channels, other.channels),
            )
        )
