"""Which order file was handed in, and how are its columns understood?

One at a time: the engine adds no two files up, because they may tell of the same orders.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from livedesk.core.records import OrderFile
from livedesk.desk.errors import DeskError
from livedesk.desk.record_client import RecordClient
from livedesk.desk.record_words import trouble_words
from livedesk.desk.words import number, tr

MOST_BYTES: Final = 64 * 1024 * 1024
"""What an engine takes."""

LONGEST_NAME: Final = 100
"""Characters of a file's name that are told: its end, which says what it is."""

FIELDS: Final[tuple[str, ...]] = (
    "order_id", "related_order_id", "sku", "product_id", "product_name", "quantity", "currency",
    "amount", "refund", "returned", "commission", "platform_fee", "payout", "adjustment",
    "adjustment_reason", "time", "affiliate_id", "status",
)  # fmt: skip
"""What a column can be, in the order in which people are asked."""

SETTINGS: Final[dict[str, tuple[str, ...]]] = {
    "time_zone": (), "date_order": ("dmy", "mdy"), "decimal_mark": ("point", "comma"),
    "currency_code": (),
}  # fmt: skip
"""What can be said besides, where the file leaves it open, and what there is to choose from; where
there is nothing, it is typed."""

Work = Callable[[RecordClient], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class KnownOrders:
    """The file, while there is one. `trouble`: why another, or its columns, were not taken."""

    file: OrderFile | None = None
    busy: bool = False
    trouble: str = ""

    @property
    def usable(self) -> tuple[str, ...]:
        """Its id, where it can be joined."""
        return () if self.file is None or self.file.missing else (self.file.id,)


class OrderFileSource(Protocol):
    """What a window needs to hand in order files; tests put a stage in its place."""

    def known(self) -> KnownOrders: ...

    def hand_in(self, path: Path) -> None: ...

    def map_columns(self, mapping: dict[str, str]) -> None: ...

    def forget(self) -> None: ...


class OrderFiles:
    """The order file that this console handed to its engine."""

    def __init__(
        self,
        client: Callable[[], RecordClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
    ) -> None:
        self._client, self._spawn = client, spawn
        self._known = KnownOrders()
        self._engine = self._under_way = 0

    def known(self) -> KnownOrders:
        return self._known

    def attached(self) -> None:
        """Another engine was handed nothing, and what is under way is of the one before."""
        self._known = KnownOrders()
        self._engine += 1
        self._under_way = 0

    def hand_in(self, path: Path) -> None:
        """CSV or XLSX, in place of the one before."""
        engine = self._engine

        async def hand_in(client: RecordClient) -> None:
            content = await asyncio.to_thread(_content, path)
            told = await client.hand_in(path.name[-LONGEST_NAME:], content)
            if engine != self._engine:
                return
            before = self._known.file
            self._known = replace(self._known, file=told)
            if before is not None:
                await _forget(client, before)

        self._do("hand in orders", hand_in)

    def map_columns(self, mapping: dict[str, str]) -> None:
        """Our field → the column. The engine remembers it, for files with the same columns."""
        file = self._known.file
        if file is None:
            return

        async def map_columns(client: RecordClient) -> None:
            told = await client.map_columns(file.id, mapping)
            if self._known.file is not None and self._known.file.id == told.id:
                self._known = replace(self._known, file=told)

        self._do("map orders", map_columns)

    def forget(self) -> None:
        """Out of sight at once."""
        file = self._known.file
        if file is None:
            return
        self._known = replace(self._known, file=None)

        async def forget(client: RecordClient) -> None:
            await _forget(client, file)

        self._do("forget orders", forget)

    def _do(self, name: str, work: Work) -> None:
        self._known = replace(self._known, busy=True, trouble="")
        self._under_way += 1
        self._spawn(name, self._work(work, self._engine))

    async def _work(self, work: Work, engine: int) -> None:
        trouble = ""
        try:
            await work(self._client())
        except DeskError as error:
            trouble = trouble_words(error)
        finally:
            if engine == self._engine:
                self._under_way -= 1
                trouble = trouble or self._known.trouble
                self._known = replace(self._known, busy=self._under_way > 0, trouble=trouble)


async def _forget(client: RecordClient, file: OrderFile) -> None:
    """The engine forgets it by itself within the day if it cannot be told."""
    with suppress(DeskError):
        await client.forget_orders(file.id)


def _content(path: Path) -> bytes:
    """Raises DeskError with words for who chose the file."""
    try:
        with path.open("rb") as source:
            content = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise DeskError(
            tr("{file} cannot be read: {why}.").format(
                file=path.name, why=error.strerror or str(error)
            ),
            tr("console"),
            tr("Choose another file."),
        ) from error
    if len(content) > MOST_BYTES:
        raise DeskError(
            tr("{file} is larger than 64 MB.").format(file=path.name),
            tr("console"),
            tr("Export a shorter time from the platform."),
        )
    return content


def field_title(field: str) -> str:
    """What a column means; a field of a newer engine by its name."""
    return _titles().get(field, field)


def _titles() -> dict[str, str]:
    return {
        "order_id": tr("Order"),
        "related_order_id": tr("Order of the adjustment"),
        "sku": tr("SKU"),
        "product_id": tr("Product's number"),
        "product_name": tr("Product's name"),
        "quantity": tr("Quantity"),
        "amount": tr("Sale amount"),
        "currency": tr("Currency"),
        "refund": tr("Refund"),
        "returned": tr("Returned"),
        "commission": tr("Affiliate's commission"),
        "platform_fee": tr("Platform's fee"),
        "payout": tr("Payout"),
        "adjustment": tr("Adjustment"),
        "adjustment_reason": tr("Why adjusted"),
        "time": tr("Time of the order"),
        "affiliate_id": tr("Affiliate"),
        "status": tr("State of the order"),
        "time_zone": tr("Time zone"),
        "date_order": tr("Order of dates"),
        "decimal_mark": tr("Decimal mark"),
        "currency_code": tr("Currency, if no column tells"),
    }


def setting_words(value: str) -> str:
    """A choice of `SETTINGS`, or an example of what is typed."""
    return {
        "": tr("as the file seems to have it"),
        "dmy": tr("day first: 31/12/2026"),
        "mdy": tr("month first: 12/31/2026"),
        "point": tr("point: 1,234.50"),
        "comma": tr("comma: 1.234,50"),
        "time_zone": tr("such as UTC+8 or Asia/Jakarta"),
        "currency_code": tr("such as USD"),
    }.get(value, value)


def _one_of(field: str) -> str:
    """What is missing: for two of the fields, one of several will do."""
    if field == "amount":
        return tr("an amount of money")
    if field == "sku":
        return tr("the product or the time")
    return field_title(field)


def orders_words(file: OrderFile) -> str:
    """`1,204 of 1,210 rows can be used`, or what is missing."""
    if file.missing:
        names = ", ".join(_one_of(each) for each in file.missing)
        return tr("No column is known for: {names}").format(names=names)
    return tr("{n} of {all} rows can be used").format(
        n=number(file.usable), all=number(file.rows)
    )  # fmt: skip
