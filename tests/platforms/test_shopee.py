"""What pins and chat of one store share: one room, one sign-in, one budget, whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.pin_settings import ShopeeGateway
from livedesk.platforms.call_budget import CallBudget, Counted
from livedesk.platforms.connection import split_url
from livedesk.platforms.health import Health
from livedesk.platforms.lanes import Lanes
from livedesk.platforms.outcome import Answer
from livedesk.platforms.shopee import ShopeeCalls, access_name
from livedesk.platforms.tokens import TokenShelf
from livedesk.sandbox.shop.run import running_shop
from livedesk.sandbox.shop.shop import Shop, ShopJob


@asynccontextmanager
async def signed_out(tmp_path: Path) -> AsyncIterator[tuple[Shop, ShopeeCalls, ManualClock]]:
    """Nobody has renewed the access yet."""
    clock, rng = ManualClock(utc_ns=1_790_000_000 * NS_PER_S), Random(1)
    async with running_shop(ShopJob(), clock) as shop:
        who = shop.shopee_identity
        settings = ShopeeGateway(
            who.partner_id, who.partner_key, who.user_id, who.shop_id, who.session_id,
            who.refresh_token, shop.url,
        )  # fmt: skip
        shelf = TokenShelf(tmp_path / "sign-ins", clock, rng)
        calls = ShopeeCalls(
            settings,
            Lanes(split_url(shop.url)[0], clock, rng),
            clock,
            Counted(CallBudget(100), clock),
            shelf.access(access_name(settings), settings.refresh_token),
        )
        try:
            yield shop, calls, clock
        finally:
            await calls.close()
            await shelf.close()


def _renewals(shop: Shop) -> object:
    figures: Any = shop.figures()
    return figures["tokens"]["shopee"]


def test_whoever_finds_out_that_there_is_no_access_has_it_renewed_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with signed_out(tmp_path) as (shop, calls, clock):
            none = await asyncio.gather(
                calls.read("get_show_item", {}, 2.0),
                calls.read("get_latest_comment_list", {}, 2.0),
                calls.write("post_comment", {"content": "Hello"}, 2.0),
            )
            for found in none:
                assert isinstance(found, Answer)
                assert (found.effect, found.code, found.final) == ("none", "no_access", True)
            assert calls.seen(Health())[0] == "down"
            await calls.renew(clock.utc_ns() + 3600 * NS_PER_S)
            assert _renewals(shop) == {"renewals": 1, "refused": 0}
            shown = await calls.read("get_show_item", {}, 2.0)
            assert not isinstance(shown, Answer)
            assert shown["response"] == {"has_show_item": False}
            posted = await calls.write("post_comment", {"content": "Hello"}, 2.0)
            assert not isinstance(posted, Answer)

    asyncio.run(run())


def test_the_health_of_one_is_not_that_of_the_other(tmp_path: Path) -> None:
    async def run() -> None:
        async with signed_out(tmp_path) as (shop, calls, clock):
            await calls.renew(clock.utc_ns() + 3600 * NS_PER_S)
            await shop.order({"error_pct": 100, "calls": ["comments"]})
            pins, chat = Health(), Health()
            for _ in range(5):
                found = await calls.read("get_latest_comment_list", {}, 2.0)
                assert isinstance(found, Answer)
                chat.take(found)
                shown = await calls.read("get_show_item", {}, 2.0)
                pins.take(shown if isinstance(shown, Answer) else Answer("done"))
            assert (calls.seen(pins)[0], calls.seen(chat)[0]) == ("up", "down")

    asyncio.run(run())
