"""Is a figure within its limits? Classes for feed and skew, steady enough to be shown and alarmed.

A worse class is entered at once, a better one when it has lasted (feed) or is clearly reached
(skew).
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.ladder import SkewLadder
from livedesk.core.status import FeedState, SkewState

STALL_MS: Final = 1_000.0
STARVED_PACE: Final = 0.9
"""Timestamps that advance slower than this share of the clock: the sender's path is congested."""

CLEAR_NS: Final = 3 * NS_PER_S
_FIRST_RATE_NS: Final = 2 * NS_PER_S

SKEW_CLEAR_MS: Final = 5.0
_RANK: Final[dict[SkewState, int]] = {
    "no_data": -1,
    "ok": 0,
    "notice": 1,
    "warning": 2,
    "critical": 3,
}


def feed_state(
    connected: bool,
    kbps: float | None,
    age_ms: float | None,
    min_kbps: float,
    instrument_ok: bool,
    pace: float | None = None,
) -> FeedState:
    """The class at this instant. `pace`: advance of the timestamps per advance of the clock.

    A connected feed that flows, but whose rate is not known, is BLIND: unknown is never OK.
    """
    if not instrument_ok:
        return "BLIND"
    if not connected:
        return "GONE"
    if age_ms is None or age_ms > STALL_MS:
        return "STALLED"
    if kbps is None:
        return "BLIND"
    if kbps < min_kbps:
        return "LOW"
    if pace is not None and pace < STARVED_PACE:
        return "STARVED"
    return "OK"


class FeedJudge:
    """The class over time: trips at once, clears LOW and STARVED after three good seconds."""

    def __init__(self, min_kbps: float) -> None:
        self._min_kbps = min_kbps
        self._state: FeedState = "BLIND"
        self._good_since_ns: int | None = None
        self._flowing_since_ns: int | None = None

    def update(
        self,
        mono_ns: int,
        *,
        connected: bool,
        kbps: float | None,
        age_ms: float | None,
        instrument_ok: bool = True,
        pace: float | None = None,
    ) -> FeedState:
        now = feed_state(connected, kbps, age_ms, self._min_kbps, instrument_ok, pace)
        if instrument_ok and now == "BLIND" and self._is_first_second(mono_ns):
            return self._state
        if now != "BLIND":
            self._flowing_since_ns = None
        self._state = self._settled(mono_ns, now)
        return self._state

    def _is_first_second(self, mono_ns: int) -> bool:
        """Media came back and the rate is not known yet: the old class is still the best word."""
        if self._flowing_since_ns is None:
            self._flowing_since_ns = mono_ns
        fits = self._state in ("GONE", "STALLED")
        return fits and mono_ns - self._flowing_since_ns < _FIRST_RATE_NS

    def _settled(self, mono_ns: int, now: FeedState) -> FeedState:
        if now != "OK":
            self._good_since_ns = None
            return now
        if self._good_since_ns is None:
            self._good_since_ns = mono_ns
        is_clear = mono_ns - self._good_since_ns >= CLEAR_NS
        return self._state if self._state in ("LOW", "STARVED") and not is_clear else "OK"


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
