"""What is shown in the live room, and what was really carried out there? Time is passed in.

The journal is the shop's own: it tells from outside whether anything was done twice.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json
from livedesk.sandbox.shop.goods import Good, Status, goods

KEPT_EXECUTIONS: Final = 50_000
KEPT_KEYS: Final = 50_000
Refusal = Literal["unknown_product", "not_live", "out_of_stock", "restricted", "key_reused"]

_WORDS: Final[dict[Refusal, str]] = {
    "unknown_product": "There is no such product in this room.",
    "not_live": "The live is not on.",
    "out_of_stock": "The product is out of stock.",
    "restricted": "The product may not be shown",
    "key_reused": "This idempotency key was used for something else.",
}


class RefusedError(Exception):
    """The room does not do it; nothing was changed."""

    def __init__(self, code: Refusal, reason: str = "") -> None:
        super().__init__(f"{_WORDS[code]}: {reason}." if reason else _WORDS[code])
        self.code: Refusal = code


@dataclass(frozen=True, slots=True)
class Shown:
    product_id: str
    pin_id: str
    pinned_utc_ms: int

    def to_json(self) -> dict[str, Json]:
        return {
            "product_id": self.product_id,
            "pin_id": self.pin_id,
            "pinned_utc_ms": self.pinned_utc_ms,
        }


@dataclass(frozen=True, slots=True)
class Execution:
    """A pin or unpin that came through; `repeated` ones had their answer before, and did nothing.

    `product_id` is None for an unpin. `key` is empty where the protocol has none.
    """

    number: int
    key: str
    product_id: str | None
    utc_ns: int
    mono_ns: int
    repeated: bool

    def to_json(self) -> dict[str, Json]:
        return {
            "number": self.number,
            "key": self.key,
            "product": self.product_id,
            "utc_ns": self.utc_ns,
            "mono_ns": self.mono_ns,
            "repeated": self.repeated,
        }


class Room:
    """One live: its bag of products, and at most one that is shown."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._clock = clock
        self._goods = {good.id: good for good in goods()}
        self._journal: deque[Execution] = deque(maxlen=KEPT_EXECUTIONS)
        self._keys: OrderedDict[str, tuple[str | None, Shown | None]] = OrderedDict()
        self._number = 0
        self._executions = self._repeats = self._doubles = self._again = 0
        self.name = name
        self.live = True
        self.honours_keys = True
        self.shown: Shown | None = None

    @property
    def goods(self) -> tuple[Good, ...]:
        return tuple(self._goods.values())

    def good(self, product_id: str) -> Good | None:
        return self._goods.get(product_id)

    def place(self, product_id: str) -> int:
        """In the bag, from 1."""
        return list(self._goods).index(product_id) + 1

    def pin(self, product_id: str, key: str = "") -> tuple[Shown, bool]:
        """Show it; whether this was a repetition that changed nothing. Raises RefusedError."""
        if (known := self._known(key, product_id)) is not None and known[1] is not None:
            self._note(key, product_id, repeated=True)
            return known[1], True
        self._demand(product_id)
        self._again += self.shown is not None and self.shown.product_id == product_id
        execution = self._note(key, product_id, repeated=False)
        pin_id = f"pin-{execution.number}"
        self.shown = Shown(product_id, pin_id, execution.utc_ns // NS_PER_MS)
        self._remember(key, product_id, self.shown)
        return self.shown, False

    def unpin(self, key: str = "") -> bool:
        """Show nothing; whether this was a repetition. Raises RefusedError."""
        if self._known(key, None) is not None:
            self._note(key, None, repeated=True)
            return True
        if not self.live:
            raise RefusedError("not_live")
        self._note(key, None, repeated=False)
        self.shown = None
        self._remember(key, None, None)
        return False

    def change(self, product_id: str, stock: int | None, status: Status | None) -> Good:
        """Other stock or status; what is shown stays shown, as on real platforms."""
        good = self._goods[product_id]
        good = replace(
            good,
            stock=good.stock if stock is None else stock,
            status=status or good.status,
            reason=good.reason if status is None else "",
        )
        self._goods[product_id] = good
        return good

    def executions(self, after: int, limit: int) -> list[Execution]:
        """Those with a higher number, oldest first."""
        found = (execution for execution in self._journal if execution.number > after)
        return list(islice(found, limit))

    def forget(self) -> None:
        """The journal begins anew; keys stay known."""
        self._journal.clear()
        self._executions = self._repeats = self._doubles = self._again = 0

    def figures(self) -> dict[str, Json]:
        """`doubles`: executions beyond the first of their key. `again`: of what was shown already.

        `repeats` did nothing. `newest` begins with the newest.
        """
        newest = list(islice(reversed(self._journal), 20))
        return {
            "live": self.live,
            "shown": self.shown.to_json() if self.shown is not None else None,
            "executions": self._executions,
            "repeats": self._repeats,
            "doubles": self._doubles,
            "again": self._again,
            "newest": [execution.to_json() for execution in newest],
        }

    def _known(self, key: str, product_id: str | None) -> tuple[str | None, Shown | None] | None:
        known = self._keys.get(key) if key and self.honours_keys else None
        if known is not None and known[0] != product_id:
            raise RefusedError("key_reused")
        return known

    def _demand(self, product_id: str) -> None:
        good = self._goods.get(product_id)
        if good is None:
            raise RefusedError("unknown_product")
        if not self.live:
            raise RefusedError("not_live")
        if good.state == "out_of_stock":
            raise RefusedError("out_of_stock")
        if good.state != "available":
            raise RefusedError("restricted", good.reason)

    def _note(self, key: str, product_id: str | None, *, repeated: bool) -> Execution:
        self._number += 1
        now = (self._clock.utc_ns(), self._clock.mono_ns())
        execution = Execution(self._number, key, product_id, *now, repeated)
        self._journal.append(execution)
        if repeated:
            self._repeats += 1
        else:
            self._executions += 1
            self._doubles += key in self._keys
        return execution

    def _remember(self, key: str, product_id: str | None, shown: Shown | None) -> None:
        if not key:
            return
        self._keys[key] = (product_id, shown)
        if len(self._keys) > KEPT_KEYS:
            self._keys.popitem(last=False)
