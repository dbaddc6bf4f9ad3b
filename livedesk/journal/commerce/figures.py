"""What do sales amount to? Sums by currency: amounts of several are never added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Clawback:
    """Money taken back, or added, after the sale. `amount` is negative where it was taken back."""

    reason: str
    amount: Decimal
    is_commission: bool = False
    """It stood in the column of the commission; else in that of adjustments."""


@dataclass(frozen=True, slots=True)
class Commission:
    """What one affiliate was paid for a sale; what was taken back of it is in the clawbacks."""

    affiliate_id: str
    paid: Decimal
    taken_back: Decimal = ZERO
    """Zero or more."""


@dataclass(frozen=True, slots=True)
class Sale:
    """One product in one order, its refunds and adjustments netted in it.

    A sale that the file lists once for each of several affiliates is one sale: amount, refund,
    units and fee are facts of the order and count once; commission and payout are money that
    moved, and count each time.
    """

    order_id: str
    currency: str
    sku: str = ""
    product_id: str = ""
    product_name: str = ""
    units: int = 0
    gross: Decimal = ZERO
    refunded: Decimal = ZERO
    platform_fee: Decimal = ZERO
    payout: Decimal = ZERO
    commissions: tuple[Commission, ...] = ()
    clawbacks: tuple[Clawback, ...] = ()
    utc_ns: int | None = None
    day_only: bool = False
    cancelled: bool = False
    rows: tuple[int, ...] = ()

    @property
    def net(self) -> Decimal:
        return self.gross - self.refunded

    @property
    def is_sale(self) -> bool:
        """Not only an adjustment, and not cancelled; a gift without a price is one."""
        return not self.cancelled and bool(self.gross or self.units)

    @property
    def affiliates(self) -> tuple[str, ...]:
        """Who was named for it, each once."""
        return tuple(each.affiliate_id for each in self.commissions if each.affiliate_id)

    @property
    def item(self) -> str:
        """By what its product is known."""
        return self.product_id or self.sku


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of sales in one currency. `net` = `gross` - `refunded`.

    `clawed` and `granted` are adjustments below and above zero; `commission_back` is what was taken
    back in the column of the commission itself. Both of the former two are zero or more.
    """

    currency: str
    orders: int = 0
    """Different orders, so that orders of several tallies cannot be added."""
    sales: int = 0
    units: int = 0
    gross: Decimal = ZERO
    refunded: Decimal = ZERO
    commission: Decimal = ZERO
    commission_back: Decimal = ZERO
    platform_fee: Decimal = ZERO
    payout: Decimal = ZERO
    clawed: Decimal = ZERO
    granted: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return self.gross - self.refunded


def tally(sales: Iterable[Sale]) -> tuple[Tally, ...]:
    """One for each currency, the one with most sales first. A cancelled order is no sale, but
    what was paid, charged or adjusted for it counts."""
    by_currency: dict[str, list[Sale]] = {}
    for sale in sales:
        by_currency.setdefault(sale.currency, []).append(sale)
    tallies = [_of(currency, theirs) for currency, theirs in by_currency.items()]
    return tuple(sorted(tallies, key=lambda each: (-each.sales, each.currency)))


def _of(currency: str, sales: list[Sale]) -> Tally:
    kept = [sale for sale in sales if not sale.cancelled]
    sold = [sale for sale in kept if sale.is_sale]
    paid = [each for sale in sales for each in sale.commissions]
    moved = [each.amount for sale in sales for each in sale.clawbacks if not each.is_commission]
    return Tally(
        currency=currency,
        orders=len({sale.order_id for sale in sold}),
        sales=len(sold),
        units=sum(sale.units for sale in kept),
        gross=sum((sale.gross for sale in kept), ZERO),
        refunded=sum((sale.refunded for sale in kept), ZERO),
        commission=sum((each.paid for each in paid), ZERO),
        commission_back=sum((each.taken_back for each in paid), ZERO),
        platform_fee=sum((sale.platform_fee for sale in sales), ZERO),
        payout=sum((sale.payout for sale in sales), ZERO),
        clawed=-sum((amount for amount in moved if amount < 0), ZERO),
        granted=sum((amount for amount in moved if amount > 0), ZERO),
    )
