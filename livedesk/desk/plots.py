"""Which points does a plot draw? Series per figure, from live statuses and from history.

A gap is a NaN, and series are never joined across epochs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import StoreStatus
from livedesk.desk.model import STALE_AFTER_S
from livedesk.desk.series import JUST_AFTER_S, LIMIT, Floats, Series
from livedesk.desk.timeline import Timeline
from livedesk.desk.wire import History, HistorySeries

Key = tuple[str, str]
"""Figure name and subject (uplink name, or empty)."""

FEED: Key = ("feed_kbps", "")
SKEW: Key = ("skew_ms", "")
LAG: Key = ("lag_ms", "")
AUDIO_WALL: Key = ("audio_wall_ms", "")
VIDEO_WALL: Key = ("video_wall_ms", "")
_KEPT = frozenset({"feed_kbps", "goodput_kbps", "lag_ms", "skew_ms", "audio_wall_ms",
                   "video_wall_ms"})  # fmt: skip
"""Figures that are drawn or read at the cursor; history brings more."""


def goodput(uplink: str) -> Key:
    return ("goodput_kbps", uplink)


class StorePlots:
    """The series of one store."""

    def __init__(self, limit: int = LIMIT, timeline: Timeline | None = None) -> None:
        self.timeline = timeline or Timeline()
        """What happened, for the same stretches of time."""
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
        starts = (series.first_t for series in self._series.values())
        return min((first for first in starts if first is not None), default=None)

    @property
    def kept_bytes(self) -> int:
        """What the points take, with the room kept for more."""
        return sum(series.kept_bytes for series in self._series.values())

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
