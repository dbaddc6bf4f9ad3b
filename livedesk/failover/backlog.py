"""Does the backlog of a path rise above what is usual on it?

A path that carries less than it is given delays what it carries at once, long before a rate over a
second can show it; and a scene with few bits delays nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_S

WINDOW_NS: Final = 60 * NS_PER_S
SIGMA_FLOOR_MS: Final = 15.0
"""Frames come 33 ms apart and are looked at each 50 ms: no calm path shows much less."""
REFERENCE: Final = 1.0
"""k of Page's CUSUM, in sigma: tuned to a rise of 2 sigma, 30 ms on a calm path."""
THRESHOLD: Final = 7.8
"""h of Page's CUSUM (Page: Continuous Inspection Schemes, Biometrika 41, 1954).

By Siegmund's approximation (Sequential Analysis, 1985, 10.17), the mean time to a false alarm is
(exp(b) − b − 1) / (2 k²) looks with b = 2 k (h + 1.166), for independent normal noise: with k = 1
and h = 7.8 it is 30 million looks, 400 h at 20 a second.
"""
_LONGEST_SCORE: Final = 5.0
"""One look alone, however late, does not decide."""
_FRESH_LOOKS: Final = 20
_FIRST_SIGMA_MS: Final = 50.0
_LEARNED_LOOKS: Final = 1200
_CYCLE_LOOKS: Final = 60
_HIGH_SHARE: Final = 0.8
_HIGH_SIGMA: Final = 0.8416
"""The 80 % quantile of the normal distribution. A fifth of the time may lie in bursts."""


class LowerEnvelope:
    """The least of 60 s: what the way itself takes. O(1) a look on the mean."""

    def __init__(self) -> None:
        self._least: deque[tuple[int, float]] = deque()

    def above(self, mono_ns: int, value: float) -> float:
        """How far `value`, the newest, is above the least of the window, itself included."""
        least = self._least
        while least and least[-1][1] >= value:
            least.pop()
        least.append((mono_ns, value))
        while least[0][0] < mono_ns - WINDOW_NS:
            least.popleft()
        return value - least[0][1]


class Habit:
    """How far above its envelope is a path when nothing is wrong?

    What comes back to the usual within three seconds, such as the burst of a keyframe or a late
    packet, is how this path is, and is learned. What does not come back is not.
    """

    def __init__(self) -> None:
        self._cycle: list[float] = []
        self._learned: deque[float] = deque(maxlen=_LEARNED_LOOKS)
        self._fresh = 0
        self._is_known = False
        self.centre_ms = 0.0
        self.sigma_ms = _FIRST_SIGMA_MS

    def look(self, lag_ms: float) -> None:
        if len(self._cycle) <= _CYCLE_LOOKS:  # one more than that: too long a cycle to be a habit
            self._cycle.append(lag_ms)
        if lag_ms <= self.centre_ms + self.sigma_ms or not self._is_known:
            if len(self._cycle) <= _CYCLE_LOOKS:
                self._learned.extend(self._cycle)
                self._fresh += len(self._cycle)
            self._cycle.clear()
        if self._fresh >= _FRESH_LOOKS:
            self._fresh = 0
            self._refresh()

    def _refresh(self) -> None:
        self._is_known = True
        ranked = sorted(self._learned)
        self.centre_ms = ranked[len(ranked) // 2]
        spread_ms = ranked[int(_HIGH_SHARE * len(ranked))] - self.centre_ms
        self.sigma_ms = max(SIGMA_FLOOR_MS, spread_ms / _HIGH_SIGMA)


class LagCusum:
    """Page's CUSUM over the lag: the backlog above its envelope, against the habit of the path."""

    def __init__(self) -> None:
        self._envelope = LowerEnvelope()
        self._habit = Habit()
        self._score = 0.0
        self._zero_ns: int | None = None
        self.lag_ms = 0.0

    @property
    def is_rising(self) -> bool:
        return self._score > THRESHOLD

    @property
    def sigma_ms(self) -> float:
        return self._habit.sigma_ms

    @property
    def onset_ns(self) -> int | None:
        """When it was last as usual: the maximum-likelihood estimate of when the rise began.

        (Hinkley: Inference about the Change-point from Cumulative Sum Tests, Biometrika 58, 1971.)
        """
        return self._zero_ns if self._score > 0 else None

    def look(self, mono_ns: int, backlog_ms: float) -> None:
        """No backlog at all says that nothing was sent lately, and not how long the way is."""
        self.lag_ms = self._envelope.above(mono_ns, backlog_ms) if backlog_ms > 0 else 0.0
        above = (self.lag_ms - self._habit.centre_ms) / self._habit.sigma_ms
        score = self._score + min(above, _LONGEST_SCORE) - REFERENCE
        self._score = max(0.0, min(score, 2 * THRESHOLD))
        if self._score == 0 or self._zero_ns is None:
            self._zero_ns = mono_ns
        self._habit.look(self.lag_ms)
