"""What are the alarms of one store, over any number of engines?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from livedesk.alarms.life import Finding
from livedesk.core.status import AlarmStatus
from livedesk.engine.alarming.common_alarms import CommonAlarms
from livedesk.engine.alarming.following import Following, Place
from livedesk.engine.alarming.recall import recall

_COMMON: Final = "alarm.common"
_COMMON_OVER: Final = "alarm.common_over"


class StoreAlarms(Following):
    """The alarms of one store; those that are over are of this session, or not seen since one
    before."""

    def __init__(self, place: Place, common: CommonAlarms | None = None) -> None:
        """`common`: what this store has together with others of the same engine."""
        super().__init__(place)
        self._common = common
        self._within: tuple[AlarmStatus, ...] = ()
        if common is not None:
            common.join(place.store, place.name)

    async def start(self, record: Path | None, *, is_over: bool = False) -> None:
        """Take up what an earlier engine left in the record of the newest session.

        `is_over`: of the session; then there is only what nobody has seen.
        """
        if record is None:
            return
        left = await asyncio.to_thread(recall, record)
        if is_over:
            left = left.unseen()
        self.recall(left)

    def look(self, findings: Mapping[str, Finding]) -> None:
        """Every condition that can be judged now, by alarm id; four times a second."""
        if self._common is None:
            super().look(findings)
            return
        super().look(self._common.take(self._place.store, findings))
        self._note_common(self._common.of(self._place.store))

    def _note_common(self, now: tuple[AlarmStatus, ...]) -> None:
        """What the engine tells for all stores is in the record of each that has it."""
        before, self._within = {each.id for each in self._within}, now
        here = {each.id for each in now}
        for alarm in now:
            if alarm.id not in before:
                self._place.post(
                    _COMMON, "warning", "alarms", f"Also here: {alarm.cause}",
                    {"common": alarm.id, "priority": alarm.priority}, None,
                )  # fmt: skip
        for alarm_id in sorted(before - here):
            text = f"Over here: {alarm_id}."
            self._place.post(_COMMON_OVER, "info", "alarms", text, {"common": alarm_id}, None)

    def common(self) -> tuple[AlarmStatus, ...]:
        """The engine's alarms that are of this store too."""
        return self._within

    def session_ends(self) -> None:
        """While the session's record still takes events."""
        self.end("Over with the session")
