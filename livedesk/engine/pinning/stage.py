"""What do a store's pins need of the store? Seen from here, so that tests can stand in for it."""

from __future__ import annotations

from typing import Protocol

from livedesk.core.events import Json, Level
from livedesk.core.settings import StoreSettings
from livedesk.engine.bus import Receipt
from livedesk.journal.values import SessionInfo


class Stage(Protocol):
    @property
    def settings(self) -> StoreSettings: ...

    def session(self) -> SessionInfo | None:
        """The one that is open."""
        ...

    def pin_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        """Put an event in line for the record."""
        ...


class Tell(Protocol):
    """Puts an event in line for the record."""

    def __call__(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> object: ...
