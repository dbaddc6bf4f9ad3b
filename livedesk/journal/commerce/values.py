"""What is known of a show's sales, once orders and record are joined? Values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from livedesk.journal.commerce.figures import Sale, Tally
from livedesk.journal.commerce.orders import Orders

Place = Literal["pinned", "after", "show", "day", "product", "outside", "untimed", "cancelled"]
"""Where a sale stands: while its product was pinned, in the five minutes after, elsewhere in the
show; of a product that was shown, with no more than the day of the show known, or in a file that
tells no times at all. The rest could not be joined: at another time, with none, or cancelled."""

JOINED: frozenset[Place] = frozenset(("pinned", "after", "show", "day", "product"))
TIMED: frozenset[Place] = frozenset(("pinned", "after", "show"))


@dataclass(frozen=True, slots=True)
class PinSales:
    """One stretch in which a product was shown, and what was sold of it then.

    A sale stands with one pin only: with the newest of its product."""

    number: int
    pin_id: str
    product_id: str
    sku: str
    title: str
    from_ms: int
    to_ms: int
    pinned: tuple[Tally, ...]
    after: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class MinuteSales:
    """Sales of all products in one minute of the show; only minutes with sales are listed."""

    minute: int
    """From 0, of the session's time."""
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class ProductSales:
    """A product's sales that belong to the show, also those of which only the day is known."""

    item: str
    sku: str
    title: str
    pins: int
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class IncidentSales:
    """Sales in an incident, and in as long a time before and after it as the show has.

    Times of several incidents overlap, so that these cannot be added up."""

    number: int
    start_ms: int
    end_ms: int
    before_ms: int
    after_ms: int
    before: tuple[Tally, ...]
    during: tuple[Tally, ...]
    after: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class ReasonSum:
    """What was taken back or added for one reason. `amount` is negative where taken back."""

    reason: str
    currency: str
    is_commission: bool
    times: int
    """In the whole file."""
    amount: Decimal
    show_times: int
    """Of the sales that belong to the show."""
    show_amount: Decimal


@dataclass(frozen=True, slots=True)
class DoubleAttribution:
    """One order that names more than one affiliate. `same_product`: for one and the same product,
    which is what a platform has to explain; else each has a product of its own in the order."""

    order_id: str
    currency: str
    same_product: bool
    paid: tuple[tuple[str, Decimal], ...]
    """Affiliate and commission, net of what was taken back."""
    net: Decimal
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Commerce:
    """The orders of a file beside a session. Sums of `show` are all sales that belong to it.

    `placed` has every sale with where it stands: those that stand nowhere are the ones that could
    not be joined, and are listed with the rest.
    """

    orders: Orders
    started_utc_ns: int
    length_ms: int
    placed: tuple[tuple[Sale, Place], ...]
    whole: tuple[Tally, ...]
    """Everything in the file."""
    show: tuple[Tally, ...]
    pinned: tuple[Tally, ...]
    after: tuple[Tally, ...]
    in_incidents: tuple[Tally, ...]
    """While any incident lasted, each sale once."""
    after_incidents: tuple[Tally, ...]
    """In as long a time after any of them, and in none."""
    pins: tuple[PinSales, ...] = ()
    minutes: tuple[MinuteSales, ...] = ()
    products: tuple[ProductSales, ...] = ()
    incidents: tuple[IncidentSales, ...] = ()
    reasons: tuple[ReasonSum, ...] = ()
    doubles: tuple[DoubleAttribution, ...] = ()
    """Of the whole file: an order that pays twice matters whenever it was."""
    has_times: bool = False

    def tells(self, field: str) -> bool:
        """Whether the file has a column for it; a sum of one that it has not is not known."""
        return field in self.orders.mapping

    def count(self, *places: Place) -> int:
        return sum(place in places for _, place in self.placed)
