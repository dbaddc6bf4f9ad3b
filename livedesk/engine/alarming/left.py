"""What does an engine leave of its alarms to the next one?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from livedesk.alarms.history import ended_alarm, unseen
from livedesk.alarms.shelf import Shelved
from livedesk.core.status import AlarmStatus, EndedAlarm, Priority


@dataclass(frozen=True, slots=True)
class LeftShelved:
    """What stands on record of a shelving; a monotonic time would be of another boot."""

    alarm: str
    by: str
    why: str
    until_utc_ns: int
    priority: Priority


@dataclass(frozen=True, slots=True)
class Left:
    """`ended`: the oldest first."""

    standing: tuple[AlarmStatus, ...] = ()
    ended: tuple[EndedAlarm, ...] = ()
    shelved: tuple[LeftShelved, ...] = ()

    def unseen(self) -> Left:
        """What is left once the session is over: what ended, or stood at its end, unseen."""
        stood = (ended_alarm(alarm, 0.0, None) for alarm in self.standing)
        return Left(ended=unseen((*self.ended, *stood)))

    def shelved_at(self, mono_ns: int, utc_ns: int) -> tuple[Shelved, ...]:
        """What is still put aside, by this boot's clock."""
        return tuple(
            Shelved(
                each.alarm,
                each.by,
                each.why,
                mono_ns + each.until_utc_ns - utc_ns,
                each.until_utc_ns,
                each.priority,
            )
            for each in self.shelved
            if each.until_utc_ns > utc_ns
        )


def left_shelved(shelved: Iterable[Shelved]) -> tuple[LeftShelved, ...]:
    return tuple(
        LeftShelved(each.alarm, each.by, each.why, each.until_utc_ns, each.priority)
        for each in shelved
    )
