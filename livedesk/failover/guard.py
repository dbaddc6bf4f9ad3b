"""May the stream move by itself now? Dwell and flap limit, hold and latch."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.settings import FailoverSettings
from livedesk.core.status import FailoverMode

LATCHED_OUTAGE_S: Final = 5.0
"""While latched, only so long an outage moves the stream."""


class Guard:
    def __init__(self, settings: FailoverSettings, is_single: bool) -> None:
        self._settings = settings
        self._is_single = is_single
        self._own_ns: deque[int] = deque()
        self._dwell_until_ns = 0
        self._was_attempt = False
        self.held_by: str | None = None
        self.is_latched = False

    @property
    def mode(self) -> FailoverMode:
        if self._is_single:
            return "single"
        if self.held_by is not None:
            return "hold"
        if self.is_latched:
            return "latched"
        return "auto" if self._settings.automatic else "manual"

    def moved(self, mono_ns: int, *, by_itself: bool, is_attempt: bool) -> bool:
        """The stream moves. Returns whether the latch falls with this move.

        `is_attempt`: to a path that failed lately, without being forced to.
        """
        self._was_attempt = is_attempt
        self._dwell_until_ns = mono_ns + round(self._settings.min_dwell_s * NS_PER_S)
        if not by_itself:
            return False
        self._own_ns.append(mono_ns)
        while self._own_ns[0] <= mono_ns - self._settings.flap_window_s * NS_PER_S:
            self._own_ns.popleft()
        if self.is_latched or len(self._own_ns) < self._settings.flap_limit:
            return False
        self.is_latched = True
        return True

    def release(self) -> bool:
        """A person takes the latch off. Returns whether it was on."""
        was_latched, self.is_latched = self.is_latched, False
        self._own_ns.clear()
        return was_latched

    def dwell_s(self, mono_ns: int) -> float | None:
        left_ns = self._dwell_until_ns - mono_ns
        return left_ns / NS_PER_S if left_ns > 0 else None

    def is_attempt(self, mono_ns: int) -> bool:
        """Whether the last move was one, and the path has yet to prove itself.

        The dwell keeps a stream from going to and fro between two bad paths; it must not keep it
        on a path that it was better without.
        """
        return self._was_attempt and self.dwell_s(mono_ns) is not None

    def latch_words(self) -> str:
        return (
            f"latched after {self._settings.flap_limit} switches: only an outage of "
            f"{LATCHED_OUTAGE_S:.0f} s or a person moves it"
        )

    def objection(self, mono_ns: int, *, is_outage: bool, lasts_s: float) -> str | None:
        """Why a fault that lasts so long must not move the stream; None if it may."""
        match self.mode:
            case "single":
                return "there is no other uplink"
            case "hold":
                return f"held by {self.held_by}"
            case "manual":
                return "only people switch here"
            case "latched" if not (is_outage and lasts_s >= LATCHED_OUTAGE_S):
                return self.latch_words()
        dwell_s = self.dwell_s(mono_ns)
        if is_outage or dwell_s is None or self._was_attempt:
            return None
        return f"too soon after the last switch, {math.ceil(dwell_s)} s to go"
