"""How do a store's pins come about? From its settings, with what all stores of an engine share."""

from __future__ import annotations

import secrets
from functools import partial
from random import Random

from livedesk.core.clock import Clock
from livedesk.core.pin_settings import PinSettings, ShopeeGateway
from livedesk.engine.pinning.pinning import Parts, Pinning
from livedesk.engine.pinning.sources import (
    FileProducts,
    ListedProducts,
    ProductSource,
    SignedProducts,
)
from livedesk.engine.pinning.stage import Stage
from livedesk.paths import Paths
from livedesk.pins.gateways import tiktok
from livedesk.pins.gateways.base import Gateway
from livedesk.pins.gateways.make import catalogue_source, gateway_for
from livedesk.pins.gateways.shopee import ShopeeLive
from livedesk.pins.pictures import Pictures
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.lanes import fetch
from livedesk.platforms.shopee import ShopeeCalls, access_name
from livedesk.platforms.tokens import RenewalNews, TokenShelf

_NAMES = {
    "sandbox": "the sandbox",
    "shopee": "Shopee",
    "http": "the gateway",
    "manual": "nowhere",
}


class Workshop:
    """Makes the pins of an engine's stores. They share signed-in identities and pictures."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self._data = paths.data
        self._clock = clock
        self._rng = Random(secrets.randbits(64))
        self._shelf = TokenShelf(paths.sign_ins, clock, self._rng, self._renewal)
        self._of_access: dict[str, list[Pinning]] = {}
        self._shopee: dict[str, ShopeeCalls] = {}
        self._pictures = Pictures(paths.pictures, partial(fetch, clock=clock), clock)

    def pinning(self, stage: Stage, settings: PinSettings) -> Pinning:
        """Connects to nothing yet. Call it in a running loop."""
        calls = CallBudget(settings.calls_per_min)
        gateway = gateway_for(
            settings,
            stage.settings.id,
            clock=self._clock,
            calls=calls,
            shelf=self._shelf,
            rng=self._rng,
        )
        if isinstance(gateway, ShopeeLive):
            self._shopee[stage.settings.id] = gateway.calls
        parts = Parts(gateway, calls, self._source(settings, gateway, calls), self._pictures)
        pinning = Pinning(stage, settings, parts, self._data, self._clock, self._rng)
        for name in _access_names(settings):
            self._of_access.setdefault(name, []).append(pinning)
        return pinning

    def shopee(self, store: str) -> ShopeeCalls | None:
        """What a store's pins call Shopee with, for its chat to borrow; None where they do not.

        Ask once its pins are made, and close the chat before them: they own the connections."""
        return self._shopee.get(store)

    def _renewal(self, news: RenewalNews) -> None:
        """Goes on the record of every store that is signed in with it."""
        for pinning in self._of_access.get(news.name, ()):
            pinning.renewal(news)

    def _source(self, settings: PinSettings, gateway: Gateway, calls: CallBudget) -> ProductSource:
        catalogue = settings.catalogue
        if catalogue.source == "file" and catalogue.file is not None:
            return FileProducts(catalogue.file)
        if catalogue.source == "tiktok" and catalogue.tiktok is not None:
            lister = catalogue_source(
                catalogue.tiktok,
                clock=self._clock,
                calls=calls,
                shelf=self._shelf,
                rng=self._rng,
            )
            return SignedProducts(lister, "TikTok Shop", catalogue.refresh_s)
        return ListedProducts(gateway, _NAMES[gateway.status().kind], catalogue.refresh_s)

    async def close(self) -> None:
        """After the stores."""
        self._of_access.clear()
        self._shopee.clear()
        await self._pictures.close()
        await self._shelf.close()


def _access_names(settings: PinSettings) -> set[str]:
    """Under which the shelf keeps the identities of a store."""
    names = set()
    if isinstance(settings.gateway, ShopeeGateway):
        names.add(access_name(settings.gateway))
    if settings.catalogue.tiktok is not None:
        names.add(tiktok.access_name(settings.catalogue.tiktok))
    return names
