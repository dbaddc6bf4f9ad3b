"""Which sessions are on record, what do they amount to, and what became of an order about them?

The list is fetched while somebody looks at it. A session's figures are fetched once, as long as its
file stays as it is: the engine reads the whole file for them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from livedesk.core.events import Event
from livedesk.core.records import RecordedSession, SessionFigures
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.exporting import Exporting, ExportSource
from livedesk.desk.model import Moment
from livedesk.desk.order_files import OrderFiles, OrderFileSource
from livedesk.desk.record_client import RecordClient
from livedesk.desk.record_words import trouble_words
from livedesk.desk.replay import Replaying, ReplaySource
from livedesk.desk.words import tr

EVERY_S: Final = 5.0
"""A list that is looked at is this old at most."""

OPEN_EVERY_S: Final = 10.0
"""As often the figures of a session that is being written are fetched anew."""

FIGURES_KEPT: Final = 50
AT_ONCE: Final = 2
"""Sessions whose figures are asked for at one time: the engine reads them one after the other."""

GONE: Final = "unknown_session"

_OF_SESSIONS: Final = ("session.start", "session.end")

Spawn = Callable[[str, Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True)
class KnownRecords:
    """The list. `sessions` None: not told yet. `trouble`: why it could not be fetched."""

    sessions: tuple[RecordedSession, ...] | None = None
    age_s: float | None = None
    trouble: str = ""

    def session(self, session: str) -> RecordedSession | None:
        return next((each for each in self.sessions or () if each.id == session), None)


@dataclass(frozen=True, slots=True)
class KnownFigures:
    """What a session amounts to, as far as it was told."""

    figures: SessionFigures | None = None
    trouble: str = ""
    fetching: bool = False
    waited_s: float = 0.0
    """So long the engine has been at it."""


@dataclass(frozen=True, slots=True)
class RecordOrders:
    """What was asked for about sessions. `waiting`: those that the engine has not answered for."""

    waiting: frozenset[str] = frozenset()
    trouble: str = ""
    """What of the newest orders did not come about; a line each."""


class RecordSource(Protocol):
    """What a window needs of the record; tests put a stage in its place."""

    @property
    def exports(self) -> ExportSource: ...

    @property
    def order_files(self) -> OrderFileSource: ...

    def known(self) -> KnownRecords: ...

    def figures(self, session: str) -> KnownFigures: ...

    def orders(self) -> RecordOrders: ...

    def look(self, sessions: Iterable[str] = ()) -> None: ...

    def replay(self, session: RecordedSession) -> ReplaySource: ...

    def keep(self, sessions: Iterable[str], why: str) -> None: ...

    def release(self, sessions: Iterable[str]) -> None: ...

    def delete(self, sessions: Iterable[str]) -> None: ...

    def forget_trouble(self) -> None: ...


@dataclass(slots=True)
class _Entry:
    figures: SessionFigures | None = None
    of: tuple[int, int | None, bool] | None = None
    """What the file was like then: its bytes, its end, and whether it was being written."""
    asked: Moment | None = None
    trouble: str = ""
    fetching: bool = False


class Records:
    """The record of the engine that the desk is attached to."""

    def __init__(
        self, client: Callable[[], RecordClient], spawn: Spawn, now: Callable[[], Moment]
    ) -> None:
        """`client` raises NotSentError while no engine is attached, or for want of the right."""
        self._client, self._spawn, self._now = client, spawn, now
        self.exports = Exporting(client, spawn)
        self.order_files = OrderFiles(client, spawn)
        self._sessions: tuple[RecordedSession, ...] | None = None
        self._received: Moment | None = None
        self._asked: Moment | None = None
        self._fetching = False
        self._trouble = ""
        self._entries: dict[str, _Entry] = {}
        self._orders = RecordOrders()

    # What windows read

    def known(self) -> KnownRecords:
        age_s = None if self._received is None else self._now().since_s(self._received)
        return KnownRecords(self._sessions, age_s, self._trouble)

    def figures(self, session: str) -> KnownFigures:
        entry = self._entries.get(session)
        if entry is None:
            return KnownFigures()
        waits = entry.fetching and entry.asked is not None
        waited_s = self._now().since_s(entry.asked) if waits and entry.asked else 0.0
        return KnownFigures(entry.figures, entry.trouble, entry.fetching, waited_s)

    def orders(self) -> RecordOrders:
        return self._orders

    def look(self, sessions: Iterable[str] = ()) -> None:
        """Somebody looks at the list, and at what these sessions amount to."""
        now = self._now()
        is_due = self._asked is None or now.since_s(self._asked) >= EVERY_S
        if is_due and not self._fetching:
            self._asked, self._fetching = now, True
            self._spawn("sessions", self._fetch())
        for session in sessions:
            recorded = self.known().session(session)
            if recorded is not None and recorded.problem is None:
                self._look_into(recorded, now)

    def replay(self, session: RecordedSession) -> ReplaySource:
        """Look into it, from its beginning on."""
        return Replaying(session, self._client, self._spawn, self._now)

    # What a person does

    def keep(self, sessions: Iterable[str], why: str) -> None:
        """Nobody deletes them from now on, and they do not go by their age."""

        async def keep(client: RecordClient, session: str) -> None:
            await client.keep(session, why, on=True)

        self._order("keep", sessions, keep)

    def release(self, sessions: Iterable[str]) -> None:
        async def release(client: RecordClient, session: str) -> None:
            await client.keep(session, "", on=False)

        self._order("release", sessions, release)

    def delete(self, sessions: Iterable[str]) -> None:
        async def delete(client: RecordClient, session: str) -> None:
            try:
                await client.delete(session)
            except RefusedError as refusal:
                # Somebody else deleted it: that is what was wanted.
                if refusal.code != GONE:
                    raise

        self._order("delete", sessions, delete)

    def forget_trouble(self) -> None:
        self._orders = RecordOrders(self._orders.waiting)

    # What the desk tells

    def attached(self) -> None:
        """Another engine has another record."""
        self._sessions = self._received = self._asked = None
        self._fetching, self._trouble = False, ""
        self._entries.clear()
        self._orders = RecordOrders()
        self.exports.attached()
        self.order_files.attached()

    def event(self, event: Event) -> None:
        """When a session begins or ends the list is looked at again at once."""
        if event.kind in _OF_SESSIONS:
            self._asked = None

    async def _fetch(self) -> None:
        """A failure is shown where the list is, and is no note: the next look tries again."""
        try:
            self._sessions = await self._client().sessions()
            self._received, self._trouble = self._now(), ""
            here = {session.id for session in self._sessions}
            self._entries = {s: entry for s, entry in self._entries.items() if s in here}
        except DeskError as error:
            self._trouble = trouble_words(error)
        finally:
            self._fetching = False

    def _look_into(self, session: RecordedSession, now: Moment) -> None:
        entry = self._entries.setdefault(session.id, _Entry())
        state = session.bytes, session.ended_utc_ns, session.open
        is_due = entry.asked is None or now.since_s(entry.asked) >= OPEN_EVERY_S
        is_old = entry.figures is None or entry.of != state
        is_busy = sum(each.fetching for each in self._entries.values()) >= AT_ONCE
        if is_due and is_old and not entry.fetching and not is_busy:
            entry.asked, entry.fetching = now, True
            self._spawn("figures", self._fetch_figures(session.id, state, entry))

    async def _fetch_figures(
        self, session: str, state: tuple[int, int | None, bool], entry: _Entry
    ) -> None:
        try:
            entry.figures = await self._client().figures(session)
            entry.of, entry.trouble = state, ""
            self._forget_old()
        except DeskError as error:
            entry.trouble = trouble_words(error)
        finally:
            entry.fetching = False

    def _forget_old(self) -> None:
        """Those that were looked at longest ago go first."""
        held = [name for name, entry in self._entries.items() if not entry.fetching]
        for name in held[: max(0, len(self._entries) - FIGURES_KEPT)]:
            del self._entries[name]

    def _order(
        self,
        name: str,
        sessions: Iterable[str],
        act: Callable[[RecordClient, str], Coroutine[Any, Any, None]],
    ) -> None:
        """One session after the other; what is asked for twice is sent once."""
        new = tuple(each for each in sessions if each not in self._orders.waiting)
        if new:
            self._orders = RecordOrders(self._orders.waiting | frozenset(new))
            self._spawn(f"{name} sessions", self._send(new, act))

    async def _send(
        self,
        sessions: tuple[str, ...],
        act: Callable[[RecordClient, str], Coroutine[Any, Any, None]],
    ) -> None:
        left = set(sessions)
        try:
            for session in sessions:
                try:
                    await act(self._client(), session)
                except DeskError as error:
                    self._add_trouble(session, error)
                left.discard(session)
                self._orders = RecordOrders(self._orders.waiting - {session}, self._orders.trouble)
        finally:
            self._orders = RecordOrders(self._orders.waiting - left, self._orders.trouble)
            self._asked = None

    def _add_trouble(self, session: str, error: DeskError) -> None:
        told = tr("{session}: {why}").format(session=session, why=trouble_words(error))
        trouble = "\n".join(filter(None, (self._orders.trouble, told)))
        self._orders = RecordOrders(self._orders.waiting, trouble)
