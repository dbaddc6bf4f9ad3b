"""What does a window need from the engine? Snapshots, series, the picture, and a few commands."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

from livedesk.core.clock import Clock
from livedesk.core.engine_status import EngineStatus, Me
from livedesk.core.events import Event
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.desk.alarm_client import AlarmClient
from livedesk.desk.alarming import Alarming
from livedesk.desk.asked import Asked, Order, OrderBook
from livedesk.desk.checking import Checks
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import (
    BadAnswerError,
    DeskError,
    NoEngineError,
    NotSentError,
    RefusedError,
    UnreachableError,
)
from livedesk.desk.link import Backoff, EngineAccess, EngineLink, Locate
from livedesk.desk.model import DeskModel, DeskSnapshot, Moment
from livedesk.desk.moderating import Moderating
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.operator_name import this_operator
from livedesk.desk.pad_desk import PadDesk
from livedesk.desk.past import Missing, Past
from livedesk.desk.people import PeopleDesk
from livedesk.desk.pin_client import PinClient
from livedesk.desk.pinning import Pinning
from livedesk.desk.plots import StorePlots
from livedesk.desk.previews import Preview, Previews
from livedesk.desk.record_client import RecordClient
from livedesk.desk.records import Records
from livedesk.desk.rights import Rights
from livedesk.desk.timeline import RECALLED
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

WARM_EVERY_S = 10.0
"""An idle connection is closed after half a minute; a cue is not to wait for another."""

CONFLICT = 409
HISTORY_POINTS = 3_600
RECALLED_EVENTS = 2_000
WRITTEN_AFTER_S = 3.0
"""The engine batches samples for a second, and a second has to be over before it is written."""


@contextmanager
def _unless_over() -> Iterator[None]:
    """A session that ended by itself in the meantime is what was wanted."""
    try:
        yield
    except RefusedError as refusal:
        if refusal.status != CONFLICT:
            raise


async def _send(client: EngineClient, store: str, order: Order) -> None:
    match order.kind:
        case "switch":
            await client.switch(store, order.to, tr("asked for at the console"))
        case "hold":
            await client.hold(store, on=order.on)
        case "drill":
            await client.drill(store, confirm=order.confirm, stay_s=order.stay_s)


def dial_engine(access: EngineAccess) -> EngineClient:
    return EngineClient(access.url, access.token)


class Desk:
    """The console's side of one engine. Windows read it at their own pace; it never calls them."""

    def __init__(
        self,
        locate: Locate,
        clock: Clock,
        tasks: Tasks,
        rng: Random,
        dial: Callable[[EngineAccess], EngineClient] = dial_engine,
        backoff: Backoff | None = None,
        calls: Tasks | None = None,
        *,
        is_local: bool = True,
        me: str = "",
    ) -> None:
        """`calls` owns the requests beside the stream: they end before their client is closed.
        `is_local`: the engine is on this machine, so its clock is ours. `me`: under which name this
        console decides; that of its user and machine without it."""
        self._clock = clock
        self._tasks = tasks
        self._calls = calls or Tasks()
        self._me_here = me or this_operator()
        self._me: Me | None = None
        self.moderation = Moderating(
            self._moderation_client, self._spawn, self.now, rng, lambda: self.me
        )
        self.people = PeopleDesk(lambda: self._client().people, self._spawn)
        self.checks = Checks(
            lambda: self._seeing_client().checks, self._spawn, self.now, lambda: self.me
        )
        self.records = Records(self._record_client, self._spawn, self.now)
        self.alarms = Alarming(self._alarm_client, self._spawn, self.now, lambda: self.me)
        self._link = EngineLink(locate, dial, rng, backoff, self.moderation.changed)
        self._model = DeskModel(self.now())
        self._orders = OrderBook()
        self._past = Past()
        self._previews = Previews(self._seeing_client, self.now)
        self._beside: tuple[asyncio.Task[None], ...] = ()
        self._asks_me = False
        self._is_local = is_local
        self.pads = PadDesk(
            self._pin_client, self._spawn, self.now, self.snapshot,
            lambda: f"{rng.getrandbits(96):024x}",
        )  # fmt: skip
        self.pins = Pinning(
            self._pin_client, self._spawn, self.now, rng, lambda: self.pads.clock,
            lambda: self.me,
        )  # fmt: skip

    def now(self) -> Moment:
        return Moment(self._clock.mono_ns(), self._clock.utc_ns())

    @property
    def me(self) -> str:
        """Under which name this console acts: that of a person's token, else its user's."""
        return Rights(self._me).named or self._me_here

    def start(self) -> None:
        self._tasks.spawn("engine link", self._link.run(self))

    async def close(self) -> None:
        """End all calls and close the connection; the link's task belongs to `Tasks`, which is
        closed before."""
        await self._calls.close()
        await self._link.close()

    # What windows read

    def snapshot(self) -> DeskSnapshot:
        return self._model.snapshot(self.now())

    def plots(self, store: str) -> StorePlots:
        return self._past.plots(store)

    def watch(self, store: str | None) -> None:
        """Choose the store whose picture and products are fetched."""
        self._previews.watch(store)
        self.pins.watch(store)

    def preview(self, store: str) -> Preview | None:
        return self._previews.preview(store)

    def asked(self, store: str) -> tuple[Asked, ...]:
        """Orders that the store's status does not show (yet), the newest first."""
        return self._orders.asked(store, self.now())

    # What windows ask for

    def order(self, store: str, order: Order) -> None:
        """Ask for a switch, a hold or a drill; one that is asked for twice is sent once."""
        view = self.snapshot().store(store)
        if view is not None and self._orders.sent(store, order, view.status.failover, self.now()):
            self._spawn(f"order {order.kind}", self._order(store, order))

    async def _order(self, store: str, order: Order) -> None:
        client: EngineClient | None = None
        try:
            client = self._client()
            await _send(client, store, order)
        except DeskError as error:
            is_answered = isinstance(error, RefusedError) and error.is_answer
            if client is None or is_answered:
                self._orders.refused(store, order, error.words)
            else:
                self._orders.unanswered(store, order, error.what)
            raise

    def end_session(self, store: str) -> None:
        """Sign off. The outcome arrives as an event, a failure as a note."""
        self._spawn("end session", self._end_session(store))

    async def _end_session(self, store: str) -> None:
        await self._client().end_session(store)

    async def end_and_stop(self) -> None:
        """Sign off every session and stop the engine with its relays. Raises DeskError."""
        asked = self._calls.spawn("end and stop", self._end_and_stop())
        await asyncio.wait({asked})
        if asked.cancelled():
            raise UnreachableError(
                tr("The engine went away while it was asked to stop."),
                tr("console"),
                tr("Wait until it is back, and ask again."),
            )
        error = asked.result()
        if error is not None:
            raise error

    async def _end_and_stop(self) -> DeskError | None:
        try:
            client = self._client()
            for view in self.snapshot().on_air:
                with _unless_over():
                    await client.end_session(view.status.store)
            await client.stop_engine(relays=True)
        except DeskError as error:
            return error
        return None

    def note(self, text: str) -> None:
        """Put a problem of the console itself before the operator."""
        self._model.note(text, self.now())

    # What the link tells

    @property
    def last_seq(self) -> int | None:
        return self._model.last_seq

    def opened(self, client: EngineClient) -> None:
        self._model.attached(client.where, self.now())
        self._past.attached()
        self.pins.attached()
        self.moderation.attached()
        self.alarms.attached()
        self.pads.attached(is_local=self._is_local)
        self.people.attached()
        self.checks.attached()
        self.records.attached()
        client.when_forbidden(self._ask_me)
        client.act_as(lambda: self.me)
        self._spawn("stores", self._take_stock(client))
        self._ask_me()
        if all(task.done() for task in self._beside):
            self._beside = (
                self._calls.spawn("preview", self._previews.poll()),
                self._calls.spawn("warm", self._keep_warm()),
            )

    async def leaving(self) -> None:
        await self._calls.close()
        self._asks_me = False

    def lost(self, error: DeskError) -> None:
        carrying = error.carrying if isinstance(error, NoEngineError) else None
        self._model.lost(f"{error.what}\n{error.action}", self.now(), carrying)

    def status(self, status: StoreStatus) -> None:
        self._model.status(status, self.now())
        self._orders.status(status.store, status.failover)
        self.pins.status(status)
        self.moderation.status(status)
        self.alarms.status(status)
        self.pads.status(status)
        missing = self._past.add(status)
        if missing is not None:
            self._spawn("history", self._fill(missing))
            self._spawn("past events", self._recall(missing))

    def event(self, event: Event) -> None:
        self._model.event(event)
        self._past.event(event)
        self.pins.event(event)
        self.pads.event(event)
        self.checks.event(event)
        self.records.event(event)
        self.alarms.event(event)

    def engine(self, status: EngineStatus) -> None:
        self._model.engine(status, self.now())
        self.alarms.engine(status)

    def unreadable(self, seq: int | None, error: BadAnswerError) -> None:
        log.warning("unreadable message: %s", error)
        if seq is not None:
            self._model.skip(seq)
        self.note(str(error))

    # Work beside the stream

    async def _take_stock(self, client: EngineClient) -> None:
        """Show stores at once, and forget those that a new engine does not have."""
        statuses = await client.stores()
        here = frozenset(status.store for status in statuses)
        self._model.keep_only(here)
        self.moderation.keep_only(here)
        self.checks.keep_only(here)
        self.alarms.keep_only(here)
        for status in statuses:
            if not self._past.knows(status.store):
                self.status(status)

    def _ask_me(self) -> None:
        """Rights can change while a console runs; a refusal for want of one says that they did."""
        if not self._asks_me:
            self._asks_me = True
            self._spawn("who am I", self._learn_me())

    async def _learn_me(self) -> None:
        try:
            self._me = await self._client().me()
            self._model.me(self._me)
        finally:
            self._asks_me = False

    async def _fill(self, missing: Missing) -> None:
        """Fetch what the plots missed: the session so far, or the time without an engine.

        Twice: at once, and when the engine has written down the last seconds too.
        """
        store, begin_s, end_s = missing.store, missing.begin_s, missing.end_s
        for wait_s in (0.0, WRITTEN_AFTER_S):
            await asyncio.sleep(wait_s)
            if not Rights(self._me).may("see"):
                return
            history = await self._client().history(store, begin_s, end_s, HISTORY_POINTS)
            self.plots(store).fill(history)
        self._past.filled(missing)

    async def _recall(self, missing: Missing) -> None:
        """Fetch what happened before this console listened."""
        span = missing.begin_s, missing.end_s
        events = await self._client().events(missing.store, *span, RECALLED, RECALLED_EVENTS)
        self.plots(missing.store).timeline.recall(events)

    async def _keep_warm(self) -> None:
        """A pad makes no other calls between two cues."""
        while True:
            await asyncio.sleep(WARM_EVERY_S)
            with suppress(DeskError):
                await self._pin_client().clock()

    def _client(self) -> EngineClient:
        if self._link.client is None:
            raise NotSentError(
                tr("No engine is attached."), tr("console"), tr("Wait until it is back.")
            )
        return self._link.client

    def _seeing_client(self) -> EngineClient:
        """For what is asked again and again: each refusal would ask once more who this is."""
        client, why_not = self._client(), Rights(self._me).why_not("see")
        if why_not:
            raise NotSentError(why_not, client.where, "")
        return client

    def _pin_client(self) -> PinClient:
        return self._client().pins

    def _moderation_client(self) -> ModerationClient:
        return self._seeing_client().moderation

    def _alarm_client(self) -> AlarmClient:
        return self._seeing_client().alarms

    def _record_client(self) -> RecordClient:
        """For what is asked again and again, as by `_seeing_client`."""
        client, why_not = self._client(), Rights(self._me).why_not("records")
        if why_not:
            raise NotSentError(why_not, client.where, "")
        return client.records

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._calls.spawn(name, self._noted(work))

    async def _noted(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DeskError as error:
            log.warning("%s", error)
            self.note(str(error))
