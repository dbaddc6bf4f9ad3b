"""What has arrived at the platform in all, over however many publications?

A frame is known by its timestamp and its payload, so one that comes again after a switch counts as
repeated, and the rest can be compared with what the encoder sent (`digest.FrameSum`). Memory is
bounded: a frame is known again for `KEPT_FRAMES` frames, of gaps the newest `KEPT_GAPS` are kept.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.events import Json
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, VIDEO, Message, later_ms
from livedesk.sandbox.digest import FrameSum

GAP_MS: Final = 250
"""Timestamps further apart than this are a gap: seven frames at 30 a second."""

MIN_KBPS: Final = 2_500
KEPT_FRAMES: Final = 4_096
"""More than a minute of either track: far more than a switch repeats."""

KEPT_GAPS: Final = 50
JUMP_MS: Final = 30_000
"""Further back than any catch-up: the timestamps began anew."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Media time that never came, and when what follows it came."""

    from_ms: int
    to_ms: int
    mono_ns: int

    def to_json(self) -> dict[str, Json]:
        return {"from_ms": self.from_ms, "to_ms": self.to_ms, "mono_ns": self.mono_ns}


class TrackArrivals:
    """The frames of one track."""

    def __init__(self) -> None:
        self.arrived = FrameSum()
        self.repeated = 0
        self.gap_count = 0
        self.gaps: deque[Gap] = deque(maxlen=KEPT_GAPS)
        self._known: set[tuple[int, bytes]] = set()
        self._order: deque[tuple[int, bytes]] = deque()
        self._newest_ms: int | None = None

    def add(self, message: Message, mono_ns: int) -> bool:
        """Whether it is a frame that was not there before."""
        if inspect(message).kind == "header":
            return False
        digest = hashlib.sha256(message.payload).digest()
        frame = (message.timestamp_ms, digest)
        if frame in self._known:
            self.repeated += 1
            return False
        self._remember(frame)
        self.arrived.add(digest)
        self._place(message.timestamp_ms, mono_ns)
        return True

    def _remember(self, frame: tuple[int, bytes]) -> None:
        if len(self._order) >= KEPT_FRAMES:
            self._known.discard(self._order.popleft())
        self._known.add(frame)
        self._order.append(frame)

    def _place(self, stamp_ms: int, mono_ns: int) -> None:
        newest_ms = self._newest_ms
        if newest_ms is None:
            self._newest_ms = stamp_ms
            return
        step_ms = later_ms(stamp_ms, newest_ms)
        if step_ms > GAP_MS:
            self.gap_count += 1
            self.gaps.append(Gap(newest_ms, stamp_ms, mono_ns))
        if step_ms > 0 or step_ms < -JUMP_MS:
            self._newest_ms = stamp_ms

    def to_json(self) -> dict[str, Json]:
        return {
            **self.arrived.count().to_json(),
            "repeated": self.repeated,
            "gaps": self.gap_count,
            "newest_gaps": [gap.to_json() for gap in self.gaps],
        }


class Seconds:
    """How many seconds brought less than `min_kbps`, by the clock, from the first media on.

    Everything counts that arrives, as on a platform's own meter; seconds without media count as
    well, until the publisher signs off.
    """

    def __init__(self, min_kbps: float) -> None:
        self._min_kbps = min_kbps
        self._began_ns: int | None = None
        self._bytes = 0
        self._newest_ns = 0
        self.counted = 0
        self.under = 0
        self.longest_silence_ms = 0.0

    def add(self, mono_ns: int, size: int) -> None:
        if self._began_ns is None:
            self._began_ns = self._newest_ns = mono_ns
        self.look(mono_ns)
        self._bytes += size
        self._newest_ns = mono_ns

    def look(self, mono_ns: int) -> None:
        """Close the seconds that are over."""
        if self._began_ns is None:
            return
        silence_ms = (mono_ns - self._newest_ns) / NS_PER_MS
        self.longest_silence_ms = max(self.longest_silence_ms, silence_ms)
        over = (mono_ns - self._began_ns) // NS_PER_S
        if over:
            self.counted += over
            self.under += (self._bytes * 8 / 1000 < self._min_kbps) + (over - 1)
            self._began_ns += over * NS_PER_S
            self._bytes = 0

    def pause(self, mono_ns: int) -> None:
        """Signed off: what follows is nobody's fault."""
        self.look(mono_ns)
        self._began_ns = None
        self._bytes = 0

    def to_json(self) -> dict[str, Json]:
        return {
            "min_kbps": self._min_kbps,
            "seconds": self.counted,
            "seconds_under": self.under,
            "longest_silence_ms": self.longest_silence_ms,
        }


class Arrivals:
    """The platform's own record of a show."""

    def __init__(self, min_kbps: float = MIN_KBPS) -> None:
        self._tracks = {AUDIO: TrackArrivals(), VIDEO: TrackArrivals()}
        self._seconds = Seconds(min_kbps)

    def add(self, message: Message, mono_ns: int) -> None:
        """Audio or video of any publication."""
        self._tracks[message.type_id].add(message, mono_ns)
        self._seconds.add(mono_ns, len(message.payload))

    def sign_off(self, mono_ns: int) -> None:
        self._seconds.pause(mono_ns)

    def to_json(self, mono_ns: int) -> dict[str, Json]:
        self._seconds.look(mono_ns)
        return {
            "audio": self._tracks[AUDIO].to_json(),
            "video": self._tracks[VIDEO].to_json(),
            **self._seconds.to_json(),
        }


def compared(report: Any, arrivals: Any) -> dict[str, Json] | None:
    """Per track: frames sent and not arrived, and whether what arrived is exactly what was sent.

    Of the encoder's report and `Arrivals.to_json`. While the show runs, frames under way are
    missing too, and a report is up to half a second old. None without a report.
    """
    if not isinstance(report, dict):
        return None
    found: dict[str, Json] = {}
    for name in ("audio", "video"):
        sent, arrived = report[name], arrivals[name]
        found[name] = {
            "sent": sent["frames"],
            "arrived": arrived["frames"],
            "repeated": arrived["repeated"],
            "missing": max(0, sent["frames"] - arrived["frames"]),
            "exact": sent["frames_digest"] == arrived["frames_digest"],
        }
    return found
