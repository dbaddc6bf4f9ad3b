"""Does the skew grow, how fast, how sure is that, and when will it reach its limit?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from livedesk.core.status import SkewKind

LEAST_S: Final = 60.0
_LEAST_POINTS: Final = 20
_MOST_POINTS: Final = 1_800
"""An hour of medians: the error is then 0.1 ppm, and a sender that was repaired shows in time."""

_STEP_MS: Final = 15.0
"""A larger change between two neighbouring medians is a step (somebody moved a delay), not drift;
crystals differ by 20 to 100 ppm, which is 0.2 ms in 2 s."""

_SIGNIFICANT: Final = 6.0
"""Slope over its standard error. High, because it is judged anew every two seconds for hours."""

_HALVES_AGREE: Final = 0.5
"""Both halves of a real drift grow at least this share of the whole's slope. A small step has one
half that does not grow."""

_FIXED_PPM: Final = 10.0
"""An offset is called fixed when a drift above this is ruled out: 200 ms in more than 5 hours."""

_RESIDUAL_FLOOR_MS: Final = 0.3
"""The spread of rounding to whole milliseconds; a fit cannot be known better than that."""

_MOST_ALIKE: Final = 0.95
_SURE: Final = 2.0
"""Errors are given as two standard errors: the truth is inside nineteen times in twenty."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through the skew of the last hour. Errors hold 19 times in 20."""

    kind: SkewKind | None
    slope_ppm: float
    """Growth in µs of skew per second."""
    slope_error_ppm: float
    now_ms: float
    """The line at the newest point: steadier than the point itself."""
    now_error_ms: float

    def forecast(self, max_skew_ms: float) -> tuple[float, float] | None:
        """Seconds until ±`max_skew_ms` is reached, and their error; None when nothing drifts."""
        if self.kind != "drifting":
            return None
        goal_ms = max_skew_ms if self.slope_ppm > 0 else -max_skew_ms
        left_s = (goal_ms - self.now_ms) / self.slope_ppm * 1_000
        if left_s <= 0:
            return 0.0, 0.0
        error_ms = hypot(left_s * self.slope_error_ppm / 1_000, self.now_error_ms)
        return left_s, error_ms / abs(self.slope_ppm) * 1_000


class Drift:
    """Least squares over the medians of one epoch. A step begins the line anew."""

    def __init__(self) -> None:
        self._times_s: deque[float] = deque(maxlen=_MOST_POINTS)
        self._skews_ms: deque[float] = deque(maxlen=_MOST_POINTS)
        self._last_change_ms = 0.0
        self._trend: Trend | None = None

    @property
    def trend(self) -> Trend | None:
        """None until a minute is seen."""
        return self._trend

    @property
    def kind(self) -> SkewKind | None:
        """None until a minute is seen, also after a step: what comes after it may grow."""
        return None if self._trend is None else self._trend.kind

    def add(self, t_s: float, skew_ms: float) -> None:
        if self._skews_ms:
            self._look_for_step(skew_ms - self._skews_ms[-1])
        self._times_s.append(t_s)
        self._skews_ms.append(skew_ms)
        is_enough = len(self._times_s) >= _LEAST_POINTS and t_s - self._times_s[0] >= LEAST_S
        self._trend = self._fitted() if is_enough else None

    def _fitted(self) -> Trend:
        count = len(self._times_s)
        times_s = np.fromiter(self._times_s, np.float64, count)
        return _trend(times_s - times_s[0], np.fromiter(self._skews_ms, np.float64, count))

    def _look_for_step(self, change_ms: float) -> None:
        """A change like the one before is no step but a fast drift: an encoder that rounds each
        audio frame down to whole milliseconds loses 15 ms a second."""
        before_ms, self._last_change_ms = self._last_change_ms, change_ms
        if abs(change_ms) > _STEP_MS and abs(change_ms - before_ms) > _STEP_MS:
            self._times_s.clear()
            self._skews_ms.clear()


def _trend(t: Floats, y: Floats) -> Trend:
    count, middle_s, middle_ms = len(t), float(t.mean()), float(y.mean())
    slope = _slope(t, y)
    left_over = y - middle_ms - slope * (t - middle_s)
    variance = max(_RESIDUAL_FLOOR_MS**2, float(left_over @ left_over) / (count - 2))
    variance *= _inflation(left_over)
    spread = float(np.sum((t - middle_s) ** 2))
    ahead_s = float(t[-1]) - middle_s
    slope_error = _SURE * sqrt(variance / spread)
    return Trend(
        kind=_kind(t, y, slope, slope_error),
        slope_ppm=slope * 1_000,
        slope_error_ppm=slope_error * 1_000,
        now_ms=middle_ms + slope * ahead_s,
        now_error_ms=_SURE * sqrt(variance * (1 / count + ahead_s**2 / spread)),
    )


def _kind(t: Floats, y: Floats, slope: float, slope_error: float) -> SkewKind | None:
    if abs(slope) * _SURE > _SIGNIFICANT * slope_error:
        half = len(t) // 2
        halves = _slope(t[:half], y[:half]), _slope(t[half:], y[half:])
        return "drifting" if min(part / slope for part in halves) > _HALVES_AGREE else "fixed"
    return "fixed" if (abs(slope) + slope_error) * 1_000 <= _FIXED_PPM else None


def _slope(t: Floats, y: Floats) -> float:
    from_middle = t - t.mean()
    return float(from_middle @ y / (from_middle @ from_middle))


def _inflation(left_over: Floats) -> float:
    """Neighbours that are alike tell less: the variance of a fit to first-order autoregressive
    noise grows by (1 + ρ) / (1 − ρ) (Santer et al., J. Geophys. Res. 105, 2000)."""
    power = float(left_over @ left_over)
    alike = float(left_over[1:] @ left_over[:-1]) / power if power > 0 else 0.0
    alike = min(max(alike, 0.0), _MOST_ALIKE)
    return (1 + alike) / (1 - alike)
