"""When was which product shown, and which of several pins does a sale stand with? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.core.pins import PinStatus, Product
from livedesk.journal.commerce.figures import Sale
from livedesk.journal.fold.pins import PinRow
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import value_of

AFTER_MS: Final = 5 * 60_000
"""Buyers take a moment to pay (docs/decisions/0027)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A product was shown from `from_ms` to `to_ms`: until another was, or none, or the end."""

    pin_id: str
    product_id: str
    title: str
    from_ms: int
    to_ms: int

    @property
    def until_ms(self) -> int:
        """Until then a sale may still stand with it."""
        return self.to_ms + AFTER_MS


def pinned_skus(reader: SessionReader) -> dict[str, str]:
    """Product → the seller's number of it, as the record of the pins has them. Orders know the
    one, pins are made by the other."""
    skus: dict[str, str] = {}
    for timed in reader.events(kinds=("pin.cued",)):
        product = value_of(timed.event.data.get("product"), Product)
        if product is not None and product.sku:
            skus[product.id] = product.sku
    return skus


def stretches(pins: Iterable[PinRow], length_ms: int) -> list[Stretch]:
    """In the order in which they were shown; one that was never shown has none."""
    shown = [(_shown_ms(row), row.pin) for row in pins if _was_shown(row.pin)]
    shown.sort(key=lambda each: (each[0], each[1].id))
    found: list[Stretch] = []
    for place, (from_ms, pin) in enumerate(shown):
        if pin.action != "pin" or from_ms >= length_ms:
            continue
        to_ms = shown[place + 1][0] if place + 1 < len(shown) else length_ms
        found.append(
            Stretch(pin.id, pin.product_id, pin.title, max(0, from_ms), min(to_ms, length_ms))
        )
    return found


def _was_shown(pin: PinStatus) -> bool:
    return bool(pin.shown) or (pin.state == "confirmed" and pin.shown is None)


def _shown_ms(row: PinRow) -> int:
    """When the platform took it; read back it is a moment later."""
    pin = row.pin
    known = (each for each in (pin.accepted_ms, pin.latency_ms, pin.settled_ms) if each is not None)
    return row.t_ms + round(next(known, 0.0))


class Shelf:
    """Which pinned product is a sale's? By its number on the platform, or the seller's."""

    def __init__(self, shown: Sequence[Stretch], skus: Mapping[str, str]) -> None:
        self._products: dict[str, set[str]] = {}
        self._stretches: dict[str, list[Stretch]] = {}
        for stretch in shown:
            product = stretch.product_id
            self._stretches.setdefault(product, []).append(stretch)
            for number in (product, skus.get(product, "")):
                if number:
                    self._products.setdefault(number.casefold(), set()).add(product)

    def products(self, sale: Sale) -> set[str]:
        """More than one where a seller's number stands for several."""
        return self._products.get(sale.product_id.casefold(), set()) | self._products.get(
            sale.sku.casefold(), set()
        )

    def newest(self, sale: Sale, t_ms: int) -> Stretch | None:
        """The newest pin of its product at that time, if not over for longer than AFTER_MS."""
        begun = [
            stretch
            for product in self.products(sale)
            for stretch in self._stretches[product]
            if stretch.from_ms <= t_ms < stretch.until_ms
        ]
        return max(begun, key=lambda each: (each.from_ms, each.pin_id), default=None)
