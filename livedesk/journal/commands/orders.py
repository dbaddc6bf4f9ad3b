"""`--orders FILE --columns …`: how are the columns of an order export understood?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from livedesk.core.command import UsageError, warn
from livedesk.core.one_line import one_line
from livedesk.journal.commerce.fields import FIELDS, SETTINGS
from livedesk.journal.commerce.mapping import FILE_NAME, MappingFile
from livedesk.journal.commerce.orders import Orders
from livedesk.journal.commerce.reading import read_orders
from livedesk.journal.exports.options import OrdersFile

_MOST_TOLD: Final = 20


def orders_file(path: Path, given: Sequence[str], data: Path) -> OrdersFile:
    """As somebody said now, else as somebody once said of such a file, else by the columns' names.

    What was said is remembered. Each complaint names its row. Raises UsageError where a column is
    missing without which nothing can be joined, OrderFileError, OSError.
    """
    said = dict(map(_pair, given))
    known = MappingFile(data / FILE_NAME)
    orders = read_orders(path)
    mapping = known.find_or_guess(orders.columns) | said
    if mapping != dict(orders.mapping):
        orders = read_orders(path, mapping)
    if orders.missing:
        raise UsageError(_missing(orders))
    if said:
        known.keep(orders.columns, mapping)
    _tell(orders)
    return OrdersFile(path, mapping)


def _pair(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not equals or (name not in FIELDS and name not in SETTINGS):
        fields = ", ".join((*FIELDS, *SETTINGS))
        raise UsageError(f'--columns expects FIELD=COLUMN; found "{text}". The fields: {fields}')
    return name, column


def _missing(orders: Orders) -> str:
    first = orders.missing[0]
    columns = ", ".join(one_line(column, 60) for column in orders.columns)
    return (
        f"{orders.name} has no column that is understood as {', '.join(orders.missing)}; "
        f'say it with --columns {first}="NAME". Its columns: {columns}'
    )


def _tell(orders: Orders) -> None:
    for complaint in orders.complaints[:_MOST_TOLD]:
        where = f"row {complaint.row}" + (f", {complaint.column}" if complaint.column else "")
        warn(one_line(f"{orders.name}, {where}: {complaint.text}", 400))
    more = orders.complaint_count - min(len(orders.complaints), _MOST_TOLD)
    if more > 0:
        warn(f"{orders.name}: {more:,} more rows have something wrong")
