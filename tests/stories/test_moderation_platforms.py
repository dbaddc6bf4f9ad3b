"""What each platform can do about a comment, and what is told where it cannot."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.moderation_settings import LinesChat, ShopeeChat
from livedesk.core.pin_settings import PinSettings
from livedesk.moderation.chats.shopee import ShopeeChatRoom
from livedesk.sandbox.chat.chat import ChatJob
from livedesk.sandbox.chat.run import running_chat
from tests.engine.conftest import Bench
from tests.ports import free_port
from tests.stories.moderated import LONG_ANSWER, Live, moderated, own_chat
from tests.stories.studio import shopee
from tests.waiting import until


def with_shopee(bench: Bench, folder: Path) -> Any:
    return moderated(
        bench, folder, lambda _chat, _shop: ShopeeChat(), lambda shop: PinSettings(shopee(shop))
    )


def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shopee is asked ten times a second, in place of every 2.8 s."""
    often = partial(ShopeeChatRoom, poll_s=0.1)
    monkeypatch.setattr("livedesk.moderation.chats.make.ShopeeChatRoom", often)


def test_on_shopee_nothing_is_hidden_authors_are_banned_and_answers_are_short(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon(monkeypatch)

    async def story() -> None:
        async with with_shopee(bench, tmp_path) as live:
            await live.say("get free money", author_id="eve")
            await live.say("how long is shipping?", "please tell me everything", author_id="ana")
            item = await live.item("free money", "hide", "not_possible")
            assert "no call" in item["effects"][0]["reason"]
            assert live.visible()["get free money"]
            await live.item("how long", "reply", "done")
            long = await live.item("everything", "reply", "failed")
            assert long["effects"][0]["code"] == "too_long"
            assert "150" in long["effects"][0]["reason"]
            await live.act(item, "ban", by="ann")
            await live.item("free money", "ban", "done")
            await live.say("it is me again", author_id="eve")
            assert "it is me again" not in live.visible()
            assert live.verbs() == ["reply", "ban"]
            status = await live.chat_status()
            assert (status["kind"], status["comments"], status["reply_chars"]) == ("shopee", 3, 150)
            assert len(LONG_ANSWER) > 150

    asyncio.run(story())


def test_a_shopee_answer_of_which_nothing_is_heard_is_unknown_and_never_posted_twice(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shopee knows no idempotency keys."""
    soon(monkeypatch)

    async def story() -> None:
        async with with_shopee(bench, tmp_path) as live:
            await live.shop.order({"drop_after_pct": 100, "calls": ["act"]})
            await live.say("how long is shipping?", "get free money")
            item = await live.item("how long", "reply", "unknown")
            assert item["effects"][0]["reason"]
            hidden = await live.item("free money", "hide", "not_possible")
            await live.act(hidden, "ban", by="ann")
            await until(lambda: live.verbs().count("ban") >= 2, "a ban that is tried again")
            await live.shop.order({"clear": True})
            await live.item("free money", "ban", "done")
            assert live.verbs().count("reply") == 1
            assert (await live.moderation())["unknown"] == 1

    asyncio.run(story())


READER = """
import json, sys
def say(**line):
    print(json.dumps(line), flush=True)
{can}
say(id="c1", author_id="eve", author="Eve", text="get free money")
say(id="c1", author_id="eve", author="Eve", text="get free money")
print('{{"id": "torn', flush=True)
say(id=2, author_id="ana", text="how long is shipping?")
for line in sys.stdin:
    order = json.loads(line)
    with open(sys.argv[1], "a") as orders:
        orders.write(order["key"] + "\\n")
    if order["do"] != "reply":
        say(did=order["key"], ok=True)
"""


def reader(folder: Path, can: str = "") -> LinesChat:
    source = READER.format(can=can)
    return LinesChat((sys.executable, "-S", "-c", source, str(folder / "orders")))


def test_where_a_program_only_reads_a_person_does_it_and_says_so(
    bench: Bench, tmp_path: Path
) -> None:
    async def story() -> None:
        async with moderated(bench, tmp_path, lambda _chat, _shop: reader(tmp_path)) as live:
            item = await live.item("free money", "hide", "by_hand")
            assert (await live.item("how long", "reply", "by_hand"))["effects"][0]["text"]
            await until(lambda: _by_hand(live, 2), "both in the column by hand")
            done = await live.act(item, "done", effect="hide:1:c1", done=True, by="ann")
            assert (done["effects"][0]["state"], done["state"]) == ("done", "hidden")
            asked = await live.item("how long")
            failed = await live.act(asked, "done", effect="reply:1:2", done=False, by="ann")
            assert failed["effects"][0]["state"] == "failed"
            await until(lambda: _by_hand(live, 0), "an empty column")
            [event] = await live.events("moderation.done")
            assert "by ann" in done["effects"][0]["reason"]
            assert event.data["comment_id"] == "c1"
            chat = await live.chat_status()
            assert chat["kind"] == "lines"
            assert "valid JSON" in chat["reason"]
            assert not (tmp_path / "orders").exists()

    asyncio.run(story())


async def _by_hand(live: Live, count: int) -> bool:
    return bool((await live.moderation())["by_hand"] == count)


def test_a_program_that_acts_is_asked_and_a_reply_it_is_silent_about_is_asked_once(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedesk.engine.moderating.effects._SINGLE_LIMIT_S", 0.3)
    can = 'say(can=["hide", "unhide", "reply"])'

    async def story() -> None:
        async with moderated(bench, tmp_path, lambda _chat, _shop: reader(tmp_path, can)) as live:
            item = await live.item("free money", "hide", "done")
            unknown = await live.item("how long", "reply", "unknown")
            assert "no answer" in unknown["effects"][0]["reason"]
            await live.act(item, "approve", by="ann")
            await live.item("free money", "unhide", "done")
            orders = (tmp_path / "orders").read_text().split()
            assert sorted(orders) == ["hide:1:c1", "reply:1:2", "unhide:1:c1"]

    asyncio.run(story())


def test_a_chat_that_is_started_again_is_read_from_its_beginning(
    bench: Bench, tmp_path: Path
) -> None:
    """On the same port, with more comments than the one before had: its epoch gives it away."""
    job = ChatJob(port=free_port())

    def say(*texts: str) -> dict[str, Any]:
        return {"say": [{"text": text} for text in texts]}

    async def story() -> None:
        async with AsyncExitStack() as ends, AsyncExitStack() as old_ends:
            old = await old_ends.enter_async_context(running_chat(job, SystemClock()))
            live = await ends.enter_async_context(
                moderated(bench, tmp_path, lambda _chat, shop: own_chat(old, shop))
            )
            await old.order(say("hello", "free money"))
            await live.item("free money", "hide", "done")
            await old_ends.aclose()
            new = await ends.enter_async_context(
                running_chat(replace(job, order=say("get free money", *"abcdef")), SystemClock())
            )
            await live.item("get free money", "hide", "done")
            assert new.figures()["hidden"] == 1
            chat = await live.chat_status()
            assert chat["comments"] >= 7
            assert chat["lost_s"] > 0
            assert "began anew" in chat["reason"]
            assert len(await live.events("chat.gap")) == 1

    asyncio.run(story())
