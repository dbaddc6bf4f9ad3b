"""Which step of the ladder is the skew on, steady enough to be shown and alarmed?

A worse step is entered at once, a better one when it is clearly reached.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.ladder import SkewLadder
from livedesk.core.status import SkewState

SKEW_CLEAR_MS: Final = 5.0
_RANK: Final[dict[SkewState, int]] = {
    "no_data": -1,
    "ok": 0,
    "notice": 1,
    "warning": 2,
    "critical": 3,
}


class SkewJudge:
    """The step of the ladder over time: up at once, down when 5 ms inside the lower one."""

    def __init__(self, max_skew_ms: float) -> None:
        self._ladder = SkewLadder(critical_ms=max_skew_ms)
        self._state: SkewState = "no_data"

    def update(self, skew_ms: float | None) -> SkewState:
        now = self._ladder.state(skew_ms)
        if skew_ms is not None and _RANK[now] < _RANK[self._state]:
            outward_ms = SKEW_CLEAR_MS if skew_ms >= 0 else -SKEW_CLEAR_MS
            held = self._ladder.state(skew_ms + outward_ms)
            now = held if _RANK[held] < _RANK[self._state] else self._state
        self._state = now
        return now
