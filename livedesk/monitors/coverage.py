"""Is there sound for all of the time that its timestamps span?"""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.monitors.facts import SoundFact
from livedesk.monitors.timeline import serial_step

SPAN_MS: Final = 10_000.0
SILENT_NS: Final = NS_PER_S
_MOST_BLOCKS: Final = 8_192


class CoverageMeter:
    """Seconds of decoded sound per second of its PTS, over 10 s. Below 1: holes.

    Stamps rounded to whole milliseconds change it by 0.0001. Above 1, blocks overlap: the stamps
    grow slower than the sound lasts.
    """

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, float]] = deque()  # position, duration
        self._sounding_ms = 0.0
        self._raw_ms = 0.0
        self._end_ms = 0.0
        self._heard_ns = 0

    def restart(self) -> None:
        """A new epoch: its stamps do not continue those from before."""
        self._blocks.clear()
        self._sounding_ms = 0.0

    def sound(self, fact: SoundFact) -> None:
        """A block without a stamp is taken to follow the one before."""
        self._heard_ns = fact.arrival_ns
        start_ms = self._place(fact.pts_ms)
        if start_ms is None:
            return
        if self._blocks and not 0 <= start_ms - self._blocks[-1][0] <= SPAN_MS:
            self.restart()
        if len(self._blocks) == _MOST_BLOCKS:
            self._drop_oldest()
        self._blocks.append((start_ms, fact.duration_ms))
        self._sounding_ms += fact.duration_ms
        self._end_ms = start_ms + fact.duration_ms
        while len(self._blocks) > 1 and self._end_ms - self._blocks[1][0] >= SPAN_MS:
            self._drop_oldest()

    def read(self, mono_ns: int) -> float | None:
        """None until 10 s are seen, and when no sound came for a second."""
        if not self._blocks or mono_ns - self._heard_ns > SILENT_NS:
            return None
        span_ms = self._end_ms - self._blocks[0][0]
        return self._sounding_ms / span_ms if span_ms >= SPAN_MS else None

    def _drop_oldest(self) -> None:
        self._sounding_ms -= self._blocks.popleft()[1]

    def _place(self, pts_ms: float | None) -> float | None:
        if not self._blocks:
            if pts_ms is not None:
                self._raw_ms = pts_ms
            return pts_ms
        last_ms = self._blocks[-1][0]
        if pts_ms is None:
            step_ms = self._end_ms - last_ms
            self._raw_ms += step_ms
            return last_ms + step_ms
        step_ms = serial_step(pts_ms - self._raw_ms)
        self._raw_ms = pts_ms
        return last_ms + step_ms
