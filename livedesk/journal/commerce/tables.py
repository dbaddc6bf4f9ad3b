"""What a show sold, as tables for CSV, spreadsheets and JSON Lines: which columns, which units?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.journal.commerce.figures import ZERO, Sale, Tally
from livedesk.journal.commerce.values import Commerce, Place
from livedesk.journal.exports.table import Cell, Column, Row, Table

PLACES: Final[dict[Place, str]] = {
    "pinned": "while it was pinned",
    "after": "in the five minutes after its pin",
    "show": "elsewhere in the show",
    "day": "on the day of the show, time not told",
    "product": "of a product that was shown, no times in the file",
    "outside": "not in this show",
    "untimed": "time not known",
    "cancelled": "cancelled",
}

_CURRENCY = Column("currency", "code of ISO 4217; amounts of several are never added")


def commerce_tables(commerce: Commerce) -> list[Table]:
    """To write a table needs no memory; each can be gone through once."""
    return [
        Table("commerce", "What was sold, one row a part and currency.", _SUMS, _sums(commerce)),
        Table(
            "commerce_pins",
            "Sales of a product while it was pinned and in the five minutes after; a sale stands "
            "with one pin, the newest. Pins without sales have one row without a currency.",
            _PINS,
            _pins(commerce),
        ),
        Table(
            "commerce_minutes",
            "Sales of all products by minute of the show; minutes without are left out.",
            _MINUTES,
            _minutes(commerce),
        ),
        Table(
            "commerce_products",
            "Sales that belong to the show, by product.",
            _PRODUCTS,
            _products(commerce),
        ),
        Table(
            "commerce_incidents",
            "Sales during each incident, and in as long a time before and after. Incidents may "
            "overlap: do not add them up.",
            _INCIDENTS,
            _incidents(commerce),
        ),
        Table(
            "commerce_reasons",
            "What was taken back or added after the sale, by reason.",
            _REASONS,
            _reasons(commerce),
        ),
        Table(
            "commerce_doubles",
            "Orders that name more than one affiliate, one row each of them.",
            _DOUBLES,
            _doubles(commerce),
        ),
        Table(
            "commerce_sales",
            "Every sale of the order file, and where it stands in the show.",
            _SALES,
            _sales(commerce),
        ),
        Table(
            "commerce_complaints",
            f"What is wrong with the order file; {commerce.orders.complaint_count} in all, "
            "of which the first are listed.",
            _COMPLAINTS,
            _complaints(commerce),
        ),
    ]


_TALLY = (
    _CURRENCY,
    Column("orders", "different orders; one may be in several rows", "int"),
    Column("sales", "products in orders", "int"),
    Column("units", "units sold", "int"),
    Column("gross", "sold for", "money"),
    Column("refunded", "of it paid back", "money"),
    Column("net", "gross less refunded", "money"),
    Column("commission", "paid to affiliates", "money"),
    Column("commission_back", "taken back in the column of the commission", "money"),
    Column("platform_fee", "taken by the platform", "money"),
    Column("payout", "paid out", "money"),
    Column("clawed", "adjustments below zero, as a positive number", "money"),
    Column("granted", "adjustments above zero", "money"),
)


def _tally(commerce: Commerce, each: Tally) -> tuple[Cell, ...]:
    """None for what the file has no column of."""

    def told(field: str, value: Cell) -> Cell:
        return value if commerce.tells(field) else None

    return (
        each.currency,
        each.orders,
        each.sales,
        told("quantity", each.units),
        each.gross,
        each.refunded,
        each.net,
        told("commission", each.commission),
        told("commission", each.commission_back),
        told("platform_fee", each.platform_fee),
        told("payout", each.payout),
        told("adjustment", each.clawed),
        told("adjustment", each.granted),
    )


_SUMS = (
    Column(
        "part",
        "file: all of it; show: what belongs to the show; pinned: while its product was pinned; "
        "after: in the five minutes after; incidents: during any that viewers may have seen; "
        "after_incidents: in as long a time after",
    ),
    *_TALLY,
)


def _sums(commerce: Commerce) -> Iterator[Row]:
    parts = {
        "file": commerce.whole,
        "show": commerce.show,
        "pinned": commerce.pinned,
        "after": commerce.after,
        "incidents": commerce.in_incidents,
        "after_incidents": commerce.after_incidents,
    }
    for part, tallies in parts.items():
        for each in tallies:
            yield part, *_tally(commerce, each)


_PINS = (
    Column("pin", "number of the pin among those that were shown", "int"),
    Column("pin_id", "as in the table of pins"),
    Column("product_id", "its number on the platform"),
    Column("sku", "its number of the seller"),
    Column("title", "its title"),
    Column("from_utc", "wall time from which it was shown", "time"),
    Column("from_s", "session time from which it was shown", "number", "s"),
    Column("to_s", "session time until another was shown, or none", "number", "s"),
    Column("part", "pinned: while it was shown; after: in the five minutes after"),
    *_TALLY,
)


def _pins(commerce: Commerce) -> Iterator[Row]:
    for pin in commerce.pins:
        fixed = (
            pin.number,
            pin.pin_id,
            pin.product_id,
            pin.sku,
            pin.title,
            _utc_ns(commerce, pin.from_ms),
            pin.from_ms / 1000,
            pin.to_ms / 1000,
        )
        if not pin.pinned and not pin.after:
            yield *fixed, "pinned", *_tally(commerce, Tally(""))
        for part, tallies in (("pinned", pin.pinned), ("after", pin.after)):
            for each in tallies:
                yield *fixed, part, *_tally(commerce, each)


def _utc_ns(commerce: Commerce, t_ms: int) -> int:
    return commerce.started_utc_ns + t_ms * NS_PER_MS


_MINUTES = (
    Column("minute", "minute of the session, from 0", "int"),
    Column("utc", "wall time of its start", "time"),
    *_TALLY,
)


def _minutes(commerce: Commerce) -> Iterator[Row]:
    for minute in commerce.minutes:
        for each in minute.tallies:
            yield minute.minute, _utc_ns(commerce, minute.minute * 60_000), *_tally(commerce, each)


_PRODUCTS = (
    Column("product", "number on the platform if it was shown, else as the order file has it"),
    Column("sku", "number of the seller"),
    Column("title", "its title"),
    Column("pins", "how often it was shown", "int"),
    *_TALLY,
)


def _products(commerce: Commerce) -> Iterator[Row]:
    for product in commerce.products:
        for each in product.tallies:
            yield product.item, product.sku, product.title, product.pins, *_tally(commerce, each)


_INCIDENTS = (
    Column("incident", "number of the incident, as listed", "int"),
    Column("part", "before, during or after"),
    Column("start_s", "session time of the start of this part", "number", "s"),
    Column("end_s", "session time of its end", "number", "s"),
    *_TALLY,
)


def _incidents(commerce: Commerce) -> Iterator[Row]:
    for each in commerce.incidents:
        start_ms, end_ms = each.start_ms, each.end_ms
        parts = (
            ("before", start_ms - each.before_ms, start_ms, each.before),
            ("during", start_ms, end_ms, each.during),
            ("after", end_ms, end_ms + each.after_ms, each.after),
        )
        for part, from_ms, to_ms, tallies in parts:
            for sums in tallies:
                yield each.number, part, from_ms / 1000, to_ms / 1000, *_tally(commerce, sums)


_REASONS = (
    Column("reason", "code or words, as in the order file"),
    Column("column", "commission or adjustment: where it stands in the order file"),
    _CURRENCY,
    Column("times", "how often", "int"),
    Column("amount", "negative where it was taken back", "money"),
    Column("show_times", "of sales that belong to the show", "int"),
    Column("show_amount", "of sales that belong to the show", "money"),
)


def _reasons(commerce: Commerce) -> Iterator[Row]:
    for each in commerce.reasons:
        yield (
            each.reason,
            "commission" if each.is_commission else "adjustment",
            each.currency,
            each.times,
            each.amount,
            each.show_times,
            each.show_amount,
        )


_DOUBLES = (
    Column("order_id", "number of the order"),
    Column("affiliate", "who is named"),
    _CURRENCY,
    Column("commission", "paid, less what was taken back", "money"),
    Column("order_net", "what the order sold for, once, less refunds", "money"),
    Column("same_product", "for one product; else each has one of the order's", "bool"),
    Column("rows", "rows of the order file"),
)


def _doubles(commerce: Commerce) -> Iterator[Row]:
    for each in commerce.doubles:
        for affiliate, paid in each.paid:
            yield (
                each.order_id,
                affiliate,
                each.currency,
                paid,
                each.net,
                each.same_product,
                listed_rows(each.rows),
            )


def listed_rows(rows: tuple[int, ...]) -> str:
    """Row numbers, the first of very many."""
    listed = ", ".join(map(str, rows[:50]))
    return listed if len(rows) <= 50 else f"{listed} and {len(rows) - 50} more"


_SALES = (
    Column("order_id", "number of the order"),
    Column("place", f"where it stands: {', '.join(PLACES)}"),
    Column("utc", "wall time of the order; midnight where only the day is told", "time"),
    Column("day_only", "the file tells the day only", "bool"),
    Column("sku", "as the order file has it"),
    Column("product_id", "as the order file has it"),
    Column("title", "as the order file has it"),
    _CURRENCY,
    Column("units", "units sold", "int"),
    Column("gross", "sold for", "money"),
    Column("refunded", "of it paid back", "money"),
    Column("net", "gross less refunded", "money"),
    Column("commission", "paid to affiliates, less what was taken back", "money"),
    Column("platform_fee", "taken by the platform", "money"),
    Column("payout", "paid out", "money"),
    Column("adjustment", "taken back (negative) or added", "money"),
    Column("affiliates", "how many are named", "int"),
    Column("affiliate", "who, where it is one"),
    Column("rows", "rows of the order file"),
)


def _sales(commerce: Commerce) -> Iterator[Row]:
    """None for what the file has no column of."""

    def told(field: str, value: Cell) -> Cell:
        return value if commerce.tells(field) else None

    for sale, place in commerce.placed:
        affiliates = sale.affiliates
        yield (
            sale.order_id,
            place,
            sale.utc_ns,
            sale.day_only,
            sale.sku,
            sale.product_id,
            sale.product_name,
            sale.currency,
            told("quantity", sale.units),
            sale.gross,
            sale.refunded,
            sale.net,
            told("commission", _paid(sale)),
            told("platform_fee", sale.platform_fee),
            told("payout", sale.payout),
            told("adjustment", _moved(sale)),
            len(affiliates),
            affiliates[0] if len(affiliates) == 1 else "",
            listed_rows(sale.rows),
        )


def _paid(sale: Sale) -> Decimal:
    return sum((each.paid - each.taken_back for each in sale.commissions), ZERO)


def _moved(sale: Sale) -> Decimal:
    return sum((each.amount for each in sale.clawbacks if not each.is_commission), ZERO)


_COMPLAINTS = (
    Column("row", "as the spreadsheet counts, from 1", "int"),
    Column("column", "where in it; empty: the row as a whole"),
    Column("text", "what is wrong"),
)


def _complaints(commerce: Commerce) -> Iterator[Row]:
    for each in commerce.orders.complaints:
        yield each.row, each.column, each.text
