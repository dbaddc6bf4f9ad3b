"""How evenly does the picture come: frame rate, jitter, keyframe interval, faults of the stamps?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from livedesk.core.clock import NS_PER_S
from livedesk.monitors.facts import PacketFact, Track

WINDOW_NS: Final = 2 * NS_PER_S
_MOST_FRAMES: Final = 2_048
_LEAST_INTERVALS: Final = 10
_JITTER_PERCENTILE: Final = 95

_EVEN_MS: Final = 1.0
"""Frames this close to a straight line are even: only the rounding of stamps is in the way."""

_LONG_GROUP_MS: Final = 10_000.0
"""A first group of pictures is called long when its end is not in sight by then."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TimestampFaults:
    """Packets since the start whose DTS was absent, lower than or equal to the one before."""

    missing: int = 0
    backward: int = 0
    repeated: int = 0

    @property
    def total(self) -> int:
        return self.missing + self.backward + self.repeated


@dataclass(frozen=True, slots=True)
class Cadence:
    """Of the frames that arrived in the last 2 s; None while there are too few."""

    fps: float | None = None
    gop_s: float | None = None
    jitter_ms: float | None = None
    """95th percentile of the deviation of frame intervals from their median, by DTS."""
    bframe_ms: float | None = None
    """Largest PTS − DTS."""


@dataclass(frozen=True, slots=True)
class _Frame:
    arrival_ns: int
    position_ms: float
    reorder_ms: float


class CadenceMeter:
    """Follows the packets of one feed; figures belong to the present epoch, faults to all."""

    def __init__(self) -> None:
        self._frames: deque[_Frame] = deque(maxlen=_MOST_FRAMES)
        self._last_ms: dict[Track, float] = {}
        self._missing = self._backward = self._repeated = 0
        self._key_ms: float | None = None
        self._gop_ms: float | None = None

    def restart(self) -> None:
        """A new epoch: distances to what came before mean nothing."""
        self._frames.clear()
        self._last_ms.clear()
        self._key_ms = self._gop_ms = None

    def packet(self, fact: PacketFact, position_ms: float) -> None:
        """`position_ms` is the DTS on the epoch's timeline."""
        if fact.dts_ms is None:
            self._missing += 1
        self._compare(fact.track, position_ms)
        if fact.track != "video":
            return
        reorder_ms = 0.0
        if fact.pts_ms is not None and fact.dts_ms is not None:
            reorder_ms = fact.pts_ms - fact.dts_ms
        self._frames.append(_Frame(fact.arrival_ns, position_ms, reorder_ms))
        self._expire(fact.arrival_ns)
        if fact.keyframe:
            self._keyframe(position_ms + reorder_ms)

    def untimed(self, fact: PacketFact) -> None:
        """A packet with no timestamp at all."""
        self._missing += 1
        if fact.track == "video" and fact.keyframe:
            self._key_ms = None  # the next one is not the distance of a group away from the last

    def faults(self) -> TimestampFaults:
        return TimestampFaults(self._missing, self._backward, self._repeated)

    def read(self, mono_ns: int) -> Cadence:
        self._expire(mono_ns)
        if len(self._frames) < 2:
            return Cadence(gop_s=self._group_s())
        positions = np.array([frame.position_ms for frame in self._frames])
        return Cadence(
            fps=_fps(positions),
            gop_s=self._group_s(),
            jitter_ms=_jitter_ms(positions),
            bframe_ms=max(frame.reorder_ms for frame in self._frames),
        )

    def _keyframe(self, shown_ms: float) -> None:
        """Keyframes are set apart by when they are shown, not by when they are decoded."""
        if self._key_ms is not None and shown_ms > self._key_ms:
            self._gop_ms = shown_ms - self._key_ms
        self._key_ms = shown_ms

    def _group_s(self) -> float | None:
        """The last whole group of pictures, or the present one once it is longer."""
        since_ms = 0.0
        if self._key_ms is not None and "video" in self._last_ms:
            since_ms = self._last_ms["video"] - self._key_ms
        if since_ms > (self._gop_ms or _LONG_GROUP_MS):
            return since_ms / 1_000
        return None if self._gop_ms is None else self._gop_ms / 1_000

    def _compare(self, track: Track, position_ms: float) -> None:
        last_ms = self._last_ms.get(track)
        if last_ms is not None:
            self._backward += position_ms < last_ms
            self._repeated += position_ms == last_ms
        self._last_ms[track] = position_ms

    def _expire(self, mono_ns: int) -> None:
        while self._frames and mono_ns - self._frames[0].arrival_ns > WINDOW_NS:
            self._frames.popleft()


def _fps(positions: Floats) -> float | None:
    """Frames per second of their timestamps.

    Stamps in whole milliseconds leave their span uncertain by 1 ms, which is 0.03 fps at 60. Even
    frames are therefore counted along a straight line through all of them, which is ten times
    better; where frames are missing or repeated, the span is what the definition says.
    """
    count = len(positions) - 1
    span_ms = float(positions[-1] - positions[0])
    if span_ms <= 0:
        return None
    number = np.arange(count + 1) - count / 2
    from_middle = positions - positions.mean()
    frame_ms = float(number @ from_middle / (number @ number))
    is_even = float(np.abs(from_middle - number * frame_ms).max()) <= _EVEN_MS
    return 1_000 / frame_ms if is_even and frame_ms > 0 else count * 1_000 / span_ms


def _jitter_ms(positions: Floats) -> float | None:
    intervals = np.diff(positions)
    if len(intervals) < _LEAST_INTERVALS:
        return None
    deviations = np.abs(intervals - np.median(intervals))
    return float(np.percentile(deviations, _JITTER_PERCENTILE))
