"""What does the API need from the engine? Seen from here, so that tests can stand in for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from livedesk.core.clock import Clock
from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.status import FailoverMode, StoreStatus
from livedesk.engine.api.alarms_view import AlarmsView, RunbookView
from livedesk.engine.api.channels_view import ChannelsView
from livedesk.engine.api.check_view import CheckingView
from livedesk.engine.api.moderation_view import ModeratingView
from livedesk.engine.api.pins_view import PinningView
from livedesk.engine.bus import Bus
from livedesk.engine.history import History
from livedesk.engine.preview import PreviewBox


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """The engine's own health."""

    loop_lag_s: float
    loop_lag_max_s: float
    started_utc_ns: int


class OrdersView(Protocol):
    """Orders of people; `engine/orders.py` says what they raise."""

    async def failover(self, to: str, reason: str, actor: str) -> str | None: ...

    async def hold(self, on: bool, actor: str) -> FailoverMode: ...

    async def drill(self, stay_s: float, actor: str, *, confirmed: bool) -> None: ...


class StoreView(Protocol):
    def status(self) -> StoreStatus: ...

    @property
    def orders(self) -> OrdersView: ...

    @property
    def alarms(self) -> AlarmsView: ...

    @property
    def preview(self) -> PreviewBox: ...

    @property
    def pinning(self) -> PinningView | None:
        """None where the store's settings have no `[store.pins]`."""
        ...

    @property
    def moderating(self) -> ModeratingView | None:
        """None where the store's settings have no `[store.moderation]`."""
        ...

    @property
    def checking(self) -> CheckingView | None:
        """None where the engine was put together without."""
        ...

    async def sign_off(self, actor: str) -> str | None:
        """End the running session and return its id; None when none runs."""
        ...

    async def history(self, from_s: float, to_s: float, points: int) -> History: ...

    async def events(
        self, from_s: float, to_s: float, kinds: frozenset[str], count: int
    ) -> list[Event]:
        """The newest `count` on record, oldest first; of all kinds where none is named."""
        ...


class EngineView(Protocol):
    @property
    def clock(self) -> Clock: ...

    @property
    def bus(self) -> Bus: ...

    @property
    def alarms(self) -> AlarmsView:
        """The engine's own."""
        ...

    @property
    def runbook(self) -> RunbookView: ...

    @property
    def channels(self) -> ChannelsView: ...

    def stores(self) -> Sequence[StoreView]: ...

    def store(self, store_id: str) -> StoreView | None: ...

    def figures(self) -> EngineFigures: ...

    def overview(self) -> EngineStatus:
        """What is true of the engine itself now."""
        ...

    def ask_to_stop(self, *, relays: bool, actor: str) -> None: ...
