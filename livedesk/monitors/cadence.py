"""How evenly does the picture come: frame rate, keyframe interval, faults of the timestamps?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.facts import PacketFact, Track

WINDOW_NS = 2 * NS_PER_S
_MOST_FRAMES = 2_048
_PACE_WINDOW_NS = 5 * NS_PER_S
_PACE_STEP_NS = NS_PER_S // 4


@dataclass(frozen=True, slots=True)
class TimestampFaults:
    """Packets since the start whose DTS was absent, lower than or equal to the one before."""

    missing: int = 0
    backward: int = 0
    repeated: int = 0


class CadenceMeter:
    """Follows the packets of one feed; figures belong to the present epoch, faults to all."""

    def __init__(self) -> None:
        self._frames: deque[tuple[int, float]] = deque(maxlen=_MOST_FRAMES)  # arrival, position
        self._key_ms: float | None = None
        self._last_ms: dict[Track, float] = {}
        self._missing = self._backward = self._repeated = 0
        self.pace = Pace()
        self.gop_s: float | None = None

    def restart(self) -> None:
        """A new epoch: distances to what came before mean nothing."""
        self._frames.clear()
        self._last_ms.clear()
        self._key_ms = self.gop_s = None
        self.pace = Pace()

    def packet(self, fact: PacketFact, position_ms: float) -> None:
        if fact.dts_ms is None:
            self._missing += 1
        self._compare(fact.track, position_ms)
        self.pace.packet(fact.arrival_ns, position_ms)
        if fact.track != "video":
            return
        self._frames.append((fact.arrival_ns, position_ms))
        self._expire(fact.arrival_ns)
        if fact.keyframe:
            self._keyframe(fact, position_ms)

    def _keyframe(self, fact: PacketFact, position_ms: float) -> None:
        """Keyframes are set apart by when they are shown, not by when they are decoded."""
        shown_ms = position_ms
        if fact.pts_ms is not None and fact.dts_ms is not None:
            shown_ms += fact.pts_ms - fact.dts_ms
        if self._key_ms is not None:
            self.gop_s = (shown_ms - self._key_ms) / 1_000
        self._key_ms = shown_ms

    def untimed(self) -> None:
        """A packet with no timestamp at all."""
        self._missing += 1

    def faults(self) -> TimestampFaults:
        return TimestampFaults(self._missing, self._backward, self._repeated)

    def fps(self, mono_ns: int) -> float | None:
        """Frames that arrived in the last 2 s, per second of their timestamps."""
        self._expire(mono_ns)
        if len(self._frames) < 2:
            return None
        span_ms = self._frames[-1][1] - self._frames[0][1]
        return (len(self._frames) - 1) * 1_000 / span_ms if span_ms > 0 else None

    def _compare(self, track: Track, position_ms: float) -> None:
        last_ms = self._last_ms.get(track)
        if last_ms is not None:
            self._backward += position_ms < last_ms
            self._repeated += position_ms == last_ms
        self._last_ms[track] = position_ms

    def _expire(self, mono_ns: int) -> None:
        while self._frames and mono_ns - self._frames[0][0] > WINDOW_NS:
            self._frames.popleft()


class Pace:
    """How fast do the timestamps advance against the clock, over five seconds?

    Below one for long, the sender's path carries less than the sender makes. A burst after joining
    or after a stall reads above one, which is no fault.
    """

    def __init__(self) -> None:
        self._marks: deque[tuple[int, float]] = deque()  # arrival, newest position by then
        self._newest_ms: float | None = None

    def packet(self, arrival_ns: int, position_ms: float) -> None:
        if self._newest_ms is None or position_ms > self._newest_ms:
            self._newest_ms = position_ms
        if not self._marks or arrival_ns - self._marks[-1][0] >= _PACE_STEP_NS:
            self._marks.append((arrival_ns, self._newest_ms))
        while arrival_ns - self._marks[0][0] > _PACE_WINDOW_NS + _PACE_STEP_NS:
            self._marks.popleft()

    def read(self, mono_ns: int) -> float | None:
        """None until five seconds have passed."""
        if self._newest_ms is None or mono_ns - self._marks[0][0] < _PACE_WINDOW_NS:
            return None
        begun_ns, begun_ms = self._marks[0]
        return (self._newest_ms - begun_ms) * NS_PER_MS / (mono_ns - begun_ns)
