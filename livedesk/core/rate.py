"""How many media bits came through in the last second, by the clock and not by the next packet?"""

from __future__ import annotations

from collections import deque

from livedesk.core.clock import NS_PER_MS

_SLOTS = 1_000
"""Entries closer together than a thousandth of the window share one slot, so memory is bounded
whatever the packet rate, and an entry leaves the window at most that much early."""


class SlidingRate:
    """Payload bits of the last `window_ms`, as kbps; it falls by itself while nothing arrives.

    Times are readings of one monotonic clock and must not decrease.
    """

    __slots__ = ("_first_ns", "_slot_ns", "_slots", "_sum_bytes", "_window_ms", "_window_ns")

    def __init__(self, window_ms: int = 1000) -> None:
        if window_ms < 1:
            raise ValueError(f"a rate needs a window of at least 1 ms, got {window_ms}")
        self._window_ms = window_ms
        self._window_ns = window_ms * NS_PER_MS
        self._slot_ns = self._window_ns // _SLOTS
        self._slots: deque[list[int]] = deque()  # [time of the first entry, bytes]
        self._sum_bytes = 0
        self._first_ns: int | None = None

    def add(self, mono_ns: int, payload_bytes: int) -> None:
        slots = self._slots
        self._sum_bytes += payload_bytes
        if slots and mono_ns - slots[-1][0] < self._slot_ns:
            slots[-1][1] += payload_bytes
            return
        slots.append([mono_ns, payload_bytes])
        if self._first_ns is None:
            self._first_ns = mono_ns
        self._expire(mono_ns)

    def kbps(self, mono_ns: int) -> float | None:
        """The rate at `mono_ns`; None until one whole window has been seen."""
        if self._first_ns is None or mono_ns - self._first_ns < self._window_ns:
            return None
        self._expire(mono_ns)
        return self._sum_bytes * 8 / self._window_ms

    def reset(self) -> None:
        """Forget everything: the next entry starts a new first window."""
        self._slots.clear()
        self._sum_bytes = 0
        self._first_ns = None

    def _expire(self, mono_ns: int) -> None:
        slots = self._slots
        edge_ns = mono_ns - self._window_ns
        while slots and slots[0][0] <= edge_ns:
            self._sum_bytes -= slots.popleft()[1]


class CounterRate:
    """The rate of a growing byte count that is read now and then, over the last `window_ms`.

    Between two readings the count is taken to grow evenly, so the rate does not depend on where
    in the interval between readings it is asked for.
    """

    __slots__ = ("_readings", "_window_ms", "_window_ns")

    def __init__(self, window_ms: int = 1000) -> None:
        self._window_ms = window_ms
        self._window_ns = window_ms * NS_PER_MS
        self._readings: deque[tuple[int, int]] = deque()  # time, count

    def read(self, mono_ns: int, count: int) -> None:
        """The count is now `count`; times must not decrease."""
        readings = self._readings
        readings.append((mono_ns, count))
        # One reading at or before the window's edge is kept, to interpolate from.
        while len(readings) > 2 and readings[1][0] <= mono_ns - self._window_ns:
            readings.popleft()

    def kbps(self) -> float | None:
        """Up to the newest reading; None until readings span a whole window."""
        if not self._readings:
            return None
        now_ns, count = self._readings[-1]
        edge_ns = now_ns - self._window_ns
        before_ns, before = self._readings[0]
        if before_ns > edge_ns:
            return None
        after_ns, after = self._readings[1]
        share = (edge_ns - before_ns) / (after_ns - before_ns) if after_ns > before_ns else 0.0
        return (count - before - (after - before) * share) * 8 / self._window_ms
