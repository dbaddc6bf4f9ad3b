"""A comment's whole way: written, judged, hidden, decided on by people, and told afterwards."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from livedesk.sandbox.chat.speech import ChatSpeech
from livedesk.sandbox.shop.wire import Call, Reply
from tests.engine.conftest import Bench
from tests.stories.moderated import STORE, moderated
from tests.waiting import until


def test_what_breaks_the_rules_is_hidden_and_a_person_shows_it_again(
    bench: Bench, tmp_path: Path
) -> None:
    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            await live.say("hi from Cebu!", "get FR\u20ddEE m0ney now", "my kitchen is too dear")
            item = await live.item("m0ney", "hide", "done")
            assert (item["state"], item["verdict"]["rule"]) == ("hidden", "scam")
            assert item["verdict"]["evasion"] is True
            assert item["recent"][0]["text"] == "hi from Cebu!"
            assert live.visible() == {
                "hi from Cebu!": True,
                "get FR\u20ddEE m0ney now": False,
                "my kitchen is too dear": True,
            }
            key = item["effects"][0]["key"]
            assert live.done() == [("hide", key)]

            await live.act(item, "approve", by="ann")
            item = await live.item("m0ney", "unhide", "done")
            assert (item["state"], live.visible()[item["comment"]["text"]]) == ("approved", True)
            await live.act(item, "undo", by="ann")
            item = await live.item("m0ney", "hide", "done")
            assert (item["state"], live.visible()[item["comment"]["text"]]) == ("hidden", False)
            assert live.verbs() == ["hide", "unhide", "hide"]

            waiting = await live.item("too dear")
            assert (waiting["state"], waiting["effects"]) == ("waiting", [])
            await live.act(waiting, "ban", by="ann")
            await live.item("too dear", "ban", "done")
            await live.say("I am back", author_id="eve")
            assert "I am back" not in live.visible()
            moderation = await live.moderation()
            assert (moderation["hidden"], moderation["decided"]) == (1, 3)
            assert moderation["hide_p50_ms"] < 4_700

    asyncio.run(story())


def test_it_is_on_record_before_it_leaves(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            await live.say("free money")
            await live.item("free money", "hide", "done")
            kinds = ("moderation.judged", "moderation.sent", "moderation.done")
            told = await live.events(*kinds)
            assert tuple(event.kind for event in told) == kinds
            [execution] = live.chat.room.executions(0, 10)
            assert told[1].mono_ns <= execution.mono_ns <= told[2].mono_ns

    asyncio.run(story())


def test_a_chat_that_loses_answers_is_answered_once_for_each_key(
    bench: Bench, tmp_path: Path
) -> None:
    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            await live.chat.order({"drop_after_pct": 100, "calls": ["act"]})
            await live.say("how long is shipping?", "free money")
            await until(lambda: sorted(live.verbs()) == ["hide", "reply"])
            item = await live.item("how long", "reply", "sent")
            await until(lambda: live.chat.figures()["repeats"], "an attempt with the same key")
            await live.chat.order({"clear": True})
            await live.item("how long", "reply", "done")
            await live.item("free money", "hide", "done")
            assert sorted(live.verbs()) == ["hide", "reply"]
            assert item["effects"][0]["text"] == "Three days."

    asyncio.run(story())


def test_a_platform_that_asks_for_patience_gets_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls_s: list[float] = []
    answer = ChatSpeech.answer

    def once_busy(speech: ChatSpeech, call: Call) -> Reply:
        if call.method == "POST":
            calls_s.append(time.monotonic())
        return (
            speech.busy(1) if call.method == "POST" and len(calls_s) == 1 else answer(speech, call)
        )

    monkeypatch.setattr(ChatSpeech, "answer", once_busy)

    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            await live.say("free money")
            await live.item("free money", "hide", "done")
            assert len(calls_s) == 2
            assert calls_s[1] - calls_s[0] >= 1.0

    asyncio.run(story())


def test_a_room_that_has_ended_is_told_and_nothing_is_claimed(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            await live.say("free money", "how long is shipping")
            await live.item("free money", "hide", "done")
            await live.item("how long", "reply", "done")
            await live.chat.order({"live": False})
            item = await live.item("free money")
            await live.act(item, "approve")
            failed = await live.item("free money", "unhide", "failed")
            assert failed["effects"][-1]["code"] == "not_live"
            assert live.verbs() == ["hide", "reply"]

    asyncio.run(story())


def test_comments_posted_by_a_process_count_once_however_often_they_come(
    bench: Bench, tmp_path: Path
) -> None:
    line = b'{"id": "77", "text": "free money", "author_id": "u1", "posted_utc_ms": 1}\n'

    async def story() -> None:
        async with moderated(bench, tmp_path, lambda _chat, _shop: None) as live:
            answers = [
                (await live.running.http.post(f"{STORE}/comments", content=body)).json()
                for body in (line * 2, b'\n{"id": 77, "text": "free money"}\nno line\n', line)
            ]
            assert [each["taken"] for each in answers] == [2, 1, 1]
            assert answers[1]["unusable"] == 1
            item = await live.item("free money", "hide", "by_hand")
            assert item["comment"]["posted_utc_ns"] is None
            assert len(await live.items()) == 1
            await live.running.http.post(f"{STORE}/comments", content=b'{"id": 78, "text": "hi"}')
            await live.all_judged(2)
            assert (await live.moderation())["comments"] == 2
            assert len(await live.events("moderation.judged")) == 1

    asyncio.run(story())


@pytest.mark.slow
def test_a_chat_at_its_worst_loses_nothing_and_hides_nothing_twice(
    bench: Bench, tmp_path: Path
) -> None:
    """Calls that fail, hang up before or after they are carried out, and torn answers."""
    faults = {"error_pct": 10, "drop_before_pct": 10, "drop_after_pct": 10}
    torn = {"malformed": "truncated", "malformed_pct": 15}

    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            burst = {"count": 40, "seconds": 1, "text": "free money for all"}
            await live.chat.order({**faults, **torn, "seed": 7, "burst": burst})
            await until(lambda: live.chat.figures()["hidden"] == 40, "every comment hidden")
            assert len(set(live.verbs())) == 1
            assert len(live.done()) == len(set(live.done())) == 40
            assert live.chat.figures()["repeats"]

            async def is_settled() -> bool:
                items = await live.items()
                return [each["effects"][0]["state"] for each in items] == ["done"] * 40

            await live.chat.order({"clear": True})
            await until(is_settled, "word of each")
            chat = await live.chat_status()
            assert (chat["comments"], chat["unusable"], chat["lost_s"]) == (40, 0, 0)

    asyncio.run(story())
