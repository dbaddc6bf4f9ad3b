"""Could the stream be moved from outside now, and what does the sending program say of itself?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.settings import UplinkSettings
from livedesk.engine.actuators.base import Actuator, SenderFacts
from livedesk.failover.facts import PathFacts

_CHECK_NS: Final = 3 * NS_PER_S
_PROOF_NS: Final = 15 * NS_PER_S
"""An actuator that was last found ready longer ago than this is not believed to be."""

_NO_ACTUATOR: Final = "no actuator is named that could move the stream"


class ActuatorWatch:
    """Asks the actuator, and remembers what it said."""

    def __init__(self, actuator: Actuator | None, clock: Clock) -> None:
        self._actuator = actuator
        self._clock = clock
        self.problem: str | None = "not asked yet"
        """Why the stream could not be moved now."""
        self._checked_ns: int | None = None
        self._is_placed = False
        self.sender: SenderFacts | None = None

    def placed(self) -> None:
        """Where the stream goes is known: we moved it."""
        self._is_placed = True

    def displaced(self) -> None:
        """Somebody else has moved it since, perhaps."""
        self._is_placed = False

    async def ask(self) -> None:
        if self._actuator is None:
            return
        self.sender = await self._actuator.sender()
        mono_ns = self._clock.mono_ns()
        if self._checked_ns is None or mono_ns - self._checked_ns >= _CHECK_NS:
            self.problem = await self._actuator.check()
            self._checked_ns = self._clock.mono_ns()

    async def place(self, uplinks: tuple[UplinkSettings, ...]) -> str | None:
        """Where the stream goes, once: an engine that was started anew finds it where an earlier
        one moved it, and one whose switch failed where a person brought it back."""
        if self._actuator is None or self._is_placed or self.problem is not None:
            return None
        self._is_placed = True
        return await self._actuator.carrying(uplinks)

    def standby(self, name: str, mono_ns: int) -> PathFacts:
        """It can be moved to when the actuator can move; the path itself is not seen from here."""
        if self._actuator is None:
            return PathFacts(name, "down", reason=_NO_ACTUATOR)
        proof_ns = None if self._checked_ns is None else mono_ns - self._checked_ns
        proof_age_ms = None if proof_ns is None else proof_ns / NS_PER_MS
        problem = self.problem
        if proof_ns is None or proof_ns > _PROOF_NS:
            problem = problem or "what moves the stream has not answered for some time"
        if problem is not None:
            return PathFacts(name, "down", proof_age_ms=proof_age_ms, reason=problem)
        return PathFacts(name, "standby", ready=True, proof_age_ms=proof_age_ms)
