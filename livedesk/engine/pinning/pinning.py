"""What does the engine know and do about one store's pins?

It takes cues, refuses those that make no sense before anything is sent, and has the others carried
out (`pins/dispatcher.py`). What becomes of them is kept by `pin_book.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.pin_settings import ManualGateway, PinSettings
from livedesk.core.pins import GatewayStatus, PinsStatus, PinStatus, Product, RunOfShow
from livedesk.core.tasks import Tasks
from livedesk.engine.api.pins_view import LedgerView, ProductPicture
from livedesk.engine.pin_conditions import PinFacts
from livedesk.engine.pinning.catalogue import Catalogue
from livedesk.engine.pinning.counts import PinCounts
from livedesk.engine.pinning.cues import (
    Cue,
    CueError,
    RefusalCode,
    cue_times,
    new_pin,
    product_refusal,
    refused,
    too_late,
)
from livedesk.engine.pinning.facts import displaced_by, late_of
from livedesk.engine.pinning.pin_book import PinBook
from livedesk.engine.pinning.recall import Recalled, recall
from livedesk.engine.pinning.run_of_show import ShowKeeper
from livedesk.engine.pinning.show_orders import ShowOrder
from livedesk.engine.pinning.sources import ProductSource
from livedesk.engine.pinning.stage import Stage
from livedesk.engine.pinning.upkeep import Upkeep
from livedesk.pins.calls import CallBudget
from livedesk.pins.catalogue import Differences
from livedesk.pins.dispatcher import Dispatcher
from livedesk.pins.gateways.base import Gateway
from livedesk.pins.pictures import PictureError, Pictures
from livedesk.pins.pin import Pin

_RECENT: Final = 10
_AFTER_FAULT_S: Final = 5.0


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
        self._session = ""
        self._show = ShowKeeper(data, stage.settings.id, self._say)
        self._book = PinBook(stage, clock, self._show.shown)
        self._dispatcher = Dispatcher(
            parts.gateway,
            parts.calls,
            clock,
            rng,
            self._book.record,
            self._book.told,
            tasks=self._tasks,
            displaced=self._book.displaced,
        )
        self._upkeep = Upkeep(
            parts.gateway, parts.source, clock, self._say, self._planned_end_utc_ns
        )
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
        self._book.take_up(recalled)
        self._dispatcher.recover(recalled.unsettled)

    def tick(self) -> None:
        self._follow_session()
        self._upkeep.on_air(is_open=self._stage.session() is not None)
        self._upkeep.look(self._gateway_status())

    def _follow_session(self) -> None:
        """Asked before each cue, too: it may be the first of a session."""
        session = self._stage.session()
        if session is None or session.session == self._session:
            return
        self._session = session.session
        self._book.begin()
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
        if (known := self._book.known(cue.cue_id)) is not None:
            return self._book.status(known)
        self._upkeep.expect()
        mono_ns = self._clock.mono_ns()
        times = cue_times(cue, mono_ns, self._clock.utc_ns(), self._budget_ms)
        product = self._wanted(cue)
        if cue.wants == "next" and (on_its_way := self._on_its_way(product)) is not None:
            return on_its_way.status(mono_ns)
        pin_id = f"p{self._rng.getrandbits(64):016x}"
        self._book.name(cue.cue_id, pin_id)
        pin = new_pin(cue, product, times, pin_id, self._session)
        if (refusal := self._refusal(product)) is not None:
            self._book.told(refused(pin, *refusal))
        elif times.is_over:
            self._book.told(too_late(pin, self._budget_ms))
        else:
            self._dispatcher.cue(pin)
        return self._book.status(pin.id)

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
        is_listed = self._catalogue.product(product.id) is not None
        if not is_listed and self._catalogue.age_s is not None:
            return "unknown_product", "The catalogue of this store has no such product."
        # Before the first list has come, as after a restart, the platform knows better than we.
        return product_refusal(product)

    def by_hand(self, pin_id: str, text: str, actor: str, *, done: bool) -> PinStatus:
        pin = self._dispatcher.by_hand(pin_id, done, text, actor)
        if pin is None:
            raise CueError(
                "not_waiting", "This pin does not wait for a person.", "See the newest pins."
            )
        return pin.status(self._clock.mono_ns())

    def _say(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> None:
        self._stage.pin_event(kind, level, text, data, actor)

    def ledger(self, limit: int) -> LedgerView:
        return self._book.view(limit)

    @property
    def counts(self) -> PinCounts:
        return self._book.counts

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
        book = self._book.view(_RECENT, worst=0)
        waiting = (pin for pin in self._dispatcher.unsettled if pin.by_hand)
        shown, shown_ns = self._dispatcher.shown, self._dispatcher.shown_mono_ns
        shown_id = None if shown is None else shown.product_id
        catalogue, show, session = self._catalogue, self._show.show, self._stage.session()
        return PinsStatus(
            gateway=self._gateway_status(),
            newest=book.pins[0] if book.pins else None,
            recent=book.pins,
            by_hand=tuple(pin.status(mono_ns) for pin in waiting),
            shown_product_id=shown_id,
            shown_title=self._title(shown_id),
            shown_age_ms=None if shown_ns is None else (mono_ns - shown_ns) / NS_PER_MS,
            latency=book.latency,
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
        recent = self._book.recent(2 * _RECENT)
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
