"""Orders to the shop, and what they make of its calls."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.sandbox.orders import OrderError
from livedesk.sandbox.shop.faults import Fate, Faults, fate_of
from livedesk.sandbox.shop.shop import Shop, ShopJob


def _fates(faults: Faults, count: int = 4_000, seed: int = 1) -> list[Fate]:
    rng = random.Random(seed)
    return [fate_of("pin", faults, rng, 0) for _ in range(count)]


def _share_pct(fates: list[Fate], is_one: Callable[[Fate], bool]) -> float:
    return 100 * sum(map(is_one, fates)) / len(fates)


def test_delays_have_the_median_that_was_asked_for_and_some_are_slow() -> None:
    fates = _fates(Faults(median_ms=80, slow_pct=5, slow_executes="first"))
    waits = sorted(fate.before_s for fate in fates if fate.before_s)
    assert waits[len(waits) // 2] == pytest.approx(0.080, rel=0.05)
    slow = [fate.after_s for fate in fates if fate.after_s]
    assert 100 * len(slow) / len(fates) == pytest.approx(5, abs=1.5)
    assert all(1 <= wait_s <= 2 for wait_s in slow)


def test_drops_and_errors_come_in_the_share_that_was_asked_for() -> None:
    fates = _fates(Faults(drop_after_pct=10, drop_before_pct=20, error_pct=30, error_status=500))
    assert _share_pct(fates, lambda fate: fate.drop == "after") == pytest.approx(10, abs=3)
    assert _share_pct(fates, lambda fate: fate.drop == "before") == pytest.approx(20, abs=3)
    assert _share_pct(fates, lambda fate: fate.error_status == 500) == pytest.approx(30, abs=3)


def test_the_same_seed_gives_the_same_show_and_faults_do_not_move_each_other() -> None:
    faults = Faults(median_ms=80, error_pct=10)
    assert _fates(faults, 100) == _fates(faults, 100)
    assert _fates(faults, 100) != _fates(faults, 100, seed=2)
    with_drops = _fates(Faults(median_ms=80, error_pct=10, drop_after_pct=50), 100)
    assert [fate.before_s for fate in with_drops] == [f.before_s for f in _fates(faults, 100)]


def test_calls_that_are_not_named_are_served_well() -> None:
    faults = Faults(median_ms=80, drip_bytes_per_s=1, down_until_ns=NS_PER_S, calls=("read",))
    assert fate_of("pin", faults, random.Random(1), 0) == Fate()
    assert fate_of("read", faults, random.Random(1), 0) == Fate(error_status=503)


def _ordered(*orders: dict[str, Any]) -> tuple[Shop, Any]:
    shop = Shop(ShopJob(), ManualClock())

    async def scenario() -> None:
        for order in orders:
            await shop.order(order)

    asyncio.run(scenario())
    return shop, shop.figures()


def test_orders_add_up_until_they_are_cleared() -> None:
    orders: list[dict[str, Any]] = [
        {"median_ms": 80, "slow_ms": [100, 300], "live": False},
        {"rate_per_min": 100, "malformed": "html", "calls": ["pin"], "down_s": 30},
    ]
    _, figures = _ordered(*orders)
    faults = figures["faults"]
    assert (faults["median_ms"], faults["slow_ms"], faults["calls"]) == (80, [100, 300], ["pin"])
    assert (faults["rate_per_min"], faults["malformed"], faults["down_s"]) == (100, "html", 30)
    assert figures["live"] is False
    _, figures = _ordered(*orders, {"clear": True, "median_ms": 10})
    assert figures["faults"] == Faults(median_ms=10).to_json(0)
    assert figures["live"] is True


def test_a_minute_has_only_so_many_calls() -> None:
    clock = ManualClock()
    shop = Shop(ShopJob(order={}), clock)
    asyncio.run(shop.order({"rate_per_min": 2}))
    speech = shop._own
    answers = []
    for wait_s in (0, 10, 0, 40, 11, 0):
        clock.advance(wait_s)
        reply = shop.refused(speech)
        answers.append(reply.headers["retry-after"] if reply else None)
    assert answers == [None, None, "51", "11", None, "10"]


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ({"median_ms": -1}, "median_ms: a number"),
        ({"slow_ms": [2000, 1000]}, "slow_ms: two numbers"),
        ({"slow_ms": 100}, "slow_ms: two numbers"),
        ({"slow_executes": "never"}, "slow_executes: one of first, last"),
        ({"error_status": 404}, "error_status: one of 500, 503"),
        ({"malformed": "odd"}, "malformed: one of null, html"),
        ({"calls": ["pins"]}, "calls: a list of any of pin"),
        ({"drop_after_pct": 60, "drop_before_pct": 60}, "at most 100 together"),
        ({"rate_per_min": "many"}, "rate_per_min: a number"),
        ({"stock": 0}, "product: the id"),
        ({"product": "10001"}, "its stock or its status"),
        ({"product": "none", "stock": 0}, "one in the room"),
        ({"product": "10001", "status": "gone"}, "status: one of available"),
        ({"hook": {"url": "http://example.com:80/h", "secret": "whsec_AAAA"}}, "on this machine"),
        ({"hook": {"url": "http://127.0.0.1:1/h", "secret": "!"}}, "cannot be read"),
        ({"hook": {"url": "http://127.0.0.1:1/h"}}, "url and secret"),
        ({"live": 1}, "live: true or false"),
        ({"surprise": 1}, "surprise: not known"),
    ],
)
def test_a_bad_order_is_explained_and_changes_nothing(order: dict[str, Any], fault: str) -> None:
    shop = Shop(ShopJob(), ManualClock())
    before = shop.figures()
    with pytest.raises(OrderError, match=fault):
        asyncio.run(shop.order({"error_pct": 7, **order}))
    assert shop.figures() == before
