"""What did an earlier engine leave of a session's alarms? Reads its record: call it in a thread."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast, get_args

from livedesk.alarms.history import EndedAlarms, ended_alarm
from livedesk.core.events import Event, Json
from livedesk.core.status import AlarmStatus, EndedAlarm, Priority
from livedesk.engine.alarming.following import ACKNOWLEDGED, SHELVED, UNSEEN, UNSHELVED
from livedesk.engine.alarming.left import Left, LeftShelved
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader

log = logging.getLogger(__name__)

_TRIP: Final = "limit.trip"
_CLEAR: Final = "limit.clear"
_KINDS: Final = (_TRIP, _CLEAR, ACKNOWLEDGED, SHELVED, UNSHELVED, UNSEEN)


def recall(record: Path) -> Left:
    """A record that cannot be read has nothing to tell; the journal's own alarm says so."""
    try:
        with SessionReader.open(record) as reader:
            return left_by(timed.event for timed in reader.events(kinds=_KINDS))
    except JournalError as error:
        log.error("alarms of %s cannot be taken up: %s", record, error)
        return Left()


def left_by(events: Iterable[Event]) -> Left:
    """What the events of one session leave, in their order."""
    recalling = _Recalling()
    for event in events:
        recalling.take(event)
    return Left(
        tuple(recalling.standing.values()),
        recalling.ended.listed()[::-1],
        tuple(recalling.shelved.values()),
    )


@dataclass(slots=True)
class _Recalling:
    standing: dict[str, AlarmStatus] = field(default_factory=dict)
    ended: EndedAlarms = field(default_factory=EndedAlarms)
    shelved: dict[str, LeftShelved] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        alarm_id = event.data.get("alarm")
        if not isinstance(alarm_id, str):
            return
        match event.kind:
            case "limit.trip":
                self.standing[alarm_id] = _tripped(alarm_id, event)
            case "limit.clear":
                self._clear(alarm_id, event.data)
            case "alarm.acknowledged":
                self._acknowledge(alarm_id, event)
            case "alarm.shelved":
                self.shelved[alarm_id] = _put_aside(alarm_id, event)
            case "alarm.unseen":
                self.ended.add(_unseen(alarm_id, event))
            case _:
                self.shelved.pop(alarm_id, None)

    def _clear(self, alarm_id: str, data: dict[str, Json]) -> None:
        alarm = self.standing.pop(alarm_id, None)
        if alarm is None:
            return
        lasted_s, count, goes_on_as = (
            data.get("lasted_s"),
            data.get("count"),
            data.get("goes_on_as"),
        )
        shelved = self.shelved.get(alarm_id)
        self.ended.add(
            ended_alarm(
                replace(alarm, count=count if isinstance(count, int) else 1),
                float(lasted_s) if isinstance(lasted_s, (int, float)) else 0.0,
                goes_on_as if isinstance(goes_on_as, str) else None,
                None if shelved is None else shelved.by,
            )
        )

    def _acknowledge(self, alarm_id: str, event: Event) -> None:
        by = event.actor or ""
        self.ended.acknowledge(alarm_id, by)
        alarm = self.standing.get(alarm_id)
        if alarm is not None and alarm.acknowledged_by is None:
            # It may have got worse since it began: what was seen is what was there then.
            self.standing[alarm_id] = replace(
                alarm,
                priority=_priority(event),
                acknowledged_by=by,
                acknowledged_utc_ns=event.utc_ns,
            )


def _tripped(alarm_id: str, event: Event) -> AlarmStatus:
    action = str(event.data.get("action") or "")
    cause = event.text.removesuffix(action).rstrip()
    return AlarmStatus(alarm_id, _priority(event), cause, action, event.utc_ns)


def _unseen(alarm_id: str, event: Event) -> EndedAlarm:
    """What a session before left."""
    since, until, count = (
        event.data.get("since_utc_ns"),
        event.data.get("until_utc_ns"),
        event.data.get("count"),
    )
    return EndedAlarm(
        alarm_id,
        _priority(event),
        str(event.data.get("cause") or ""),
        since if isinstance(since, int) else event.utc_ns,
        until if isinstance(until, int) else event.utc_ns,
        count if isinstance(count, int) else 1,
    )


def _put_aside(alarm_id: str, event: Event) -> LeftShelved:
    until_utc_ns = event.data.get("until_utc_ns")
    return LeftShelved(
        alarm_id,
        event.actor or "",
        str(event.data.get("why") or ""),
        until_utc_ns if isinstance(until_utc_ns, int) else 0,
        _priority(event),
    )


def _priority(event: Event) -> Priority:
    told = event.data.get("priority")
    return cast(Priority, told) if told in get_args(Priority) else "high"
