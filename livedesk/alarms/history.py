"""What happened while nobody looked? Alarms that are over, the newest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, EndedAlarm

MOST = 200
"""Of one session. Older ones are in its record."""


class EndedAlarms:
    """Those of one session. What was taken in by a greater alarm is seen with that one."""

    def __init__(self) -> None:
        self._newest_first: deque[EndedAlarm] = deque(maxlen=MOST)

    def add(self, ended: EndedAlarm) -> None:
        self._newest_first.appendleft(ended)

    def listed(self) -> tuple[EndedAlarm, ...]:
        return tuple(self._newest_first)

    def acknowledge(self, alarm_id: str, by: str) -> EndedAlarm | None:
        """Somebody saw what happened under this id so far. Returns the newest, None: there is none.

        Who saw one first stays its name.
        """
        newest: EndedAlarm | None = None
        for place, ended in enumerate(self._newest_first):
            if ended.id != alarm_id:
                continue
            seen = replace(ended, acknowledged_by=ended.acknowledged_by or by)
            self._newest_first[place] = seen
            newest = newest or seen
        return newest

    def forget_seen(self) -> tuple[EndedAlarm, ...]:
        """Returns what nobody has seen yet, the oldest first."""
        left = unseen(self._newest_first)
        self._newest_first = deque(left, maxlen=MOST)
        return left[::-1]


def unseen(ended: Iterable[EndedAlarm]) -> tuple[EndedAlarm, ...]:
    """Over, acknowledged by nobody, and no part of another alarm."""
    return tuple(one for one in ended if one.acknowledged_by is None and one.goes_on_as is None)


def ended_alarm(
    alarm: AlarmStatus, lasted_s: float, goes_on_as: str | None, shelved_by: str | None = None
) -> EndedAlarm:
    """Over since its condition was last there. Who put it aside has seen it."""
    return EndedAlarm(
        id=alarm.id,
        priority=alarm.priority,
        cause=alarm.cause,
        since_utc_ns=alarm.since_utc_ns,
        until_utc_ns=alarm.since_utc_ns + round(lasted_s * NS_PER_S),
        count=alarm.count,
        acknowledged_by=alarm.acknowledged_by or shelved_by,
        goes_on_as=goes_on_as,
    )
