"""Which gateway do the settings name, and where do a store's products come from?"""

from __future__ import annotations

import ssl
from random import Random
from typing import Protocol, assert_never

from livedesk.core.clock import Clock
from livedesk.core.pin_settings import (
    HttpGateway,
    ManualGateway,
    PinSettings,
    SandboxGateway,
    ShopeeGateway,
    TikTokProducts,
)
from livedesk.pins.gateways import tiktok
from livedesk.pins.gateways.base import Gateway, Products
from livedesk.pins.gateways.http import HttpWay
from livedesk.pins.gateways.manual import ManualWay
from livedesk.pins.gateways.sandbox import SandboxShop
from livedesk.pins.gateways.shopee import ShopeeLive
from livedesk.pins.gateways.tiktok import TikTokShop
from livedesk.platforms.call_budget import CallBudget, Counted
from livedesk.platforms.connection import split_url
from livedesk.platforms.lanes import Lanes
from livedesk.platforms.shopee import ShopeeCalls, access_name
from livedesk.platforms.tokens import TokenShelf


class CatalogueSource(Protocol):
    """A platform that has products to read but no call to pin with."""

    @property
    def reason(self) -> str:
        """What is wrong with the access, and when it is tried again; empty when all is well."""
        ...

    @property
    def token_until_utc_ns(self) -> int | None: ...

    def covers(self, until_utc_ns: int) -> bool | None: ...

    async def products(self, limit_s: float) -> Products: ...

    async def renew(self, until_utc_ns: int) -> None: ...

    async def close(self) -> None: ...


def gateway_for(
    settings: PinSettings,
    store: str,
    *,
    clock: Clock,
    calls: CallBudget,
    shelf: TokenShelf,
    rng: Random,
    tls: ssl.SSLContext | None = None,
) -> Gateway:
    """It connects to nothing until it is asked for something. Raises AddressError.

    `tls`: which certificates are trusted; None is the system's choice. Call it in a running loop.
    """
    counted = Counted(calls, clock)

    def lanes(url: str) -> Lanes:
        return Lanes(split_url(url)[0], clock, rng, tls)

    match settings.gateway:
        case SandboxGateway() as sandbox:
            return SandboxShop(sandbox, lanes(sandbox.url), clock, counted)
        case ShopeeGateway() as live:
            access = shelf.access(access_name(live), live.refresh_token)
            shared = ShopeeCalls(live, lanes(live.host), clock, counted, access)
            return ShopeeLive(live.shop_id, shared, clock)
        case HttpGateway() as http:
            named = [call.url.reveal() for call in (http.pin, http.unpin, http.read) if call]
            origins = {split_url(url)[0] for url in named}
            ways = {origin: Lanes(origin, clock, rng, tls) for origin in origins}
            return HttpWay(http, store, ways, clock)
        case ManualGateway():
            return ManualWay()
        case _:
            assert_never(settings.gateway)


def catalogue_source(
    settings: TikTokProducts,
    *,
    clock: Clock,
    calls: CallBudget,
    shelf: TokenShelf,
    rng: Random,
    tls: ssl.SSLContext | None = None,
) -> CatalogueSource:
    """TikTok Shop's products. It connects to nothing until it is asked. Raises AddressError."""
    api, auth = (
        Lanes(split_url(url)[0], clock, rng, tls) for url in (settings.host, settings.auth_host)
    )
    access = shelf.access(tiktok.access_name(settings), settings.refresh_token)
    return TikTokShop(settings, api, auth, clock, Counted(calls, clock), access)
