"""Which calls of the engine's API does the console use for the queue?"""

from __future__ import annotations

from urllib.parse import quote

from livedesk.core.events import Json
from livedesk.core.moderation import Item
from livedesk.desk import wire
from livedesk.desk.pin_client import Door, store_path
from livedesk.desk.queue_hold import HoldCall
from livedesk.desk.queue_orders import QueueOrder

PAGE_ITEMS = 500
"""Items of one page: read in about 10 ms, which a window that repaints does not notice."""


class ModerationClient:
    """The calls that have to do with the queue (docs/architecture.md, "API"). All raise DeskError;
    a refusal holds the item as it is, where the engine tells it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def queue(self, store: str, after: str = "") -> wire.QueuePage:
        """A page of what is open, the oldest first; `after`: of the page before."""
        path = f"{store_path(store)}/moderation/queue"
        params: dict[str, str | float] = {"state": "open", "limit": PAGE_ITEMS}
        if after:
            params["after"] = after
        body = await self._door.get_bytes(path, params)
        return wire.read_queue_page(body, self._door.where + path)

    async def hold(self, call: HoldCall, by: str) -> Item:
        """Take or renew a claim, or give it back."""
        item = quote(call.item_id, safe="")
        path = f"{store_path(call.store)}/moderation/{item}/{call.act}"
        return wire.read_item(await self._door.post(path, {"by": by}), self._door.where + path)

    async def give(self, order: QueueOrder, by: str) -> Item:
        """Carry out an order; the same one again is one order."""
        item, act = quote(order.item_id, safe=""), order.act
        path = f"{store_path(order.store)}/moderation/{item}/{act}"
        answer = await self._door.post(path, _body(order, by))
        return wire.read_item(answer, self._door.where + path)


def _body(order: QueueOrder, by: str) -> dict[str, Json]:
    body: dict[str, Json] = {"by": by}
    match order.act:
        case "claim" | "release":
            return body
        case "done":
            body |= {"effect": order.effect_key, "done": order.done}
            return body | {"text": order.text} if order.text else body
        case "reply":
            body |= {"faq": order.faq_id, "again": order.again}
    return body | {"key": order.key, "seen": order.seen}
