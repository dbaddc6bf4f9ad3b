"""May this call be made now? A store's minute of calls, and the patience of all that is no pin."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from livedesk.core.clock import NS_PER_S, Clock

Purpose = Literal["pin", "read", "renewal", "background"]

WINDOW_S: Final = 61.0
"""The platform's minute, which it counts by when calls arrive, and a second: one that had to wait
for its connection comes later than we counted it, those a minute after it do not."""
BLOCK_S: Final = 1.0
"""So long we stay away when the platform names a limit and no time."""
LONGEST_BLOCK_S: Final = 900.0
"""No more is believed: a platform that says 10^9 seconds must not end the show."""


class CallBudget:
    """Counts the calls of one store in a sliding minute (`WINDOW_S`).

    `reserve_share` of them is kept for pins: read-backs stop before it, catalogue and warming one
    share earlier. Renewing the access may use half of it, because without access nothing is pinned.
    """

    def __init__(self, per_min: int, reserve_share: float = 0.2) -> None:
        if per_min < 1:
            raise ValueError(f"a store needs at least one call a minute, got {per_min}")
        self.per_min = per_min
        reserve = math.ceil(per_min * reserve_share)
        self._caps: dict[Purpose, int] = {
            "pin": per_min,
            "renewal": max(1, per_min - reserve // 2),
            "read": max(1, per_min - reserve),
            "background": max(1, per_min - 2 * reserve),
        }
        self._made_ns: deque[int] = deque()
        self._blocked_until_ns: int | None = None

    def take(self, purpose: Purpose, mono_ns: int) -> bool:
        """Count one call, if there is one for this purpose."""
        if self.wait_s(purpose, mono_ns) > 0:
            return False
        self._made_ns.append(mono_ns)
        return True

    def wait_s(self, purpose: Purpose, mono_ns: int) -> float:
        """Until there is a call for this purpose, if nobody else takes it; 0 when there is one."""
        self._forget(mono_ns)
        wait_s = self.blocked_s(mono_ns) or 0.0
        beyond = len(self._made_ns) - self._caps[purpose]
        if beyond < 0:
            return wait_s
        return max(wait_s, WINDOW_S - (mono_ns - self._made_ns[beyond]) / NS_PER_S)

    def left(self, mono_ns: int) -> int:
        """Of this minute's calls, those that a pin could use."""
        self._forget(mono_ns)
        return self.per_min - len(self._made_ns)

    def blocked(self, mono_ns: int, for_s: float | None) -> None:
        """The platform named a limit: no call of any kind for so long."""
        if for_s is None or not for_s >= 0:
            for_s = BLOCK_S
        until_ns = mono_ns + round(min(for_s, LONGEST_BLOCK_S) * NS_PER_S)
        self._blocked_until_ns = max(until_ns, self._blocked_until_ns or 0)

    def blocked_s(self, mono_ns: int) -> float | None:
        """How long the platform still wants us to stay away; None when it does not."""
        if self._blocked_until_ns is None or mono_ns >= self._blocked_until_ns:
            self._blocked_until_ns = None
            return None
        return (self._blocked_until_ns - mono_ns) / NS_PER_S

    def _forget(self, mono_ns: int) -> None:
        over_ns = mono_ns - round(WINDOW_S * NS_PER_S)
        while self._made_ns and self._made_ns[0] <= over_ns:
            self._made_ns.popleft()


@dataclass(frozen=True, slots=True)
class Counted:
    """Takes a gateway's own calls from the store's budget."""

    calls: CallBudget
    clock: Clock

    def wait_s(self) -> float | None:
        """None: a call for which nobody waits may be made, and is counted. Else when it may."""
        mono_ns = self.clock.mono_ns()
        if self.calls.take("background", mono_ns):
            return None
        return self.calls.wait_s("background", mono_ns)

    def renewal(self) -> bool:
        return self.calls.take("renewal", self.clock.mono_ns())


class Backoff:
    """How long a call without a deadline waits after a failure: doubled each time, half of it left
    to chance so that stores do not come back in step, and never less than Retry-After."""

    def __init__(self, rng: Random, *, first_s: float = 1.0, longest_s: float = 60.0) -> None:
        self._rng = rng
        self._first_s = first_s
        self._longest_s = longest_s
        self.failures = 0

    def failed(self, retry_after_s: float | None = None) -> float:
        """Seconds until the next try."""
        full_s = min(self._longest_s, self._first_s * 2.0 ** min(self.failures, 32))
        self.failures += 1
        wait_s = full_s * self._rng.uniform(0.5, 1.0)
        if retry_after_s is None or not retry_after_s >= 0:
            return wait_s
        return max(wait_s, min(retry_after_s, LONGEST_BLOCK_S))

    def succeeded(self) -> None:
        self.failures = 0
