"""What are the alarms of one store, over any number of engines?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from livedesk.alarms.life import Finding
from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm
from livedesk.engine.alarming.following import Following, Place
from livedesk.engine.alarming.recall import recall


class StoreAlarms:
    """The alarms of one store. Called from the engine's event loop only."""

    def __init__(self, place: Place) -> None:
        self._clock = place.clock
        self._following = Following(place)

    async def start(self, record: Path | None) -> None:
        """Take up what an earlier engine left in the record of the session that goes on."""
        if record is None:
            return
        left = await asyncio.to_thread(recall, record)
        mono_ns, utc_ns = self._clock.mono_ns(), self._clock.utc_ns()
        shelved = left.shelved_at(mono_ns, utc_ns)
        alarms = self._following.alarms
        alarms.recall(mono_ns, utc_ns, left.standing, left.ended, shelved)
        self._following.told_before()

    def look(self, findings: Mapping[str, Finding]) -> None:
        """Every condition that can be judged now, by alarm id; four times a second."""
        self._following.look(findings)

    def session_begins(self) -> None:
        self._following.alarms.begin()

    def session_ends(self) -> None:
        """While the session's record still takes events."""
        self._following.end("Over with the session")

    def active(self) -> tuple[AlarmStatus, ...]:
        return self._following.active()

    def ended(self) -> tuple[EndedAlarm, ...]:
        """Of this session, the newest first."""
        return self._following.ended()

    def flood(self) -> AlarmFlood | None:
        return self._following.flood()

    def acknowledge(self, alarm_id: str, by: str) -> AlarmStatus | EndedAlarm | None:
        return self._following.acknowledge(alarm_id, by)

    def shelve(self, alarm_id: str, by: str, minutes: float, why: str) -> AlarmStatus | None:
        return self._following.shelve(alarm_id, by, minutes, why)

    def unshelve(self, alarm_id: str, by: str) -> AlarmStatus | None:
        return self._following.unshelve(alarm_id, by)
