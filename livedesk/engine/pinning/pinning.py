"""What does the engine know and do about one store's pins?

It takes cues, refuses those that make no sense before anything is sent, and has the others carried
out (`pins/dispatcher.py`). Each change of a pin is told once to the record, the ledger and the run
of show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final, Protocol

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.pin_settings import ManualGateway, PinSettings
from livedesk.core.pins import GatewayStatus, PinsStatus, PinStatus, Product, RunOfShow
from livedesk.core.settings import StoreSettings
from livedesk.core.tasks import Tasks
from livedesk.engine.api.pins_view import LedgerView, ProductPicture
from livedesk.engine.bus import Receipt
from livedesk.engine.pin_conditions import PinFacts
from livedesk.engine.pinning.catalogue import Catalogue
from livedesk.engine.pinning.counts import PinCounts
from livedesk.engine.pinning.cues import (
    Cue,
    CueError,
    RefusalCode,
    as_error,
    cue_times,
    new_pin,
    product_refusal,
    refused,
    too_late,
)
from livedesk.engine.pinning.facts import displaced_by, late_of
from livedesk.engine.pinning.recall import Recalled, recall
from livedesk.engine.pinning.run_of_show import ShowKeeper
from livedesk.engine.pinning.show_orders import ShowOrder
from livedesk.engine.pinning.sources import ProductSource
from livedesk.engine.pinning.telling import Told, displaced_told, first_data, pin_told
from livedesk.engine.pinning.upkeep import Upkeep
from livedesk.journal.values import SessionInfo
from livedesk.pins.calls import CallBudget
from livedesk.pins.catalogue import Differences
from livedesk.pins.dispatcher import Dispatcher
from livedesk.pins.gateways.base import Gateway
from livedesk.pins.ledger import Ledger
from livedesk.pins.pictures import PictureError, Pictures
from livedesk.pins.pin import Pin

RECORD_WITHIN_S: Final = 0.2
"""A disk that takes longer does not stop the show: the pin is sent, and says so."""

_RECENT: Final = 10
_WORST: Final = 10
_CUE_IDS: Final = 2_000
_AFTER_FAULT_S: Final = 5.0


class Stage(Protocol):
    """The store, as its pins see it."""

    @property
    def settings(self) -> StoreSettings: ...

    def session(self) -> SessionInfo | None:
        """The one that is open."""
        ...

    def pin_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a store's pins are made of. `Pinning` closes all but the pictures, which are shared."""

    gateway: Gateway
    calls: CallBudget
    source: ProductSource
    pictures: Pictures


class Pinning:
    """Implements PinningHandle."""

    def __init__(
        self,
        stage: Stage,
        settings: PinSettings,
        parts: Parts,
        data: Path,
        clock: Clock,
        rng: Random,
    ) -> None:
        self._stage = stage
        self._settings = settings
        self._budget_ms = stage.settings.limits.pin_budget_ms
        self._gateway = parts.gateway
        self._calls = parts.calls
        self._source = parts.source
        self._pictures = parts.pictures
        self._clock = clock
        self._rng = rng
        self._tasks = Tasks(self._task_failed)
        self._open: dict[str, Receipt | None] = {}
        """Pins whose end was not told, and of those that are ours whether they are on record."""
        self._cue_ids: dict[str, str] = {}
        self._session = ""
        self._ledger = Ledger()
        self.counts = PinCounts()
        self._dispatcher = Dispatcher(
            parts.gateway,
            parts.calls,
            clock,
            rng,
            self._record,
            self._told,
            tasks=self._tasks,
            displaced=self._displaced,
        )
        self._upkeep = Upkeep(
            parts.gateway, parts.source, clock, self._say, self._planned_end_utc_ns
        )
        self._show = ShowKeeper(data, stage.settings.id, self._say)
        self._catalogue = Catalogue(
            parts.source,
            settings.catalogue.webhook_secret,
            clock,
            rng,
            self._say,
            self._products_changed,
        )

    # Its life.

    async def start(self, record: Path | None) -> None:
        await self._show.load()
        if record is not None:
            self._take_up(await asyncio.to_thread(recall, record, self._clock))
        self.tick()
        for name in self._loops():
            self._begin(name)

    def _loops(self) -> tuple[str, ...]:
        return ("products", "warm connections", "access", "run of show")

    def _begin(self, name: str) -> None:
        work = {
            "products": self._catalogue.run,
            "warm connections": self._upkeep.keep_warm,
            "access": self._upkeep.keep_signed_in,
            "run of show": self._show.run,
        }[name]
        self._tasks.spawn(name, work())

    def _take_up(self, recalled: Recalled) -> None:
        """Never sends: what an earlier engine sent is read back, what it did not is over."""
        session = self._stage.session()
        if session is None:
            return
        self._session = session.session
        self._show.begin(session.session)
        for pin in recalled.pins:
            self._ledger.take(pin)
        self._cue_ids = dict(recalled.cue_ids[-_CUE_IDS:])
        self._open = dict.fromkeys(pin.id for pin in recalled.unsettled)
        self._dispatcher.recover(recalled.unsettled)

    def tick(self) -> None:
        self._follow_session()
        self._upkeep.on_air(is_open=self._stage.session() is not None)
        self._upkeep.look(self._gateway_status())

    def _follow_session(self) -> None:
        """Each session has a ledger of its own. Asked before each cue, too: it may be the first."""
        session = self._stage.session()
        if session is None or session.session == self._session:
            return
        self._session = session.session
        self._ledger = Ledger()
        self._cue_ids.clear()
        self._show.begin(session.session)

    async def close(self) -> None:
        await self._dispatcher.close()
        await self._tasks.close()
        await self._show.close()
        await self._source.close()
        await self._gateway.close()

    def _task_failed(self, name: str, failure: BaseException) -> None:
        text = f"Part of the pins failed ({name}: {type(failure).__name__})."
        self._say("engine.fault", "critical", text, {"task": name})
        if name in self._loops():
            self._tasks.spawn(f"{name} again", self._again(name))

    async def _again(self, name: str) -> None:
        await asyncio.sleep(_AFTER_FAULT_S)
        self._begin(name)

    # Cues.

    def cue(self, cue: Cue) -> PinStatus:
        """Taken, put in line for the record and sent, with no wait in between. Raises CueError."""
        self._follow_session()
        if cue.cue_id and (pin_id := self._cue_ids.get(cue.cue_id)) is not None:
            return self._same_again(pin_id)
        self._upkeep.expect()
        mono_ns = self._clock.mono_ns()
        times = cue_times(cue, mono_ns, self._clock.utc_ns(), self._budget_ms)
        product = self._wanted(cue)
        if cue.wants == "next" and (on_its_way := self._on_its_way(product)) is not None:
            return on_its_way.status(mono_ns)
        pin = new_pin(cue, product, times, self._new_id(cue.cue_id), self._session)
        if (refusal := self._refusal(product)) is not None:
            self._told(refused(pin, *refusal))
        elif times.is_over:
            self._told(too_late(pin, self._budget_ms))
        else:
            self._dispatcher.cue(pin)
        return self._same_again(pin.id)

    def _same_again(self, pin_id: str) -> PinStatus:
        """What is known of a pin. Raises CueError when nothing was sent."""
        pin = self._ledger.pin(pin_id)
        if pin is None:
            text = "This cue was given long ago; what became of it stands in the record."
            raise CueError("known", text, "Give a new cue a cue_id of its own.")
        if pin.state == "refused" or (pin.state == "late" and pin.sent_mono_ns is None):
            raise as_error(pin)
        return pin.status(self._clock.mono_ns())

    def _new_id(self, cue_id: str) -> str:
        pin_id = f"p{self._rng.getrandbits(64):016x}"
        if cue_id:
            self._cue_ids[cue_id] = pin_id
            while len(self._cue_ids) > _CUE_IDS:
                del self._cue_ids[next(iter(self._cue_ids))]
        return pin_id

    def _wanted(self, cue: Cue) -> Product | None:
        """None is an unpin. Raises CueError when nothing is next up."""
        if cue.wants == "unpin":
            return None
        product_id = cue.product_id
        if cue.wants == "next":
            following = self._show.show.next_up
            if following is None:
                raise CueError(
                    "nothing_next",
                    "The run of show is over.",
                    "Cue a product by its id, or repeat a line of the run of show.",
                )
            product_id = following.product_id
        return self._catalogue.product(product_id) or Product(product_id, "")

    def _on_its_way(self, product: Product | None) -> Pin | None:
        """A second call for what is next, before the first has come about, is the same call."""
        for pin in self._dispatcher.unsettled:
            if product is not None and pin.product is not None and pin.product.id == product.id:
                return pin
        return None

    def _refusal(self, product: Product | None) -> tuple[RefusalCode, str] | None:
        """What the dispatcher cannot know; whether there are calls left is for it to say."""
        if self._stage.session() is None:
            return "no_session", "No session is open: before the first media there is no live."
        if product is None:
            return None
        if self._catalogue.product(product.id) is None:
            return "unknown_product", "The catalogue of this store has no such product."
        return product_refusal(product)

    def by_hand(self, pin_id: str, text: str, actor: str, *, done: bool) -> PinStatus:
        pin = self._dispatcher.by_hand(pin_id, done, text, actor)
        if pin is None:
            raise CueError(
                "not_waiting", "This pin does not wait for a person.", "See the newest pins."
            )
        return pin.status(self._clock.mono_ns())

    # What becomes of them.

    async def _record(self, pin: Pin) -> bool:
        """Whether the intent is on disk."""
        receipt = self._open.get(pin.id)
        return receipt is not None and await receipt.recorded(RECORD_WITHIN_S)

    def _told(self, pin: Pin) -> None:
        before = self._ledger.pin(pin.id)
        self._ledger.take(pin)
        if (told := pin_told(pin, before)) is not None:
            if before is None:
                told = replace(told, data=first_data(pin, self._cue_id(pin.id)))
            receipt = self._post(told, pin)
            if before is None:
                self._open[pin.id] = receipt
        if pin.settled_mono_ns is not None and pin.id in self._open:
            del self._open[pin.id]
            self._settled(pin)

    def _settled(self, pin: Pin) -> None:
        self.counts.take(pin)
        if pin.product is not None and (pin.shown or pin.state == "accepted"):
            self._show.shown(pin.product.id)

    def _displaced(self, pin: Pin) -> None:
        self._post(displaced_told(pin), pin)

    def _cue_id(self, pin_id: str) -> str:
        """Of a new pin, whose name is the newest."""
        newest = next(reversed(self._cue_ids.items()), ("", ""))
        return newest[0] if newest[1] == pin_id else ""

    def _post(self, told: Told, pin: Pin) -> Receipt:
        return self._stage.pin_event(told.kind, told.level, told.text, told.data, pin.actor)

    def _say(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> None:
        self._stage.pin_event(kind, level, text, data, actor)

    def ledger(self, limit: int) -> LedgerView:
        mono_ns = self._clock.mono_ns()
        return LedgerView(
            self._ledger.latency(),
            tuple(pin.status(mono_ns) for pin in self._ledger.recent(limit)),
            tuple(pin.status(mono_ns) for pin in self._ledger.worst(_WORST)),
        )

    # Products and their order.

    @property
    def show(self) -> RunOfShow:
        return self._show.show

    def change_show(self, order: ShowOrder, actor: str) -> RunOfShow:
        self._upkeep.expect()
        return self._show.change(order, self._catalogue.products.products, actor)

    def _products_changed(self, _changes: Differences) -> None:
        self._show.fill(self._catalogue.products.products)

    async def products_json(self) -> bytes:
        return await self._catalogue.json()

    async def picture(self, product_id: str) -> ProductPicture | None:
        product, file = self._catalogue.product(product_id), self._settings.catalogue.file
        if product is None:
            return None
        try:
            found = await self._pictures.picture(product.picture, file.parent if file else None)
        except PictureError:
            return None
        return ProductPicture(found.content, found.kind, found.digest)

    def hook(self, headers: Mapping[str, str], body: bytes) -> None:
        self._catalogue.hook(headers, body)

    # What is told of all this.

    def _planned_end_utc_ns(self) -> int:
        session = self._stage.session()
        start_ns = self._clock.utc_ns() if session is None else session.started_utc_ns
        return start_ns + round(self._settings.show_hours * 3600 * NS_PER_S)

    def _gateway_status(self) -> GatewayStatus:
        status, mono_ns = self._gateway.status(), self._clock.mono_ns()
        if not status.can_pin:
            return status
        return replace(
            status,
            calls_left=self._calls.left(mono_ns),
            calls_per_min=self._calls.per_min,
            blocked_s=self._calls.blocked_s(mono_ns),
        )

    def status(self) -> PinsStatus:
        mono_ns = self._clock.mono_ns()
        recent = tuple(pin.status(mono_ns) for pin in self._ledger.recent(_RECENT))
        waiting = (pin for pin in self._dispatcher.unsettled if pin.by_hand)
        shown, shown_ns = self._dispatcher.shown, self._dispatcher.shown_mono_ns
        shown_id = None if shown is None else shown.product_id
        catalogue, show, session = self._catalogue, self._show.show, self._stage.session()
        return PinsStatus(
            gateway=self._gateway_status(),
            newest=recent[0] if recent else None,
            recent=recent,
            by_hand=tuple(pin.status(mono_ns) for pin in waiting),
            shown_product_id=shown_id,
            shown_title=self._title(shown_id),
            shown_age_ms=None if shown_ns is None else (mono_ns - shown_ns) / 1e6,
            latency=self._ledger.latency(),
            next_up=show.next_up,
            next_title=self._title(show.next_up.product_id if show.next_up else None),
            show_revision=show.revision,
            products_revision=catalogue.products.revision,
            products=len(catalogue.products.products),
            product_problems=len(catalogue.products.problems),
            products_age_s=catalogue.age_s,
            products_reason=catalogue.reason,
            planned_end_utc_ns=None if session is None else self._planned_end_utc_ns(),
            arm_and_fire=self._settings.arm_and_fire,
            web_pad=self._settings.web_pad,
        )

    def _title(self, product_id: str | None) -> str:
        product = None if product_id is None else self._catalogue.product(product_id)
        return "" if product is None else product.title

    def facts(self) -> PinFacts:
        gateway, shown = self._settings.gateway, self._dispatcher.shown
        shown_id = None if shown is None else shown.product_id
        product = None if shown_id is None else self._catalogue.product(shown_id)
        recent = self._ledger.recent(2 * _RECENT)
        late, judged = late_of(recent, self._clock.mono_ns())
        displaced = displaced_by(recent, shown, self._dispatcher.shown_mono_ns)
        return PinFacts(
            remind_s=gateway.remind_s if isinstance(gateway, ManualGateway) else 0.0,
            refresh_s=self._settings.catalogue.refresh_s,
            unread_s=self._catalogue.unread_s,
            late=late,
            judged=judged,
            unsellable="" if product is None else product.refusal,
            displaced_by=self._title(displaced) or displaced or "",
        )
