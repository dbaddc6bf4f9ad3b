"""How far is the drill? A switch there, a while, and back, on request."""

from __future__ import annotations

from typing import Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.failover.view import DrillStep

_RETURN_LIMIT_NS: Final = 10 * NS_PER_S
"""So long the way back may be unready before the stream stays where it is."""
_SLACK_NS: Final = 60 * NS_PER_S
"""A drill takes so much longer than its stay at most, whatever happens to encoder and paths."""

_Phase = Literal["ordered", "going", "staying", "returning", "ended"]


class Drill:
    def __init__(self, mono_ns: int, origin: str, target: str, stay_s: float, actor: str) -> None:
        self.origin = origin
        self.target = target
        self.actor = actor
        self._begun_ns = mono_ns
        self._stay_ns = round(stay_s * NS_PER_S)
        self._since_ns = mono_ns
        self._phase: _Phase = "ordered"
        self._state: Literal["running", "passed", "failed"] = "running"
        self._step = f"about to switch to {target}"

    @property
    def is_running(self) -> bool:
        return self._phase != "ended"

    @property
    def begins(self) -> bool:
        """Whether the switch there is due."""
        return self._phase == "ordered"

    def returns(self, mono_ns: int) -> bool:
        """Whether the switch back is due."""
        return self._phase == "staying" and mono_ns - self._since_ns >= self._stay_ns

    def stuck(self, mono_ns: int) -> str | None:
        """Why it must end without an end of its own."""
        if self.returns(mono_ns) and (mono_ns - self._since_ns - self._stay_ns >= _RETURN_LIMIT_NS):
            return f"{self.origin} was not ready to take the stream back; it stays on {self.target}"
        if mono_ns - self._begun_ns >= self._stay_ns + _SLACK_NS:
            return f"it was not done {_SLACK_NS // NS_PER_S} s after its time"
        return None

    def goes(self) -> None:
        """The switch there, or the one back, was decided."""
        is_back = self._phase == "staying"
        self._phase = "returning" if is_back else "going"
        self._step = f"switching {'back to ' + self.origin if is_back else 'to ' + self.target}"

    def arrived(self, mono_ns: int) -> bool:
        """The switch that was decided is done. Returns whether the drill is over with it."""
        if self._phase == "going":
            self._phase, self._since_ns = "staying", mono_ns
            self._step = f"on {self.target} for {self._stay_ns / NS_PER_S:.0f} s"
            return False
        if self._phase != "returning":
            return False
        self._phase, self._state = "ended", "passed"
        self._step = f"to {self.target} and back to {self.origin}"
        return True

    def fail(self, why: str) -> None:
        self._phase, self._state, self._step = "ended", "failed", why

    def view(self) -> DrillStep:
        return DrillStep(self._state, self._step, self.actor, self._begun_ns)
