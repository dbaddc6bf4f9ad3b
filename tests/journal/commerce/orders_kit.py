"""Order files made to order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from livedesk.journal.commerce.orders import Orders
from livedesk.journal.commerce.reading import orders_in

PLAIN = ("Order ID", "SKU", "Amount", "Currency", "Commission", "Affiliate", "Created Time")


def as_csv(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def plain(*rows: Sequence[object], mapping: Mapping[str, str] | None = None) -> Orders:
    return orders_in("orders.csv", as_csv(PLAIN, rows), mapping)


def euro(cents: int) -> str:
    return str(Decimal(cents) / 100)
