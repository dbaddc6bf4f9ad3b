"""Which alarms are there, of all stores and of the engine itself, and which of them need somebody?

Pure. An alarm is in one of five places, from what needs a person to what is history. Within a place
the order is that of priority, then of time, so that what stands does not move when another comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from livedesk.core.status import AlarmStatus, EndedAlarm, Priority
from livedesk.desk.looks import Look

Place = Literal["active", "over", "seen", "shelved", "past"]
"""`active`: nobody has acknowledged it. `over`: it ended, and nobody saw it. `seen`: acknowledged,
and it stands. `shelved`: put aside until a time. `past`: over, and seen."""

PLACES: Final[tuple[Place, ...]] = ("active", "over", "seen", "shelved", "past")

PRIORITY_LOOK: Final[dict[Priority, Look]] = {
    "low": "notice", "medium": "warning", "high": "critical",
}  # fmt: skip
RANK: Final[dict[Priority, int]] = {"low": 0, "medium": 1, "high": 2}

ENGINE: Final = ""
"""Stands for a store in an alarm of the engine itself."""


@dataclass(frozen=True, slots=True)
class AlarmKey:
    """One alarm, from its trip to its end; the next one of the same condition is another."""

    store: str
    id: str
    since_utc_ns: int

    @property
    def kind(self) -> str:
        """What the runbook has steps for."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm as a window lists it."""

    key: AlarmKey
    place: Place
    store_name: str
    alarm: AlarmStatus
    until_utc_ns: int | None = None
    """When it ended; None while it stands."""
    goes_on_as: str | None = None

    @property
    def look(self) -> Look:
        """Its shape: how urgent it is while its condition is there."""
        match self.place:
            case "shelved":
                return "ready"
            case "past":
                return "ok"
        return PRIORITY_LOOK[self.alarm.priority] if self._is_there else "idle"

    @property
    def is_lit(self) -> bool:
        """Nobody does something about it yet."""
        return self.place == "active" and self._is_there

    @property
    def _is_there(self) -> bool:
        return self.until_utc_ns is None and self.alarm.gone_s is None

    @property
    def needs_somebody(self) -> bool:
        return self.place in ("active", "over")


@dataclass(frozen=True, slots=True)
class AlarmList:
    """All lines, in the order of `PLACES`."""

    lines: tuple[AlarmLine, ...] = ()

    def at(self, *places: Place) -> tuple[AlarmLine, ...]:
        return tuple(line for line in self.lines if line.place in places)

    def line(self, key: AlarmKey | None) -> AlarmLine | None:
        return next((line for line in self.lines if line.key == key), None)

    def of(self, store: str | None) -> AlarmList:
        """Of one store and of the engine, which is everybody's; None: of all."""
        if store is None:
            return self
        kept = (line for line in self.lines if line.key.store in (store, ENGINE))
        return AlarmList(tuple(kept))


def standing_line(store: str, name: str, alarm: AlarmStatus) -> AlarmLine:
    return AlarmLine(key_of(store, alarm), place_of(alarm), name, alarm)


def ended_line(store: str, name: str, ended: EndedAlarm, *, came_again: bool = False) -> AlarmLine:
    """`came_again`: one of the same id stands. To acknowledge that is to have seen this one too,
    and the engine knows alarms by their ids: from here alone it must not be done."""
    seen_elsewhere = came_again or ended.goes_on_as is not None
    place: Place = "past" if seen_elsewhere or ended.acknowledged_by else "over"
    alarm = AlarmStatus(
        ended.id,
        ended.priority,
        ended.cause,
        "",
        ended.since_utc_ns,
        ended.acknowledged_by,
        ended.count,
    )
    key = AlarmKey(store, ended.id, ended.since_utc_ns)
    return AlarmLine(key, place, name, alarm, ended.until_utc_ns, ended.goes_on_as)


def key_of(store: str, alarm: AlarmStatus) -> AlarmKey:
    return AlarmKey(store, alarm.id, alarm.since_utc_ns)


def is_shelved(alarm: AlarmStatus) -> bool:
    return alarm.shelved_until_utc_ns is not None


def place_of(alarm: AlarmStatus) -> Place:
    if is_shelved(alarm):
        return "shelved"
    return "active" if alarm.acknowledged_by is None else "seen"


def in_order(lines: Iterable[AlarmLine]) -> AlarmList:
    """What stands: the loudest first, then the oldest. What is over: the newest end first."""
    return AlarmList(tuple(sorted(lines, key=_order)))


def _order(line: AlarmLine) -> tuple[int, int, int, str, str]:
    place = PLACES.index(line.place)
    if line.until_utc_ns is not None:
        return place, 0, -line.until_utc_ns, line.key.store, line.key.id
    rank = -1 if line.alarm.gone_s is not None else RANK[line.alarm.priority]
    return place, -rank, line.key.since_utc_ns, line.key.store, line.key.id
