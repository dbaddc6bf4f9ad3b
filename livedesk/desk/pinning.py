"""How do windows cue and reorder, and where do products, run of show and pictures come from?

Lists are fetched when the status tells of a newer one, for the store that is watched only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any

from livedesk.core.events import Event
from livedesk.core.pins import CueSource, PinAction, PinLatency, PinsStatus, RunOfShow
from livedesk.core.status import StoreStatus
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.model import Moment, StoreView
from livedesk.desk.pin_client import CueCall, PinClient, ShowOp
from livedesk.desk.pins import Cue, PinBook, PinsView
from livedesk.desk.showlines import ProductIndex
from livedesk.desk.wire import Ledger, NewPad, Pads, pin_of
from livedesk.desk.words import tr

log = logging.getLogger(__name__)

PICTURES_KEPT = 200
PICTURE_BYTES = 2 * 1024 * 1024
"""A larger picture is not for a list."""

PICTURE_CALLS = 3
PICTURE_AGAIN_S = 30.0
"""A picture that the engine had not may have come meanwhile."""

WAITING_PICTURES = 60
LEDGER_PINS = 50
LEDGER_EVERY_S = 1.0
AGAIN_AFTER_S = 2.0
"""Between a list that could not be fetched and the next try."""

SERVER_FAULT = 500
"""From here on an HTTP status says that the far side failed: what it did until then is unknown."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What is known of a store's products and its run of show. None: not fetched yet."""

    products: ProductIndex | None = None
    show: RunOfShow | None = None
    ledger: Ledger | None = None
    pads: Pads | None = None
    new_pad: NewPad | None = None
    pads_trouble: str = ""


@dataclass(slots=True)
class _Store:
    products: ProductIndex | None = None
    show: RunOfShow | None = None
    ledger: Ledger | None = None
    ledger_of: PinLatency | None = None
    pads: Pads | None = None
    new_pad: NewPad | None = None
    pads_trouble: str = ""
    fetching: set[str] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)
    """Of an engine that went away: shown until the present one has told its own."""

    @property
    def shop(self) -> Shop:
        return Shop(
            self.products, self.show, self.ledger, self.pads, self.new_pad, self.pads_trouble
        )


class Pinning:
    """The pins of all stores of a desk. Windows read it at their own pace."""

    def __init__(
        self,
        client: Callable[[], PinClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        now: Callable[[], Moment],
        rng: Random,
    ) -> None:
        """`client` raises DeskError while no engine is attached; `spawn` notes a DeskError."""
        self._client = client
        self._spawn = spawn
        self._now = now
        self._rng = rng
        self._book = PinBook()
        self._stores: dict[str, _Store] = {}
        self._watched: str | None = None
        self._pictures: OrderedDict[tuple[str, str, str], tuple[bytes | None, Moment]]
        self._pictures = OrderedDict()
        self._waiting: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._calling = 0

    # What windows read

    def view(self, view: StoreView) -> PinsView | None:
        """None for a store without `[store.pins]`."""
        return self._book.view(view, self._now())

    def shop(self, store: str) -> Shop:
        return self._store(store).shop

    def picture(self, store: str, product_id: str, picture: str) -> bytes | None:
        """The file of a product's picture, or None; it is fetched meanwhile.

        `picture` is what the product says of it, so that a new one is fetched anew.
        """
        key = (store, product_id, picture)
        if not picture:
            return None
        if key in self._pictures:
            content, fetched = self._pictures[key]
            if content is not None or self._now().since_s(fetched) < PICTURE_AGAIN_S:
                self._pictures.move_to_end(key)
                return content
        self._waiting[key] = None
        self._waiting.move_to_end(key)
        while len(self._waiting) > WAITING_PICTURES:
            self._waiting.popitem(last=False)
        if self._calling < PICTURE_CALLS:
            self._calling += 1
            self._spawn("pictures", self._fetch_pictures())
        return None

    # What windows ask for

    def fire(
        self, store: str, product_id: str | None, title: str, source: CueSource = "console"
    ) -> None:
        """Cue a product, or what is next up. A double press is sent once."""
        self._ask(store, "pin", product_id, title, source)

    def unpin(self, store: str, source: CueSource = "console") -> None:
        self._ask(store, "unpin", None, tr("Unpin"), source)

    def _ask(
        self, store: str, action: PinAction, product_id: str | None, title: str, source: CueSource
    ) -> None:
        cue = Cue(f"{self._rng.getrandbits(96):024x}", action, product_id, title)
        if self._book.asked(store, cue, self._now()):
            self._spawn(f"cue {action}", self._send(store, cue, source))

    async def _send(self, store: str, cue: Cue, source: CueSource) -> None:
        call = CueCall(cue.cue_id, source, cue.product_id)
        client: PinClient | None = None
        try:
            client = self._client()
            sent = client.unpin if cue.action == "unpin" else client.cue
            pin = await sent(store, call)
        except DeskError as error:
            is_answered = isinstance(error, RefusedError) and error.status < SERVER_FAULT
            if client is None or is_answered:
                self._book.refused(store, cue, f"{error.what} {error.action}")
            else:
                self._book.unanswered(store, cue, error.what)
            log.warning("%s", error)
        except asyncio.CancelledError:
            self._book.unanswered(store, cue, tr("The engine went away meanwhile."))
            raise
        else:
            self._book.answered(store, cue, pin, self._now())

    def by_hand(self, store: str, pin_id: str, *, done: bool, text: str = "") -> None:
        self._spawn("by hand", self._by_hand(store, pin_id, done, text))

    async def _by_hand(self, store: str, pin_id: str, done: bool, text: str) -> None:
        await self._client().by_hand(store, pin_id, done=done, text=text)

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

    # Pads

    def ask_pads(self, store: str) -> None:
        self._spawn("pads", self._pads(store, self._read_pads))

    def new_pad(self, store: str, name: str) -> None:
        self._spawn("new pad", self._pads(store, lambda client: self._let_in(client, store, name)))

    def revoke_pad(self, store: str, pad_id: str) -> None:
        async def revoke(client: PinClient) -> None:
            await client.revoke_pad(store, pad_id)
            shown = self._store(store).new_pad
            if shown is not None and shown.pad.id == pad_id:
                self._store(store).new_pad = None

        self._spawn("revoke pad", self._pads(store, revoke))

    def forget_new_pad(self, store: str) -> None:
        """Its token is shown once and kept no longer than its window."""
        self._store(store).new_pad = None

    async def _pads(
        self, store: str, work: Callable[[PinClient], Coroutine[Any, Any, None]]
    ) -> None:
        known = self._store(store)
        try:
            client = self._client()
            await work(client)
            known.pads, known.pads_trouble = await client.pads(store), ""
        except DeskError as error:
            known.pads_trouble = f"{error.what} {error.action}"
            raise

    async def _read_pads(self, client: PinClient) -> None:
        """The list is read after every call."""

    async def _let_in(self, client: PinClient, store: str, name: str) -> None:
        self._store(store).new_pad = await client.new_pad(store, name)

    # What the desk tells

    def watch(self, store: str | None) -> None:
        self._watched = store

    def attached(self) -> None:
        """Another engine may count its revisions anew."""
        for known in self._stores.values():
            known.outdated |= {"products", "show", "ledger"}
            known.fetching.clear()
        # A call that was ended before it began has counted itself and not counted itself out.
        self._calling = 0

    def status(self, status: StoreStatus) -> None:
        self._book.status(status.store, status.pins, status.utc_ns, self._now())
        if status.pins is not None and status.store == self._watched:
            self._catch_up(status.store, status.pins)

    def event(self, event: Event) -> None:
        if event.kind.startswith("pin.") and (pin := pin_of(event)) is not None:
            self._book.event(event.store, pin, event.utc_ns, self._now())

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

    async def _fetch_pictures(self) -> None:
        """Fetch what is waited for, the newest wish first, as it is what is on screen."""
        try:
            while self._waiting:
                key, _ = self._waiting.popitem()
                await self._fetch_picture(key)
        finally:
            self._calling = max(0, self._calling - 1)

    async def _fetch_picture(self, key: tuple[str, str, str]) -> None:
        store, product_id, _ = key
        try:
            content = await self._client().picture(store, product_id)
        except RefusedError as error:
            log.info("picture: %s", error)
            content = None
        except DeskError as error:
            log.debug("picture: %s", error)
            await asyncio.sleep(AGAIN_AFTER_S)
            return
        is_usable = content is not None and len(content) <= PICTURE_BYTES
        self._pictures[key] = content if is_usable else None, self._now()
        while len(self._pictures) > PICTURES_KEPT:
            self._pictures.popitem(last=False)
