"""Was the machine's wall clock set while we ran? Times shown to people then jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json

CLOCK_STEP_MS: Final = 250
"""A wall clock that moves by more than this against the monotonic one was set, not trimmed."""


@dataclass(frozen=True, slots=True)
class ClockStep:
    text: str
    data: dict[str, Json]


class WallClockWatch:
    """Compares the wall clock with the monotonic one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_ns = self._now_offset_ns()

    def _now_offset_ns(self) -> int:
        return self._clock.utc_ns() - self._clock.mono_ns()

    def step(self) -> ClockStep | None:
        """What to tell if it was set; told once."""
        offset_ns = self._now_offset_ns()
        step_ms = (offset_ns - self._offset_ns) / NS_PER_MS
        if abs(step_ms) <= CLOCK_STEP_MS:
            return None
        self._offset_ns = offset_ns
        side = "forward" if step_ms > 0 else "back"
        text = f"The machine's wall clock went {side} by {abs(step_ms) / 1000:.1f} s."
        return ClockStep(text, {"step_ms": step_ms})
