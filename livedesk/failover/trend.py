"""Does a path that is behind catch up? Then it gets better by itself, and is not left for that."""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_S

_WINDOW_NS: Final = 2 * NS_PER_S
"""A usual keyframe interval: each keyframe throws a path back a little that catches up."""
_LEAST_MS: Final = 100.0
"""In that time: a twentieth more than comes gets through."""


class Trend:
    """How the backlog of one connection went. O(1) a look on the mean."""

    def __init__(self) -> None:
        self._most: deque[tuple[int, float]] = deque()
        self._shrinks = False

    def look(self, mono_ns: int, backlog_ms: float) -> None:
        most = self._most
        while most and most[-1][1] <= backlog_ms:
            most.pop()
        most.append((mono_ns, backlog_ms))
        while most[0][0] < mono_ns - _WINDOW_NS:
            most.popleft()
        self._shrinks = most[0][1] - backlog_ms >= _LEAST_MS

    def catches_up(self, carried_kbps: float | None, fed_kbps: float | None) -> bool:
        """A backlog can also shrink by what is dropped: so more must be carried than comes."""
        return self._shrinks and (carried_kbps or 0.0) > (fed_kbps or 0.0)
