"""What is told of a store's pins: the status, and what only its alarms need beside it?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.pin_settings import ManualGateway, PinSettings
from livedesk.core.pins import GatewayStatus, PinsStatus, Product
from livedesk.engine.pin_conditions import PinFacts
from livedesk.engine.pinning.catalogue import Catalogue
from livedesk.engine.pinning.cues import RefusalCode, product_refusal
from livedesk.engine.pinning.facts import HeldUp, displaced_by, late_of
from livedesk.engine.pinning.pin_book import PinBook
from livedesk.engine.pinning.run_of_show import ShowKeeper
from livedesk.engine.pinning.stage import Stage
from livedesk.pins.dispatcher import Dispatcher
from livedesk.pins.gateways.base import Gateway
from livedesk.platforms.call_budget import CallBudget

_RECENT: Final = 10


class Overview:
    """Looks at the parts of a store's pins, four times a second, and changes nothing of them."""

    def __init__(
        self,
        stage: Stage,
        settings: PinSettings,
        gateway: Gateway,
        calls: CallBudget,
        dispatcher: Dispatcher,
        book: PinBook,
        show: ShowKeeper,
        catalogue: Catalogue,
        clock: Clock,
    ) -> None:
        self._stage = stage
        self._settings = settings
        self._gateway = gateway
        self._calls = calls
        self._dispatcher = dispatcher
        self._book = book
        self._show = show
        self._catalogue = catalogue
        self._clock = clock
        self._held_up = HeldUp()

    def status(self) -> PinsStatus:
        mono_ns = self._clock.mono_ns()
        book = self._book.view(_RECENT, worst=0)
        waiting = (pin for pin in self._dispatcher.unsettled if pin.by_hand)
        shown_ns, shown_id = self._dispatcher.shown_mono_ns, self._shown_id
        catalogue, show, session = self._catalogue, self._show.show, self._stage.session()
        next_id = show.next_up.product_id if show.next_up else None
        return PinsStatus(
            gateway=self.gateway_status(),
            newest=book.pins[0] if book.pins else None,
            recent=book.pins,
            by_hand=tuple(pin.status(mono_ns) for pin in waiting),
            shown_product_id=shown_id,
            shown_title=self.title(shown_id),
            shown_age_ms=None if shown_ns is None else (mono_ns - shown_ns) / NS_PER_MS,
            latency=book.latency,
            next_up=show.next_up,
            next_title=self.title(next_id),
            next_refusal=self._refusal_text(next_id),
            show_revision=show.revision,
            products_revision=catalogue.products.revision,
            products=len(catalogue.products.products),
            product_problems=len(catalogue.products.problems),
            products_age_s=catalogue.age_s,
            products_reason=catalogue.reason,
            planned_end_utc_ns=None if session is None else self.planned_end_utc_ns(),
            arm_and_fire=self._settings.arm_and_fire,
            web_pad=self._settings.web_pad,
        )

    def facts(self, products_access: str, *, is_changed_outside: bool) -> PinFacts:
        """`is_changed_outside`: what is shown was changed in the platform, by a person."""
        gateway, shown_id = self._settings.gateway, self._shown_id
        product = None if shown_id is None else self._catalogue.product(shown_id)
        recent = self._book.recent(2 * _RECENT)
        late, judged = late_of(recent, self._clock.mono_ns(), self._held_up_until_ns())
        displaced = None
        if not is_changed_outside:
            shown, shown_ns = self._dispatcher.shown, self._dispatcher.shown_mono_ns
            displaced = displaced_by(recent, shown, shown_ns)
        return PinFacts(
            remind_s=gateway.remind_s if isinstance(gateway, ManualGateway) else 0.0,
            refresh_s=self._settings.catalogue.refresh_s,
            unread_s=self._catalogue.unread_s,
            late=late,
            judged=judged,
            unsellable="" if product is None else product.refusal,
            displaced_by=self.title(displaced),
            products_access=products_access,
        )

    def _held_up_until_ns(self) -> int | None:
        status = self.gateway_status()
        takes_none = status.state == "down" or status.blocked_s is not None
        self._held_up.look(self._clock.mono_ns(), takes_none or status.calls_left == 0)
        return self._held_up.until_ns

    def planned_end_utc_ns(self) -> int:
        session = self._stage.session()
        start_ns = self._clock.utc_ns() if session is None else session.started_utc_ns
        return start_ns + round(self._settings.show_hours * 3600 * NS_PER_S)

    def gateway_status(self) -> GatewayStatus:
        status, mono_ns = self._gateway.status(), self._clock.mono_ns()
        if not status.can_pin:
            return status
        return replace(
            status,
            calls_left=self._calls.left(mono_ns),
            calls_per_min=self._calls.per_min,
            blocked_s=self._calls.blocked_s(mono_ns),
        )

    def title(self, product_id: str | None) -> str:
        """For people; of a product that the catalogue does not have it is the id."""
        product = None if product_id is None else self._catalogue.product(product_id)
        return product_id or "" if product is None else product.title or product.id

    def refusal(self, product: Product) -> tuple[RefusalCode, str] | None:
        """Why it cannot be pinned, as far as is known of it."""
        is_listed = self._catalogue.product(product.id) is not None
        if not is_listed and self._catalogue.age_s is not None:
            return "unknown_product", "The catalogue of this store has no such product."
        # Before the first list has come, as after a restart, the platform knows better than we.
        return product_refusal(product)

    def _refusal_text(self, product_id: str | None) -> str:
        if product_id is None:
            return ""
        refusal = self.refusal(self._catalogue.product(product_id) or Product(product_id, ""))
        return "" if refusal is None else refusal[1]

    @property
    def _shown_id(self) -> str | None:
        shown = self._dispatcher.shown
        return None if shown is None else shown.product_id
