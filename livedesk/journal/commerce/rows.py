"""What does a row of a table say of its order? A cell that cannot be read is a complaint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from decimal import Decimal
from typing import Final

from livedesk.core.records import RowComplaint
from livedesk.journal.commerce.cells import Cell, folded, shown, text_of
from livedesk.journal.commerce.fields import MONEY
from livedesk.journal.commerce.money import Amount, AmountError, Mark, amount_of, currency_of
from livedesk.journal.commerce.orders import MOST_COMPLAINTS, OrderRow
from livedesk.journal.commerce.times import DateOrder, TimeError, moment_of

_POWER: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_LARGEST_EXACT: Final = 10**15
"""Spreadsheets keep 15 digits of a number; orders have 18."""
_MOST_UNITS: Final = 1_000_000

_CANCELLED: Final = frozenset(
    ("cancelled", "canceled", "cancel", "unpaid", "ineligible", "dibatalkan", "belumdibayar",
     "cancelado", "nãopago", "đãhủy")
)  # fmt: skip
_YES: Final = frozenset(("yes", "y", "true", "1", "ya", "sim", "có", "fully", "full"))


class RowError(ValueError):
    """The row cannot be used: which column, and what is wrong."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column = column


@dataclass(slots=True)
class Complaints:
    """All are counted, the first are kept."""

    count: int = 0
    kept: list[RowComplaint] = field(default_factory=list)

    def add(self, row: int, column: str, text: str) -> None:
        self.count += 1
        if len(self.kept) < MOST_COMPLAINTS:
            self.kept.append(RowComplaint(row, column, text))


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of one file are to be understood. `at`: our field → place in the row."""

    at: Mapping[str, int]
    columns: Mapping[str, str]
    zone: tzinfo
    decimal_mark: Mark | None = None
    date_order: DateOrder | None = None
    currency: str = ""
    ids_are_cut: bool = False
    """All long numbers of the order's column end in zeros, as spreadsheets leave them."""

    def cell(self, cells: Sequence[Cell], name: str) -> Cell:
        place = self.at.get(name)
        return None if place is None or place >= len(cells) else cells[place]


def order_row(
    row: int, cells: Sequence[Cell], reading: Reading, complaints: Complaints
) -> OrderRow | None:
    """None, with a complaint, when it cannot be used. A time that cannot be read costs the time
    only: by product the row can be joined all the same."""
    try:
        return _order_row(row, cells, reading, complaints)
    except RowError as error:
        complaints.add(row, error.column, str(error))
        return None


def _order_row(
    row: int, cells: Sequence[Cell], reading: Reading, complaints: Complaints
) -> OrderRow:
    order_id = _order_id(cells, reading)
    currency = _currency_cell(cells, reading)
    amounts = {name: _amount(cells, name, currency, reading) for name in MONEY}
    currency = _agreed(currency, amounts, reading)
    value = {name: None if each is None else each.value for name, each in amounts.items()}
    utc_ns, day_only = _time(row, cells, reading, complaints)
    refund = value["refund"]
    if not refund and _says(cells, reading, "returned", _YES) and (value["amount"] or 0) > 0:
        refund = value["amount"]
    return OrderRow(
        row=row,
        order_id=order_id,
        sku=_product_number(row, cells, "sku", reading, complaints),
        product_id=_product_number(row, cells, "product_id", reading, complaints),
        product_name=text_of(reading.cell(cells, "product_name")),
        quantity=_quantity(cells, reading),
        currency=currency,
        amount=value["amount"],
        refund=refund,
        commission=value["commission"],
        platform_fee=value["platform_fee"],
        payout=value["payout"],
        adjustment=value["adjustment"],
        adjustment_reason=text_of(reading.cell(cells, "adjustment_reason")),
        utc_ns=utc_ns,
        day_only=day_only,
        affiliate_id=text_of(reading.cell(cells, "affiliate_id")),
        cancelled=_says(cells, reading, "status", _CANCELLED),
    )


def _order_id(cells: Sequence[Cell], reading: Reading) -> str:
    """An adjustment has a number of its own and names the order that it is about."""
    for name in ("related_order_id", "order_id"):
        cell = reading.cell(cells, name)
        text = text_of(cell)
        if not text and name == "related_order_id":
            continue
        column = reading.columns.get(name, name)
        if not any(letter.isdigit() for letter in text):
            raise RowError(column, f"expected the number of an order; found {shown(text)}")
        if _is_cut(cell, text, reading):
            raise RowError(
                column,
                f"{shown(text)} was saved as a number and has lost its last digits; export it "
                "again with this column as text",
            )
        return text
    raise RowError(reading.columns.get("order_id", "order_id"), "has no number of an order")


def _is_cut(cell: Cell, text: str, reading: Reading) -> bool:
    if isinstance(cell, float):
        return abs(cell) >= _LARGEST_EXACT or not cell.is_integer()
    if isinstance(cell, int):
        return reading.ids_are_cut and abs(cell) >= _LARGEST_EXACT
    return bool(_POWER.fullmatch(text))


def _product_number(
    row: int, cells: Sequence[Cell], name: str, reading: Reading, complaints: Complaints
) -> str:
    cell = reading.cell(cells, name)
    text = text_of(cell)
    is_cut = (isinstance(cell, float) and abs(cell) >= _LARGEST_EXACT) or (
        isinstance(cell, str) and bool(_POWER.fullmatch(text)) and "+" in text
    )
    if not is_cut:
        return text
    what = f"{shown(text)} was saved as a number and has lost its last digits; left out"
    complaints.add(row, reading.columns[name], what)
    return ""


def _currency_cell(cells: Sequence[Cell], reading: Reading) -> str:
    text = text_of(reading.cell(cells, "currency"))
    if not text:
        return ""
    code = currency_of(text)
    if code is None:
        column = reading.columns["currency"]
        raise RowError(column, f"expected a currency such as USD; found {shown(text)}")
    return code


def _amount(cells: Sequence[Cell], name: str, currency: str, reading: Reading) -> Amount | None:
    try:
        return amount_of(
            reading.cell(cells, name), reading.decimal_mark, currency or reading.currency
        )
    except AmountError as error:
        raise RowError(reading.columns[name], str(error)) from None


def _agreed(currency: str, amounts: Mapping[str, Amount | None], reading: Reading) -> str:
    """One row has one currency; what its cells say counts more than what is presumed."""
    told = {each.currency for each in amounts.values() if each is not None and each.currency}
    told |= {currency} - {""}
    if len(told) > 1:
        column = reading.columns.get("currency", "")
        raise RowError(column, f"names several currencies: {', '.join(sorted(told))}")
    return next(iter(told), reading.currency)


def _time(
    row: int, cells: Sequence[Cell], reading: Reading, complaints: Complaints
) -> tuple[int | None, bool]:
    try:
        moment = moment_of(reading.cell(cells, "time"), reading.zone, reading.date_order)
    except TimeError as error:
        complaints.add(row, reading.columns["time"], f"{error}; used without its time")
        return None, False
    if moment is None:
        return None, False
    if moment.doubt:
        complaints.add(row, reading.columns["time"], moment.doubt)
    return moment.utc_ns, moment.day_only


def _quantity(cells: Sequence[Cell], reading: Reading) -> int | None:
    cell = reading.cell(cells, "quantity")
    text = text_of(cell)
    if not text:
        return None
    found = re.fullmatch(r"([+-]?\d{1,9})(?:[.,]0+)?", text)
    if found is None or isinstance(cell, bool) or abs(int(found[1])) > _MOST_UNITS:
        column = reading.columns["quantity"]
        raise RowError(column, f"expected a number of units; found {shown(cell)}")
    return int(found[1])


def _says(cells: Sequence[Cell], reading: Reading, name: str, words: frozenset[str]) -> bool:
    return name in reading.at and folded(text_of(reading.cell(cells, name))) in words


def are_cut(cells: Iterable[Cell]) -> bool:
    """Whether all long whole numbers of a column end in zeros after their 15th digit."""
    long = [cell for cell in cells if isinstance(cell, int) and abs(cell) >= _LARGEST_EXACT]
    return bool(long) and all(set(str(abs(cell))[15:]) == {"0"} for cell in long)


def costs_as_paid(rows: list[OrderRow], name: str) -> tuple[list[OrderRow], bool]:
    """Settlements write what is charged as negative, affiliates' exports as positive. It shows
    beside the sale: where most have opposite signs, the sign is turned. True if it was."""
    votes = 0
    for row in rows:
        cost, beside = _value(row, name), row.amount or row.payout
        if cost and beside:
            votes += 1 if (cost > 0) == (beside > 0) else -1
    return (_turned(rows, name), True) if votes < 0 else (rows, False)


def refunds_as_paid_back(rows: list[OrderRow]) -> list[OrderRow]:
    """Positive, whichever sign the export uses; what then is negative takes a refund back."""
    signs = [row.refund > 0 for row in rows if row.refund]
    return _turned(rows, "refund") if signs.count(False) > signs.count(True) else rows


def _value(row: OrderRow, name: str) -> Decimal | None:
    return row.commission if name == "commission" else row.platform_fee


def _turned(rows: list[OrderRow], name: str) -> list[OrderRow]:
    if name == "refund":
        return [replace(row, refund=None if row.refund is None else -row.refund) for row in rows]
    if name == "commission":
        return [
            replace(row, commission=None if row.commission is None else -row.commission)
            for row in rows
        ]
    return [
        replace(row, platform_fee=None if row.platform_fee is None else -row.platform_fee)
        for row in rows
    ]
