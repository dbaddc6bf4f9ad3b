"""Is this machine's wall clock kept, and how far is it off? What the kernel knows (adjtimex(2))."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass

from livedesk.core.clock import NS_PER_MS

_US_PER_MS = 1_000
_SOURCE = "kernel (adjtimex)"
_ERROR = 5
"""Answer of adjtimex: the clock is not synchronised."""
_IN_NANOSECONDS = 0x2000
"""STA_NANO: the offset is in ns, else in µs."""


class _Timex(ctypes.Structure):
    """The begin of `struct timex` as in sys/timex.h; the kernel writes no more than the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


@dataclass(frozen=True, slots=True)
class TrueTime:
    """`offset_ms`: wall clock minus true time, positive when it is ahead. None: not known."""

    synchronised: bool | None = None
    offset_ms: float | None = None
    error_ms: float | None = None
    """The kernel's own estimate of how wrong the offset may be."""
    source: str = ""
    """Who says so."""


def read_true_time() -> TrueTime:
    """Takes microseconds. Other systems than Linux say nothing."""
    if sys.platform != "linux":
        return TrueTime()
    asked = _Timex()  # modes 0 changes nothing
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(asked))
    if state < 0:
        return TrueTime()
    if state == _ERROR:
        return TrueTime(synchronised=False, source=_SOURCE)
    per_ms = NS_PER_MS if asked.status & _IN_NANOSECONDS else _US_PER_MS
    # The kernel's offset is what has yet to be added to the clock.
    return TrueTime(
        synchronised=True,
        offset_ms=-asked.offset / per_ms,
        error_ms=asked.esterror / _US_PER_MS,
        source=_SOURCE,
    )
