"""How does each track's clock run against ours?

The growth of a track's timestamps minus the growth of their arrival, since the epoch began. A
packet that is held up on its way arrives late and never early, so the offset is read at the lower
envelope of "arrival minus timestamp" (Moon, Skelly, Towsley: Estimation and removal of clock skew
from network delay measurements, INFOCOM 1999): jitter, a stall and the burst at joining lie above
it. The two tracks' difference grows as the skew does.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.facts import Track

_STEP_NS: Final = NS_PER_S
_STEPS: Final = 10
"""Seconds with media that the envelope spans. Silence does not count, so after a stall the best
from before it still holds while the late packets come."""


class _TrackClock:
    """The envelope of one track's "arrival minus timestamp", in ms."""

    def __init__(self) -> None:
        self._lowest_ms: deque[float] = deque(maxlen=_STEPS)  # one a second with media
        self._step_from_ns: int | None = None
        self._first_ms: float | None = None

    def packet(self, arrival_ns: int, position_ms: float) -> None:
        late_ms = arrival_ns / NS_PER_MS - position_ms
        if self._step_from_ns is None or arrival_ns - self._step_from_ns >= _STEP_NS:
            if self._first_ms is None and len(self._lowest_ms) == _STEPS:
                self._first_ms = min(self._lowest_ms)
            self._step_from_ns = arrival_ns
            self._lowest_ms.append(late_ms)
        elif late_ms < self._lowest_ms[-1]:
            self._lowest_ms[-1] = late_ms

    def growth_ms(self) -> float | None:
        """Positive: the track's clock runs faster than ours. None in the first ten seconds."""
        return None if self._first_ms is None else self._first_ms - min(self._lowest_ms)


class ClockMeter:
    """Both tracks of one epoch."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new epoch: growth is counted from here."""
        self._tracks: dict[Track, _TrackClock] = {"audio": _TrackClock(), "video": _TrackClock()}

    def packet(self, track: Track, arrival_ns: int, position_ms: float) -> None:
        """`position_ms` is the DTS on the epoch's timeline."""
        self._tracks[track].packet(arrival_ns, position_ms)

    def growth_ms(self, track: Track) -> float | None:
        return self._tracks[track].growth_ms()
