"""Which order files were handed in, and how are their columns understood?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from livedesk.core.records import OrderFile
from livedesk.desk.errors import DeskError
from livedesk.desk.record_client import RecordClient
from livedesk.desk.words import number, tr

MOST_BYTES: Final = 64 * 1024 * 1024
"""What an engine takes."""

FIELDS: Final[tuple[str, ...]] = (
    "order_id", "sku", "product_name", "quantity", "amount", "currency", "commission",
    "platform_fee", "payout", "adjustment", "adjustment_reason", "time", "affiliate_id",
)  # fmt: skip
"""What a column can be, in the order in which people are asked."""

Work = Callable[[RecordClient], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class KnownOrders:
    """Files that were handed in, the newest last."""

    files: tuple[OrderFile, ...] = ()
    busy: bool = False
    trouble: str = ""

    def file(self, file: str) -> OrderFile | None:
        return next((each for each in self.files if each.id == file), None)

    @property
    def usable(self) -> tuple[str, ...]:
        """The ids of those that can be joined."""
        return tuple(each.id for each in self.files if not each.missing)


class OrderFileSource(Protocol):
    """What a window needs to hand in order files; tests put a stage in its place."""

    def known(self) -> KnownOrders: ...

    def hand_in(self, path: Path) -> None: ...

    def map_columns(self, file: str, mapping: dict[str, str]) -> None: ...

    def forget(self, file: str) -> None: ...


class OrderFiles:
    """The order files that this console handed to its engine."""

    def __init__(
        self,
        client: Callable[[], RecordClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
    ) -> None:
        self._client, self._spawn = client, spawn
        self._known = KnownOrders()

    def known(self) -> KnownOrders:
        return self._known

    def attached(self) -> None:
        """Another engine was handed nothing."""
        self._known = KnownOrders()

    def hand_in(self, path: Path) -> None:
        """CSV or XLSX."""

        async def hand_in(client: RecordClient) -> None:
            content = await asyncio.to_thread(_content, path)
            told = await client.hand_in(path.name, content)
            self._known = replace(self._known, files=(*self._known.files, told))

        self._do("hand in orders", hand_in)

    def map_columns(self, file: str, mapping: dict[str, str]) -> None:
        """Our field → the column. The engine remembers it, for files with the same columns."""

        async def map_columns(client: RecordClient) -> None:
            told = await client.map_columns(file, mapping)
            files = tuple(told if each.id == file else each for each in self._known.files)
            self._known = replace(self._known, files=files)

        self._do("map orders", map_columns)

    def forget(self, file: str) -> None:
        """Out of the list at once; the engine forgets it by itself if it is not told."""
        files = tuple(each for each in self._known.files if each.id != file)
        self._known = replace(self._known, files=files)

        async def forget(client: RecordClient) -> None:
            await client.forget_orders(file)

        self._do("forget orders", forget)

    def _do(self, name: str, work: Work) -> None:
        self._known = replace(self._known, busy=True, trouble="")
        self._spawn(name, self._work(work))

    async def _work(self, work: Work) -> None:
        trouble = ""
        try:
            await work(self._client())
        except DeskError as error:
            trouble = f"{error.what} {error.action}".strip()
        finally:
            self._known = replace(self._known, busy=False, trouble=trouble)


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
        "sku": tr("Product, SKU"),
        "product_name": tr("Product's name"),
        "quantity": tr("Quantity"),
        "amount": tr("Sale amount"),
        "currency": tr("Currency"),
        "commission": tr("Affiliate's commission"),
        "platform_fee": tr("Platform's fee"),
        "payout": tr("Payout"),
        "adjustment": tr("Adjustment"),
        "adjustment_reason": tr("Why adjusted"),
        "time": tr("Time of the order"),
        "affiliate_id": tr("Affiliate"),
    }


def orders_words(file: OrderFile) -> str:
    """`1,204 of 1,210 rows can be used`, or what is missing."""
    if file.missing:
        names = ", ".join(field_title(each) for each in file.missing)
        return tr("No column is known for: {names}").format(names=names)
    return tr("{n} of {all} rows can be used").format(
        n=number(file.usable), all=number(file.rows)
    )  # fmt: skip
