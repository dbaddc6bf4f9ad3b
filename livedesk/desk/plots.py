"""Which points does a plot draw? Series per figure, from live statuses and from history.

A gap is a NaN, and series are never joined across epochs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import StoreStatus
from livedesk.desk.model import STALE_AFTER_S
from livedesk.desk.wire import History, HistorySeries

Floats = NDArray[np.float64]
Key = tuple[str, str]
"""Figure name and subject (uplink name, or empty)."""

FEED: Key = ("feed_kbps", "")
SKEW: Key = ("skew_ms", "")
LAG: Key = ("lag_ms", "")
AUDIO_WALL: Key = ("audio_wall_ms", "")
VIDEO_WALL: Key = ("video_wall_ms", "")
LIMIT = 80_000
"""Points kept a series: five hours and a half at four a second, 1.3 MB."""

JUST_AFTER_S = 1e-3

_KEPT = frozenset({"feed_kbps", "goodput_kbps", "lag_ms", "skew_ms", "audio_wall_ms",
                   "video_wall_ms"})  # fmt: skip
"""Figures that are drawn or read at the cursor; history brings more."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Lowest and highest value of what one pixel column stands for."""

    low: float
    high: float


def goodput(uplink: str) -> Key:
    return ("goodput_kbps", uplink)


class Series:
    """Points in growing time, the newest LIMIT of them, readable without a copy.

    Storage is twice what is kept, so that dropping the oldest is one move every LIMIT points.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._data = np.empty((2, 256))
        self._begin = 0
        self._end = 0
        self.version = 0
        """Grows with every change."""

    def __len__(self) -> int:
        return self._end - self._begin

    @property
    def t(self) -> Floats:
        return self._data[0, self._begin : self._end]

    @property
    def values(self) -> Floats:
        return self._data[1, self._begin : self._end]

    @property
    def last_t(self) -> float | None:
        return float(self._data[0, self._end - 1]) if len(self) else None

    def append(self, t: float, value: float) -> None:
        if self._end == self._data.shape[1]:
            self._make_room()
        self._data[:, self._end] = t, value
        self._end += 1
        self._begin = max(self._begin, self._end - self._limit)
        self.version += 1

    def break_line(self) -> None:
        """Mark that what follows does not continue what came before."""
        if len(self) and not np.isnan(self._data[1, self._end - 1]):
            self.append(float(self._data[0, self._end - 1]) + JUST_AFTER_S, np.nan)

    def replace(self, begin_t: float, end_t: float, t: Floats, values: Floats) -> None:
        """Put these points in place of all between the two instants."""
        before, after = np.searchsorted(self.t, [begin_t, end_t])
        old_t, old_values = self.t, self.values
        new_t = np.concatenate([old_t[:before], t, old_t[after:]])[-self._limit :]
        new_values = np.concatenate([old_values[:before], values, old_values[after:]])
        self._data = np.empty((2, max(256, len(new_t) + len(new_t) // 4)))
        self._begin, self._end = 0, len(new_t)
        self._data[0, : self._end] = new_t
        self._data[1, : self._end] = new_values
        self.version += 1

    def window(self, begin_t: float, end_t: float) -> tuple[Floats, Floats]:
        """Points between two instants, and one more on either side for lines to reach the edge."""
        first, last = np.searchsorted(self.t, [begin_t, end_t])
        part = slice(max(0, int(first) - 1), int(last) + 1)
        return self.t[part], self.values[part]

    def outline(self, begin_t: float, end_t: float, width_px: float) -> tuple[Floats, Floats]:
        """The window with no more points than its picture shows: per group lowest and highest.

        Groups are whole powers of two and begin at fixed places, so that a line that moves keeps
        its shape. A group with a gap in it ends in one.
        """
        first, last = (int(n) for n in np.searchsorted(self.t, [begin_t, end_t]))
        size = 1
        while (last - first) / size > width_px:
            size *= 2
        if size == 1:
            return self.window(begin_t, end_t)
        first = max(0, first - size - first % size)
        t, values = self.t[first : last + 1], self.values[first : last + 1]
        starts = np.arange(0, len(t), size)
        low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
        broken = np.logical_or.reduceat(np.isnan(values), starts)
        lines = np.stack([low, high, np.where(broken, np.nan, high)], 1)
        return np.repeat(t[starts], 3), lines.ravel()

    def at(self, t: float, width_s: float) -> Extent | None:
        """What the line shows in a column of this width around `t`; None in a gap.

        A column without a point of its own shows the nearest one, if a line leads there.
        """
        first, last = np.searchsorted(self.t, [t - width_s / 2, t + width_s / 2])
        inside = self.values[first:last]
        known = inside[~np.isnan(inside)]
        if len(known):
            return Extent(float(known.min()), float(known.max()))
        if len(inside):
            return None
        value = self._nearest(t, int(first))
        return None if value is None else Extent(value, value)

    def _nearest(self, t: float, right: int) -> float | None:
        """Of the two points around `t`; None where no line joins them."""
        if not 0 < right < len(self) or np.isnan(self.values[right - 1 : right + 1]).any():
            return None
        nearer = right if self.t[right] - t < t - self.t[right - 1] else right - 1
        return float(self.values[nearer])

    def _make_room(self) -> None:
        kept = self._data[:, self._begin : self._end]
        wanted = min(2 * self._limit, max(256, 2 * kept.shape[1]))
        moved = np.empty((2, wanted))
        moved[:, : kept.shape[1]] = kept
        self._data = moved
        self._begin, self._end = 0, kept.shape[1]


class StorePlots:
    """The series of one store."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._series: dict[Key, Series] = {}
        self._epoch: int | None = None
        self._shift_s = 0.0
        self._last_t: float | None = None

    def __getitem__(self, key: Key) -> Series:
        if key not in self._series:
            self._series[key] = Series(self._limit)
        return self._series[key]

    @property
    def uplinks(self) -> tuple[str, ...]:
        """Names of the uplinks that have a series."""
        return tuple(subject for figure, subject in self._series if figure == "goodput_kbps")

    @property
    def last_t(self) -> float | None:
        """Unix seconds of the newest status."""
        return self._last_t

    @property
    def first_t(self) -> float | None:
        starts = [float(series.t[0]) for series in self._series.values() if len(series)]
        return min(starts, default=None)

    def add(self, status: StoreStatus) -> bool:
        """Append a live status to every series; returns whether news is missing before it."""
        t = self._place(status.utc_ns / NS_PER_S)
        if self._last_t is not None and t <= self._last_t:
            return False
        gap = self._last_t is not None and t - self._last_t >= STALE_AFTER_S
        if gap or status.feed.epoch != self._epoch:
            for series in self._series.values():
                series.break_line()
        self._epoch, self._last_t = status.feed.epoch, t
        for key, value in _figures(status):
            self[key].append(t, np.nan if value is None else value)
        return gap

    def fill(self, history: History) -> None:
        """Replace what is known of the past with what the journal holds; newer points stay."""
        for past in history.series:
            if past.figure not in _KEPT:
                continue
            t, values = _points(past)
            if len(t):
                series = self[past.figure, past.subject or ""]
                series.replace(float(t[0]), float(t[-1]) + JUST_AFTER_S, t, values)

    def _place(self, t: float) -> float:
        """Keep time growing when the engine's wall clock is set back by more than a hiccup."""
        if self._last_t is not None and t + self._shift_s <= self._last_t - STALE_AFTER_S:
            self._shift_s = self._last_t - t + JUST_AFTER_S
        return t + self._shift_s


def _figures(status: StoreStatus) -> Iterator[tuple[Key, float | None]]:
    yield FEED, status.feed.kbps
    yield LAG, status.feed.lag_ms
    yield SKEW, status.sync.skew_ms
    yield AUDIO_WALL, status.sync.audio_wall_ms
    yield VIDEO_WALL, status.sync.video_wall_ms
    for uplink in status.uplinks:
        # A path that is not asked to carry anything does not carry nothing.
        idle = uplink.state == "standby"
        yield goodput(uplink.name), None if idle else uplink.goodput_kbps


def _points(past: HistorySeries) -> tuple[Floats, Floats]:
    """The line through a history series: its means, or both extremes where a point spans more.

    A point that stands for many seconds would hide a short dip if only its mean were drawn.
    """
    t = np.asarray(past.t, dtype=np.float64)
    low, mean, high = (_floats(column) for column in (past.min, past.mean, past.max))
    if len(t) > 1 and np.median(np.diff(t)) >= 2:
        half_s = float(np.median(np.diff(t))) / 2
        epoch = np.repeat(_floats(past.epoch), 2)
        t, mean = np.stack([t, t + half_s], 1).ravel(), np.stack([low, high], 1).ravel()
    else:
        epoch = _floats(past.epoch)
    return _break_at(t, mean, epoch)


def _break_at(t: Floats, values: Floats, epoch: Floats) -> tuple[Floats, Floats]:
    """Insert a NaN wherever the epoch changes or rows are missing."""
    if len(t) < 2:
        return t, values
    steps = np.diff(t)
    known = ~np.isnan(epoch)
    other_epoch = (np.diff(epoch) != 0) & known[1:] & known[:-1]
    cuts = np.flatnonzero(other_epoch | (steps > 2.5 * np.median(steps))) + 1
    return np.insert(t, cuts, t[cuts - 1] + JUST_AFTER_S), np.insert(values, cuts, np.nan)


def _floats(column: Sequence[float | int | None]) -> Floats:
    return np.array(column, dtype=np.float64)
