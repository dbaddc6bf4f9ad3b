"""What does a store have besides its media? Pins, moderation and the check before its show.

They live in the order in which they need each other, the store's alarms between them when a
session begins or ends; each sees the store from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livedesk.core.events import Json, Level
from livedesk.core.moderation import QueueChange
from livedesk.core.settings import StoreSettings
from livedesk.core.status import EndedAlarm, StoreStatus
from livedesk.engine.alarming.store_alarms import StoreAlarms
from livedesk.engine.broadcast import Broadcast
from livedesk.engine.bus import Bus, Receipt
from livedesk.engine.handles import CheckHandle, ModeratingHandle, PinningHandle
from livedesk.journal.values import SessionInfo


@dataclass(frozen=True, slots=True)
class Makers:
    """How the services of one store are put together; None: it has no such one."""

    pinning: Callable[[Services], PinningHandle] | None = None
    moderating: Callable[[Services], ModeratingHandle] | None = None
    checking: Callable[[Services], CheckHandle] | None = None


class Services:
    """Called from the engine's event loop only. `status`: of the store, as it is now."""

    def __init__(
        self,
        settings: StoreSettings,
        broadcast: Broadcast,
        bus: Bus,
        alarms: StoreAlarms,
        status: Callable[[], StoreStatus],
        makers: Makers,
    ) -> None:
        self.settings = settings
        self.status = status
        self._broadcast = broadcast
        self._bus = bus
        self._alarms = alarms
        self.pinning = None if makers.pinning is None else makers.pinning(self)
        self.moderating = None if makers.moderating is None else makers.moderating(self)
        if self.moderating is not None and self.pinning is not None:
            self.moderating.beside(self.pinning)
        self.checking = None if makers.checking is None else makers.checking(self)

    # What the store tells.

    async def recall(self) -> None:
        """Take up what was signed, before the session is, which may be over by now."""
        if self.checking is not None:
            await self.checking.start()

    async def start(self, record: Path | None, newest: Path | None) -> None:
        """`record`: of the session that goes on; `newest`: of the last one, if that is over."""
        if self.pinning is not None:
            await self.pinning.start(record)
        if self.moderating is not None:
            await self.moderating.start(newest, is_over=not self._broadcast.is_open)

    def tick(self) -> None:
        """Notice what has changed since; four times a second."""
        if self.pinning is not None:
            self.pinning.tick()
        if self.moderating is not None:
            self.moderating.tick()

    def look(self, status: StoreStatus) -> None:
        """The same, for what follows from all of a status."""
        if self.checking is not None:
            self.checking.tick(status)

    def session_begins(self) -> None:
        """What comes from now on is of this session."""
        self._alarms.begin()
        if self.moderating is not None:
            self.moderating.session_begins()
        if self.checking is not None:
            self.checking.session_begins()

    def session_ends(self) -> None:
        """What is open ends in the record in which it began: pins and effects first, alarms may be
        of them."""
        if self.pinning is not None:
            self.pinning.session_ends()
        if self.moderating is not None:
            self.moderating.session_ends()
        self._alarms.session_ends()
        if self.checking is not None:
            self.checking.session_ends()

    async def close(self) -> None:
        """The chat of a store may speak over what its pins are signed in with."""
        if self.moderating is not None:
            await self.moderating.close()
        if self.pinning is not None:
            await self.pinning.close()

    async def close_check(self) -> None:
        """Last: how a session ended is for the check, too."""
        if self.checking is not None:
            await self.checking.close()

    # What they ask and tell.

    def session(self) -> SessionInfo | None:
        """The one that is open: on air, or waiting for an encoder that went away."""
        return self._broadcast.session if self._broadcast.is_open else None

    def pin_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        return self._broadcast.post(kind, level, "pins", text, data, actor=actor or None)

    def moderation_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        return self._broadcast.post(kind, level, "moderation", text, data, actor=actor or None)

    def check_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        return self._broadcast.post(kind, level, "engine", text, data, actor=actor or None)

    def products_access(self) -> str:
        return "" if self.pinning is None else self.pinning.facts().products_access

    def unseen_alarms(self) -> tuple[EndedAlarm, ...]:
        return tuple(
            each
            for each in self._alarms.ended()
            if each.acknowledged_by is None and each.goes_on_as is None
        )

    def publish_queue(self, change: QueueChange) -> None:
        self._bus.publish_queue(change)
