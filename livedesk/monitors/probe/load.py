"""Does decoding keep up? The share of time that it takes, judged every few seconds."""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S, Clock

_EVERY_NS: Final = 3 * NS_PER_S
_SLOW: Final = 0.85
_RECOVERED: Final = 0.6


class DecodeLoad:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun_ns = clock.mono_ns()
        self._busy_ns = 0
        self._is_slow = False
        self.errors = 0

    def add(self, started_ns: int) -> None:
        """Decoding began at `started_ns` and ended now."""
        self._busy_ns += self._clock.mono_ns() - started_ns

    def is_due(self) -> bool:
        return self._clock.mono_ns() - self._begun_ns >= _EVERY_NS

    def take(self) -> float:
        """The share since the last call."""
        now_ns = self._clock.mono_ns()
        load = self._busy_ns / max(1, now_ns - self._begun_ns)
        self._begun_ns, self._busy_ns = now_ns, 0
        return load

    def turned(self, load: float) -> bool | None:
        """True when it became too slow, False when that is over, None when nothing changed."""
        was_slow = self._is_slow
        self._is_slow = load > (_RECOVERED if was_slow else _SLOW)
        return self._is_slow if self._is_slow != was_slow else None
