"""What does a store's moderation need of the store? Seen from here, so that tests can stand in."""

from __future__ import annotations

from typing import Protocol

from livedesk.core.events import Json, Level
from livedesk.core.moderation import QueueChange
from livedesk.core.settings import StoreSettings
from livedesk.engine.bus import Receipt
from livedesk.journal.values import SessionInfo


class Stage(Protocol):
    @property
    def settings(self) -> StoreSettings: ...

    def session(self) -> SessionInfo | None:
        """The one that is open."""
        ...

    def moderation_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        """Put an event in line for the record; without a session for that of the next."""
        ...

    def publish_queue(self, change: QueueChange) -> None: ...


class Tell(Protocol):
    """Puts an event in line for the record."""

    def __call__(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt: ...
