"""What does the check of a store need of the store? Seen from here, so that tests can stand in."""

from __future__ import annotations

from typing import Protocol

from livedesk.core.events import Json, Level
from livedesk.core.settings import StoreSettings
from livedesk.core.status import EndedAlarm, StoreStatus
from livedesk.engine.bus import Receipt


class Stage(Protocol):
    @property
    def settings(self) -> StoreSettings: ...

    def status(self) -> StoreStatus: ...

    def products_access(self) -> str:
        """Why the access to the products ends before the show does; empty when it does not."""
        ...

    def unseen_alarms(self) -> tuple[EndedAlarm, ...]:
        """What was over before anybody acknowledged it."""
        ...

    def check_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        """Put an event in line for the record; without a session for that of the next."""
        ...
