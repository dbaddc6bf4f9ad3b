"""What does livedesk ask of a platform, and what can come of it? The interface of all gateways.

A gateway makes calls and says truthfully what is known of their effect. When to call, how often,
and what it means for a pin is decided elsewhere (`pins/plan.py`, `pins/dispatcher.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from livedesk.core.clock import NS_PER_S
from livedesk.core.pins import GatewayStatus, Product

Effect = Literal["done", "none", "maybe"]
"""What a call did at the platform. `maybe`: the bytes left, and nothing tells what they did."""


@dataclass(frozen=True, slots=True)
class Abilities:
    can_pin: bool = True
    reads_back: bool = True
    honours_keys: bool = True
    """The same idempotency key twice has one effect, so that a second attempt is safe."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a pin or unpin call. No text in it holds a secret.

    `final`: asking again is of no use, as for a product that the platform does not know.
    """

    effect: Effect
    code: str = ""
    """Empty when all is well; else stable and short: `rate_limited`, `server_error`, `no_answer`,
    `not_reached`, `bad_answer`, `not_authorized`, `unknown_product`, `not_live`, `refused` …"""
    text: str = ""
    final: bool = False
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        return self.effect == "done"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the platform shows now. Not `known`: the read-back itself failed, `code` says how."""

    known: bool
    product_id: str | None = None
    code: str = ""
    text: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Products:
    """A platform's products; not `ok` leaves what was known before in place."""

    ok: bool
    products: tuple[Product, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """Where, and what could not be used of it."""
    code: str = ""
    text: str = ""
    retry_after_s: float | None = None


@dataclass(slots=True)
class Departure:
    """Whether the bytes of a call may still leave, and whether they have.

    While there is no connection a call waits for one. Its deadline may pass meanwhile, or a newer
    cue come: then nothing of it may be sent any more. Who makes the call looks at the clock right
    before the first byte and sets `has_left`; who asked for it may cancel it safely until then.
    """

    until_mono_ns: int | None = None
    has_left: bool = False

    def left_s(self, mono_ns: int) -> float | None:
        """Until it may not leave any more; None: it always may."""
        return None if self.until_mono_ns is None else (self.until_mono_ns - mono_ns) / NS_PER_S

    def is_over(self, mono_ns: int) -> bool:
        return self.until_mono_ns is not None and mono_ns >= self.until_mono_ns


class Gateway(Protocol):
    """One store's way to its platform. Calls never raise but CancelledError, and end in `limit_s`.

    A call that is cancelled gives its connection up, because the answer may still come.
    """

    @property
    def abilities(self) -> Abilities: ...

    def status(self) -> GatewayStatus:
        """State, reason and token; the calls left are filled in by who counts them."""
        ...

    async def pin(
        self, product: Product, key: str, limit_s: float, departure: Departure | None = None
    ) -> Answer: ...

    async def unpin(
        self, key: str, limit_s: float, departure: Departure | None = None
    ) -> Answer: ...

    async def shown(self, limit_s: float) -> Shown: ...

    async def products(self, limit_s: float) -> Products: ...

    async def keep_warm(self) -> None:
        """Make sure that two connections are open and idle; called every 15 s of a show."""
        ...

    async def renew(self, until_utc_ns: int) -> None:
        """Renew the access if it ends before then, or is past half of its life. Cheap if not."""
        ...

    async def close(self) -> None: ...
