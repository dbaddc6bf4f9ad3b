"""Which conditions need a person now? On- and off-delays per condition, with the time passed in.

Delays keep one fault from becoming many alarms (ISA-18.2 counts an alarm that comes and goes three
times a minute as chattering). What cannot be seen neither raises nor clears an alarm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, Priority

_FIGURE = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """How long a condition must hold before it is an alarm, and be gone before it is none."""

    priority: Priority
    on_s: float
    off_s: float
    action: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition as it is seen now. `present` is None when it cannot be seen."""

    rule: AlarmRule
    present: bool | None
    cause: str


@dataclass(frozen=True, slots=True)
class AlarmChange:
    tripped: bool
    alarm: AlarmStatus
    lasted_s: float
    """How long the alarm stood; 0 when it just tripped."""


@dataclass(slots=True)
class _Track:
    """Since when a condition differs from its alarm, and the alarm if there is one."""

    differs_since_ns: int | None = None
    alarm: AlarmStatus | None = None
    tripped_ns: int = 0
    first_cause: str = ""

    def follow_words(self, finding: Finding) -> None:
        """A standing alarm takes over another cause; its figures stay those of its first moment."""
        alarm = self.alarm
        if alarm is None or not finding.present or _words(alarm.cause) == _words(finding.cause):
            return
        self.alarm = replace(alarm, cause=finding.cause, action=finding.rule.action)

    def clear(self, alarm: AlarmStatus, mono_ns: int) -> AlarmChange:
        """Its end is told in the words of its beginning, so that the two are known for a pair."""
        self.alarm = None
        told = replace(alarm, cause=self.first_cause)
        return AlarmChange(False, told, (mono_ns - self.tripped_ns) / NS_PER_S)


class Alarms:
    """The alarms of one store."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}

    def active(self) -> tuple[AlarmStatus, ...]:
        return tuple(track.alarm for track in self._tracks.values() if track.alarm is not None)

    def update(
        self, mono_ns: int, utc_ns: int, findings: Mapping[str, Finding]
    ) -> tuple[AlarmChange, ...]:
        """Take in what is seen now, by alarm id; a condition not mentioned is gone."""
        changes = [
            change
            for alarm_id, finding in findings.items()
            if (change := self._follow(alarm_id, finding, mono_ns, utc_ns)) is not None
        ]
        for alarm_id in [known for known in self._tracks if known not in findings]:
            track = self._tracks.pop(alarm_id)
            if track.alarm is not None:
                changes.append(track.clear(track.alarm, mono_ns))
        return tuple(changes)

    def _follow(
        self, alarm_id: str, finding: Finding, mono_ns: int, utc_ns: int
    ) -> AlarmChange | None:
        track = self._tracks.setdefault(alarm_id, _Track())
        track.follow_words(finding)
        if finding.present is None or finding.present == (track.alarm is not None):
            track.differs_since_ns = None
            return None
        if track.differs_since_ns is None:
            track.differs_since_ns = mono_ns
        delay_s = finding.rule.on_s if finding.present else finding.rule.off_s
        if mono_ns - track.differs_since_ns < delay_s * NS_PER_S:
            return None
        track.differs_since_ns = None
        if track.alarm is not None:
            return track.clear(track.alarm, mono_ns)
        track.alarm = AlarmStatus(
            alarm_id, finding.rule.priority, finding.cause, finding.rule.action, utc_ns
        )
        track.tripped_ns, track.first_cause = mono_ns, finding.cause
        return AlarmChange(True, track.alarm, 0.0)


def _words(text: str) -> str:
    return _FIGURE.sub("", text)
