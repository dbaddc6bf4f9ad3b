"""How long does an answer take here, and so: when is a call silent, is a second one of use?"""

from __future__ import annotations

from collections import deque
from math import ceil
from typing import Final

FLOOR_MS: Final = 120.0
FAST_MS: Final = 320.0
"""A call that is answered in this time is fast, any other is slow."""
HEDGED_SHARE: Final = 0.05
"""Of the calls that would have been answered in time, so many get another beside them."""
KNOWN: Final = 19
"""With fewer answers than these no rank keeps to that, and the longest patience is used."""
SLOW_SHARE: Final = 0.2
JUDGED: Final = 120
"""Calls that are looked at for it. Where 7 % of the calls are slow, which hedging is made for, more
than 24 of 120 are with a chance of 8 in 10 million, but more than 8 of 40 with one of 15 in 10,000:
that is every few minutes of a busy show. At 40 % slow it is off after some 60 calls."""
FAILURES: Final = 5

_FAST_KEPT: Final = 200


class RoundTrips:
    """Times of the last calls.

    Patience is the p95 of the *fast* answers: a second attempt then costs one call in twenty of
    those that would have come (Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013). The p95 of
    all answers would be one of the slow ones as soon as one call in twenty is slow, and a second
    attempt that late helps nobody. Of n answers, the one of rank k is outlasted by the next with a
    chance of 1 - k / (n + 1), whatever their distribution, so k is 0.95 (n + 1) and not 0.95 n.
    """

    def __init__(self) -> None:
        self._fast_ms: deque[float] = deque(maxlen=_FAST_KEPT)
        self._ranked_ms: list[float] = []
        self._was_slow: deque[bool] = deque(maxlen=JUDGED)
        self._failures = 0

    def answered(self, took_ms: float) -> None:
        """The platform did what it was asked, after so long."""
        self._failures = 0
        self._was_slow.append(took_ms > FAST_MS)
        if took_ms <= FAST_MS:
            self._fast_ms.append(took_ms)
            self._ranked_ms = sorted(self._fast_ms)

    def failed(self, took_ms: float) -> None:
        """No answer, or one that says that the platform itself is in trouble."""
        self._failures += 1
        self._was_slow.append(took_ms > FAST_MS)

    def given_up(self, took_ms: float) -> None:
        """Nobody waited for the answer any more. Before FAST_MS that says nothing."""
        if took_ms >= FAST_MS:
            self._was_slow.append(True)

    @property
    def patience_ms(self) -> float:
        """After so long a call counts as silent, 120 to 320 ms."""
        if len(self._fast_ms) < KNOWN:
            return FAST_MS
        rank = ceil((1 - HEDGED_SHARE) * (len(self._ranked_ms) + 1))
        return min(max(self._ranked_ms[rank - 1], FLOOR_MS), FAST_MS)

    @property
    def p50_ms(self) -> float | None:
        """What half of the fast answers need: with less time left nothing is sent. A service that
        only answers slowly must not keep us from trying, so its times are not in it."""
        return self._ranked_ms[(len(self._ranked_ms) - 1) // 2] if self._fast_ms else None

    @property
    def may_hedge(self) -> bool:
        """Off while more than one call in five is slow: more calls would make that worse."""
        return sum(self._was_slow) <= SLOW_SHARE * JUDGED

    @property
    def is_failing(self) -> bool:
        """The circuit is open: each pin is one try, until one is answered."""
        return self._failures >= FAILURES
