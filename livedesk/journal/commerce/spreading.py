"""How does an amount of a whole order, repeated on each of its lines, count once?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from livedesk.journal.commerce.orders import OrderRow

ZERO = Decimal(0)


def spread(rows: list[OrderRow], fields: Sequence[str]) -> list[OrderRow]:
    """Fields of the whole order are shared among its lines, to the last cent.

    By what each line sold for where that is known of the line, else by its units. Lines that
    disagree about the amount of their order have each their own, and keep it.
    """
    for name in fields:
        rows = _spread(rows, name)
    return rows


def _spread(rows: list[OrderRow], name: str) -> list[OrderRow]:
    lines: dict[tuple[str, str, str], list[int]] = {}
    for place, row in enumerate(rows):
        lines.setdefault((row.order_id, row.currency, row.affiliate_id), []).append(place)
    result = list(rows)
    for places in lines.values():
        values = {_value(rows[place], name) for place in places}
        if len(places) < 2 or len(values) != 1 or not (total := values.pop()):
            continue
        ordered = sorted(places, key=lambda place: _content(rows[place]))
        weights = [_weight(rows[place], name) for place in ordered]
        for place, part in zip(ordered, shares(total, weights), strict=True):
            result[place] = _with(rows[place], name, part)
    return result


def shares(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Parts in proportion, that add up to the total: what rounding leaves goes to the largest
    remainders, a unit of the last place each (Hamilton's method)."""
    if not sum(weights):
        weights = [Decimal(1)] * len(weights)
    exponent = total.as_tuple().exponent
    unit = Decimal(1).scaleb(min(-2, exponent if isinstance(exponent, int) else 0))
    units, whole = int(abs(total) / unit), sum(weights)
    exact = [units * weight / whole for weight in weights]
    parts = [int(each) for each in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: units - sum(parts)]:
        parts[at] += 1
    sign = -1 if total < 0 else 1
    return [sign * part * unit for part in parts]


def _weight(row: OrderRow, name: str) -> Decimal:
    if name != "amount" and row.amount is not None and row.amount > 0:
        return row.amount
    return Decimal(max(row.quantity or 1, 0)) if name == "amount" else ZERO


def _value(row: OrderRow, name: str) -> Decimal | None:
    return row.refund if name == "refund" else row.amount if name == "amount" else None


def _with(row: OrderRow, name: str, part: Decimal) -> OrderRow:
    return replace(row, refund=part) if name == "refund" else replace(row, amount=part)


def _content(row: OrderRow) -> tuple[str, str, int, Decimal]:
    """An order that does not depend on where in the file a line stands."""
    return row.sku, row.product_id, row.quantity or 0, row.amount or ZERO
