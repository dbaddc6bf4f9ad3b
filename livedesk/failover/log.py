"""Which notes has the policy written? Each thing is said once while it lasts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Json, Level
from livedesk.core.held import Held
from livedesk.core.status import FailoverMode
from livedesk.failover.notes import Note, NoteEvent
from livedesk.failover.view import DrillStep

_FORGET_NS: Final = 10 * NS_PER_S
"""A fault that comes back sooner is the same one."""
_MOST_NOTES: Final = 200


class NoteLog:
    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._said: set[Hashable] = set()
        self._calm = Held()
        self._was_sagging = False

    def take(self) -> list[Note]:
        notes, self._notes = self._notes, []
        return notes

    def _add(self, event: NoteEvent, level: Level, text: str, **data: Json) -> None:
        if len(self._notes) < _MOST_NOTES:
            self._notes.append(Note(event, level, f"{text}.", data))

    def stay(
        self, active: str, key: Hashable, why: str, *, is_loud: bool, arrived: bool = True
    ) -> None:
        """A switch is needed and none is possible; each `key` is said once.

        `arrived`: False while the active path has not taken the stream over."""
        self._calm.ns(0, False)
        if (active, key) not in self._said:
            self._said.add((active, key))
            level: Level = "critical" if is_loud else "warning"
            what = f"The stream stays on {active}" if arrived else "No uplink carries the stream"
            self._add("failover.stay", level, f"{what}: {why}", active=active)

    def calm(self, mono_ns: int) -> None:
        """Nothing is wrong at this look."""
        if self._said and self._calm.ns(mono_ns, True) >= _FORGET_NS:
            self.forget()

    def forget(self) -> None:
        """What is said next is news."""
        self._said.clear()
        self._calm.ns(0, False)

    def sagging(self, is_sagging: bool, text: str) -> None:
        if is_sagging and not self._was_sagging:
            self._add("failover.sagging", "warning", f"Sagging: {text}")
        self._was_sagging = is_sagging

    def mode(self, mode: FailoverMode, text: str) -> None:
        self._add("failover.mode", "warning" if mode == "latched" else "notice", text, mode=mode)

    def drill(self, step: DrillStep) -> None:
        level: Level = "warning" if step.state == "failed" else "notice"
        text = f"Drill of {step.actor} {step.state}: {step.step}"
        self._add("failover.drill", level, text, state=step.state, step=step.step, actor=step.actor)
