"""What does livedesk ask of a platform, and what can come of it? The interface of all gateways.

A gateway makes calls and says truthfully what is known of their effect. When to call, how often,
and what it means for a pin is decided elsewhere (`pins/plan.py`, `pins/dispatcher.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from livedesk.core.pins import GatewayStatus, Product
from livedesk.platforms.outcome import Answer, Departure


@dataclass(frozen=True, slots=True)
class Abilities:
    can_pin: bool = True
    reads_back: bool = True
    honours_keys: bool = True
    """The same idempotency key twice has one effect, so that a second attempt is safe."""


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


def not_shown(answer: Answer) -> Shown:
    """A read-back that failed as this call did."""
    return Shown(False, None, answer.code, answer.text, answer.retry_after_s)


def no_products(answer: Answer) -> Products:
    return Products(False, (), (), answer.code, answer.text, answer.retry_after_s)


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
