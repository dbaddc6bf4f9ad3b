"""What does the engine know and do about one store's pins?

It takes cues, refuses those that make no sense before anything is sent, and has the others carried
out (`pins/dispatcher.py`). What becomes of them is kept by `pin_book.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.events import Json, Level
from livedesk.core.pin_settings import PinSettings
from livedesk.core.pins import PinsStatus, PinStatus, Product, RunOfShow
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
    refused,
    too_late,
)
from livedesk.engine.pinning.overview import Overview
from livedesk.engine.pinning.pin_book import PinBook
from livedesk.engine.pinning.recall import Recalled, recall
from livedesk.engine.pinning.run_of_show import ShowKeeper
from livedesk.engine.pinning.show_orders import ShowOrder
from livedesk.engine.pinning.shown_watch import ShownWatch
from livedesk.engine.pinning.sources import ProductSource
from livedesk.engine.pinning.stage import Stage
from livedesk.engine.pinning.upkeep import Upkeep
from livedesk.pins.catalogue import Differences
from livedesk.pins.dispatcher import Dispatcher
from livedesk.pins.gateways.base import Gateway
from livedesk.pins.pictures import PictureError, Pictures
from livedesk.pins.pin import Pin
from livedesk.pins.screening import ProductJudge
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.tokens import RenewalNews

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
        self._catalogue = Catalogue(
            parts.source,
            settings.catalogue.webhook_secret,
            clock,
            rng,
            self._say,
            self._products_changed,
        )
        self._overview = Overview(
            stage,
            settings,
            parts.gateway,
            parts.calls,
            self._dispatcher,
            self._book,
            self._show,
            self._catalogue,
            clock,
        )
        self._upkeep = Upkeep(
            parts.gateway, parts.source, clock, self._say, self._overview.planned_end_utc_ns
        )
        self._watch = ShownWatch(
            self._dispatcher, self._book.recent, self._overview.title, clock, rng, self._say
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
        always = ("products", "products against rules", "warm connections", "access", "run of show")
        return (*always, "what is shown") if self._gateway.abilities.reads_back else always

    def _begin(self, name: str) -> None:
        work = {
            "products": self._catalogue.run,
            "products against rules": self._catalogue.keep_screened,
            "warm connections": self._upkeep.keep_warm,
            "access": self._upkeep.keep_signed_in,
            "run of show": self._show.run,
            "what is shown": self._watch.run,
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
        is_open = self._stage.session() is not None
        self._upkeep.on_air(is_open=is_open)
        self._watch.on_air(is_open=is_open)
        self._upkeep.look(self._overview.gateway_status())

    def _follow_session(self) -> None:
        """Asked before each cue, too: it may be the first of a session."""
        session = self._stage.session()
        if session is None or session.session == self._session:
            return
        self._session = session.session
        self._book.begin()
        self._show.begin(session.session)

    def session_ends(self) -> None:
        """While its record still takes events: no pin is left open in it."""
        self._dispatcher.let_go(
            "signed_off", "The session was signed off before more of it was known."
        )

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
        return None if product is None else self._overview.refusal(product)

    def by_hand(self, pin_id: str, text: str, actor: str, *, done: bool) -> PinStatus:
        pin = self._dispatcher.by_hand(pin_id, done, text, actor)
        if pin is None:
            raise CueError(
                "not_waiting", "This pin does not wait for a person.", "See the newest pins."
            )
        return pin.status(self._clock.mono_ns())

    async def on_record(self, pin: PinStatus) -> PinStatus:
        return await self._book.on_record(pin)

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

    def use_rules(self, judge: ProductJudge) -> None:
        self._catalogue.use_rules(judge)

    def title(self, product_id: str) -> str:
        return self._overview.title(product_id)

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

    def status(self) -> PinsStatus:
        return self._overview.status()

    def facts(self) -> PinFacts:
        access = self._source.ends_before(self._overview.planned_end_utc_ns())
        return self._overview.facts(access, is_changed_outside=self._watch.is_changed_outside)

    def renewal(self, news: RenewalNews) -> None:
        """A renewal of an access that this store uses."""
        self._upkeep.renewal(news)
