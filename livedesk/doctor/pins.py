"""Can each store pin: is its platform there, is it signed in for the show, are its products known?

Nothing is pinned. Platforms are asked as the engine asks them; where the access is renewed with a
token that is good for one time, only while no engine runs that might be doing the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock, iso_utc
from livedesk.core.pin_settings import CatalogueSettings, ManualGateway, PinSettings, ShopeeGateway
from livedesk.core.pins import GatewayStatus
from livedesk.core.runtime import EngineRuntime
from livedesk.core.settings import Settings
from livedesk.doctor.engine import is_on_network, running_engine, webhook
from livedesk.doctor.finding import Finding
from livedesk.paths import Paths
from livedesk.pins.catalogue_file import CatalogueError, read_catalogue
from livedesk.pins.gateways.base import Gateway, Products, Shown
from livedesk.pins.gateways.make import CatalogueSource, catalogue_source, gateway_for
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.connection import AddressError
from livedesk.platforms.tokens import TokenShelf

_CALL_S: Final = 5.0
_LIST_S: Final = 15.0
_STORE_S: Final = 30.0
_ON_ITS_WAY: Final = frozenset(("not_live", "no_session"))
"""The platform answered and took our access; there is only nothing to pin into yet."""
_NEVER_ASKED: Final = frozenset(("by_hand", "no_read"))


def check_pins(settings: Settings, paths: Paths, clock: Clock) -> Iterator[Finding]:
    """Takes some seconds when a platform does not answer."""
    engine = running_engine(paths.runtime)
    stores = [(store.id, store.pins) for store in settings.stores if store.pins is not None]
    for store, pins in stores:
        yield from _own(store, pins, engine)
    for findings in asyncio.run(_all(stores, paths, clock, is_running=engine is not None)):
        yield from findings


def _own(store: str, pins: PinSettings, engine: EngineRuntime | None) -> Iterator[Finding]:
    """What needs no platform to be asked."""
    if isinstance(pins.gateway, ManualGateway):
        text = f"pins of {store} are made by hand, in the platform's own window"
        yield Finding("ok", "pins", text)
    if pins.catalogue.file is not None:
        yield _catalogue_file(store, pins.catalogue.file)
    if pins.catalogue.webhook_secret is not None:
        yield webhook(store, "products", engine)
    if pins.web_pad:
        yield _web_pad(store, engine)


def _catalogue_file(store: str, path: Path) -> Finding:
    try:
        products, problems = read_catalogue(path)
    except CatalogueError as error:
        action = "correct the file, or name another one in [store.pins.catalogue]"
        return Finding("fail", "products", f"{store}: {error}", action)
    refused = sum(bool(product.refusal) for product in products)
    text = f"{path.name} of {store} holds {len(products):,} products"
    text += f", {refused:,} of which cannot be pinned now" if refused else ""
    if not problems:
        return Finding("ok", "products", text)
    first = problems[0]
    text += f"; {len(problems):,} with problems, such as {first.where}: {first.text}"
    return Finding("warn", "products", text, "correct the file; livedesk uses the rest of it")


def _web_pad(store: str, engine: EngineRuntime | None) -> Finding:
    start = "livedesk engine --api 0.0.0.0:8765"
    if engine is None:
        text = f"the page of {store} needs an engine that listens on the network"
        return Finding("ok", "web pad", text, f"start it so: {start}")
    if is_on_network(engine):
        return Finding("ok", "web pad", f"{store} has one at {engine.url}/pad/{store}")
    text = f"the running engine listens on loopback only: no phone reaches the page of {store}"
    return Finding("warn", "web pad", text, f"end the engine, and start it so: {start}")


async def _all(
    stores: list[tuple[str, PinSettings]], paths: Paths, clock: Clock, *, is_running: bool
) -> list[list[Finding]]:
    shelf = TokenShelf(paths.sign_ins, clock, Random())
    try:
        return await asyncio.gather(
            *(_store(store, pins, shelf, clock, is_running=is_running) for store, pins in stores)
        )
    finally:
        await shelf.close()


async def _store(
    store: str, pins: PinSettings, shelf: TokenShelf, clock: Clock, *, is_running: bool
) -> list[Finding]:
    if is_running and (isinstance(pins.gateway, ShopeeGateway) or pins.catalogue.tiktok):
        text = f"{store} is signed in by the running engine, which shows how it stands"
        return [Finding("ok", "sign-in", text)]
    until_utc_ns = clock.utc_ns() + round(pins.show_hours * 3600 * NS_PER_S)
    calls = CallBudget(pins.calls_per_min)
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(_STORE_S):
            async with _opened(pins, store, shelf, clock, calls) as gateway:
                findings += await _platform(store, pins, gateway, until_utc_ns)
            if pins.catalogue.tiktok is not None:
                findings += await _tiktok(store, pins.catalogue, shelf, clock, calls, until_utc_ns)
    except TimeoutError:
        text = f"{store}: its platform did not answer within {_STORE_S:.0f} s"
        findings.append(Finding("fail", "pins", text, "check this network, and try again"))
    except AddressError as error:
        text = f"{store}: an address in [store.pins] cannot be called: {error}"
        findings.append(Finding("fail", "pins", text, "correct it in the settings"))
    return findings


@asynccontextmanager
async def _opened(
    pins: PinSettings, store: str, shelf: TokenShelf, clock: Clock, calls: CallBudget
) -> AsyncIterator[Gateway]:
    gateway = gateway_for(pins, store, clock=clock, calls=calls, shelf=shelf, rng=Random())
    try:
        yield gateway
    finally:
        await gateway.close()


async def _platform(
    store: str, pins: PinSettings, gateway: Gateway, until_utc_ns: int
) -> list[Finding]:
    await gateway.renew(until_utc_ns)
    findings = []
    shown = await gateway.shown(_CALL_S)
    status = gateway.status()
    if shown.code not in _NEVER_ASKED:
        findings.append(_reached(store, shown, status))
    elif status.can_pin:
        text = f"{status.kind} of {store} names no call to read back: it is first tried by a pin"
        action = "add [store.pins.http.read], so that pins can be confirmed"
        findings.append(Finding("warn", "pins", text, action))
    if isinstance(pins.gateway, ShopeeGateway):
        covers, ends_utc_ns = status.token_covers_show, status.token_until_utc_ns
        findings.append(_sign_in(store, covers, ends_utc_ns, status.reason, until_utc_ns))
    if pins.catalogue.source == "gateway":
        findings.append(_listed(store, await gateway.products(_LIST_S)))
    return findings


async def _tiktok(
    store: str,
    catalogue: CatalogueSettings,
    shelf: TokenShelf,
    clock: Clock,
    calls: CallBudget,
    until_utc_ns: int,
) -> list[Finding]:
    if catalogue.tiktok is None:
        return []
    source: CatalogueSource = catalogue_source(
        catalogue.tiktok, clock=clock, calls=calls, shelf=shelf, rng=Random()
    )
    try:
        await source.renew(until_utc_ns)
        found = await source.products(_LIST_S)
    finally:
        await source.close()
    covers, ends_utc_ns = source.covers(until_utc_ns), source.token_until_utc_ns
    sign_in = _sign_in(store, covers, ends_utc_ns, source.reason, until_utc_ns)
    return [sign_in, _listed(store, found)]


def _reached(store: str, shown: Shown, status: GatewayStatus) -> Finding:
    place = f"{status.kind} of {store}"
    took = f" in {status.round_trip_ms:.0f} ms" if status.round_trip_ms is not None else ""
    if shown.known:
        what = f"shows product {shown.product_id}" if shown.product_id else "shows no product"
        return Finding("ok", "pins", f"{place} answers{took}, and {what}")
    if shown.code in _ON_ITS_WAY:
        return Finding("ok", "pins", f"{place} answers{took}: {shown.text}")
    action = "check [store.pins], the platform's sign-in and this network"
    return Finding("fail", "pins", f"{place}: {shown.text or shown.code}", action)


def _sign_in(
    store: str, covers: bool | None, ends_utc_ns: int | None, reason: str, until_utc_ns: int
) -> Finding:
    ends = f"until {iso_utc(ends_utc_ns)[:16]}Z" if ends_utc_ns is not None else "not yet"
    show = f"a show until {iso_utc(until_utc_ns)[:16]}Z"
    if covers:
        return Finding("ok", "sign-in", f"{store}: access {ends}, enough for {show} or renewed")
    why = f": {reason}" if reason else ""
    text = f"{store}: access {ends}, which does not cover {show}{why}"
    action = "sign in again at the platform, and put the new refresh token into the settings"
    return Finding("fail" if ends_utc_ns is None else "warn", "sign-in", text, action)


def _listed(store: str, found: Products) -> Finding:
    if not found.ok:
        text = f"{store}: the platform's products cannot be read: {found.text or found.code}"
        return Finding("fail", "products", text, "name a file in [store.pins.catalogue] meanwhile")
    text = f"the platform lists {len(found.products):,} products of {store}"
    if not found.products:
        action = "add products to the live at the platform"
        return Finding("warn", "products", text, action)
    if found.problems:
        where, words = found.problems[0]
        text += f"; {len(found.problems):,} with problems, such as {where}: {words}"
        return Finding("warn", "products", text, "correct them at the platform")
    return Finding("ok", "products", text)
