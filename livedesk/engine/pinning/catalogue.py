"""Which products does a store have now? Read on a schedule, and at once when a webhook tells.

What source and shop say of them is kept apart from what the rules object to (`pins/screening.py`):
the list that everybody sees is the one with the other laid over it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.pins import Product, ProductList, ProductProblem
from livedesk.core.secrets import Secret
from livedesk.engine.hook_news import HookNews, refuse
from livedesk.engine.pinning.hook_news import tell_taken
from livedesk.engine.pinning.product_json import ProductJson
from livedesk.engine.pinning.sources import ProductSource
from livedesk.engine.pinning.stage import Tell
from livedesk.pins.catalogue import Differences, HookBook, differences, merged, with_event
from livedesk.pins.gateways.base import Products
from livedesk.pins.screening import ProductJudge, Screen
from livedesk.pins.webhook import HookEvent, verify
from livedesk.platforms.call_budget import Backoff
from livedesk.platforms.webhook import HookRefused, SeenHooks

_TOLD_AT_ONCE: Final = 20
"""Products that went out of stock, or were flagged, together are told singly up to so many."""

_MOST_PROBLEMS: Final = 100
"""Of webhooks, in the list until it is read anew."""


@dataclass(frozen=True, slots=True)
class _State:
    """`plain`: as source and shop tell it; `shown`: with what the rules object to laid over it."""

    plain: ProductList
    screen: Screen
    shown: ProductList


@dataclass(frozen=True, slots=True)
class _Step:
    """To another state."""

    state: _State
    changes: Differences


class Catalogue:
    """A store's products. `on_change` is called with what became different."""

    def __init__(
        self,
        source: ProductSource,
        secret: Secret | None,
        clock: Clock,
        rng: Random,
        tell: Tell,
        on_change: Callable[[Differences], None],
    ) -> None:
        self._source = source
        self._secret = secret
        self._clock = clock
        self._tell = tell
        self._on_change = on_change
        self._backoff = Backoff(rng)
        self._seen = SeenHooks(clock.utc_ns())
        self._book = HookBook()
        self._news = HookNews(clock, tell, "products")
        self._json = ProductJson()
        self._by_id: dict[str, Product] = {}
        self._begun_ns = clock.mono_ns()
        self._read_ns: int | None = None
        nothing = ProductList(source=source.name)
        self._state = _State(nothing, Screen(), nothing)
        self._unseen = asyncio.Event()
        """There are texts, or rules, that the other was not held against yet."""
        self.reason = ""
        """Why the newest refresh failed; empty when it did not."""

    @property
    def products(self) -> ProductList:
        return self._state.shown

    def product(self, product_id: str) -> Product | None:
        return self._by_id.get(product_id)

    @property
    def age_s(self) -> float | None:
        """Since the source was last read, or found to be unchanged."""
        return None if self._read_ns is None else self._since_s(self._read_ns)

    @property
    def unread_s(self) -> float:
        """The same, or since the first try."""
        return self._since_s(self._read_ns or self._begun_ns)

    def _since_s(self, mono_ns: int) -> float:
        return (self._clock.mono_ns() - mono_ns) / NS_PER_S

    async def json(self) -> bytes:
        return await self._json.of(self.products)

    async def run(self) -> None:
        while True:
            wait_s = await self.refresh()
            await asyncio.sleep(wait_s)

    async def refresh(self) -> float:
        """Read the source once; returns after how many seconds to read it again."""
        asked_utc_ns = self._clock.utc_ns()
        found = await self._source.read()
        if found is not None and not found.ok:
            self._failed(found.text or "The products could not be read.")
            wait_s = self._backoff.failed(found.retry_after_s)
            return max(wait_s, found.retry_after_s or 0.0)
        if found is not None:
            await self._take(found, asked_utc_ns)
        self._read_ns, self.reason = self._clock.mono_ns(), ""
        self._backoff.succeeded()
        return self._source.every_s

    def _failed(self, reason: str) -> None:
        if reason != self.reason:
            self.reason = reason
            kept = len(self.products.products)
            text = f"The products could not be refreshed, the {kept:,} known ones stay: {reason}"
            self._tell("catalogue.failed", "warning", text, {"reason": reason})

    async def _take(self, found: Products, asked_utc_ns: int) -> None:
        """Compared in a thread, which ten thousand products are worth; a webhook or other rules may
        come first."""
        while True:
            state = self._state
            step = await asyncio.to_thread(self._merge, state, found, asked_utc_ns)
            if self._takes(step, state):
                return

    def _merge(self, state: _State, found: Products, asked_utc_ns: int) -> _Step:
        products = self._book.over(found.products, self._source.as_of_utc_ns or asked_utc_ns)
        problems = tuple(ProductProblem(where, text) for where, text in found.problems)
        plain = merged(state.plain, products, problems, self._source.name, asked_utc_ns)
        return _screened(state, plain)

    def use_rules(self, judge: ProductJudge) -> None:
        """Hold all products against these rules, from now on (`keep_screened`)."""
        self._state = replace(self._state, screen=self._state.screen.with_rules(judge))
        self._unseen.set()

    async def keep_screened(self) -> None:
        """Look at the products again when rules or texts have changed."""
        while True:
            await self._unseen.wait()
            self._unseen.clear()
            state = self._state
            step = await asyncio.to_thread(_screened, state, state.plain)
            if not self._takes(step, state):
                self._unseen.set()

    def _takes(self, step: _Step, made_of: _State) -> bool:
        """False when more has come meanwhile; what these rules said of each text is kept."""
        if made_of is self._state:
            self._step(step)
            return True
        if step.state.screen.judge is self._state.screen.judge:
            self._state = replace(self._state, screen=step.state.screen)
        return False

    def hook(self, headers: Mapping[str, str], body: bytes) -> None:
        """Apply what the shop tells of a product. Raises HookRefused."""
        if self._secret is None:
            text = "This store takes none: its settings have no webhook_secret."
            self._news.refused(HookRefused("no_signature", text))
            refuse(headers, body, self._clock.utc_ns())
        try:
            event = verify(self._secret, headers, body, self._clock.utc_ns(), self._seen)
        except HookRefused as refusal:
            self._news.refused(refusal)
            raise
        tell_taken(self._news, event)
        state = self._state
        plain = with_event(state.plain, self._book.take(event))
        if event.problems:
            plain = _with_problems(plain, event)
        if plain is not state.plain:
            self._step(_laid_over(state, plain, state.screen))
        if event.fields & {"title", "description"}:
            self._unseen.set()

    def _step(self, step: _Step) -> None:
        old, self._state = self._state.shown, step.state
        if step.state.shown.revision == old.revision:
            return
        new = step.state.shown
        self._by_id = {product.id: product for product in new.products}
        self._tell_changes(new, step.changes)
        self._on_change(step.changes)

    def _tell_changes(self, new: ProductList, changes: Differences) -> None:
        came, went, changed = (len(each) for each in (changes.came, changes.went, changes.changed))
        data: dict[str, Json] = {
            "products": len(new.products), "came": came, "went": went, "changed": changed,
            "problems": len(new.problems), "revision": new.revision,
        }  # fmt: skip
        text = (
            f"{len(new.products):,} products from {new.source}: {came:,} new, {went:,} gone, "
            f"{changed:,} changed, {len(new.problems):,} with problems."
        )
        self._tell("catalogue.changed", "info", text, data)
        for product in changes.out_of_stock[:_TOLD_AT_ONCE]:
            text = f"Out of stock: {product.title[:60] or product.id}."
            self._tell("catalogue.out_of_stock", "notice", text, {"product_id": product.id})
        for product in changes.flagged[:_TOLD_AT_ONCE]:
            text = f"Not to be pinned: {product.title[:60] or product.id}. {product.refusal}"
            self._tell("catalogue.flagged", "warning", text, {"product_id": product.id})


def _screened(state: _State, plain: ProductList) -> _Step:
    """With all of them held against the rules: slow."""
    return _laid_over(state, plain, state.screen.looked_at(plain.products))


def _laid_over(state: _State, plain: ProductList, screen: Screen) -> _Step:
    products, problems = screen.over(plain.products)
    told = (*plain.problems, *problems)
    shown = merged(state.shown, products, told, plain.source, plain.refreshed_utc_ns)
    return _Step(_State(plain, screen, shown), differences(state.shown, shown))


def _with_problems(products: ProductList, event: HookEvent) -> ProductList:
    """What could not be used of a webhook stands beside what could not be used of the list."""
    of = "" if event.product is None else f" of {event.product.id[:60]}"
    told = tuple(ProductProblem(each.where + of, each.text) for each in event.problems)
    new = tuple(each for each in told if each not in products.problems)
    if not new or len(products.problems) >= _MOST_PROBLEMS:
        return products
    return replace(products, revision=products.revision + 1, problems=(*products.problems, *new))
