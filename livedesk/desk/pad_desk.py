"""What does a desk do for its pads? It keeps products and run of show, and sends each cue once.

A `PadSource` for windows; whoever owns it passes on statuses and events of the engine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from livedesk.core.events import Event
from livedesk.core.pins import CueSource, PinAction, PinStatus, ProductList, RunOfShow
from livedesk.core.status import StoreStatus
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.model import DeskSnapshot, Moment
from livedesk.desk.pad import PadTile, PadView
from livedesk.desk.pad_clock import EXCHANGES, UNMEASURED_MS, ClockEstimate, Exchange, utc_of_status
from livedesk.desk.pad_cues import AGAIN_S, BUDGET_MS, PAUSE_S, Cue, CueBook
from livedesk.desk.pad_view import PadFacts, PadFold
from livedesk.desk.pin_client import CueCall
from livedesk.desk.pin_words import age_at
from livedesk.desk.product_pictures import ProductPictures
from livedesk.desk.wire import EngineClock, pin_of
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

ANSWER_S = 5.0
"""So long the answer to the last try is worth having: it tells what became of the cue."""

FETCH_AGAIN_S = 1.0
CLOCK_LOOK_S = 1.0
SERVER_FAULT = 500
"""From here on an HTTP status says that the far side failed: what it did until then is unknown."""

Fetched = Literal["products", "show"]
Spawn = Callable[[str, Coroutine[Any, Any, None]], object]


class PadClient(Protocol):
    """The calls that a pad makes (docs/architecture.md, "API"). All raise DeskError."""

    async def products(self, store: str) -> ProductList: ...

    async def show(self, store: str) -> RunOfShow: ...

    async def picture(self, store: str, product_id: str) -> bytes | None: ...

    async def cue(self, store: str, call: CueCall) -> PinStatus: ...

    async def unpin(self, store: str, call: CueCall) -> PinStatus: ...

    async def clock(self) -> EngineClock: ...


@dataclass(slots=True)
class _Store:
    """What is known for the pad of one store."""

    session: str | None = None
    book: CueBook = field(default_factory=CueBook)
    fold: PadFold = field(default_factory=PadFold)
    products: ProductList | None = None
    show: RunOfShow | None = None
    wanted: set[Fetched] = field(default_factory=lambda: {"products", "show"})
    fetching: set[Fetched] = field(default_factory=set)


class PadDesk:
    """The pads of one desk: those of the stores that a window asked for."""

    def __init__(
        self,
        client: Callable[[], PadClient],
        spawn: Spawn,
        now: Callable[[], Moment],
        snapshot: Callable[[], DeskSnapshot],
        new_id: Callable[[], str],
    ) -> None:
        """`client` raises DeskError while no engine is attached; what `spawn` starts is ended
        before that client is closed."""
        self._client = client
        self._spawn = spawn
        self._now = now
        self._snapshot = snapshot
        self._new_id = new_id
        self._stores: dict[str, _Store] = {}
        self._pictures = ProductPictures(client, spawn, now, calls=1)
        self.clock = ClockEstimate()
        self.no_access = ""
        """Why the engine lets us in no longer; whoever owns the link says so."""

    # What windows read

    def now(self) -> Moment:
        return self._now()

    def pad(self, store: str) -> PadView:
        known, now = self._store(store), self._now()
        snapshot = self._snapshot()
        known.book.look(now)
        view = snapshot.store(store)
        facts = PadFacts(
            store, snapshot.link, view, known.products, known.show, known.book.newest(), now,
            self.no_access,
        )  # fmt: skip
        return known.fold.view(facts)

    def picture(self, store: str, tile: PadTile) -> bytes | None:
        return self._pictures.picture(store, tile.product_id, tile.picture)

    # What windows ask for

    def fire(
        self,
        store: str,
        product_id: str | None,
        source: CueSource,
        cued: Moment | None = None,
    ) -> None:
        """Call for a product, or for the one that this pad shows as next."""
        known = self._store(store)
        if product_id is None:
            following = known.show.next_up if known.show is not None else None
            product_id = following.product_id if following is not None else None
        if product_id is not None:
            self._give(store, "pin", product_id, source, cued or self._now())

    def unpin(self, store: str, source: CueSource = "pad", cued: Moment | None = None) -> None:
        self._give(store, "unpin", "", source, cued or self._now())

    def _give(
        self, store: str, action: PinAction, product_id: str, source: CueSource, cued: Moment
    ) -> None:
        known, now = self._store(store), self._now()
        products = known.products.products if known.products is not None else ()
        title = next((one.title for one in products if one.id == product_id), product_id)
        view, clock = self._snapshot().store(store), self.clock.at(now)
        utc_ns = self.clock.engine_utc_ns(cued, now)
        if clock is None and view is not None:
            utc_ns = utc_of_status(view, cued, now)
        cue = Cue(
            self._new_id(), action, product_id, title, source, cued, utc_ns,
            clock.error_ms if clock is not None else UNMEASURED_MS,
            view.status.limits.pin_budget_ms if view is not None else BUDGET_MS,
        )  # fmt: skip
        known.book.give(cue)
        self._spawn(f"cue {action}", self._send(store, cue))

    # What the engine tells

    def attached(self, *, is_local: bool) -> None:
        """A connection stands; it may be to another engine, with clocks and lists of its own."""
        self.clock, self.no_access = ClockEstimate(is_local), ""
        self._spawn("clock", self._keep_clock())
        for store, known in self._stores.items():
            known.wanted |= {"products", "show"}
            known.fetching.clear()
            for cue in known.book.unanswered(self._now()):
                self._spawn("cue again", self._send(store, cue))
        self._pictures.attached()

    def status(self, status: StoreStatus) -> None:
        known = self._stores.get(status.store)
        if known is None or status.pins is None:
            return
        if status.session != known.session:
            known.session, known.book = status.session, CueBook()
        pins, now = status.pins, self._now()
        known.book.look(now)
        known.book.told_all(pins.newest, pins.recent, status.utc_ns, now)
        if known.products is None or known.products.revision != pins.products_revision:
            known.wanted.add("products")
        if known.show is None or known.show.revision != pins.show_revision:
            known.wanted.add("show")
        self._fetch_wanted(status.store)

    def event(self, event: Event) -> None:
        """Told at once, where a status may take a quarter of a second."""
        known = self._stores.get(event.store)
        if known is None:
            return
        if event.kind.startswith("pin."):
            pin = pin_of(event)
            if pin is None or event.kind == "pin.displaced":
                return
            cue_id = str(event.data.get("cue_id", ""))
            told = replace(pin, age_ms=age_at(pin, event.utc_ns))
            known.book.told(told, event.utc_ns, self._now(), cue_id=cue_id)
        elif event.kind.startswith("catalogue."):
            known.wanted.add("products")
            self._fetch_wanted(event.store)
        elif event.kind.startswith("show."):
            known.wanted.add("show")
            self._fetch_wanted(event.store)

    # Work beside the stream

    def _store(self, store: str) -> _Store:
        known = self._stores.get(store)
        if known is None:
            known = self._stores[store] = _Store()
            view = self._snapshot().store(store)
            if view is not None:
                self.status(view.status)
        return known

    def _fetch_wanted(self, store: str) -> None:
        known = self._stores[store]
        for what in sorted(known.wanted - known.fetching):
            known.fetching.add(what)
            self._spawn(f"pad {what}", self._fetch(store, known, what))

    async def _fetch(self, store: str, known: _Store, what: Fetched) -> None:
        """What changes while it is fetched is wanted again; what fails is, a little later."""
        known.wanted.discard(what)
        try:
            if what == "products":
                known.products = await self._client().products(store)
            else:
                known.show = await self._client().show(store)
        except DeskError as error:
            log.info("%s: %s", what, error)
            await asyncio.sleep(FETCH_AGAIN_S)
            known.wanted.add(what)
        finally:
            known.fetching.discard(what)

    async def _send(self, store: str, cue: Cue) -> None:
        """Until it is answered, or its budget is over: from then on it is not sent any more."""
        book = self._store(store).book
        if cue.left_s(self._now()) <= 0:
            book.refused(cue.id, "too_late", tr("The pad was busy: it came too late to be sent."))
        while (left_s := cue.left_s(self._now())) > 0 and not book.is_taken(cue.id):
            is_last = left_s < AGAIN_S + PAUSE_S
            try:
                async with asyncio.timeout(ANSWER_S if is_last else AGAIN_S):
                    book.taken(cue.id, await self._call(store, cue), self._now())
                return
            except RefusedError as error:
                if error.status < SERVER_FAULT:
                    book.refused(cue.id, error.code, error.words)
                    return
                book.silent(cue.id, error.what)
            except DeskError as error:
                log.warning("cue: %s", error)
                book.silent(cue.id, error.what)
            except TimeoutError:
                book.silent(cue.id, tr("The engine does not answer."))
            except asyncio.CancelledError:
                book.silent(cue.id, tr("The engine went away meanwhile."))
                raise
            await asyncio.sleep(PAUSE_S)

    async def _call(self, store: str, cue: Cue) -> PinStatus:
        client, clock = self._client(), self.clock.at(self._now())
        product_id = cue.product_id or None
        call = CueCall(cue.id, cue.source, product_id, cue.engine_utc_ns, clock)
        return await (client.unpin if cue.action == "unpin" else client.cue)(store, call)

    async def _keep_clock(self) -> None:
        estimate = self.clock
        while not estimate.is_local and estimate is self.clock:
            if estimate.is_due(self._now()):
                estimate.take(await self._exchanges())
            await asyncio.sleep(CLOCK_LOOK_S)

    async def _exchanges(self) -> list[Exchange]:
        found: list[Exchange] = []
        try:
            for _ in range(EXCHANGES):
                asked = self._now()
                engine = await self._client().clock()
                found.append(Exchange(asked, engine.utc_ns, self._now()))
        except DeskError as error:
            log.info("clock: %s", error)
        return found
