"""What is put aside, by whom, why, and until when?

A shelf is of a kind of trouble and not of one occurrence: what comes and goes is just what people
put aside, so an alarm that ends stays shelved and comes back shelved. Its time is counted by the
monotonic clock, as the wall clock may be set during a show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from livedesk.alarms.track import RANK
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, Priority

LONGEST_MIN = 240
"""A show: what is put aside for longer is forgotten."""

Back = Literal["time", "worse"]
"""Why an alarm came back by itself."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """An alarm put aside. `priority`: as it was then; a higher one brings it back."""

    alarm: str
    by: str
    why: str
    until_mono_ns: int
    until_utc_ns: int
    priority: Priority


class Shelf:
    """Alarms that were put aside, by id."""

    def __init__(self) -> None:
        self._shelved: dict[str, Shelved] = {}

    def put(self, shelved: Shelved) -> None:
        self._shelved[shelved.alarm] = shelved

    def take(self, alarm_id: str) -> bool:
        """Whether it was there."""
        return self._shelved.pop(alarm_id, None) is not None

    def by(self, alarm_id: str) -> str | None:
        shelved = self._shelved.get(alarm_id)
        return None if shelved is None else shelved.by

    def listed(self) -> tuple[Shelved, ...]:
        return tuple(self._shelved.values())

    def empty(self) -> None:
        self._shelved.clear()

    def shown(self, alarm: AlarmStatus) -> AlarmStatus:
        """The alarm, with who put it aside."""
        shelved = self._shelved.get(alarm.id)
        if shelved is None:
            return alarm
        return replace(
            alarm,
            shelved_by=shelved.by,
            shelved_until_utc_ns=shelved.until_utc_ns,
            shelved_why=shelved.why,
        )

    def come_back(
        self, mono_ns: int, standing: tuple[AlarmStatus, ...]
    ) -> tuple[tuple[str, Back], ...]:
        """Takes off those whose time is over, and those that got worse."""
        now = {alarm.id: RANK[alarm.priority] for alarm in standing}
        back: list[tuple[str, Back]] = []
        for alarm_id, shelved in self._shelved.items():
            if now.get(alarm_id, 0) > RANK[shelved.priority]:
                back.append((alarm_id, "worse"))
            elif mono_ns >= shelved.until_mono_ns:
                back.append((alarm_id, "time"))
        for alarm_id, _ in back:
            del self._shelved[alarm_id]
        return tuple(back)


def shelve_for(
    alarm: AlarmStatus, by: str, why: str, minutes: float, now: tuple[int, int]
) -> Shelved:
    """`now`: monotonic and UTC time in ns."""
    mono_ns, utc_ns = now
    for_ns = round(min(minutes, LONGEST_MIN) * 60 * NS_PER_S)
    return Shelved(alarm.id, by, why, mono_ns + for_ns, utc_ns + for_ns, alarm.priority)
