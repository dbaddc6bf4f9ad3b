"""How bad is a skew? The steps that meters, windows and reports share."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.status import SkewState


@dataclass(frozen=True, slots=True)
class SkewLadder:
    """Lower and upper bounds in ms; sound ahead is positive and disturbs sooner.

    Notice is where viewers begin to detect it, warning where it stops being acceptable
    (ITU-R BT.1359-1); critical is the store's own limit, which may lie inside the others.
    """

    critical_ms: float = 200
    notice_ms: tuple[float, float] = (-125, 45)
    warning_ms: tuple[float, float] = (-185, 90)

    def state(self, skew_ms: float | None) -> SkewState:
        if skew_ms is None:
            return "no_data"
        if abs(skew_ms) >= self.critical_ms:
            return "critical"
        if not self.warning_ms[0] < skew_ms < self.warning_ms[1]:
            return "warning"
        if not self.notice_ms[0] < skew_ms < self.notice_ms[1]:
            return "notice"
        return "ok"

    def bounds(self) -> tuple[tuple[float, SkewState], ...]:
        """Where a step begins, seen from zero, with its state; the most important first."""
        inner: tuple[tuple[float, SkewState], ...] = (
            *((bound, "notice") for bound in reversed(self.notice_ms)),
            *((bound, "warning") for bound in reversed(self.warning_ms)),
        )
        return (
            (self.critical_ms, "critical"),
            (-self.critical_ms, "critical"),
            *(step for step in inner if abs(step[0]) < self.critical_ms),
        )
