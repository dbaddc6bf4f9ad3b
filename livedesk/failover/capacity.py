"""What does a path carry when it is full?

While bytes wait all the time, the rate of acknowledgements is the capacity, whatever the feed
gives: a keyframe on a good path shows a high one, and a scene with few bits shows none.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Final

from livedesk.core.clock import NS_PER_MS

SHORTEST_MS: Final = 150.0
"""Three looks."""
SILENCE_SHARE: Final = 2 / 3
"""Of the silence limit, which is at least 1.5 × the longest usual pause, so this is one such pause:
a shorter window says nothing."""
_KEPT: Final = 64
_NEW_MS: Final = 500.0

_Count = tuple[int, int, float]  # ns, media bytes acknowledged, lag in ms


class Capacity:
    """Measures one busy period after the other, from an acknowledgement to an acknowledgement."""

    def __init__(self) -> None:
        self._counts: deque[_Count] = deque(maxlen=_KEPT)
        self._acked: int | None = None
        self.read_ns = 0
        self._kbps: float | None = None
        self._most_kbps: float | None = None
        self.busy_ms = 0.0
        self.grown_ms = 0.0
        """By so much the lag grew in the `busy_ms` that were measured."""

    def look(
        self,
        mono_ns: int,
        acked: int,
        is_full: bool,
        silence_limit_ms: float,
        lag_ms: float = 0.0,
    ) -> None:
        """`is_full`: bytes wait. Polls that bring no acknowledgement end no window."""
        has_progress = self._acked is not None and acked > self._acked
        self._acked = acked
        if not is_full:
            self._counts.clear()
            return
        if has_progress:
            self._counts.append((mono_ns, acked, lag_ms))
            self._measure(max(SHORTEST_MS, SILENCE_SHARE * silence_limit_ms))

    def _measure(self, window_ms: float) -> None:
        counts = list(self._counts)
        end_ns, end_acked, end_lag_ms = counts[-1]
        # A timer that fires a little early must not cost a whole look.
        latest_ns = end_ns - (window_ms - 5) * NS_PER_MS
        start = max((at for at, count in enumerate(counts) if count[0] <= latest_ns), default=None)
        if start is None:
            return
        busy_ms = (end_ns - counts[start][0]) / NS_PER_MS
        acked = end_acked - counts[start][1]
        steps = [later[1] - before[1] for before, later in pairwise(counts[start:])]
        self._kbps = acked * 8 / busy_ms
        self._most_kbps = (acked + max(steps) - acked / len(steps)) * 8 / busy_ms
        self.read_ns = end_ns
        self.busy_ms, self.grown_ms = busy_ms, end_lag_ms - counts[start][2]

    def kbps(self, mono_ns: int) -> float | None:
        """None while the path carries all there is."""
        return self._kbps if self._is_new(mono_ns) else None

    def most_kbps(self, mono_ns: int) -> float | None:
        """What it may be at most: where acknowledgements come in lumps, one may be outstanding."""
        return self._most_kbps if self._is_new(mono_ns) else None

    def _is_new(self, mono_ns: int) -> bool:
        return bool(self._counts) and mono_ns - self.read_ns <= _NEW_MS * NS_PER_MS
