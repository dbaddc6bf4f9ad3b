"""The sandbox's chat over real sockets: nothing lost, nothing twice, and each act known for what
it was. The room's own journal judges from outside."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.moderation import Comment, Effect, Verb
from livedesk.core.moderation_settings import SandboxChat
from livedesk.core.secrets import Secret
from livedesk.moderation.chats.sandbox import SandboxRoom
from livedesk.platforms.connection import split_url
from livedesk.platforms.lanes import Lanes
from livedesk.sandbox.chat.chat import Chat, ChatJob
from livedesk.sandbox.chat.run import running_chat
from tests.platforms.far_end import Asked, far_end, reply
from tests.waiting import until

TOKEN = "t0ken-of-the-room"


@dataclass
class Watch:
    """What a chat gave."""

    chat: SandboxRoom
    got: list[Comment] = field(default_factory=list)

    def take(self, comments: Sequence[Comment]) -> None:
        self.got += comments

    @property
    def ids(self) -> list[str]:
        return [comment.id for comment in self.got]


@asynccontextmanager
async def watching(url: str, token: Secret) -> AsyncIterator[Watch]:
    clock, rng = SystemClock(), Random(1)
    lanes = Lanes(split_url(url)[0], clock, rng)
    room = SandboxRoom(
        SandboxChat(url, "glow", token), lanes, clock, rng, poll_s=0.02, silent_s=0.3
    )
    watch = Watch(room)
    running = asyncio.create_task(room.run(watch.take))
    try:
        yield watch
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await room.close()


@asynccontextmanager
async def live(order: dict[str, Any] | None = None) -> AsyncIterator[tuple[Chat, Watch]]:
    async with (
        running_chat(ChatJob(order=order or {}), SystemClock()) as chat,
        watching(chat.url, chat.token) as watch,
    ):
        yield chat, watch


def effect(verb: Verb, comment_id: str, turn: int = 1, text: str = "") -> Effect:
    return Effect(f"{verb}:{turn}:{comment_id}", verb, text=text)


def told(comment_id: str) -> Comment:
    return Comment(comment_id, "guest-1", "Ana", "hello", 0)


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"error_pct": 30, "calls": ["comments"]},
        {"drop_after_pct": 30, "calls": ["comments"]},
        {"malformed_pct": 20, "malformed": "truncated", "calls": ["comments"]},
        {"malformed_pct": 20, "malformed": "wrong_types", "calls": ["comments"]},
        {"malformed_pct": 20, "malformed": "huge", "calls": ["comments"]},
    ],
)
def test_every_comment_of_a_burst_comes_once(fault: dict[str, Any]) -> None:
    async def run() -> None:
        async with live() as (chat, watch):
            await until(lambda: watch.chat.status().state == "up")
            await chat.order({**fault, "burst": {"count": 800, "seconds": 0.2}})
            await until(lambda: chat.room.last == 800 and len(watch.got) == 800, "all of them")
            assert watch.ids == [said.id for said in chat.room.comments(0, 800)]
            status = watch.chat.status()
            assert (status.comments, status.unusable, status.lost_s) == (800, 0, 0.0)

    asyncio.run(run())


def test_the_engine_that_comes_back_misses_nothing() -> None:
    async def run() -> None:
        async with running_chat(ChatJob(), SystemClock()) as chat:
            await chat.order({"say": [{"text": "before we came"}]})
            async with watching(chat.url, chat.token) as watch:
                await until(lambda: watch.got, "what was written before")
                await chat.order({"say": [{"text": "since"}]})
                await until(lambda: len(watch.got) == 2, "what was written since")

    asyncio.run(run())


def test_each_verb_is_done_and_the_same_key_twice_is_one() -> None:
    async def run() -> None:
        async with live() as (chat, watch):
            await chat.order({"say": [{"text": "bad", "author_id": "guest-1", "id": "c-1"}]})
            await until(lambda: watch.got)
            comment = watch.got[0]
            verbs: tuple[Verb, ...] = ("hide", "unhide", "reply", "ban", "unban")
            for verb in verbs:
                wish = effect(verb, comment.id, text="3 to 5 days." if verb == "reply" else "")
                both = await asyncio.gather(*(watch.chat.act(wish, comment, 2.0) for _ in "12"))
                assert [each.outcome for each in both] == ["done", "done"], both
            counts: Any = chat.room.figures()
            assert counts["verbs"] == dict.fromkeys(verbs, 1)
            assert (counts["doubles"], counts["repeats"]) == (0, 5)

    asyncio.run(run())


FAULTS: list[tuple[dict[str, Any], str, str, bool]] = [
    ({"error_pct": 100}, "maybe", "server_error", False),
    ({"drop_before_pct": 100}, "maybe", "no_answer", False),
    ({"drop_after_pct": 100}, "maybe", "no_answer", False),
    ({"malformed_pct": 100, "malformed": "html"}, "maybe", "bad_answer", False),
    ({"malformed_pct": 100, "malformed": "truncated"}, "maybe", "bad_answer", False),
    ({"malformed_pct": 100, "malformed": "wrong_types"}, "maybe", "bad_answer", False),
    ({"malformed_pct": 100, "malformed": "huge"}, "maybe", "too_large", False),
    ({"rate_per_min": 0}, "none", "rate_limited", False),
    ({"revoked": True}, "none", "not_authorized", True),
    ({"live": False}, "none", "not_live", True),
]


def test_what_a_fault_did_to_an_act() -> None:
    async def run() -> None:
        async with live() as (chat, watch):
            await chat.order({"say": [{"text": "bad", "author_id": "guest-1", "id": "c-1"}]})
            for turn, (order, outcome, code, final) in enumerate(FAULTS):
                await chat.order({"clear": True, **order})
                acted = await watch.chat.act(effect("hide", "c-1", turn), told("c-1"), 2.0)
                assert (acted.outcome, acted.code, acted.final) == (outcome, code, final), order
                assert acted.text.endswith("."), order
                assert chat.token.reveal() not in repr((acted, watch.chat.status(), watch.chat))
            await chat.order({"clear": True})
            gone = await watch.chat.act(effect("hide", "c-2"), told("c-2"), 2.0)
            assert (gone.outcome, gone.code, gone.final) == ("none", "unknown_comment", True)

    asyncio.run(run())


def test_a_call_that_hangs_is_given_up_and_known_as_maybe() -> None:
    async def act(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "GET":
            writer.write(reply(200, {"comments": [], "last": 0, "first": 0}))
            await writer.drain()

    async def run() -> None:
        async with far_end(act) as end, watching(end.url, Secret(TOKEN)) as watch:
            acted = await watch.chat.act(effect("hide", "c-1"), told("c-1"), 0.1)
            assert (acted.outcome, acted.code, acted.final) == ("maybe", "no_answer", False)
            assert (await watch.chat.act(effect("hide", "c-1"), told("c-1"), 0.1)).outcome == (
                "maybe"
            )

    asyncio.run(run())


def test_a_platform_that_is_slow_throughout_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livedesk.moderation.chats.sandbox._POLL_LIMITS_S", (0.05, 0.5, 5.0))

    async def act(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        comment = {"n": 1, "id": "c-1", "author_id": "a", "author": "Ana", "text": "hi"}
        after = "after=1&" in asked.target
        page = {"comments": [] if after else [comment], "last": 1, "first": 1}
        writer.write(reply(200, page))
        await writer.drain()

    async def run() -> None:
        async with far_end(act) as end, watching(end.url, Secret(TOKEN)) as watch:
            await until(lambda: watch.ids == ["c-1"], "it is read although it is slow")
            assert watch.chat.status().state == "up"

    asyncio.run(run())


def test_a_platform_that_is_away_is_down_and_comes_back() -> None:
    async def run() -> None:
        away = reply(503, {"error": {"code": "server_error"}})
        async with far_end(away) as end, watching(end.url, Secret(TOKEN)) as watch:
            status = await until(
                lambda: (now := watch.chat.status()).state == "down" and now, "it is down"
            )
            assert status.reason == "The platform failed with 503."
            page = {"comments": [], "last": 0, "first": 0}

            async def well(asked: Asked, writer: asyncio.StreamWriter) -> None:
                writer.write(reply(200, page))
                await writer.drain()

            end.act = well
            await until(lambda: watch.chat.status().state == "up", "it is up")

    asyncio.run(run())


def test_ids_and_keys_of_any_kind_reach_the_wire_whole() -> None:
    async def run() -> None:
        wrong = reply(400, {"error": {"code": "bad_request", "message": "\x1b[31m" + TOKEN}})
        async with far_end(wrong) as end, watching(end.url, Secret(TOKEN)) as watch:
            for comment_id in ("a/../b?c#d", "ü\n", "\ud800", "x" * 400, ""):
                comment = Comment(comment_id, comment_id, "Ana", "hi", 0)
                for verb in ("hide", "ban", "reply"):
                    wish = effect(verb, comment_id, text="\ud800")
                    acted = await watch.chat.act(wish, comment, 2.0)
                    assert (acted.outcome, acted.final) == ("none", True)
                    assert TOKEN not in acted.text
                    assert acted.text.isprintable()
            for asked in end.asked:
                assert asked.target.startswith("/v1/chat/glow/")
                assert ".." not in asked.target.split("/")
                key = asked.headers.get("idempotency-key", "")
                assert asked.method == "GET" or (0 < len(key) <= 256 and key.isascii())
                assert not asked.body or json.loads(asked.body)

    asyncio.run(run())
