"""A wall clock that is set during the show falsifies no time: all is counted since the comment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S, SystemClock
from livedesk.engine.api.moderation_view import ModerationError
from tests.engine.moderating.conftest import Bench, is_up, items, opened
from tests.waiting import until

LITTLE_S = 60.0


class SetClock(SystemClock):
    """The machine's clocks; the wall clock is set by `ahead_s`."""

    ahead_s = 0.0

    def utc_ns(self) -> int:
        return super().utc_ns() + round(self.ahead_s * NS_PER_S)


def with_clock(bench: Bench) -> SetClock:
    bench.clock = SetClock()
    return bench.clock


@pytest.mark.parametrize("ahead_s", [3_600.0, -3_600.0], ids=["forward", "back"])
def test_times_of_hiding_and_of_decisions_are_right(folder: Path, ahead_s: float) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            clock, bench.chat.hold = with_clock(bench), asyncio.Event()
            async with bench.moderating() as desk:
                await is_up(desk)
                bench.write(desk, "free money", "too dear")
                await until(lambda: bench.chat.asked == ["hide:1:c1"])
                await until(lambda: desk.status().waiting == 1)
                clock.ahead_s = ahead_s
                status = desk.status()
                assert status.overdue == 0
                assert status.oldest_s is not None
                assert status.oldest_s < LITTLE_S
                assert desk.facts().slow == 0
                await asyncio.sleep(0.02)
                bench.chat.hold.set()
                [waiting] = desk.queue("waiting", "", 5).items
                await desk.act(waiting.id, "approve", "ann", "k1")
                await until(lambda: desk.status().hide_p99_ms is not None)
                status = desk.status()
                assert status.hide_p99_ms is not None
                assert 20 <= status.hide_p99_ms < LITTLE_S * 1000
                assert status.review_p90_s is not None
                assert 0.02 <= status.review_p90_s < LITTLE_S
                for kind in ("moderation.done", "moderation.decided"):
                    told = bench.stage.told(kind)[0].data["latency_ms"]
                    assert isinstance(told, float)
                    assert 20 <= told < LITTLE_S * 1000

    asyncio.run(story())


@pytest.mark.parametrize("ahead_s", [3_600.0, -3_600.0], ids=["forward", "back"])
def test_an_answer_is_not_posted_twice_and_a_hand_is_not_late(folder: Path, ahead_s: float) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            clock = with_clock(bench)
            bench.chat.able = {"hide": "by_hand"}
            async with bench.moderating() as desk:
                await is_up(desk)
                bench.write(desk, "how long shipping", "too dear", "free money")
                await until(lambda: desk.status().by_hand == 1 and desk.status().waiting == 1)
                await until(lambda: bench.chat.done == ["reply:1:c1"])
                clock.ahead_s = ahead_s
                by_hand_s = desk.facts().by_hand_s
                assert by_hand_s is not None
                assert 0 <= by_hand_s < LITTLE_S
                [waiting] = desk.queue("waiting", "", 5).items
                with pytest.raises(ModerationError) as refusal:
                    await desk.act(waiting.id, "reply", "ann", "k1", "shipping")
                assert refusal.value.code == "duplicate_reply"

    asyncio.run(story())


def test_a_claim_of_while_the_service_is_away_holds(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder, is_hasty=True) as bench:
            clock = with_clock(bench)
            async with bench.moderating() as desk:
                await is_up(desk)
                bench.write(desk, "too dear")
                await until(lambda: desk.status().waiting == 1)
                await bench.down(60)
                await until(lambda: desk.status().service.local)
                [item] = items(desk)
                await desk.claim(item.id, "ann")
                for clock.ahead_s in (3_600.0, 0.0, -3_600.0):
                    with pytest.raises(ModerationError) as refusal:
                        await desk.act(item.id, "hide", "bob", "k1")
                    assert refusal.value.code == "claimed"
                    assert (await desk.claim(item.id, "ann")).claim is not None
                assert (await desk.act(item.id, "hide", "ann", "k2")).state == "hidden"

    asyncio.run(story())
