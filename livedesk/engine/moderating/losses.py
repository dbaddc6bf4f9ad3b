"""How many comments were not judged, or not kept? Told at most every ten seconds of a kind."""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.engine.moderating.stage import Tell

_TOLD_EVERY_S: Final = 10.0
_MINUTE_S: Final = 60


class Losses:
    def __init__(self, clock: Clock, tell: Tell) -> None:
        self._clock = clock
        self._tell = tell
        self._untold: dict[str, int] = {}
        self._told_ns: dict[str, int] = {}
        self._lately: deque[tuple[int, int]] = deque()

    def add(self, count: int, why: str) -> None:
        self._untold[why] = self._untold.get(why, 0) + count
        self._lately.append((self._clock.mono_ns(), count))
        if len(self._lately) > 2 * _MINUTE_S:
            # Many losses of a few: what matters is that there are some.
            first, second = self._lately.popleft(), self._lately.popleft()
            self._lately.appendleft((second[0], first[1] + second[1]))
        self.look()

    def last_minute(self) -> int:
        since_ns = self._clock.mono_ns() - _MINUTE_S * NS_PER_S
        while self._lately and self._lately[0][0] < since_ns:
            self._lately.popleft()
        return sum(count for _, count in self._lately)

    def look(self) -> None:
        now_ns = self._clock.mono_ns()
        for why, count in list(self._untold.items()):
            told_ns = self._told_ns.get(why)
            if told_ns is not None and now_ns - told_ns < _TOLD_EVERY_S * NS_PER_S:
                continue
            del self._untold[why]
            self._told_ns[why] = now_ns
            text = f"{count:,} comments were not judged, or not kept: {why}."
            self._tell("moderation.lost", "warning", text, {"comments": count, "why": why})
            if len(self._told_ns) > 2 * _MINUTE_S:
                del self._told_ns[next(iter(self._told_ns))]
