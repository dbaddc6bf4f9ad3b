"""What stands in the report about sales beside what was sold when?

What was taken back, who was paid twice, and what could not be joined or read.
"""

from __future__ import annotations

from typing import Final

from livedesk.journal.commerce.tables import PLACES, listed_rows
from livedesk.journal.commerce.values import JOINED, Commerce
from livedesk.journal.report.grid import Cell, Column, Grid, Row, left_out
from livedesk.journal.report.words import amount
from livedesk.journal.text import shortened

MAX_DOUBLES: Final = 25
MAX_REASONS: Final = 30
MAX_COMPLAINTS: Final = 20


def reasons_grid(commerce: Commerce) -> Grid:
    rows = [
        [
            shortened(each.reason),
            "commission" if each.is_commission else "adjustment",
            each.currency or "not told",
            f"{each.times:,}",
            amount(each.amount, each.currency),
            f"{each.show_times:,}",
            amount(each.show_amount, each.currency),
        ]
        for each in commerce.reasons[:MAX_REASONS]
    ]
    columns = [
        Column("Reason", 32),
        Column("Stands as", 12, "muted"),
        Column("Currency", 8, "muted"),
        Column("Times", 8, "number"),
        Column("Amount", 13, "number"),
        Column("Of this show", 10, "number"),
        Column("Amount of this show", 14, "number"),
    ]
    notes = ["Negative: taken back. A refund is not one of these; it is netted in its order."]
    notes += left_out(len(rows), len(commerce.reasons), "The largest")
    return Grid("Taken back or added after the sale", columns, rows, notes)


def doubles_grid(commerce: Commerce) -> Grid:
    rows: list[Row] = []
    ordered = sorted(commerce.doubles, key=lambda each: not each.same_product)
    for each in ordered[:MAX_DOUBLES]:
        for name, paid in each.paid:
            rows.append(
                [
                    each.order_id,
                    shortened(name, 40),
                    each.currency or "not told",
                    amount(paid, each.currency),
                    amount(each.net, each.currency),
                    Cell("one product", mark="look") if each.same_product else "several products",
                    listed_rows(each.rows[:8]),
                ]
            )
    columns = [
        Column("Order", 20, "code"),
        Column("Affiliate", 20),
        Column("Currency", 8, "muted"),
        Column("Commission", 11, "number"),
        Column("Order net", 11, "number"),
        Column("For", 14),
        Column("Rows", 12, "muted"),
    ]
    notes = [
        "Orders that name more than one affiliate. For one and the same product the sale counts "
        "once, and commission as often as it was paid."
    ]
    notes += left_out(min(len(ordered), MAX_DOUBLES), len(ordered), "The first")
    return Grid("One order, several affiliates", columns, rows, notes)


def places_grid(commerce: Commerce) -> Grid:
    """Where every sale of the file stands; those that stand nowhere in the show are marked."""
    rows: list[Row] = []
    for place, words in PLACES.items():
        count = commerce.count(place)
        if count:
            joined = "yes" if place in JOINED else Cell("no", mark="unknown")
            rows.append([words, joined, f"{count:,}"])
    columns = [Column("Where", 50), Column("Joined", 12), Column("Sales", 12, "number")]
    notes = ["Each sale with its place is in the table commerce_sales of the other exports."]
    return Grid("What could be joined", columns, rows, notes, percent=60)


def complaints_grid(commerce: Commerce) -> Grid:
    orders = commerce.orders
    rows = [
        [f"{each.row:,}", shortened(each.column, 40), shortened(each.text, 160)]
        for each in orders.complaints[:MAX_COMPLAINTS]
    ]
    columns = [
        Column("Row", 8, "number"),
        Column("Column", 22, "muted"),
        Column("What is wrong", 70),
    ]
    notes = left_out(len(rows), orders.complaint_count, "The first")
    return Grid("Rows of the order file with something wrong", columns, rows, notes)
