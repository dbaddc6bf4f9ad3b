"""A comment that a rule finds is hidden, looked at or answered; once, on record, whoever asks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.engine.api.moderation_view import ModerationError
from livedesk.engine.moderating.effects import GIVE_UP_S
from livedesk.moderation.chats.base import Acted
from tests.engine.moderating.conftest import is_up, items, opened
from tests.waiting import until


def test_each_rule_has_its_way_and_clean_comments_are_only_counted(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "free money", "lovely colour", "too dear", "how long shipping?")
            await until(lambda: sorted(bench.chat.done) == ["hide:1:c1", "reply:1:c4"])
            await until(lambda: moderating.status().waiting == 1)
            states = {item.comment.text: item.state for item in items(moderating)}
            assert states == {
                "free money": "hidden", "too dear": "waiting", "how long shipping?": "replied",
            }  # fmt: skip
            status = moderating.status()
            assert (status.comments, status.hidden, status.replied) == (4, 1, 1)
            assert status.hide_p99_ms is not None
            told = bench.stage.kinds()
            assert told.index("moderation.judged") < told.index("moderation.sent")
            await until(lambda: moderating.status().service.unsent == 0)

    asyncio.run(story())


def test_a_call_waits_for_its_record_and_goes_without_when_the_disk_does_not_take_it(
    folder: Path,
) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            bench.stage.on_record = lambda kind: kind != "moderation.sent"
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "free money")
                await until(lambda: "moderation.sent" in bench.stage.kinds())
                assert bench.chat.asked == []
                await until(lambda: bench.chat.done == ["hide:1:c1"])

    asyncio.run(story())


def test_a_person_decides_once_and_takes_it_back(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "too dear")
            await until(lambda: moderating.status().waiting == 1)
            [item] = items(moderating)
            for _ in range(2):
                hidden = await moderating.act(item.id, "hide", "ann", "k1")
                assert hidden.state == "hidden"
            with pytest.raises(ModerationError) as refusal:
                await moderating.act(item.id, "hide", "bob", "k2")
            assert refusal.value.code == "already"
            await until(lambda: bench.chat.done == ["hide:1:c1"])
            await until(lambda: items(moderating)[0].effects[0].state == "done")
            await until(lambda: moderating.status().service.unsent == 0)
            await moderating.act(item.id, "undo", "ann", "k3")
            await until(lambda: bench.chat.done == ["hide:1:c1", "unhide:1:c1"])
            assert items(moderating)[0].state == "waiting"
            assert len(bench.stage.told("moderation.decided")) == 2

    asyncio.run(story())


def test_an_undo_that_meets_the_hiding_on_its_way_is_still_carried_out(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            bench.chat.hold = asyncio.Event()
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "free money")
                await until(lambda: bench.chat.asked == ["hide:1:c1"])
                [item] = items(moderating)
                await moderating.act(item.id, "approve", "ann", "k1")
                bench.chat.hold.set()
                await until(lambda: bench.chat.done == ["hide:1:c1", "unhide:1:c1"])
                await until(lambda: moderating.status().service.unsent == 0)
                assert items(moderating)[0].state == "approved"

    asyncio.run(story())


def test_only_one_of_two_people_has_an_item(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "too dear")
            await until(lambda: moderating.status().waiting == 1)
            [item] = items(moderating)
            await moderating.claim(item.id, "ann")
            for order in (
                moderating.claim(item.id, "bob"), moderating.act(item.id, "hide", "bob", "k")
            ):  # fmt: skip
                with pytest.raises(ModerationError) as refusal:
                    await order
                assert refusal.value.code == "claimed"
            await moderating.release(item.id, "ann")
            assert (await moderating.act(item.id, "hide", "bob", "k")).state == "hidden"

    asyncio.run(story())


def test_the_same_answer_is_not_posted_twice_unless_a_person_insists(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "how long shipping", "how long shipping", "too dear")
            await until(lambda: "moderation.dropped" in bench.stage.kinds())
            await until(lambda: moderating.status().waiting == 1)
            assert len(bench.chat.done) == 1
            [item] = moderating.queue("waiting", "", 10).items
            with pytest.raises(ModerationError) as refusal:
                await moderating.act(item.id, "reply", "ann", "k1", "shipping")
            assert refusal.value.code == "duplicate_reply"
            await moderating.act(item.id, "reply", "ann", "k1", "shipping", again=True)
            await until(lambda: len(bench.chat.done) == 2)

    asyncio.run(story())


def test_a_state_is_tried_again_and_a_reply_without_an_answer_is_not(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            bench.chat.outcomes = [Acted("maybe"), Acted("none"), Acted("done"), Acted("maybe")]
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "free money")
                await until(lambda: "moderation.done" in bench.stage.kinds())
                assert bench.chat.asked == ["hide:1:c1"] * 3
                bench.write(moderating, "how long shipping")
                await until(lambda: moderating.status().unknown == 1)
                assert bench.chat.asked[3:] == ["reply:1:c2"]

    asyncio.run(story())


def test_a_wait_ends_when_it_is_decided_otherwise_and_none_goes_past_the_end(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            too_many = Acted("none", "too_many", "Too many calls.", retry_after_s=GIVE_UP_S - 10)
            an_hour = replace(too_many, retry_after_s=3_600)
            bench.chat.outcomes = [too_many, Acted("done"), an_hour]
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "free money")
                await until(lambda: bench.chat.asked == ["hide:1:c1"])
                [item] = items(moderating)
                await moderating.claim(item.id, "ann")
                await moderating.act(item.id, "approve", "ann", "k1")
                await until(lambda: bench.chat.done == ["unhide:1:c1"])
                assert items(moderating)[0].effects[0].state == "dropped"
                bench.write(moderating, "free money")
                await until(lambda: "moderation.failed" in bench.stage.kinds())
                [failed] = bench.stage.told("moderation.failed")
                assert "Too many calls" in failed.text
                assert bench.chat.asked == ["hide:1:c1", "unhide:1:c1", "hide:1:c2"]

    asyncio.run(story())


def test_what_a_platform_cannot_do_is_asked_of_a_person(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            bench.chat.able = {"hide": "by_hand"}
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "free money")
                await until(lambda: moderating.status().by_hand == 1)
                [item] = moderating.queue("open", "", 10).items
                after = await moderating.by_hand(item.id, "hide:1:c1", True, "ann")
                assert after.effects[0].state == "done"
                with pytest.raises(ModerationError) as refusal:
                    await moderating.by_hand(item.id, "hide:1:c1", True, "ann")
                assert refusal.value.code == "not_by_hand"
                assert bench.chat.asked == []
                bench.write(moderating, "free money")
                await until(lambda: moderating.status().by_hand == 1)
                item = moderating.queue("open", "", 10).items[-1]
                why = "the window\nis gone"
                after = await moderating.by_hand(item.id, "hide:1:c2", False, "ann", why)
                assert after.effects[0].state == "failed"
                assert after.effects[0].reason.endswith("by hand: the window is gone")

    asyncio.run(story())


def test_at_the_end_of_a_session_nothing_claims_to_be_on_its_way(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            bench.chat.hold = asyncio.Event()
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "free money", "how long shipping")
                await until(lambda: len(bench.chat.asked) == 2)
                moderating.session_ends()
                states = {each.effects[0].state for each in items(moderating)}
                assert states == {"unknown"}
                assert len(bench.stage.told("moderation.unknown")) == 2

    asyncio.run(story())


def test_a_reply_that_came_to_nothing_keeps_no_other_back_and_is_not_counted(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            bench.chat.outcomes = [Acted("none", "closed", "The room is closed.", final=True)]
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "how long shipping")
                await until(lambda: "moderation.failed" in bench.stage.kinds())
                assert moderating.status().replied == 0
                bench.write(moderating, "how long shipping", "how long shipping")
                await until(lambda: bench.chat.done == ["reply:1:c2"])
                await until(lambda: "moderation.dropped" in bench.stage.kinds())
                await until(lambda: moderating.status().replied == 1)

    asyncio.run(story())


def test_the_last_minute_of_a_session_is_counted_although_it_is_over(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "lovely", "nice")
            bench.stage.is_open = False
            moderating.session_ends()
            [minute] = bench.stage.told("moderation.minute")
            assert minute.data["comments"] == 2

    asyncio.run(story())


def test_what_comes_in_a_sessions_first_moment_is_counted_and_nothing_of_before(
    folder: Path,
) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "lovely", "too dear")
            await until(lambda: moderating.status().waiting == 1)
            moderating.session_ends()
            bench.stage.name = "s2"
            moderating.session_begins()
            bench.write(moderating, "nice")
            moderating.tick()
            moderating.session_begins()
            assert (moderating.status().comments, moderating.status().waiting) == (1, 1)

    asyncio.run(story())


def test_an_engine_that_stops_takes_no_decision_that_nobody_would_carry_out(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            async with bench.moderating() as moderating:
                await is_up(moderating)
                bench.write(moderating, "too dear")
                await until(lambda: moderating.status().waiting == 1)
                [item] = items(moderating)
            with pytest.raises(ModerationError) as refusal:
                await moderating.act(item.id, "hide", "ann", "k1")
            assert refusal.value.code == "stopping"

    asyncio.run(story())
