"""Was the path given nothing for a while? Then what came through says less than what it carries.

With too much waiting, frames are dropped up to the next keyframe, and until that comes nothing is
sent: a rate over such a pause is none of the path.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.held import Held
from livedesk.failover.facts import PathFacts

_WAITING_MS: Final = 25.0
"""Half a look. What waits unacknowledged through one waits longer."""
_PAUSE_NS: Final = 100 * NS_PER_MS
_RATE_WINDOW_NS: Final = NS_PER_S


class Idle:
    """Of one connection."""

    def __init__(self) -> None:
        self._acked: int | None = None
        self._idle = Held()
        self._full_kbps: float | None = None
        self._before_kbps: float | None = None
        self._paused_ns: int | None = None

    def look(self, mono_ns: int, path: PathFacts, full_kbps: float | None) -> bool:
        """Whether nothing waits and nothing came. `full_kbps`: what it carried when last full."""
        is_idle = path.media_bytes_acked == self._acked and path.silent_ms < _WAITING_MS
        self._acked = path.media_bytes_acked
        if not is_idle:
            self._full_kbps = full_kbps
        if self._idle.ns(mono_ns, is_idle) >= _PAUSE_NS:
            self._before_kbps, self._paused_ns = self._full_kbps, mono_ns
        return is_idle

    def before_kbps(self, mono_ns: int) -> float | None:
        """What it carried before a pause, while the rate of a second has the pause in it."""
        if self._paused_ns is None or mono_ns - self._paused_ns > _RATE_WINDOW_NS:
            return None
        return self._before_kbps
