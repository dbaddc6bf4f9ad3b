"""How long may the path that carries be silent, and how long may it then need to find its pace?

TCP's own answer to a lost packet is the measure: what it would wait for is no outage yet.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.failover.facts import PathFacts

LOOK_MS: Final = 50.0
_FAR_MS: Final = 300.0
_UNSTEADY_MS: Final = 60.0
_RTO_MS: Final = 200.0
"""Linux's least. A packet is given up a round trip, this and what round trips vary by after it was
sent (RFC 6298); the answer to the second one takes a round trip more."""
_SPREAD_SIGMAS: Final = 4.0
_MOST_SPREAD_MS: Final = 350.0
_ENDED_NS: Final = 600 * NS_PER_S
_ENDED_FACTOR: Final = 1.5
_LOSSY_FACTOR: Final = 2.0
"""Where packets are lost again and again, the repetition of one may be lost as well."""
_LOSSY_TIMEOUTS: Final = 2
_MOST_ENDED_MS: Final = 900.0
_LEAST_ENDED_MS: Final = 100.0
_KEPT: Final = 64
_SLOW_START_ROUND_TRIPS: Final = 6
"""From one segment to 64 (RFC 5681, 3.1): after a timeout TCP begins anew."""


class Patience:
    """Of one connection. Silences that ended by themselves say how long the next may be."""

    def __init__(self) -> None:
        self._ended: deque[tuple[int, float]] = deque(maxlen=_KEPT)
        self._timeouts_ns: deque[int] = deque(maxlen=_LOSSY_TIMEOUTS)
        self._silent_ms = 0.0
        self.limit_ms = 0.0
        self.at_pace_ns = 0
        """Until then little may get through on a good path too: TCP began anew."""

    def look(self, mono_ns: int, path: PathFacts, sigma_ms: float) -> None:
        """`sigma_ms`: by so much the delays of the path vary."""
        before_ms, self._silent_ms = self._silent_ms, path.silent_ms
        if path.silent_ms < before_ms:
            self._end(mono_ns, before_ms + LOOK_MS / 2, path)
        self.limit_ms = max(_usual_ms(path, sigma_ms), self._ended_ms(mono_ns))

    def _end(self, mono_ns: int, lasted_ms: float, path: PathFacts) -> None:
        slow_ms = _SLOW_START_ROUND_TRIPS * (path.base_rtt_ms or 0.0)
        if lasted_ms >= _RTO_MS and slow_ms >= LOOK_MS:  # on a near path it is over at once
            self._timeouts_ns.append(mono_ns)
            self.at_pace_ns = mono_ns + round(slow_ms * NS_PER_MS)
        if _LEAST_ENDED_MS <= lasted_ms <= self.limit_ms:  # an outage makes no outage usual
            self._ended.append((mono_ns, lasted_ms))

    def _ended_ms(self, mono_ns: int) -> float:
        while self._ended and mono_ns - self._ended[0][0] > _ENDED_NS:
            self._ended.popleft()
        longest_ms = max((lasted_ms for _, lasted_ms in self._ended), default=0.0)
        factor = _LOSSY_FACTOR if self._is_lossy(mono_ns) else _ENDED_FACTOR
        return min(_MOST_ENDED_MS, factor * longest_ms)

    def _is_lossy(self, mono_ns: int) -> bool:
        lately = sum(mono_ns - at_ns <= _ENDED_NS for at_ns in self._timeouts_ns)
        return lately >= _LOSSY_TIMEOUTS

    @property
    def is_over(self) -> bool:
        """The silence lasts too long."""
        # The last acknowledgement came up to a look before the look that saw it.
        return self._silent_ms + LOOK_MS / 2 > self.limit_ms


def _usual_ms(path: PathFacts, sigma_ms: float) -> float:
    """On a near and steady path the limit as learned; on others a lost packet must be waited out.

    Without media to follow it, nothing but the timeout tells the sender that it was lost.
    """
    if path.silence_limit_ms < _FAR_MS and sigma_ms < _UNSTEADY_MS:
        return path.silence_limit_ms
    spread_ms = min(_SPREAD_SIGMAS * sigma_ms, _MOST_SPREAD_MS)
    return max(path.silence_limit_ms, 2 * (path.base_rtt_ms or 0.0) + _RTO_MS + spread_ms)
