"""Which sales do rows amount to? Each once, with its refunds and adjustments netted in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from livedesk.journal.commerce.figures import ZERO, Clawback, Commission, Sale
from livedesk.journal.commerce.orders import OrderRow
from livedesk.journal.commerce.values import DoubleAttribution

UNTOLD = "no reason told"


def sales_of(rows: Iterable[OrderRow]) -> tuple[Sale, ...]:
    """In the order of their numbers; in whichever order the rows came, the same sales."""
    orders: dict[tuple[str, str], list[OrderRow]] = {}
    for row in rows:
        orders.setdefault((row.order_id, row.currency), []).append(row)
    sales = [_sale(lines) for _, order in sorted(orders.items()) for lines in _items(order)]
    return tuple(sales)


def _items(order: Sequence[OrderRow]) -> list[list[OrderRow]]:
    """The lines of an order by product. A line without one, such as a refund of the whole order,
    belongs to the order's only product; where there are several it stays by itself."""
    items: dict[str, list[OrderRow]] = {}
    for row in order:
        items.setdefault((row.sku or row.product_id).casefold(), []).append(row)
    if "" in items and len(items) == 2:
        unnamed = items.pop("")
        next(iter(items.values())).extend(unnamed)
    return [items[item] for item in sorted(items)]


def _sale(lines: Sequence[OrderRow]) -> Sale:
    sold = [row for row in lines if _is_sold(row)]
    timed = [row for row in sold or lines if row.utc_ns is not None]
    first = min(timed, key=lambda row: (row.day_only, row.utc_ns or 0), default=None)
    return Sale(
        order_id=lines[0].order_id,
        currency=lines[0].currency,
        sku=_word(row.sku for row in lines),
        product_id=_word(row.product_id for row in lines),
        product_name=_word(row.product_name for row in lines),
        units=int(_once(lines, _units)),
        gross=_once(lines, lambda row: max(row.amount or ZERO, ZERO)),
        refunded=_once(lines, _refunded),
        platform_fee=_once(lines, lambda row: row.platform_fee or ZERO),
        payout=sum((row.payout or ZERO for row in lines), ZERO),
        commissions=_commissions(lines),
        clawbacks=_clawbacks(lines),
        utc_ns=None if first is None else first.utc_ns,
        day_only=first is not None and first.day_only,
        cancelled=bool(sold) and all(row.cancelled for row in sold),
        rows=tuple(sorted(row.row for row in lines)),
    )


def _word(texts: Iterable[str]) -> str:
    return min((text for text in texts if text), default="")


def _units(row: OrderRow) -> Decimal:
    """Of what was sold, not of what came back or was adjusted later."""
    return Decimal(max(row.quantity or 0, 0)) if _is_sold(row) else ZERO


def _is_sold(row: OrderRow) -> bool:
    """An adjustment has a row of its own in some exports, and stands in that of the sale in
    others; without a price it may be a gift."""
    return row.amount > 0 if row.amount else not row.adjustment


def _refunded(row: OrderRow) -> Decimal:
    return (row.refund or ZERO) - min(row.amount or ZERO, ZERO)


def person(affiliate_id: str) -> str:
    """As the same person is found again: `@Mia` is `mia`."""
    return affiliate_id.casefold().lstrip("@")


def _once(lines: Sequence[OrderRow], value: Callable[[OrderRow], Decimal]) -> Decimal:
    """A fact of the order: repeated for each of several affiliates it counts once, as the largest
    that is told of any one of them."""
    by_person: dict[str, Decimal] = {}
    for row in lines:
        who = person(row.affiliate_id)
        by_person[who] = by_person.get(who, ZERO) + value(row)
    unnamed = by_person.pop("", ZERO)
    return unnamed + max(by_person.values(), default=ZERO)


def _commissions(lines: Sequence[OrderRow]) -> tuple[Commission, ...]:
    by_person: dict[str, list[OrderRow]] = {}
    for row in lines:
        if row.commission is not None or row.affiliate_id:
            by_person.setdefault(person(row.affiliate_id), []).append(row)
    return tuple(
        Commission(
            affiliate_id=_word(row.affiliate_id for row in theirs),
            paid=sum((max(row.commission or ZERO, ZERO) for row in theirs), ZERO),
            taken_back=-sum((min(row.commission or ZERO, ZERO) for row in theirs), ZERO),
        )
        for _, theirs in sorted(by_person.items())
    )


def _clawbacks(lines: Sequence[OrderRow]) -> tuple[Clawback, ...]:
    found = [
        Clawback(row.adjustment_reason or UNTOLD, row.adjustment) for row in lines if row.adjustment
    ]
    found += [
        Clawback(row.adjustment_reason or UNTOLD, row.commission, is_commission=True)
        for row in lines
        if row.commission is not None and row.commission < 0
    ]
    return tuple(sorted(found, key=lambda each: (each.is_commission, each.reason, each.amount)))


def doubles_of(sales: Iterable[Sale]) -> tuple[DoubleAttribution, ...]:
    """Orders that name more than one affiliate."""
    orders: dict[tuple[str, str], list[Sale]] = {}
    for sale in sales:
        orders.setdefault((sale.order_id, sale.currency), []).append(sale)
    found = (_double(theirs) for _, theirs in sorted(orders.items()))
    return tuple(each for each in found if each is not None)


def _double(sales: Sequence[Sale]) -> DoubleAttribution | None:
    paid: dict[str, tuple[str, Decimal]] = {}
    for each in (each for sale in sales for each in sale.commissions if each.affiliate_id):
        who = person(each.affiliate_id)
        name, before = paid.get(who, (each.affiliate_id, ZERO))
        paid[who] = (min(name, each.affiliate_id), before + each.paid - each.taken_back)
    if len(paid) < 2:
        return None
    return DoubleAttribution(
        order_id=sales[0].order_id,
        currency=sales[0].currency,
        same_product=any(len(sale.affiliates) > 1 for sale in sales),
        paid=tuple(sorted(paid.values())),
        net=sum((sale.net for sale in sales), ZERO),
        rows=tuple(sorted({row for sale in sales for row in sale.rows})),
    )
