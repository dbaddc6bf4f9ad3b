"""Which calls of the engine's API does the console use for pins, products, cues and pads?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import quote

from livedesk.core.events import Json
from livedesk.core.pins import CueSource, PadClock, PinStatus, ProductList, RunOfShow
from livedesk.desk import wire
from livedesk.desk.errors import RefusedError

NOT_FOUND = 404

ShowOpName = Literal["move", "skip", "unskip", "repeat", "add", "remove", "reset"]


@dataclass(frozen=True, slots=True)
class ShowOp:
    """A change of the run of show. `to` is the place from 0; None puts a new line at the end."""

    op: ShowOpName
    cue_id: str = ""
    product_id: str = ""
    to: int | None = None


@dataclass(frozen=True, slots=True)
class CueCall:
    """A cue as it is sent. `product_id` None: what is next up. `cue_id` makes it safe to repeat."""

    cue_id: str
    source: CueSource
    product_id: str | None = None
    cued_at_ns: int | None = None
    """The instant of the touch by the engine's clock; None: when the engine gets it."""
    clock: PadClock | None = None
    """How that instant was corrected, for the record."""

    def body(self) -> dict[str, Json]:
        """Without the product, which only a pin has."""
        body: dict[str, Json] = {"cue_id": self.cue_id, "source": self.source}
        if self.cued_at_ns is not None:
            body["cued_at_ns"] = self.cued_at_ns
        if self.clock is not None:
            body["clock"] = {
                "offset_ms": self.clock.offset_ms, "error_ms": self.clock.error_ms
            }  # fmt: skip
        return body


class Door(Protocol):
    """What carries the calls: `HttpDoor`."""

    where: str

    async def get_bytes(self, path: str, params: dict[str, str | float] | None = None) -> bytes: ...

    async def post(self, path: str, body: dict[str, Json]) -> bytes: ...

    async def delete(self, path: str, body: dict[str, Json] | None = None) -> bytes: ...


class PinClient:
    """The calls that have to do with pins (docs/architecture.md, "API"). All raise DeskError."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def products(self, store: str) -> ProductList:
        path = f"{store_path(store)}/products"
        return wire.read_products(await self._door.get_bytes(path), self._door.where + path)

    async def picture(self, store: str, product_id: str) -> bytes | None:
        """The picture's file, or None when the product has none."""
        path = f"{store_path(store)}/products/{quote(product_id, safe='')}/picture"
        try:
            return await self._door.get_bytes(path) or None
        except RefusedError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise

    async def show(self, store: str) -> RunOfShow:
        path = f"{store_path(store)}/show"
        return wire.read_show(await self._door.get_bytes(path), self._door.where + path)

    async def change_show(self, store: str, op: ShowOp, revision: int) -> RunOfShow:
        """Refused with 409 `changed` when the run of show is no longer the one of `revision`."""
        path = f"{store_path(store)}/show"
        body: dict[str, Json] = {"op": op.op, "revision": revision}
        if op.cue_id:
            body["cue_id"] = op.cue_id
        if op.product_id:
            body["product_id"] = op.product_id
        if op.to is not None:
            body["to"] = op.to
        return wire.read_show(await self._door.post(path, body), self._door.where + path)

    async def cue(self, store: str, call: CueCall) -> PinStatus:
        path = f"{store_path(store)}/cues"
        body = call.body()
        body |= {"next": True} if call.product_id is None else {"product_id": call.product_id}
        return wire.read_pin(await self._door.post(path, body), self._door.where + path)

    async def unpin(self, store: str, call: CueCall) -> PinStatus:
        path = f"{store_path(store)}/pin"
        return wire.read_pin(await self._door.delete(path, call.body()), self._door.where + path)

    async def by_hand(self, store: str, pin_id: str, *, done: bool, text: str = "") -> None:
        """A person pinned in the platform's own window, or could not and says why."""
        body: dict[str, Json] = {"pin": pin_id, "done": done}
        if text:
            body["text"] = text
        await self._door.post(f"{store_path(store)}/pin/done", body)

    async def warning_done(self, store: str, warning_id: str, by: str) -> None:
        """Somebody saw to what a compliance warning is about."""
        body: dict[str, Json] = {"warning": warning_id, "by": by}
        await self._door.post(f"{store_path(store)}/warnings/done", body)

    async def ledger(self, store: str, limit: int) -> wire.Ledger:
        path = f"{store_path(store)}/cues"
        answer = await self._door.get_bytes(path, {"limit": limit})
        return wire.read_ledger(answer, self._door.where + path)

    async def pads(self, store: str) -> wire.Pads:
        path = f"{store_path(store)}/pads"
        return wire.read_pads(await self._door.get_bytes(path), self._door.where + path)

    async def new_pad(self, store: str, name: str) -> wire.NewPad:
        path = f"{store_path(store)}/pads"
        return wire.read_new_pad(
            await self._door.post(path, {"name": name}), self._door.where + path
        )

    async def revoke_pad(self, store: str, pad_id: str) -> None:
        await self._door.delete(f"{store_path(store)}/pads/{quote(pad_id, safe='')}")

    async def clock(self) -> wire.EngineClock:
        path = "/v1/clock"
        return wire.read_clock(await self._door.get_bytes(path), self._door.where + path)


def store_path(store: str) -> str:
    return f"/v1/stores/{quote(store, safe='')}"
