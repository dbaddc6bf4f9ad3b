"""How is the machine under the engine: how long does the disk last, and is the clock right?"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.true_time import TrueTime, read_true_time

WINDOW_S: Final = 1800.0
"""The rate at which the disk fills is that of the last half hour …"""
LEAST_S: Final = 600.0
"""… and known after ten minutes: other programs come and go with large files."""

_EVERY_S: Final = 30.0
_NS_PER_H: Final = 3600 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Machine:
    """What was seen of it. None: it could not be looked at."""

    disk_free_bytes: int | None = None
    disk_left_h: float | None = None
    """So long the disk lasts at the rate at which it fills; None also while it does not fill."""
    time: TrueTime = field(default_factory=TrueTime)
    time_was_kept: bool = False
    """Somebody kept the clock since the engine started. In a container the system says for ever
    that nobody does, as it is the host's to keep."""


class DiskRate:
    """Free space over time, which tells how long it lasts."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()

    def take(self, mono_ns: int, free_bytes: int) -> None:
        """Often enough is every half minute; what comes sooner is not kept."""
        if self._seen and mono_ns - self._seen[-1][0] < _EVERY_S * NS_PER_S:
            return
        self._seen.append((mono_ns, free_bytes))
        while mono_ns - self._seen[0][0] > WINDOW_S * NS_PER_S:
            self._seen.popleft()

    def left_h(self, mono_ns: int, free_bytes: int) -> float | None:
        """Hours until nothing is free."""
        if not self._seen:
            return None
        begin_ns, begin_bytes = self._seen[0]
        passed_ns, used_bytes = mono_ns - begin_ns, begin_bytes - free_bytes
        if passed_ns < LEAST_S * NS_PER_S or used_bytes <= 0:
            return None
        return free_bytes / used_bytes * passed_ns / _NS_PER_H


class MachineWatch:
    """Looks at the disk of a folder, and at the clock."""

    def __init__(
        self, folder: Path, clock: Clock, read_time: Callable[[], TrueTime] = read_true_time
    ) -> None:
        self._folder = folder
        self._read_time = read_time
        self._clock = clock
        self._rate = DiskRate()
        self._time_was_kept = False

    def look(self) -> Machine:
        """Call it in a thread, one at a time: a network disk may keep it waiting."""
        mono_ns, time = self._clock.mono_ns(), self._read_time()
        self._time_was_kept |= time.synchronised is True
        try:
            free_bytes = shutil.disk_usage(self._folder).free
        except OSError:
            return Machine(time=time, time_was_kept=self._time_was_kept)
        self._rate.take(mono_ns, free_bytes)
        left_h = self._rate.left_h(mono_ns, free_bytes)
        return Machine(free_bytes, left_h, time, self._time_was_kept)
