"""How are the alarms of one place lived: judged, recorded, announced, acknowledged, shelved?

The same for a store and for the engine itself. Called from one event loop only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from livedesk.alarms.flood import Announcer, Flood
from livedesk.alarms.history import ended_alarm, unseen
from livedesk.alarms.life import AlarmChange, Alarms, Finding
from livedesk.alarms.shelf import Back, shelve_for
from livedesk.core.clock import Clock
from livedesk.core.events import Json, Level, Source
from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm
from livedesk.engine.alarm_words import alarm_event
from livedesk.engine.alarming.announce import Announcement, Telling
from livedesk.engine.alarming.left import Left

ACKNOWLEDGED: Final = "alarm.acknowledged"
SHELVED: Final = "alarm.shelved"
UNSHELVED: Final = "alarm.unshelved"
UNSEEN: Final = "alarm.unseen"
_FLOOD: Final = "alarm.flood"
_FLOOD_OVER: Final = "alarm.flood_over"

_BACK_WORDS: Final[dict[Back, str]] = {
    "time": "No longer shelved, its time is over",
    "worse": "No longer shelved, it got worse",
}


class Post(Protocol):
    """Puts an event on record."""

    def __call__(
        self,
        kind: str,
        level: Level,
        source: Source,
        text: str,
        data: dict[str, Json],
        actor: str | None,
    ) -> object: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Whose alarms these are. `store` and `name` are empty for the engine itself."""

    clock: Clock
    post: Post
    telling: Telling
    steps: Callable[[str], tuple[str, ...]]
    """Of an alarm's id: what the agency does about it."""
    store: str = ""
    name: str = ""


class Following:
    """The alarms of one place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.alarms = Alarms()
        self._flood = Flood()
        self._announcer = Announcer(self._flood)

    # What is seen.

    def look(self, findings: Mapping[str, Finding]) -> None:
        """Judge what is there now; then record and announce what became of it."""
        clock = self._place.clock
        mono_ns, utc_ns = clock.mono_ns(), clock.utc_ns()
        changes = self.alarms.update(mono_ns, utc_ns, findings)
        for change in changes:
            self._tell(change)
        for alarm_id, why in self.alarms.come_back(mono_ns):
            self._comes_back(alarm_id, _BACK_WORDS[why], None)
        self._count(mono_ns, utc_ns, changes)
        self._announce_news(mono_ns)

    def begin(self) -> None:
        """A new record: what nobody has seen yet waits on, and a new engine finds it there."""
        for one in self.alarms.begin():
            data: dict[str, Json] = {
                "alarm": one.id,
                "priority": one.priority,
                "cause": one.cause,
                "since_utc_ns": one.since_utc_ns,
                "until_utc_ns": one.until_utc_ns,
                "count": one.count,
            }
            text = f"Of before this session, and seen by nobody: {one.cause}"
            self._place.post(UNSEEN, "notice", "alarms", text, data, None)

    def end(self, over: str) -> None:
        """Everything ends now. `over`: how that is told."""
        for change in self.alarms.end():
            self._tell(change, over)

    def _tell(self, change: AlarmChange, over: str = "Over") -> None:
        kind, level, text, data = alarm_event(change, over)
        self._place.post(kind, level, "engine", text, data, None)
        alarm_id = change.alarm.id
        if change.tripped:
            return
        was_told = self._announcer.over(alarm_id)
        if was_told and not self.alarms.is_shelved(alarm_id):
            self._announce(ended=ended_alarm(change.alarm, change.lasted_s, change.goes_on_as))

    def _count(self, mono_ns: int, utc_ns: int, changes: tuple[AlarmChange, ...]) -> None:
        before = self._flood.status()
        began = [change.alarm.id for change in changes if change.tripped]
        heard = sum(not self.alarms.is_shelved(alarm_id) for alarm_id in began)
        self._flood.look(mono_ns, utc_ns, heard)
        now = self._flood.status()
        if (before is None) == (now is None):
            return
        if now is None:
            text = "Alarms come slowly again; all are announced one by one."
            self._place.post(_FLOOD_OVER, "info", "alarms", text, {}, None)
            return
        text = (
            f"{now.alarms} alarms in ten minutes: only those of high priority are announced one "
            "by one."
        )
        self._place.post(_FLOOD, "warning", "alarms", text, {"alarms": now.alarms}, None)

    def _announce_news(self, mono_ns: int) -> None:
        news = self._announcer.news(mono_ns, self.alarms.active())
        for alarm in news.alarms:
            self._announce(alarm=self._with_steps(alarm))
        if news.quiet:
            self._announce(quiet=news.quiet)

    def _announce(
        self,
        alarm: AlarmStatus | None = None,
        ended: EndedAlarm | None = None,
        quiet: int = 0,
    ) -> None:
        place = self._place
        place.telling.announce(Announcement(place.store, place.name, alarm, ended, quiet))

    def recall(self, left: Left) -> None:
        """Take up what an earlier engine left; what stands was announced by it."""
        clock = self._place.clock
        mono_ns, utc_ns = clock.mono_ns(), clock.utc_ns()
        shelved = left.shelved_at(mono_ns, utc_ns)
        self.alarms.recall(mono_ns, utc_ns, left.standing, left.ended, shelved)
        self._announcer.told_before(self.alarms.active())

    # What is shown.

    def active(self) -> tuple[AlarmStatus, ...]:
        return tuple(self._with_steps(alarm) for alarm in self.alarms.active())

    def ended(self) -> tuple[EndedAlarm, ...]:
        return self.alarms.ended()

    def flood(self) -> AlarmFlood | None:
        return self._flood.status()

    def _with_steps(self, alarm: AlarmStatus) -> AlarmStatus:
        return replace(alarm, steps=self._place.steps(alarm.id))

    # What people do.

    def acknowledge(self, alarm_id: str, by: str) -> AlarmStatus | EndedAlarm | None:
        """Somebody has seen it, and what was under its id before. None: no such alarm is known."""
        before = self._unacknowledged(alarm_id)
        seen = self.alarms.acknowledge(alarm_id, by, self._place.clock.utc_ns())
        if seen is not None and before:
            text = f"{by} has seen: {seen.cause}"
            data: dict[str, Json] = {"alarm": alarm_id, "priority": seen.priority}
            self._place.post(ACKNOWLEDGED, "info", "alarms", text, data, by)
        return self._with_steps(seen) if isinstance(seen, AlarmStatus) else seen

    def _unacknowledged(self, alarm_id: str) -> bool:
        alarm = self.alarms.find(alarm_id)
        is_open = alarm is not None and alarm.acknowledged_by is None
        return is_open or any(ended.id == alarm_id for ended in unseen(self.alarms.ended()))

    def shelve(self, alarm_id: str, by: str, minutes: float, why: str) -> AlarmStatus | None:
        """Put it aside for so long. None: no such alarm stands."""
        alarm = self.alarms.find(alarm_id)
        if alarm is None:
            return None
        clock = self._place.clock
        shelved = shelve_for(alarm, by, why, minutes, (clock.mono_ns(), clock.utc_ns()))
        self.alarms.shelve(shelved)
        text = f"{by} put it aside for {minutes:g} min ({why}): {alarm.cause}"
        data: dict[str, Json] = {
            "alarm": alarm_id,
            "priority": alarm.priority,
            "minutes": minutes,
            "until_utc_ns": shelved.until_utc_ns,
            "why": why,
        }
        self._place.post(SHELVED, "notice", "alarms", text, data, by)
        return self._standing(alarm_id)

    def unshelve(self, alarm_id: str, by: str) -> AlarmStatus | None:
        """Take it back before its time. None: no such alarm stands. It may not be shelved."""
        if self.alarms.unshelve(alarm_id):
            self._comes_back(alarm_id, f"{by} took it back", by)
        return self._standing(alarm_id)

    def _comes_back(self, alarm_id: str, words: str, by: str | None) -> None:
        alarm = self.alarms.find(alarm_id)
        cause = "it is gone by now." if alarm is None else alarm.cause
        data: dict[str, Json] = {"alarm": alarm_id}
        self._place.post(UNSHELVED, "info", "alarms", f"{words}: {cause}", data, by)

    def _standing(self, alarm_id: str) -> AlarmStatus | None:
        alarm = self.alarms.find(alarm_id)
        return None if alarm is None else self._with_steps(alarm)
