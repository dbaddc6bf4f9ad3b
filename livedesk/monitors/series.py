"""What was a figure over the last hours? A bounded series that answers for any span quickly.

Three levels (as measured, 1 s, 10 s) keep minimum, mean and maximum, so a plot of four hours shows
every dip without touching every point. Epochs are never merged; a gap is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isnan, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KEEP_S: Final = 4 * 3600.0
RATE_HZ: Final = 4.0
_STEPS_S: Final = (1.0, 10.0)
_NO_EPOCH: Final = -1
_ROUNDING: Final = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class Span:
    """Buckets in order of time. `epoch` is -1, and the figures NaN, where nothing was measured."""

    t_s: Floats
    min: Floats
    mean: Floats
    max: Floats
    epoch: NDArray[np.int32]


class Series:
    """One figure of one subject. Times are seconds of any one clock and must not decrease."""

    def __init__(self, keep_s: float = KEEP_S, rate_hz: float = RATE_HZ) -> None:
        self._raw = _Level(1 / rate_hz, keep_s)
        self._coarse = tuple(_Level(step_s, keep_s) for step_s in _STEPS_S)
        self._last_s = -np.inf

    def add(self, t_s: float, value: float | None, epoch: int = 0) -> None:
        """None is a measured gap: the instant is known, the value is not."""
        if t_s < self._last_s:
            return
        self._last_s = t_s
        number = nan if value is None else value
        self._raw.append(t_s, number, epoch)
        for level in self._coarse:
            level.fold(floor(t_s / level.step_s) * level.step_s, number, epoch)

    def query(self, from_s: float, to_s: float, points: int) -> Span:
        """At most `points` buckets between the two times, each of one epoch.

        Zoomed in, entries come as they were measured, with a NaN where some are missing or the
        epoch changes. Zoomed out, buckets lie on a fixed grid, so a window that moves on does not
        flicker; a bucket in which the epoch changes shows the later one.
        """
        if points < 2 or not to_s > from_s:
            return _EMPTY
        raw = self._raw.between(from_s, to_s)
        if len(raw.t_s) <= points:
            broken = _with_breaks(raw, 4 * self._raw.step_s)
            if len(broken.t_s) <= points:
                return broken
        width_s = max((to_s - from_s) / (points - 1) * _ROUNDING, 2 * self._raw.step_s)
        level = self._raw
        for coarser in self._coarse:
            if width_s >= 2 * coarser.step_s:
                level = coarser
        return _on_grid(level.between(from_s, to_s), width_s)


class _Level:
    """Columns of one resolution. The live rows are contiguous: rows are appended behind them and,
    when the room is used up, moved to the front; with a quarter of spare room that is rare."""

    def __init__(self, step_s: float, keep_s: float) -> None:
        self.step_s = step_s
        self._keep = max(2, round(keep_s / step_s))
        room = self._keep + max(16, self._keep // 4)
        self._t_s = np.zeros(room)
        self._values = np.zeros((4, room))  # count, minimum, sum, maximum
        self._epoch = np.zeros(room, np.int32)
        self._start = self._end = 0

    def append(self, t_s: float, value: float, epoch: int) -> None:
        if self._end == len(self._t_s):
            self._move_to_front()
        row = self._end
        self._t_s[row], self._epoch[row] = t_s, epoch
        self._values[:, row] = (0, nan, 0, nan) if isnan(value) else (1, value, value, value)
        self._end += 1
        self._start = max(self._start, self._end - self._keep)

    def fold(self, t_s: float, value: float, epoch: int) -> None:
        """Add to the newest row if it is of the same time and epoch, else begin a row."""
        row = self._end - 1
        if row < self._start or self._t_s[row] != t_s or self._epoch[row] != epoch:
            self.append(t_s, value, epoch)
        elif not isnan(value):
            count, low, total, high = self._values[:, row]
            self._values[:, row] = (
                count + 1,
                np.fmin(low, value),
                total + value,
                np.fmax(high, value),
            )

    def between(self, from_s: float, to_s: float) -> _Rows:
        t_s = self._t_s[self._start : self._end]
        first = self._start + int(np.searchsorted(t_s, from_s, side="left"))
        last = self._start + int(np.searchsorted(t_s, to_s, side="right"))
        rows = slice(first, last)
        return _Rows(self._t_s[rows], self._values[:, rows], self._epoch[rows])

    def _move_to_front(self) -> None:
        rows = self._end - self._start
        for column in (self._t_s, self._epoch, *self._values):
            column[:rows] = column[self._start : self._end].copy()
        self._start, self._end = 0, rows


@dataclass(frozen=True, slots=True)
class _Rows:
    t_s: Floats
    values: Floats
    epoch: NDArray[np.int32]


def _span(t_s: Floats, values: Floats, epoch: NDArray[np.int32]) -> Span:
    count, low, total, high = values
    mean = np.divide(total, count, out=np.full(len(count), nan), where=count > 0)
    return Span(t_s, low.copy(), mean, high.copy(), np.where(count > 0, epoch, _NO_EPOCH))


def _with_breaks(rows: _Rows, gap_s: float) -> Span:
    """A NaN half-way wherever neighbours are too far apart or of different epochs."""
    apart = (np.diff(rows.t_s) > gap_s) | (np.diff(rows.epoch) != 0)
    where = np.flatnonzero(apart) + 1
    middles = (rows.t_s[where] + rows.t_s[where - 1]) / 2
    gap = np.array([[0.0], [nan], [0.0], [nan]])
    return _span(
        np.insert(rows.t_s, where, middles),
        np.insert(rows.values, where, gap, axis=1),
        np.insert(rows.epoch, where, _NO_EPOCH),
    )


def _on_grid(rows: _Rows, width_s: float) -> Span:
    if not len(rows.t_s):
        return _EMPTY
    bucket = np.floor(rows.t_s / width_s).astype(np.int64)
    bucket -= bucket[0]
    is_last = np.append(np.diff(bucket) != 0, True)
    newest = np.zeros(bucket[-1] + 1, np.int32)
    newest[bucket[is_last]] = rows.epoch[is_last]
    counts = (rows.epoch == newest[bucket]) & (rows.values[0] > 0)
    into, (count, low, total, high) = bucket[counts], rows.values[:, counts]
    size = len(newest)
    out = np.zeros((4, size))
    out[1], out[3] = np.inf, -np.inf
    np.add.at(out[0], into, count)
    np.minimum.at(out[1], into, low)
    np.add.at(out[2], into, total)
    np.maximum.at(out[3], into, high)
    out[1:, out[0] == 0] = nan
    first = np.floor(rows.t_s[0] / width_s)
    return _span((first + np.arange(size)) * width_s, out, newest)


_EMPTY: Final = Span(np.empty(0), np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int32))
