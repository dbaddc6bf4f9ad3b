"""Is anything carried to the platform, and for long enough that it must have come out again?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.status import ReturnStatus

OnReading = Callable[[int, int, float | None], None]
"""Monotonic and UTC time, kbps."""

SILENT_MS: Final = 2_000.0
"""Platforms give out media in bursts of a second and more; this is longer than a burst."""

_SETTLED_NS: Final = 30 * NS_PER_S
"""A platform is so far behind, at most, what it is given: a gap of ours shows itself that late."""

_REST_AFTER_NS: Final = 5 * NS_PER_S
_NOTHING_CARRIED: Final = "nothing is carried to the platform now"


class Carried:
    """Since when is something carried, and has it come back since, for long enough to count?"""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since_ns: int | None = None
        self._last_ns: int | None = None
        self.is_wanted = False
        self._seen = False

    def update(self, is_carried: bool) -> None:
        now_ns = self._clock.mono_ns()
        if is_carried:
            self._last_ns = now_ns
            self._since_ns = now_ns if self._since_ns is None else self._since_ns
            self.is_wanted = True
            return
        self._since_ns, self._seen = None, False
        if self._last_ns is None or now_ns - self._last_ns >= _REST_AFTER_NS:
            self.is_wanted = False

    def told(self, status: ReturnStatus) -> ReturnStatus:
        """With the time since we began to carry: a platform shows late what it is given."""
        if not self.is_wanted:
            return ReturnStatus("BLIND", status.source, reason=_NOTHING_CARRIED)
        now_ns = self._clock.mono_ns()
        is_settled = self._since_ns is not None and now_ns - self._since_ns >= _SETTLED_NS
        self._seen = self._seen or (is_settled and status.state == "OK")
        return replace(status, seen=self._seen)
