"""Which alarms were there, how long did each stand, and who saw to it?

`limit.trip` and `limit.clear` are its beginning and end, `alarm.*` what people did about it
(docs/architecture.md, "Alarms"; the words are those of ISA-18.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from livedesk.journal.reader import TimedEvent

ALARM_EVENTS: Final = frozenset(
    (
        "limit.trip", "limit.clear", "alarm.acknowledged", "alarm.shelved", "alarm.unshelved",
        "alarm.unseen",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlarmLife:
    """From its beginning to its end; `cleared_ms` None stood when the record ended."""

    tripped_ms: int
    cleared_ms: int | None
    count: int = 1
    """How often its condition came in that time."""
    goes_on_as: str = ""
    """The alarm of the greater fault that it turned out to be a part of."""


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm of the session, over all of its lives. Times of the session in ms.

    `cause` and `priority` as they were at its newest beginning; who acknowledged or shelved it: the
    newest to do so. `notes`: what else is to be known, in words.
    """

    id: str
    store: str
    priority: str
    cause: str
    action: str
    first_ms: int
    last_ms: int
    cleared_ms: int | None
    count: int
    lives: tuple[AlarmLife, ...] = ()
    acknowledged_by: str = ""
    acknowledged_ms: int | None = None
    shelved_by: str = ""
    shelved_ms: int | None = None
    shelved_why: str = ""
    shelved_until_utc_ns: int | None = None
    notes: tuple[str, ...] = ()

    def stood_ms(self, end_ms: int) -> int:
        """In all, of a session that ends at `end_ms`."""
        return sum(
            max(0, (end_ms if life.cleared_ms is None else life.cleared_ms) - life.tripped_ms)
            for life in self.lives
        )


@dataclass(slots=True)
class _Alarm:
    id: str
    store: str
    priority: str = "high"
    cause: str = ""
    action: str = ""
    lives: list[AlarmLife] = field(default_factory=list)
    acknowledged: tuple[str, int] | None = None
    shelved: tuple[str, int, str, int | None] | None = None
    notes: list[str] = field(default_factory=list)


class AlarmsTold:
    """Takes ALARM_EVENTS."""

    def __init__(self) -> None:
        self._alarms: dict[str, _Alarm] = {}

    def take(self, timed: TimedEvent) -> None:
        event = timed.event
        alarm_id = event.data.get("alarm")
        if not isinstance(alarm_id, str):
            return
        alarm = self._alarms.setdefault(alarm_id, _Alarm(alarm_id, event.store))
        alarm.priority = _text(event.data, "priority") or alarm.priority
        match event.kind:
            case "limit.trip":
                _trip(alarm, timed)
            case "limit.clear":
                _clear(alarm, timed)
            case "alarm.acknowledged":
                alarm.acknowledged = event.actor or "", timed.t_ms
            case "alarm.shelved":
                until = event.data.get("until_utc_ns")
                until_utc_ns = until if isinstance(until, int) else None
                why = _text(event.data, "why")
                alarm.shelved = event.actor or "", timed.t_ms, why, until_utc_ns
            case _:
                alarm.cause = alarm.cause or _text(event.data, "cause")
                alarm.notes.append(event.text)

    def result(self) -> tuple[AlarmRow, ...]:
        """In order of their first beginning. One that only an earlier session had is a row too:
        it was there, unseen, when this one began; it has no lives."""
        rows = map(_row, self._alarms.values())
        return tuple(sorted(rows, key=lambda row: (row.first_ms, row.id)))


def _trip(alarm: _Alarm, timed: TimedEvent) -> None:
    data = timed.event.data
    alarm.action = _text(data, "action")
    alarm.cause = timed.event.text.removesuffix(alarm.action).rstrip()
    if alarm.lives and alarm.lives[-1].cleared_ms is None:
        return  # a new engine tells again of what stands
    alarm.lives.append(AlarmLife(timed.t_ms, None))


def _clear(alarm: _Alarm, timed: TimedEvent) -> None:
    data = timed.event.data
    count = data.get("count")
    times = count if isinstance(count, int) and count > 0 else 1
    if alarm.lives and alarm.lives[-1].cleared_ms is None:
        tripped_ms = alarm.lives.pop().tripped_ms
    else:  # its beginning is not on record
        lasted_s = data.get("lasted_s")
        tripped_ms = timed.t_ms - round(
            (lasted_s if isinstance(lasted_s, (int, float)) else 0) * 1000
        )
        alarm.cause = alarm.cause or timed.event.text
    life = AlarmLife(tripped_ms, timed.t_ms, times, _text(data, "goes_on_as"))
    alarm.lives.append(life)


def _row(alarm: _Alarm) -> AlarmRow:
    lives = tuple(alarm.lives)
    by, acknowledged_ms = alarm.acknowledged or ("", None)
    shelved_by, shelved_ms, why, until_utc_ns = alarm.shelved or ("", None, "", None)
    return AlarmRow(
        id=alarm.id,
        store=alarm.store,
        priority=alarm.priority,
        cause=alarm.cause,
        action=alarm.action,
        first_ms=lives[0].tripped_ms if lives else 0,
        last_ms=lives[-1].tripped_ms if lives else 0,
        cleared_ms=lives[-1].cleared_ms if lives else 0,
        count=sum(life.count for life in lives),
        lives=lives,
        acknowledged_by=by,
        acknowledged_ms=acknowledged_ms,
        shelved_by=shelved_by,
        shelved_ms=shelved_ms,
        shelved_why=why,
        shelved_until_utc_ns=until_utc_ns,
        notes=tuple(alarm.notes),
    )


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
