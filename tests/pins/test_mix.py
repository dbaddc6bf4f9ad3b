"""Thousands of pins on a platform that is slow, drops answers and fails, as the goal describes it.

Only truths are asserted: figures of time are those of the benchmark over real sockets.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

from livedesk.core.tasks import Tasks
from livedesk.pins.gateways.base import Abilities
from livedesk.pins.ledger import Ledger
from livedesk.pins.pin import Pin
from livedesk.platforms.call_budget import Purpose
from tests.pins.desk import Desk
from tests.pins.platform import Fate, Platform
from tests.pins.virtual import run_virtually

PINS = 3_000
PURPOSES: tuple[Purpose, ...] = ("renewal", "background")
UNPIN_EVERY = 50


def mix(rng: Random) -> Fate:
    """80 ms median; 5 % take 1 to 2 s; 1 % are executed and never answered; 1 % are refused."""
    usual_s = 0.08 * rng.lognormvariate(0, 0.25)
    drawn = rng.random()
    if drawn < 0.05:
        return Fate(takes_s=rng.uniform(1, 2))
    if drawn < 0.06:
        return Fate(takes_s=usual_s, answers=False)
    if drawn < 0.07:
        return Fate(takes_s=usual_s, does=False, code="server_error")
    return Fate(takes_s=usual_s)


def is_true(platform: Platform, pin: Pin, before: str | None) -> bool:
    """Whether the platform's own record says the same; `before`: what it showed at the cue.

    Without keys an older write of the same product may be the one that is seen.
    """
    wanted = pin.product.id if pin.product else None
    seen = platform.now_shows
    if pin.state in ("confirmed", "late") and pin.shown:
        was_done = pin.key in platform.keys or not platform.abilities.honours_keys
        return seen == wanted and (was_done or before == wanted)
    if pin.state == "accepted":
        return pin.key in platform.keys
    return not pin.shown


async def many(
    platform: Platform, pins: int, pause: Random, *, gap_s: float = 0.3, overlap: bool = False
) -> tuple[Desk, Ledger, list[Pin]]:
    desk, ledger, untrue = Desk(platform), Ledger(800), []
    for n in range(pins):
        wanted = None if n % UNPIN_EVERY == UNPIN_EVERY - 1 else f"p{pause.randrange(8)}"
        told_before, shown_before = len(desk.told), platform.now_shows
        pin = desk.cue(f"n{n}", wanted)
        if not overlap:
            await desk.settled(pin.id)
            told = desk.last(pin.id)
            if not is_true(platform, told, shown_before):
                untrue.append(told)
        await asyncio.sleep(pause.uniform(0, gap_s))
        for told in desk.told[told_before:]:
            ledger.take(told)
        if not overlap:
            desk.told[:] = desk.told[-40:]
    await desk.settled(f"n{pins - 1}")
    await asyncio.sleep(5)
    ledger.take(desk.last(f"n{pins - 1}"))
    await desk.dispatcher.close()
    return desk, ledger, untrue


def test_every_pin_has_one_effect_and_ends_in_a_true_state() -> None:
    rng = Random(20)
    platform = Platform(chance=lambda: mix(rng))

    desk, ledger, untrue = run_virtually(many(platform, PINS, Random(21)))

    assert untrue == []
    assert platform.doubles == 0
    assert desk.dispatcher.unsettled == ()
    latency = ledger.latency()
    pins = PINS - PINS // UNPIN_EVERY
    assert latency.sent == pins
    assert latency.shown + latency.failed == pins
    assert desk.dispatcher.shown is not None
    assert platform.now_shows == desk.dispatcher.shown.product_id


def test_without_keys_every_pin_ends_in_a_true_state_too() -> None:
    """Where an older pin displaced one, a newer cue may come before that one is shown again."""
    rng = Random(24)
    platform = Platform(Abilities(honours_keys=False), lambda: mix(rng))

    desk, ledger, untrue = run_virtually(many(platform, 400, Random(25)))

    assert untrue == []
    assert desk.dispatcher.unsettled == ()
    fates = Counter(pin.state for pin in ledger.recent(400))
    assert fates["confirmed"] + fates["late"] > 380
    assert set(fates) <= {"confirmed", "late", "failed", "accepted", "superseded"}
    assert desk.displaced
    newest = desk.last("n399")
    assert newest.shown
    assert platform.now_shows == (newest.product.id if newest.product else None)


def test_no_minute_of_the_platform_sees_more_calls_than_the_store_may_make() -> None:
    """Attempts, hedges, read-backs, pages of products and renewals of ten minutes, with faults and
    with connections that take their time; counted where they arrive."""
    rng, per_min = Random(26), 100
    platform = Platform(chance=lambda: mix(rng))

    async def others(desk: Desk) -> None:
        while True:
            for purpose in PURPOSES:
                if desk.calls.take(purpose, desk.clock.mono_ns()):
                    await platform.products(1)
            await asyncio.sleep(rng.expovariate(2.0))

    async def ten_minutes() -> Desk:
        desk = Desk(platform, per_min=per_min)
        tasks = Tasks()
        tasks.spawn("others", others(desk))
        for n in range(2_400):
            platform.connects_s = 0.2 if n // 240 % 2 else 0.0
            desk.cue(f"n{n}", f"p{rng.randrange(8)}")
            await asyncio.sleep(0.25)
        await tasks.close()
        await desk.dispatcher.close()
        return desk

    run_virtually(ten_minutes())

    came_s = list(platform.came_s)
    assert len(came_s) > 5 * per_min
    for at in came_s:
        assert sum(at <= other < at + 60 for other in came_s) <= per_min


def test_cues_on_top_of_each_other_leave_the_newest_shown() -> None:
    rng = Random(22)
    platform = Platform(chance=lambda: mix(rng))

    desk, ledger, _ = run_virtually(many(platform, 1_000, Random(23), overlap=True))

    assert platform.doubles == 0
    assert desk.dispatcher.unsettled == ()
    newest = desk.last("n999")
    assert newest.state in ("confirmed", "late")
    assert platform.now_shows == (newest.product.id if newest.product else None)
    assert all(pin.settled_mono_ns is not None for pin in ledger.recent(1_000))
    assert len(ledger.recent(2_000)) == 1_000
