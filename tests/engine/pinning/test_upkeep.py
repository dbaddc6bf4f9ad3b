"""When are connections kept warm, until when shall the access last, and what is told of the way?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

from livedesk.core.clock import ManualClock
from livedesk.core.events import Json, Level
from livedesk.core.pins import GatewayStatus
from livedesk.engine.pinning.sources import ProductSource, SignedProducts
from livedesk.engine.pinning.upkeep import EXPECTED_S, Upkeep
from livedesk.pins.gateways.base import Gateway, Products
from livedesk.platforms.tokens import RenewalNews
from tests.waiting import until

UP = GatewayStatus("shopee", "up", calls_left=50)


class Kept:
    """Both a gateway and a source, as far as they are looked after."""

    def __init__(self) -> None:
        self.warmed = 0
        self.renewed: list[int] = []

    async def keep_warm(self) -> None:
        self.warmed += 1

    async def renew(self, until_utc_ns: int) -> None:
        self.renewed.append(until_utc_ns)


def upkeep_of(kept: Kept, clock: ManualClock, kinds: list[str]) -> Upkeep:
    def say(kind: str, level: Level, text: str, data: dict[str, Json]) -> None:
        assert text
        kinds.append(kind)

    return Upkeep(cast(Gateway, kept), cast(ProductSource, kept), clock, say, lambda: 99)


def test_connections_are_warm_while_a_show_runs_or_is_prepared(clock: ManualClock) -> None:
    async def story() -> None:
        kept = Kept()
        upkeep = upkeep_of(kept, clock, [])
        clock.advance(EXPECTED_S + 1)
        work = asyncio.create_task(upkeep.keep_warm())
        await asyncio.sleep(0)
        assert kept.warmed == 0
        upkeep.on_air(is_open=True)
        await until(lambda: kept.warmed == 1, "warm at once with the session")
        upkeep.on_air(is_open=True)
        upkeep.on_air(is_open=False)
        upkeep.expect()
        await until(lambda: kept.warmed == 2, "warm at once when somebody prepares")
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(story())


def test_the_access_is_renewed_for_the_planned_end_of_gateway_and_source(
    clock: ManualClock,
) -> None:
    async def story() -> None:
        kept = Kept()
        work = asyncio.create_task(upkeep_of(kept, clock, []).keep_signed_in())
        await until(lambda: len(kept.renewed) == 2)
        assert kept.renewed == [99, 99]
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(story())


def test_each_change_of_the_way_to_the_platform_is_told_once(clock: ManualClock) -> None:
    kinds: list[str] = []
    upkeep = upkeep_of(Kept(), clock, kinds)
    limited = GatewayStatus("shopee", "up", calls_left=50, blocked_s=9.0)
    short = GatewayStatus("shopee", "up", token_until_utc_ns=5, token_covers_show=False)
    down = GatewayStatus("shopee", "down", "Refused.")
    unknown = GatewayStatus("shopee", "unknown")
    for status in (unknown, UP, UP, limited, limited, UP, short, short, down, unknown, UP):
        upkeep.look(status)
    assert kinds == [
        "gateway.limited", "gateway.not_renewed", "gateway.down", "gateway.up",
    ]  # fmt: skip


def test_a_renewal_that_fails_is_told_once_and_so_is_its_end(clock: ManualClock) -> None:
    kinds: list[str] = []
    upkeep = upkeep_of(Kept(), clock, kinds)
    failed = RenewalNews("shopee-1-2", False, "The access was not renewed.", 5)
    others = replace(failed, name="tiktok-1-2")
    short = GatewayStatus("shopee", "up", token_until_utc_ns=5, token_covers_show=False)
    for news in (failed, failed, others, failed):
        upkeep.renewal(news)
        upkeep.look(short)
    assert kinds == ["gateway.not_renewed", "gateway.not_renewed"]
    upkeep.renewal(replace(failed, ok=True, text="The access was renewed.", until_utc_ns=50))
    assert kinds[2:] == ["gateway.renewed"]
    upkeep.renewal(failed)
    assert kinds[3:] == ["gateway.not_renewed"]


class Access:
    """What lists products and has an access of its own."""

    reason, lasts = "", True

    def covers(self, until_utc_ns: int) -> bool | None:
        return self.lasts

    async def products(self, limit_s: float) -> Products:
        return Products(True)

    async def renew(self, until_utc_ns: int) -> None:
        pass

    async def close(self) -> None:
        pass


def test_an_access_to_the_products_that_ends_too_early_always_says_why() -> None:
    access = Access()
    source = SignedProducts(access, "the test", 60.0)
    assert source.ends_before(99) == ""
    access.lasts = False
    assert source.ends_before(99)
    access.reason = "The refresh token was refused."
    assert source.ends_before(99) == access.reason
