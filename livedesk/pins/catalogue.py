"""What are a store's products now, given its list, what was read anew and what was told of them?

Pure. Two sources speak: the list, which is read on a schedule, and webhooks, which tell of single
products at once. What is newer holds, field by field, by the time at which it was true: of a list
when the platform was asked or the file was written, of a webhook what it says itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from livedesk.core.pins import Product, ProductList, ProductProblem
from livedesk.pins.webhook import HookEvent

_MOST_REMEMBERED: Final = 10_000
"""Products of which webhooks spoke; the one of whom nothing was heard longest is forgotten."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Between two lists, each in the order of the new one (`went` of the old one)."""

    came: tuple[Product, ...] = ()
    went: tuple[Product, ...] = ()
    changed: tuple[Product, ...] = ()
    """As they are now, those of the next two fields among them."""
    refused: tuple[Product, ...] = ()
    """Could be pinned before and cannot now: out of stock, restricted, flagged, unlisted."""
    admitted: tuple[Product, ...] = ()
    """The reverse."""

    @property
    def out_of_stock(self) -> tuple[Product, ...]:
        return tuple(each for each in self.refused if each.state == "out_of_stock")

    @property
    def flagged(self) -> tuple[Product, ...]:
        return tuple(each for each in self.refused if each.state == "flagged")

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.changed)


def merged(
    old: ProductList,
    new: Sequence[Product],
    problems: Sequence[ProductProblem],
    source: str,
    utc_ns: int | None,
) -> ProductList:
    """The list after a refresh at `utc_ns`; its revision only grows when something changed."""
    products, told = tuple(new), tuple(problems)
    is_same = (products, told, source) == (old.products, old.problems, old.source)
    return ProductList(
        revision=old.revision + (not is_same),
        source=source,
        refreshed_utc_ns=utc_ns,
        products=products,
        problems=told,
    )


def with_event(products: ProductList, event: HookEvent) -> ProductList:
    """The list with what a webhook told; the same list when that changes nothing.

    A product that is not in the list is left to the next refresh: whether it belongs to this live
    is not known from a webhook.
    """
    changed = tuple(_applied(product, event) for product in products.products)
    if changed == products.products:
        return products
    return replace(products, revision=products.revision + 1, products=changed)


def differences(old: ProductList, new: ProductList) -> Differences:
    before = {product.id: product for product in old.products}
    after = {product.id for product in new.products}
    both = [(before[each.id], each) for each in new.products if each.id in before]
    return Differences(
        came=tuple(each for each in new.products if each.id not in before),
        went=tuple(each for each in old.products if each.id not in after),
        changed=tuple(now for was, now in both if now != was),
        refused=tuple(now for was, now in both if now.refusal and not was.refusal),
        admitted=tuple(now for was, now in both if was.refusal and not now.refusal),
    )


class HookBook:
    """What webhooks told last of each product, by their own time: they come late and crossed.

    What was told is never changed in place, so that `over` may run in another thread.
    """

    def __init__(self, most: int = _MOST_REMEMBERED) -> None:
        self._most = most
        self._told: dict[str, dict[str, HookEvent]] = {}

    def take(self, event: HookEvent) -> HookEvent:
        """The event with those fields of which nothing newer was told; perhaps with none."""
        if event.product is None or not event.fields:
            return event
        told = dict(self._told)
        earlier = told.pop(event.product.id, {})
        newer = frozenset(
            field
            for field in event.fields
            if field not in earlier or earlier[field].utc_ns <= event.utc_ns
        )
        told[event.product.id] = {**earlier, **dict.fromkeys(newer, event)}
        if len(told) > self._most:
            del told[next(iter(told))]
        self._told = told
        return replace(event, fields=newer)

    def over(self, products: Iterable[Product], as_of_utc_ns: int) -> tuple[Product, ...]:
        """A list that was true at `as_of_utc_ns`, with all that was told of later instants."""
        told = self._told
        return tuple(
            _over(product, told[product.id], as_of_utc_ns) if product.id in told else product
            for product in products
        )


def _over(product: Product, told: Mapping[str, HookEvent], as_of_utc_ns: int) -> Product:
    later = [(field, event) for field, event in told.items() if event.utc_ns > as_of_utc_ns]
    for field, event in sorted(later, key=lambda each: each[1].utc_ns):
        product = _applied(product, replace(event, fields=frozenset((field,))))
    return product


def _applied(product: Product, event: HookEvent) -> Product:
    told = event.product
    if told is None or told.id != product.id or not event.fields:
        return product
    changed = replace(product, **{field: getattr(told, field) for field in event.fields})
    return _agreed(changed, event.fields)


def _agreed(product: Product, fields: frozenset[str]) -> Product:
    """Stock and state say the same; of two that do not, what was told just now is right."""
    has_none = product.stock is not None and product.stock <= 0
    if "stock" in fields:
        if has_none and product.state == "available":
            return replace(product, state="out_of_stock")
        if product.stock is not None and not has_none and product.state == "out_of_stock":
            return replace(product, state="available", reason="")
    elif "state" in fields and product.state == "available" and has_none:
        return replace(product, stock=None)
    return product
