"""What does the console know right now? Folds what the engine sends, and silence, into one value.

Pure: every call is told the time, nothing here reads a clock, a socket or a widget.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.engine_status import EngineStatus, Me
from livedesk.core.events import Event
from livedesk.core.status import StoreStatus

STALE_AFTER_S = 1.5
"""Six statuses missed in a row: from here on a figure is history, not news."""

GONE_AFTER_S = 5.0
"""An engine away for longer is called gone. Its watch process has it back within two seconds."""

EVENTS_KEPT = 500

LinkState = Literal["connecting", "attached", "silent", "reconnecting", "gone"]
"""`silent`: the connection stands and statuses have stopped. `connecting`: never attached yet."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of both clocks."""

    mono_ns: int
    utc_ns: int

    def since_s(self, earlier: Moment) -> float:
        return (self.mono_ns - earlier.mono_ns) / NS_PER_S


@dataclass(frozen=True, slots=True)
class LinkView:
    """The console's connection to its engine."""

    state: LinkState
    since_utc_ns: int
    where: str = ""
    reason: str = ""
    carrying: frozenset[str] | None = None
    """Stores whose relays live on while no engine does; None where that cannot be seen."""

    @property
    def answering(self) -> bool:
        return self.state == "attached"


@dataclass(frozen=True, slots=True)
class StoreView:
    """A store's last status and how much it is worth by now."""

    status: StoreStatus
    age_s: float
    stale: bool
    on_air_s: float | None
    """Time since the session's first media; runs on while the engine is away."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that did not work, for the status bar."""

    text: str
    utc_ns: int


@dataclass(frozen=True, slots=True)
class DeskSnapshot:
    """Everything a window shows, at one instant."""

    utc_ns: int
    link: LinkView
    stores: tuple[StoreView, ...] = ()
    events: tuple[Event, ...] = ()
    """Newest last, at most EVENTS_KEPT."""
    note: Note | None = None
    """The latest problem of the console itself."""
    engine: EngineStatus | None = None
    """Of the engine beside its stores; None until it told, and for those who may not see it."""
    engine_age_s: float | None = None
    """Since it was told."""
    me: Me | None = None
    """Who this console's token belongs to; None while the engine has not said so."""

    def store(self, store: str | None) -> StoreView | None:
        return next((view for view in self.stores if view.status.store == store), None)

    @property
    def on_air(self) -> tuple[StoreView, ...]:
        """Stores whose viewers would notice a stop, as far as the console knows."""
        return tuple(v for v in self.stores if v.status.state in ("live", "interrupted"))

    @property
    def names_on_air(self) -> tuple[str, ...]:
        return tuple(view.status.name for view in self.on_air)


@dataclass(slots=True)
class _Known:
    status: StoreStatus
    received: Moment


@dataclass(slots=True)
class DeskModel:
    """The fold. One per console; whoever feeds it asks for snapshots."""

    started: Moment
    _link: LinkState = "connecting"
    _link_since: Moment = field(init=False)
    _where: str = ""
    _reason: str = ""
    _carrying: frozenset[str] | None = None
    _stores: dict[str, _Known] = field(default_factory=dict)
    _events: deque[Event] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    _events_seen: tuple[Event, ...] = ()
    _last_seq: int | None = None
    _note: Note | None = None
    _engine: tuple[EngineStatus, Moment] | None = None
    _me: Me | None = None

    def __post_init__(self) -> None:
        self._link_since = self.started

    @property
    def last_seq(self) -> int | None:
        """The event after which to resume."""
        return self._last_seq

    def attached(self, where: str, now: Moment) -> None:
        self._link, self._link_since, self._where, self._reason = "attached", now, where, ""
        self._carrying = None

    def lost(self, reason: str, now: Moment, carrying: frozenset[str] | None = None) -> None:
        """The connection broke, or a try to make one failed. Only the first counts as the time."""
        if self._link == "attached":
            self._link, self._link_since = "reconnecting", now
        self._reason, self._carrying = reason, carrying

    def status(self, status: StoreStatus, now: Moment) -> None:
        self._stores[status.store] = _Known(status, now)

    def keep_only(self, stores: frozenset[str]) -> None:
        """Forget stores that the engine no longer has."""
        self._stores = {name: known for name, known in self._stores.items() if name in stores}

    def event(self, event: Event) -> None:
        """Add an event once; resuming may bring some again."""
        newest = self._events[-1] if self._events else None
        if newest and event.seq <= newest.seq and event.utc_ns <= newest.utc_ns:
            return
        self._events.append(event)
        self._events_seen = tuple(self._events)
        self._last_seq = event.seq

    def skip(self, seq: int) -> None:
        """Pass over an event that cannot be read, so that resuming does not bring it forever."""
        self._last_seq = max(seq, self._last_seq or 0)

    def engine(self, status: EngineStatus, now: Moment) -> None:
        self._engine = status, now

    def me(self, me: Me | None) -> None:
        self._me = me

    def note(self, text: str, now: Moment) -> None:
        self._note = Note(text, now.utc_ns)

    def snapshot(self, now: Moment) -> DeskSnapshot:
        views = tuple(_view(known, now) for _, known in sorted(self._stores.items()))
        link = self._link_view(now)
        engine, told = self._engine or (None, None)
        age_s = None if told is None else now.since_s(told)
        return DeskSnapshot(
            now.utc_ns, link, views, self._events_seen, self._note, engine, age_s, self._me
        )

    def _link_view(self, now: Moment) -> LinkView:
        state, since = self._link, self._link_since
        if state == "reconnecting" and now.since_s(since) >= GONE_AFTER_S:
            state = "gone"
        elif state == "attached" and self._stores:
            newest = max((k.received for k in self._stores.values()), key=lambda m: m.mono_ns)
            heard = max(newest, since, key=lambda m: m.mono_ns)
            if now.since_s(heard) >= STALE_AFTER_S:
                state, since = "silent", heard
        return LinkView(state, since.utc_ns, self._where, self._reason, self._carrying)


def _view(known: _Known, now: Moment) -> StoreView:
    status = known.status
    age_s = now.since_s(known.received)
    on_air_s = None
    if status.session_started_utc_ns is not None and status.state != "waiting":
        # Both stamps are the engine's, so a console on another machine shows the same clock.
        on_air_s = (status.utc_ns - status.session_started_utc_ns) / NS_PER_S
        on_air_s += age_s if status.state != "ended" else 0.0
    return StoreView(status, age_s, age_s >= STALE_AFTER_S, on_air_s)
