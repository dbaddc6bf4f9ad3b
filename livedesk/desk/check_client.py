"""Which calls of the engine's API does the console use for the check before the show?"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.check import CheckReport, Verdict
from livedesk.core.events import Json
from livedesk.desk import wire
from livedesk.desk.pin_client import Door, store_path


@dataclass(frozen=True, slots=True)
class SignOrder:
    """A person's word on a store's check. `waive`: ids of the lines that they take on."""

    store: str
    verdict: Verdict
    text: str = ""
    waive: tuple[str, ...] = ()


class CheckClient:
    """The calls that have to do with the check (docs/architecture.md, "API"). All raise
    DeskError."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def report(self, store: str) -> CheckReport:
        path = f"{store_path(store)}/check"
        body = await self._door.get_bytes(path)
        return wire.read_as(body, CheckReport, self._door.where + path)

    async def sign(self, order: SignOrder, by: str) -> CheckReport:
        """`by` counts only where the token is the machine's own."""
        path = f"{store_path(order.store)}/check"
        waive: list[Json] = list(order.waive)
        body: dict[str, Json] = {"verdict": order.verdict, "waive": waive, "by": by}
        if order.text:
            body["text"] = order.text
        answer = await self._door.post(path, body)
        return wire.read_as(answer, CheckReport, self._door.where + path)
