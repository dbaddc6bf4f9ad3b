"""What stands in an order file, row by row, once it is read?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from livedesk.core.records import OrderFile, RowComplaint

MOST_COMPLAINTS = 200
"""So many are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row. Costs are positive where somebody is charged: commission and fee as what is paid.

    `refund` is what was paid back, zero or more. None: the file says nothing. `day_only`: the file
    tells the day and not the time; `utc_ns` is then its midnight.
    """

    row: int
    """As the spreadsheet counts, from 1."""
    order_id: str
    sku: str = ""
    product_id: str = ""
    product_name: str = ""
    quantity: int | None = None
    currency: str = ""
    amount: Decimal | None = None
    refund: Decimal | None = None
    commission: Decimal | None = None
    platform_fee: Decimal | None = None
    payout: Decimal | None = None
    adjustment: Decimal | None = None
    adjustment_reason: str = ""
    utc_ns: int | None = None
    day_only: bool = False
    affiliate_id: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Orders:
    """An order file as it was read. A row with a cell of money that cannot be read is in no sum:
    it is not among `rows`, and a complaint says why."""

    name: str
    columns: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    row_count: int = 0
    """Rows under the header, blank ones and the export's own explanations left out."""
    rows: tuple[OrderRow, ...] = ()
    repeated: int = 0
    """Rows that say in all columns what an earlier one says; each counts once."""
    missing: tuple[str, ...] = ()
    complaints: tuple[RowComplaint, ...] = ()
    complaint_count: int = 0
    notes: tuple[str, ...] = ()
    """How it was understood where it could be taken in more than one way."""

    def told(self, file_id: str) -> OrderFile:
        """As the API tells of it."""
        return OrderFile(
            id=file_id,
            name=self.name,
            columns=self.columns,
            rows=self.row_count,
            usable=len(self.rows),
            mapping=dict(self.mapping),
            missing=self.missing,
            complaints=self.complaints,
            complaint_count=self.complaint_count,
        )
