"""Which alarms stood at an instant, and who had seen to them by then?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from livedesk.core.events import Event
from livedesk.core.status import AlarmStatus, Priority
from livedesk.journal.reader import TimedEvent
from livedesk.journal.replay.course import Course

_PRIORITIES: Final[dict[object, Priority]] = {"low": "low", "medium": "medium", "high": "high"}
_RANK: Final[dict[Priority, int]] = {"high": 0, "medium": 1, "low": 2}


class AlarmCourses:
    """Takes the events of alarms in the order in which they were written (`fold/alarms.py`)."""

    def __init__(self) -> None:
        self._now: dict[str, AlarmStatus | None] = {}
        self._courses: dict[str, Course[AlarmStatus | None]] = {}

    def take(self, timed: TimedEvent) -> None:
        event = timed.event
        alarm_id = event.data.get("alarm")
        if not isinstance(alarm_id, str):
            return
        before = self._now.get(alarm_id)
        after = _changed(before, alarm_id, event)
        if after != before:
            self._now[alarm_id] = after
            self._courses.setdefault(alarm_id, Course()).add(timed.t_ms, after)

    def at(self, t_ms: int, utc_ns: int) -> tuple[AlarmStatus, ...]:
        """Loudest first, of equals the oldest. An alarm whose shelf time is over is not shelved."""
        stood = (course.at(t_ms) for course in self._courses.values())
        alarms = (_off_the_shelf(alarm, utc_ns) for alarm in stood if alarm is not None)
        return tuple(sorted(alarms, key=lambda a: (_RANK[a.priority], a.since_utc_ns, a.id)))

    def stands(self, alarm_id: str, t_ms: int) -> bool:
        course = self._courses.get(alarm_id)
        return course is not None and course.at(t_ms) is not None


def _changed(before: AlarmStatus | None, alarm_id: str, event: Event) -> AlarmStatus | None:
    data = event.data
    match event.kind:
        case "limit.trip":
            # A new engine tells again of what stands.
            return before or _tripped(alarm_id, event)
        case "limit.clear":
            return None
        case _ if before is None:
            return None
        case "alarm.acknowledged":
            priority = _PRIORITIES.get(data.get("priority"), before.priority)
            by = before.acknowledged_by or event.actor or ""
            seen_ns = before.acknowledged_utc_ns or event.utc_ns
            return replace(
                before, priority=priority, acknowledged_by=by, acknowledged_utc_ns=seen_ns
            )
        case "alarm.shelved":
            until = data.get("until_utc_ns")
            return replace(
                before,
                shelved_by=event.actor or "",
                shelved_until_utc_ns=until if isinstance(until, int) else None,
                shelved_why=_text(data, "why"),
            )
        case "alarm.unshelved":
            return _unshelved(before)
    return before


def _tripped(alarm_id: str, event: Event) -> AlarmStatus:
    action = _text(event.data, "action")
    return AlarmStatus(
        alarm_id,
        _PRIORITIES.get(event.data.get("priority"), "high"),
        event.text.removesuffix(action).rstrip(),
        action,
        event.utc_ns,
    )


def _off_the_shelf(alarm: AlarmStatus, utc_ns: int) -> AlarmStatus:
    until = alarm.shelved_until_utc_ns
    return _unshelved(alarm) if until is not None and until <= utc_ns else alarm


def _unshelved(alarm: AlarmStatus) -> AlarmStatus:
    return replace(alarm, shelved_by=None, shelved_until_utc_ns=None, shelved_why="")


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
