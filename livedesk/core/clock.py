"""Which time is it? One clock is handed to everything that needs to know, so tests can hold it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TIME = 40


class Clock(Protocol):
    """Monotonic time for durations, UTC for people. Both in integer nanoseconds.

    The monotonic clock is the machine's, so readings of two processes on one machine compare.
    """

    def mono_ns(self) -> int: ...

    def utc_ns(self) -> int: ...


class SystemClock:
    """The machine's own clocks."""

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        return time.time_ns()


class ManualClock:
    """A clock that stands still until it is moved; wall and monotonic time move together."""

    def __init__(self, mono_ns: int = NS_PER_S, utc_ns: int = 1_700_000_000 * NS_PER_S) -> None:
        self._mono_ns = mono_ns
        self._utc_ns = utc_ns

    def mono_ns(self) -> int:
        return self._mono_ns

    def utc_ns(self) -> int:
        return self._utc_ns

    def advance(self, seconds: float) -> None:
        step_ns = round(seconds * NS_PER_S)
        self._mono_ns += step_ns
        self._utc_ns += step_ns

    def step_wall(self, seconds: float) -> None:
        """Move only the wall clock, as an NTP step does."""
        self._utc_ns += round(seconds * NS_PER_S)


def iso_utc(utc_ns: int) -> str:
    """`2026-11-22T05:36:01.123Z`: the one way times are written out."""
    whole_s, rest_ns = divmod(utc_ns, NS_PER_S)
    stamp = datetime.fromtimestamp(whole_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{rest_ns // NS_PER_MS:03d}Z"


def utc_ns_of(text: str) -> int | None:
    """The time that an ISO 8601 text names, without a zone in UTC; None when it names none."""
    if len(text) > _LONGEST_TIME:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    # In whole microseconds: a float of seconds is only exact to some hundred nanoseconds.
    return (when - _EPOCH) // timedelta(microseconds=1) * 1_000
