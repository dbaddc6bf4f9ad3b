"""Does the skew grow, how fast, and when will it reach its limit?"""

from __future__ import annotations

from math import sqrt

LEAST_S = 60.0
_LEAST_POINTS = 20
_STEP_MS = 15.0
"""A larger change between two neighbouring medians is a step (somebody moved a delay), not drift;
crystals differ by 20 to 100 ppm, which is 0.2 ms in 2 s."""

_SIGNIFICANT = 6.0
"""Slope over its standard error. High, because it is judged anew every two seconds for hours and
neighbouring medians are not quite independent."""

_RESIDUAL_FLOOR_MS = 0.3
"""The spread of rounding to whole milliseconds; a fit cannot be known better than that."""


class Drift:
    """Least squares over the points of one epoch, kept as running sums."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self._count = 0
        self._first_s = self._last_s = 0.0
        self._first_ms = self._last_ms = 0.0
        self._sum_t = self._sum_y = self._sum_tt = self._sum_ty = self._sum_yy = 0.0

    def add(self, t_s: float, skew_ms: float) -> None:
        if self._count and abs(skew_ms - self._last_ms) > _STEP_MS:
            self._start_over()
        if not self._count:
            self._first_s, self._first_ms = t_s, skew_ms
        self._last_s, self._last_ms = t_s, skew_ms
        # Counting from the first point keeps the sums small, so nothing is lost in subtraction.
        t, y = t_s - self._first_s, skew_ms - self._first_ms
        self._count += 1
        self._sum_t += t
        self._sum_y += y
        self._sum_tt += t * t
        self._sum_ty += t * y
        self._sum_yy += y * y

    def slope_ppm(self) -> float | None:
        """Growth in µs of skew per second; None while it cannot be told from no growth."""
        n = self._count
        if n < _LEAST_POINTS or self._last_s - self._first_s < LEAST_S:
            return None
        spread_t = self._sum_tt - self._sum_t**2 / n
        joint = self._sum_ty - self._sum_t * self._sum_y / n
        slope = joint / spread_t
        left_over = max(0.0, self._sum_yy - self._sum_y**2 / n - slope * joint)
        sigma_ms = max(_RESIDUAL_FLOOR_MS, sqrt(left_over / (n - 2)))
        if abs(slope) < _SIGNIFICANT * sigma_ms / sqrt(spread_t):
            return None
        return slope * 1_000

    def forecast_s(self, skew_ms: float, max_skew_ms: float) -> float | None:
        """Seconds until ±`max_skew_ms` is reached; 0 beyond it, None without a known drift."""
        slope_ppm = self.slope_ppm()
        if slope_ppm is None:
            return None
        if abs(skew_ms) >= max_skew_ms:
            return 0.0
        goal_ms = max_skew_ms if slope_ppm > 0 else -max_skew_ms
        return (goal_ms - skew_ms) / slope_ppm * 1_000
