"""What does the API need of alarms? Seen from here, so that tests can stand in for it."""

from __future__ import annotations

from typing import Protocol

from livedesk.alarms.runbook import RunbookKind
from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm


class AlarmsView(Protocol):
    """The alarms of a store, or of the engine itself."""

    def active(self) -> tuple[AlarmStatus, ...]: ...

    def ended(self) -> tuple[EndedAlarm, ...]:
        """The newest first."""
        ...

    def flood(self) -> AlarmFlood | None: ...

    def acknowledge(self, alarm_id: str, by: str) -> AlarmStatus | EndedAlarm | None:
        """Somebody has seen it, and what was under its id before. None: no such alarm is known."""
        ...

    def shelve(self, alarm_id: str, by: str, minutes: float, why: str) -> AlarmStatus | None:
        """None: no such alarm stands."""
        ...

    def unshelve(self, alarm_id: str, by: str) -> AlarmStatus | None:
        """None: no such alarm stands."""
        ...


class RunbookView(Protocol):
    def kinds(self) -> tuple[RunbookKind, ...]: ...

    async def change(self, kind: str, steps: tuple[str, ...] | None) -> RunbookKind:
        """None: the default again. Raises KeyError, UnusableStepsError (`alarms/runbook.py`),
        OSError."""
        ...
