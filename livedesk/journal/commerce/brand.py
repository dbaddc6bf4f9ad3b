"""What may a brand see of the sales? Amounts, orders and products; no file, no affiliate by name.

Made once, so that page, tables and lines call one affiliate by the same number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from livedesk.core.records import RowComplaint
from livedesk.journal.commerce.orders import Orders
from livedesk.journal.commerce.sales import person
from livedesk.journal.commerce.values import Commerce, DoubleAttribution

ORDER_FILE: Final = "The order file"
_QUOTED: Final = re.compile(r'"[^"]*"')


def for_brand(commerce: Commerce, edit: Callable[[str], str]) -> Commerce:
    """`edit`: how the edition tells a free text."""
    numbers = {who: f"affiliate {number}" for number, who in enumerate(_people(commerce), 1)}

    def alias(affiliate_id: str) -> str:
        return numbers.get(person(affiliate_id), "")

    def of_double(double: DoubleAttribution) -> DoubleAttribution:
        return replace(double, paid=tuple((alias(name), paid) for name, paid in double.paid))

    placed = tuple(
        (
            replace(
                sale,
                commissions=tuple(
                    replace(each, affiliate_id=alias(each.affiliate_id))
                    for each in sale.commissions
                ),
                clawbacks=tuple(replace(each, reason=edit(each.reason)) for each in sale.clawbacks),
            ),
            place,
        )
        for sale, place in commerce.placed
    )
    return replace(
        commerce,
        orders=_orders(commerce.orders, edit),
        placed=placed,
        reasons=tuple(replace(each, reason=edit(each.reason)) for each in commerce.reasons),
        doubles=tuple(map(of_double, commerce.doubles)),
    )


def _people(commerce: Commerce) -> dict[str, None]:
    """Each once, in the order in which orders name them."""

    def named() -> Iterator[str]:
        for double in commerce.doubles:
            yield from (name for name, _ in double.paid)
        for sale, _ in commerce.placed:
            yield from sale.affiliates

    return dict.fromkeys(map(person, named()))


def _orders(orders: Orders, edit: Callable[[str], str]) -> Orders:
    """A cell that could not be read may hold anything, so it is not quoted."""
    return replace(
        orders,
        name=ORDER_FILE,
        complaints=tuple(
            RowComplaint(
                each.row, edit(each.column), edit(_QUOTED.sub("something else", each.text))
            )
            for each in orders.complaints
        ),
        notes=tuple(map(edit, orders.notes)),
    )
