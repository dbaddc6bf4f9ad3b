"""How does a store pin whose platform has no pin call? By hand: this gateway asks nobody."""

from __future__ import annotations

from typing import Final

from livedesk.core.pins import GatewayStatus, Product
from livedesk.pins.gateways.base import Abilities, Products, Shown
from livedesk.platforms.outcome import Answer, Departure

_BY_HAND: Final = "This platform has no pin call; a person pins in its own window."


class ManualWay:
    """Implements Gateway for TikTok LIVE and its like, which have no public call to pin with."""

    @property
    def abilities(self) -> Abilities:
        return Abilities(can_pin=False, reads_back=False, honours_keys=False)

    def status(self) -> GatewayStatus:
        return GatewayStatus("manual", state="up", can_pin=False, reads_back=False)

    async def pin(
        self, product: Product, key: str, limit_s: float, departure: Departure | None = None
    ) -> Answer:
        return Answer("none", "by_hand", _BY_HAND, final=True)

    async def unpin(self, key: str, limit_s: float, departure: Departure | None = None) -> Answer:
        return Answer("none", "by_hand", _BY_HAND, final=True)

    async def shown(self, limit_s: float) -> Shown:
        return Shown(False, code="by_hand", text=_BY_HAND)

    async def products(self, limit_s: float) -> Products:
        return Products(False, code="by_hand", text="Products come from a file, not from here.")

    async def keep_warm(self) -> None:
        """There is nothing to keep open."""

    async def renew(self, until_utc_ns: int) -> None:
        """There is no access to renew."""

    async def close(self) -> None:
        """There is nothing to close."""
