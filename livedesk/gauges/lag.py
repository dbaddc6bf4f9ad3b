"""How late is the newest media against the best this source did in the last minute?

A path that carries less than it is given delays what it carries: arrival minus timestamp rises at
once, long before a rate over one second can show it, and a scene with few bits does not touch it.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.gauges.silence import Silence

WINDOW_MS: Final = 60_000.0
MAX_SLOPE: Final = 200e-6
"""How far the sender's clock may run from ours, ms per ms. Crystals differ by 20 to 100 ppm; what
falls behind faster is no clock, it is held up."""
_SLOT_MS: Final = 1_000.0
_FIRST_MS: Final = 1_000.0
_SILENCE_FLOOR_MS: Final = 200.0

_Point = tuple[float, float]  # ms since the first packet, delay in ms


class Lag:
    """Delay of one track above its lower envelope of 60 s. O(1) for a packet, bounded memory.

    The envelope is the line below all delays of the window that lies closest to them in sum (Moon,
    Skelly, Towsley: Estimation and Removal of Clock Skew from Network Delay Measurements, INFOCOM
    1999), its slope bounded by `MAX_SLOPE`. It is drawn under the least delay of each second.
    """

    def __init__(self, spacing: Silence | None = None) -> None:
        """`spacing`, if somebody else needs it too: it is told of every packet here."""
        self._spacing = spacing or Silence(_SILENCE_FLOOR_MS)
        self.restart()

    def restart(self) -> None:
        """A new epoch: its timestamps cannot be compared with earlier ones."""
        self._origin: tuple[int, float] | None = None
        self._least: deque[_Point] = deque()
        self._slope = 0.0
        self._base_ms = 0.0
        self._newest_ms = 0.0
        self._lag_ms = 0.0
        self._spacing.restart()

    def packet(self, arrival_ns: int, position_ms: float) -> None:
        """Media arrived. Arrivals must not decrease; positions are unwrapped, of one epoch."""
        if self._origin is None:
            self._origin = arrival_ns, position_ms
        first_ns, first_ms = self._origin
        at_ms = (arrival_ns - first_ns) / NS_PER_MS
        delay_ms = at_ms - (position_ms - first_ms)
        self._spacing.message(arrival_ns)
        self._note((at_ms, delay_ms))
        above_ms = delay_ms - self._envelope_ms(at_ms)
        if above_ms < 0:
            self._base_ms += above_ms
        self._newest_ms = at_ms
        self._lag_ms = max(0.0, above_ms)

    def _note(self, point: _Point) -> None:
        """Keeps the least delay of each second; each second the line is drawn anew."""
        least = self._least
        if least and point[0] // _SLOT_MS == least[-1][0] // _SLOT_MS:
            if point[1] < least[-1][1]:
                least[-1] = point
            return
        least.append(point)
        while least[0][0] < point[0] - WINDOW_MS:
            least.popleft()
        self._slope = _slope(list(least))
        self._base_ms = min(delay_ms - self._slope * at_ms for at_ms, delay_ms in least)

    def _envelope_ms(self, at_ms: float) -> float:
        return self._base_ms + self._slope * at_ms

    def read(self, mono_ns: int) -> float | None:
        """In ms, 0 or more; grows while nothing comes. None in the first second of an epoch."""
        if self._origin is None:
            return None
        at_ms = (mono_ns - self._origin[0]) / NS_PER_MS
        if at_ms < _FIRST_MS:
            return None
        waited_ms = at_ms - self._newest_ms
        return self._lag_ms + max(0.0, waited_ms - (self._spacing.usual_ms or 0.0))


def _slope(points: list[_Point]) -> float:
    """Of the lower envelope, within bounds.

    The line below all points with the least sum of distances touches their lower convex hull where
    the mean of their times lies.
    """
    middle_ms = sum(at_ms for at_ms, _ in points) / len(points)
    hull = _lower_hull(points)
    for (before_ms, before), (after_ms, after) in pairwise(hull):
        if before_ms <= middle_ms <= after_ms:
            slope = (after - before) / (after_ms - before_ms)
            return max(-MAX_SLOPE, min(MAX_SLOPE, slope))
    return 0.0


def _lower_hull(points: list[_Point]) -> list[_Point]:
    """Andrew's monotone chain; the points come in order of time, no two at the same."""
    hull: list[_Point] = []
    for point in points:
        while len(hull) > 1 and not _is_left_turn(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def _is_left_turn(a: _Point, b: _Point, c: _Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0
