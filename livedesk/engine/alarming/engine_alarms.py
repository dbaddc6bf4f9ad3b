"""Which alarms has the engine itself, those of no single store? Channels, disk, clock."""

from __future__ import annotations

from collections.abc import Mapping

from livedesk.alarms.life import Alarms, Finding
from livedesk.core.clock import Clock
from livedesk.core.status import AlarmStatus, EndedAlarm
from livedesk.engine.alarming.announce import Announcement, Telling


class EngineAlarms:
    """Judged by `look`, about once a second: delays count a second at most between two looks."""

    def __init__(self, clock: Clock, telling: Telling) -> None:
        self._clock = clock
        self._telling = telling
        self._alarms = Alarms()

    def look(self, findings: Mapping[str, Finding]) -> None:
        """Every condition that can be judged now, by alarm id; one not mentioned is gone."""
        utc_ns = self._clock.utc_ns()
        for change in self._alarms.update(self._clock.mono_ns(), utc_ns, findings):
            alarm = change.alarm
            if change.tripped:
                self._telling.announce(Announcement("", "", alarm))
                continue
            ended = EndedAlarm(
                alarm.id, alarm.priority, alarm.cause, alarm.since_utc_ns, utc_ns, alarm.count
            )
            self._telling.announce(Announcement("", "", ended=ended))

    def active(self) -> tuple[AlarmStatus, ...]:
        return self._alarms.active()
