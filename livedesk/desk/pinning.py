"""How do windows cue and reorder, and where do products and run of show come from?

Lists are fetched when the status tells of a newer one, for the store that is watched only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any

from livedesk.core.events import Event
from livedesk.core.pins import CueSource, PinAction, PinLatency, PinsStatus, PinStatus, RunOfShow
from livedesk.core.status import StoreStatus
from livedesk.desk.errors import DeskError, NotSentError, RefusedError, UnreachableError
from livedesk.desk.model import Moment, StoreView
from livedesk.desk.pad_clock import ClockEstimate
from livedesk.desk.pin_client import CueCall, PinClient, ShowOp
from livedesk.desk.pins import Cue, PinBook, PinsView
from livedesk.desk.product_pictures import ProductPictures
from livedesk.desk.showlines import ProductIndex
from livedesk.desk.web_pads import WebPads
from livedesk.desk.wire import Ledger, pin_of
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

LEDGER_PINS = 50
LEDGER_EVERY_S = 1.0
AGAIN_AFTER_S = 2.0
"""Between a list that could not be fetched and the next try."""

AGAIN_WITHIN_S = 0.5
"""A cue whose connection broke so soon is given once more; later it would come too late."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What is known of a store's products and its run of show. None: not fetched yet."""

    products: ProductIndex | None = None
    show: RunOfShow | None = None
    ledger: Ledger | None = None


@dataclass(slots=True)
class _Store:
    products: ProductIndex | None = None
    show: RunOfShow | None = None
    ledger: Ledger | None = None
    ledger_of: PinLatency | None = None
    fetching: set[str] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)
    """Of an engine that went away: shown until the present one has told its own."""

    @property
    def shop(self) -> Shop:
        return Shop(self.products, self.show, self.ledger)


class Pinning:
    """The pins of all stores of a desk. Windows read it at their own pace."""

    def __init__(
        self,
        client: Callable[[], PinClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        now: Callable[[], Moment],
        rng: Random,
        clock: Callable[[], ClockEstimate],
        me: Callable[[], str] = lambda: "console",
    ) -> None:
        """`client` raises NotSentError while no engine is attached; `spawn` notes a DeskError.
        `clock`: how far the present engine's clock is from ours. `me`: who acts here."""
        self._client = client
        self._spawn = spawn
        self.now = now
        self._rng = rng
        self._clock = clock
        self._me = me
        self._book = PinBook()
        self._stores: dict[str, _Store] = {}
        self._watched: str | None = None
        self.pictures = ProductPictures(client, spawn, now)
        self.web_pads = WebPads(client, spawn)

    # What windows read

    def view(self, view: StoreView) -> PinsView | None:
        """None for a store without `[store.pins]`."""
        return self._book.view(view, self.now())

    def shop(self, store: str) -> Shop:
        return self._store(store).shop

    # What windows ask for

    def fire(self, store: str, product_id: str, title: str, source: CueSource = "console") -> None:
        """Cue a product. A double press is sent once."""
        self._ask(store, "pin", product_id, title, source)

    def unpin(self, store: str, source: CueSource = "console") -> None:
        self._ask(store, "unpin", None, tr("Unpin"), source)

    def _ask(
        self, store: str, action: PinAction, product_id: str | None, title: str, source: CueSource
    ) -> None:
        cue, now = Cue(f"{self._rng.getrandbits(96):024x}", action, product_id, title), self.now()
        if self._book.asked(store, cue, now):
            self._spawn(f"cue {action}", self._send(store, cue, self._call(cue, source, now)))

    def _call(self, cue: Cue, source: CueSource, cued: Moment) -> CueCall:
        """Where it is not known how the clocks stand, the cue counts from when it arrives."""
        clock = self._clock()
        known = clock.at(cued)
        if known is None:
            return CueCall(cue.cue_id, source, cue.product_id)
        cued_at_ns = clock.engine_utc_ns(cued, cued)
        corrected = None if clock.is_local else known
        return CueCall(cue.cue_id, source, cue.product_id, cued_at_ns, corrected)

    async def _send(self, store: str, cue: Cue, call: CueCall) -> None:
        try:
            pin = await self._given(store, cue, call)
        except DeskError as error:
            if isinstance(error, NotSentError):
                unsent = tr("It was not sent: fire again when the engine answers.")
                self._book.refused(store, cue, f"{error.what} {unsent}")
            elif isinstance(error, RefusedError) and error.is_answer:
                self._book.refused(store, cue, error.words)
            else:
                self._book.unanswered(store, cue, error.what)
            log.warning("%s", error)
        except asyncio.CancelledError:
            self._book.unanswered(store, cue, tr("The engine went away meanwhile."))
            raise
        else:
            self._book.answered(store, cue, pin, self.now())

    async def _given(self, store: str, cue: Cue, call: CueCall) -> PinStatus:
        """A connection that broke says nothing of the cue; with its id it is safe to ask again."""
        client, begun = self._client(), self.now()
        give = client.unpin if cue.action == "unpin" else client.cue
        try:
            return await give(store, call)
        except UnreachableError as broke:
            if self.now().since_s(begun) > AGAIN_WITHIN_S:
                raise
            try:
                return await give(store, call)
            except NotSentError:
                # That the second did not leave says nothing of the first.
                raise broke from None

    def by_hand(self, store: str, pin_id: str, *, done: bool, text: str = "") -> None:
        self._spawn("by hand", self._by_hand(store, pin_id, done, text))

    async def _by_hand(self, store: str, pin_id: str, done: bool, text: str) -> None:
        await self._client().by_hand(store, pin_id, done=done, text=text)

    def warning_done(self, store: str, warning_id: str) -> None:
        self._spawn("warning", self._warning_done(store, warning_id))

    async def _warning_done(self, store: str, warning_id: str) -> None:
        await self._client().warning_done(store, warning_id, self._me())

    def change_show(self, store: str, op: ShowOp) -> None:
        """Change the run of show; refused when another changed it meanwhile, which is noted."""
        show = self._store(store).show
        if show is not None:
            self._spawn("run of show", self._change_show(store, op, show.revision))

    async def _change_show(self, store: str, op: ShowOp, revision: int) -> None:
        client = self._client()
        try:
            show = await client.change_show(store, op, revision)
        except RefusedError:
            # What stands in the window is not what the engine has: show that before the reason.
            self._keep_show(store, await client.show(store))
            raise
        self._keep_show(store, show)

    def _keep_show(self, store: str, show: RunOfShow) -> None:
        known = self._store(store)
        is_new = known.show is None or show.revision >= known.show.revision
        if is_new or "show" in known.outdated:
            known.show = show

    # What the desk tells

    def watch(self, store: str | None) -> None:
        self._watched = store

    def attached(self) -> None:
        """Another engine may count its revisions anew."""
        for known in self._stores.values():
            known.outdated |= {"products", "show", "ledger"}
            known.fetching.clear()

    def status(self, status: StoreStatus) -> None:
        self._book.status(status.store, status.pins, status.utc_ns, self.now())
        if status.pins is not None and status.store == self._watched:
            self._catch_up(status.store, status.pins)

    def event(self, event: Event) -> None:
        if event.kind.startswith("pin.") and (pin := pin_of(event)) is not None:
            self._book.event(event.store, pin, event.utc_ns, self.now())

    # Work beside the stream

    def _store(self, store: str) -> _Store:
        return self._stores.setdefault(store, _Store())

    def _catch_up(self, store: str, pins: PinsStatus) -> None:
        known = self._store(store)
        products, show = known.products, known.show
        if products is None or products.list.revision < pins.products_revision:
            known.outdated.add("products")
        if show is None or show.revision < pins.show_revision:
            known.outdated.add("show")
        if known.ledger is None or known.ledger_of != pins.latency:
            known.outdated.add("ledger")
        for what in known.outdated - known.fetching:
            known.fetching.add(what)
            self._spawn(what, self._fetch(store, what, pins))

    async def _fetch(self, store: str, what: str, pins: PinsStatus) -> None:
        """Statuses come four times a second: a call that fails is not repeated with each."""
        known = self._store(store)
        try:
            await self._fetch_one(store, what, pins)
        except DeskError as error:
            log.info("%s: %s", what, error)
            await asyncio.sleep(AGAIN_AFTER_S)
        finally:
            known.fetching.discard(what)

    async def _fetch_one(self, store: str, what: str, pins: PinsStatus) -> None:
        known, client = self._store(store), self._client()
        match what:
            case "products":
                known.products = ProductIndex(await client.products(store))
            case "show":
                self._keep_show(store, await client.show(store))
            case _:
                known.ledger = await client.ledger(store, LEDGER_PINS)
                known.ledger_of = pins.latency
        known.outdated.discard(what)
        if what == "ledger":
            await asyncio.sleep(LEDGER_EVERY_S)
