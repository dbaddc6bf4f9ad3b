"""When does one condition become an alarm, and when is it over? On- and off-delay, time passed in.

Delays keep one fault from becoming many alarms (ISA-18.2 counts an alarm that comes and goes three
times a minute as chattering). The on-delay counts the time for which a condition was there since
it was last gone for the off-delay: what flaps is one alarm with a count, and neither none nor many.
What cannot be seen neither raises nor clears an alarm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, Priority

_FIGURE = re.compile(r"\d[\d,.]*")
_LONGEST_STEP_NS = NS_PER_S
"""When nobody looked for longer, nothing is known about the time between."""

_CHATTER_NS = 60 * NS_PER_S
"""An alarm that came twice in so long must be gone for so long before it is over: with that no
alarm comes three times a minute, which ISA-18.2 calls chattering."""

_FIGURES_NS = 2 * NS_PER_S
"""So often a standing alarm takes over figures: read at leisure, and never old."""

RANK: dict[Priority, int] = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """How long a condition must be there before it is an alarm, and be gone before it is none."""

    priority: Priority
    on_s: float
    off_s: float
    action: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition as it is seen now. `present` is None when it cannot be seen.

    `part_of`: alarms of greater faults that show themselves in this way too, on their way in or
    out. While one of them stands, this condition is no alarm of its own and keeps that one up, for
    10 s after the greater condition itself was last there. With `keeps_up` off it is what is left
    to do once the greater fault is over, and then an alarm of its own.

    `taken_by`: an alarm elsewhere that this is told by (`together`); this and what is part of it is
    then no alarm of its own. `waits`: there may be such an alarm in a moment, so none is raised.
    `is_mending`: it gets better by itself, so it is not raised as what is left of a greater fault
    that was there lately.
    """

    rule: AlarmRule
    present: bool | None
    cause: str
    part_of: tuple[str, ...] = ()
    keeps_up: bool = True
    taken_by: str = ""
    waits: bool = False
    is_mending: bool = False


@dataclass(frozen=True, slots=True)
class AlarmChange:
    tripped: bool
    alarm: AlarmStatus
    lasted_s: float
    """From the trip until the condition was last there; 0 when it just tripped."""
    goes_on_as: str | None = None
    """The alarm that took this one in, when it did not end."""


@dataclass(slots=True)
class Track:
    """One condition over time, and its alarm if there is one."""

    alarm: AlarmStatus | None = None
    looked_ns: int | None = None
    before: bool | None = None
    was_there: bool = False
    there_ns: int = 0
    gone_ns: int = 0
    unseen_ns: int = 0
    times: int = 0
    tripped_ns: int = 0
    last_there_ns: int = 0
    last_itself_ns: int | None = None
    """`last_there_ns` without the lesser conditions that this one took in."""
    told_ns: int | None = None
    """When it was last there of what an alarm told that is over, its own or one elsewhere."""
    goes_on: bool = False
    """A lesser condition is there, as a part of this one."""
    worded_ns: int = 0
    first_cause: str = field(default="")
    came_before_ns: int | None = None
    """When the alarm before this one began."""

    @classmethod
    def recalled(cls, alarm: AlarmStatus, mono_ns: int, utc_ns: int) -> Track:
        """Of an alarm that an earlier engine left; its times are counted back by the wall clock."""
        tripped_ns = mono_ns - max(0, utc_ns - alarm.since_utc_ns)
        return cls(
            alarm,
            # Until it is seen whether it is still there it counts as the time in which it was.
            was_there=True,
            times=alarm.count,
            tripped_ns=tripped_ns,
            last_there_ns=mono_ns,
            last_itself_ns=mono_ns,
            worded_ns=mono_ns,
            first_cause=alarm.cause,
        )

    def look(self, mono_ns: int, present: bool | None, off_ns: float) -> None:
        step_ns = 0 if self.looked_ns is None else min(mono_ns - self.looked_ns, _LONGEST_STEP_NS)
        before, self.before, self.looked_ns = self.before, present, mono_ns
        self.goes_on = False
        if present is None:
            self.unseen_ns += step_ns
            if self.alarm is None and self.unseen_ns >= off_ns:
                self.forget()
            return
        self.unseen_ns = 0
        if present:
            self._is_there(mono_ns, step_ns if before else 0)
            return
        self.was_there = False
        self.gone_ns += step_ns if before is False else 0
        if self.alarm is None and self.gone_ns >= off_ns:
            self.forget()

    def _is_there(self, mono_ns: int, step_ns: int) -> None:
        if not self.was_there:
            self.times += 1
        self.was_there = True
        self.there_ns += step_ns
        self.gone_ns = 0
        self.last_there_ns = self.last_itself_ns = mono_ns
        if self.alarm is not None and self.alarm.count != self.times:
            self.alarm = replace(self.alarm, count=self.times)

    def shown(self) -> AlarmStatus | None:
        """The alarm as it is told: one whose condition is gone is no news of now.

        For less than a second it is not called gone: a figure round its limit would make it flash.
        """
        is_gone = self.before is False and not self.goes_on and self.gone_ns >= NS_PER_S
        if self.alarm is None or not is_gone:
            return self.alarm
        return replace(self.alarm, gone_s=self.gone_ns / NS_PER_S)

    def forget(self) -> None:
        """It is over, and the next time is a first time."""
        self.there_ns = self.gone_ns = self.unseen_ns = self.times = 0
        self.was_there = False

    def was_within(self, mono_ns: int, time_ns: int) -> bool:
        """Whether it was there itself not longer ago than this."""
        return self.last_itself_ns is not None and mono_ns - self.last_itself_ns < time_ns

    def was_told_within(self, mono_ns: int, time_ns: int) -> bool:
        """The same of what an alarm told."""
        return self.told_ns is not None and mono_ns - self.told_ns < time_ns

    def trip(self, alarm_id: str, finding: Finding, mono_ns: int, utc_ns: int) -> AlarmChange:
        rule = finding.rule
        self.alarm = AlarmStatus(
            alarm_id, rule.priority, finding.cause, rule.action, utc_ns, count=self.times
        )
        if self.first_cause:
            self.came_before_ns = self.tripped_ns
        self.tripped_ns = self.worded_ns = mono_ns
        self.first_cause = finding.cause
        return AlarmChange(True, self.alarm, 0.0)

    def would_chatter(self, mono_ns: int) -> bool:
        """Whether it would be the third time in a minute; taken in by a greater alarm in between,
        it waits for the minute to pass."""
        return self.came_before_ns is not None and mono_ns - self.came_before_ns < _CHATTER_NS

    def is_over(self, rule: AlarmRule) -> bool:
        """Gone for long enough. What ends with a person's hand (no off-delay) cannot chatter."""
        off_ns = rule.off_s * NS_PER_S
        before_ns = self.came_before_ns
        if before_ns is not None and rule.off_s and self.tripped_ns - before_ns < _CHATTER_NS:
            off_ns = max(off_ns, _CHATTER_NS)
        return self.before is False and self.gone_ns >= off_ns

    def follow_words(self, finding: Finding, mono_ns: int) -> None:
        """A standing alarm takes over another cause at once, and other figures now and then."""
        alarm = self.alarm
        if alarm is None or not finding.present or alarm.cause == finding.cause:
            return
        is_other = _words(alarm.cause) != _words(finding.cause)
        if not is_other and mono_ns - self.worded_ns < _FIGURES_NS:
            return
        self.worded_ns = mono_ns
        rule = finding.rule
        self.alarm = replace(alarm, cause=finding.cause, action=rule.action)
        if RANK[rule.priority] > RANK[alarm.priority]:
            # Who acknowledged the lesser has not seen this.
            self.alarm = replace(
                self.alarm,
                priority=rule.priority,
                acknowledged_by=None,
                acknowledged_utc_ns=None,
            )

    def clear(self, alarm: AlarmStatus, goes_on_as: str | None = None) -> AlarmChange:
        """Its end is told in the words of its beginning, so that the two are known for a pair."""
        self.alarm = None
        self.told_ns = self.last_itself_ns
        self.forget()
        told = replace(alarm, cause=self.first_cause)
        lasted_s = max(0, self.last_there_ns - self.tripped_ns) / NS_PER_S
        return AlarmChange(False, told, lasted_s, goes_on_as)


def _words(text: str) -> str:
    return _FIGURE.sub("", text)
