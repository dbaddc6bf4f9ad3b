"""How is one line of a plot kept for four hours, so that it is small and quick to outline?

Points stand in growing time; a gap is a NaN. A point is eight bytes: milliseconds since the first
one, and the value with seven digits. Beside the points stand blocks: lowest, highest and "has a
gap" of so many points each. What a plot of hours draws is put together from blocks alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Values = NDArray[np.float32]

LIMIT = 150_000
"""Points kept a series: a little more than four hours at ten a second, 1.3 MB."""

MOST_SPAN_S = 2_000_000.0
"""As far as milliseconds in 32 bits reach, or 23 days."""

REBASED_MS = 1_000_000_000
"""The oldest point so far from the first one ever becomes what the others are counted from."""

MOST_VALUE = 1e9
"""Beyond it nothing of ours can be: such a value is none, and no axis is scaled to it."""

MS_PER_S = 1_000
JUST_AFTER_S = 1 / MS_PER_S
BLOCK = 16
_SLACK = 16
"""One part in so many of the storage is room, so that the oldest are dropped many at a time."""

_FIRST_ROOM = 256


@dataclass(frozen=True, slots=True)
class Extent:
    """Lowest and highest value of what one pixel column stands for."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Blocks:
    """Of each BLOCK points, from the first one stored on; the last block may be short."""

    low: Values
    high: Values
    broken: NDArray[np.bool_]


class Series:
    """The newest `limit` points of one figure."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._base_s = 0.0
        self._ms = np.empty(_FIRST_ROOM, np.int32)
        self._values = np.empty(_FIRST_ROOM, np.float32)
        self._begin = 0
        self._end = 0
        self._made = _no_blocks()
        self.version = 0
        """Grows with every change."""

    def __len__(self) -> int:
        return self._end - self._begin

    @property
    def t(self) -> Floats:
        """Unix seconds."""
        return self._seconds(self._begin, self._end)

    @property
    def values(self) -> Values:
        return self._values[self._begin : self._end]

    @property
    def first_t(self) -> float | None:
        return self._second(self._begin) if len(self) else None

    @property
    def last_t(self) -> float | None:
        return self._second(self._end - 1) if len(self) else None

    @property
    def kept_bytes(self) -> int:
        """What the storage takes."""
        return self._ms.nbytes + self._values.nbytes

    def append(self, t: float, value: float) -> None:
        if self._end == 0 or abs(t - self._base_s) > MOST_SPAN_S:
            # A clock that leaps by weeks leaves nothing that could stand in one picture.
            self._base_s, self._begin, self._end, self._made = t, 0, 0, _no_blocks()
        if self._end == len(self._ms):
            self._make_room()
        self._ms[self._end] = round((t - self._base_s) * MS_PER_S)
        self._values[self._end] = value if abs(value) <= MOST_VALUE else np.nan
        self._end += 1
        self._begin = max(self._begin, self._end - self._limit)
        self.version += 1

    def break_line(self) -> None:
        """Mark that what follows does not continue what came before."""
        last_t = self.last_t
        if last_t is not None and not np.isnan(self._values[self._end - 1]):
            self.append(last_t + JUST_AFTER_S, np.nan)

    def replace(self, begin_t: float, end_t: float, t: Floats, values: Floats) -> None:
        """Put these points in place of all between the two instants."""
        before, after = (self._place(instant) - self._begin for instant in (begin_t, end_t))
        old_t, old_values = self.t, self.values
        new_t = np.concatenate([old_t[:before], t, old_t[after:]])
        new_values = np.concatenate([old_values[:before], values, old_values[after:]])
        near = new_t > new_t[-1:] - MOST_SPAN_S
        new_t, new_values = (kept[near][-self._limit :] for kept in (new_t, new_values))
        self._base_s = float(new_t[0]) if len(new_t) else 0.0
        room = max(_FIRST_ROOM, len(new_t) + len(new_t) // _SLACK)
        self._ms, self._values = np.empty(room, np.int32), np.empty(room, np.float32)
        self._begin, self._end = 0, len(new_t)
        self._ms[: self._end] = np.rint((new_t - self._base_s) * MS_PER_S)
        is_one = np.abs(new_values) <= MOST_VALUE
        self._values[: self._end] = np.where(is_one, new_values, np.nan)
        self._made = _no_blocks()
        self.version += 1

    def window(self, begin_t: float, end_t: float) -> tuple[Floats, Values]:
        """Points between two instants, and one more on either side for lines to reach the edge."""
        first = max(self._begin, self._place(begin_t) - 1)
        last = min(self._end, self._place(end_t) + 1)
        return self._seconds(first, last), self._values[first:last]

    def outline(self, begin_t: float, end_t: float, width_px: float) -> tuple[Floats, Values]:
        """The window with no more points than its picture shows: per group lowest and highest.

        At most one group a pixel and three points a group, one more group at either edge. Groups
        are whole powers of two and begin at fixed places, so that a line that moves keeps its
        shape. A group with a gap in it ends in one.
        """
        first, last = self._place(begin_t), self._place(end_t)
        size = 1
        while (last - first) / size > width_px:
            size *= 2
        if size == 1:
            return self.window(begin_t, end_t)
        first = max(self._begin, first - size)
        first -= first % size
        last = min(self._end, last + 1)
        starts = np.arange(first, last, size)
        low, high, broken = self._groups(first, last, size)
        lines = np.stack([low, high, np.where(broken, np.float32(np.nan), high)], 1)
        t = self._base_s + self._ms[np.maximum(starts, self._begin)] / MS_PER_S
        return np.repeat(t, 3), lines.ravel()

    def extent(self, begin_t: float, end_t: float) -> Extent | None:
        """Lowest and highest of all between two instants; None where nothing is known."""
        first = max(self._begin, self._place(begin_t) - 1)
        last = min(self._end, self._place(end_t) + 1)
        whole = slice(-(-first // BLOCK), last // BLOCK)
        if whole.start < whole.stop:
            blocks = self._blocks(whole.stop * BLOCK)
            known = np.concatenate([
                self._values[first : whole.start * BLOCK], blocks.low[whole],
                blocks.high[whole], self._values[whole.stop * BLOCK : last],
            ])  # fmt: skip
        else:
            known = self._values[first:last]
        known = known[~np.isnan(known)]
        return Extent(float(known.min()), float(known.max())) if len(known) else None

    def at(self, t: float, width_s: float) -> Extent | None:
        """What the line shows in a column of this width around `t`; None in a gap.

        A column without a point of its own shows the nearest one, if a line leads there.
        """
        first, last = self._place(t - width_s / 2), self._place(t + width_s / 2)
        inside = self._values[first:last]
        known = inside[~np.isnan(inside)]
        if len(known):
            return Extent(float(known.min()), float(known.max()))
        if len(inside):
            return None
        value = self._nearest(t, first)
        return None if value is None else Extent(value, value)

    def _nearest(self, t: float, right: int) -> float | None:
        """Of the two points around `t`; None where no line joins them."""
        if not self._begin < right < self._end:
            return None
        if np.isnan(self._values[right - 1 : right + 1]).any():
            return None
        nearer = right if self._second(right) - t < t - self._second(right - 1) else right - 1
        return float(self._values[nearer])

    def _place(self, t: float) -> int:
        """Where in the storage the first point stands that is not before `t`."""
        ms = np.ceil((t - self._base_s) * MS_PER_S - 1e-3)
        limits = np.iinfo(np.int32)
        wanted = np.int32(min(limits.max, max(limits.min, ms)))
        return self._begin + int(self._ms[self._begin : self._end].searchsorted(wanted))

    def _seconds(self, first: int, last: int) -> Floats:
        return self._base_s + self._ms[first:last] / MS_PER_S

    def _second(self, place: int) -> float:
        return self._base_s + float(self._ms[place]) / MS_PER_S

    def _groups(self, first: int, last: int, size: int) -> tuple[Values, Values, NDArray[np.bool_]]:
        """Lowest, highest and "has a gap" of each `size` points, of points or of blocks."""
        if size < BLOCK:
            values = self._values[first:last]
            found = Blocks(values, values, np.isnan(values))
        else:
            blocks, per = self._blocks(last), BLOCK
            part = slice(first // per, -(-last // per))
            found = Blocks(blocks.low[part], blocks.high[part], blocks.broken[part])
            size //= per
        starts = np.arange(0, len(found.low), size)
        return (
            np.fmin.reduceat(found.low, starts),
            np.fmax.reduceat(found.high, starts),
            np.logical_or.reduceat(found.broken, starts),
        )

    def _blocks(self, last: int) -> Blocks:
        """All blocks up to a place. Whole ones are made once, when somebody first looks."""
        made = len(self._made.low)
        whole = self._end // BLOCK
        if whole > made:
            self._made = _joined(self._made, self._reduced(made * BLOCK, whole * BLOCK))
        if last <= whole * BLOCK:
            return self._made
        return _joined(self._made, self._reduced(whole * BLOCK, self._end))

    def _reduced(self, first: int, last: int) -> Blocks:
        values = self._values[first:last]
        starts = np.arange(0, last - first, BLOCK)
        return Blocks(
            np.fmin.reduceat(values, starts),
            np.fmax.reduceat(values, starts),
            np.logical_or.reduceat(np.isnan(values), starts),
        )

    def _make_room(self) -> None:
        """Grow by half up to what is kept and some slack; then drop the oldest."""
        most = self._limit + max(BLOCK, self._limit // _SLACK)
        room = min(most, max(_FIRST_ROOM, len(self) + len(self) // 2))
        ms, values = np.empty(room, np.int32), np.empty(room, np.float32)
        # What is dropped is a multiple of a power of two, so that groups stay where they were.
        kept = slice(self._begin - self._begin % self._step(), self._end)
        count = kept.stop - kept.start
        ms[:count], values[:count] = self._ms[kept], self._values[kept]
        self._begin, self._end = self._begin - kept.start, count
        if ms[0] > REBASED_MS:
            self._base_s += float(ms[0]) / MS_PER_S
            ms[:count] -= ms[0]
        self._ms, self._values = ms, values
        self._made = _no_blocks()

    def _step(self) -> int:
        """The largest power of two within the slack."""
        return 1 << (max(BLOCK, self._limit // _SLACK).bit_length() - 1)


def _no_blocks() -> Blocks:
    return Blocks(np.empty(0, np.float32), np.empty(0, np.float32), np.empty(0, np.bool_))


def _joined(first: Blocks, more: Blocks) -> Blocks:
    return Blocks(
        np.concatenate([first.low, more.low]),
        np.concatenate([first.high, more.high]),
        np.concatenate([first.broken, more.broken]),
    )
