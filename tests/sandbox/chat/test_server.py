"""The chat over real HTTP: numbered comments, faults, and a witness that saw it all."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.sandbox.chat.chat import Chat, ChatJob
from livedesk.sandbox.chat.run import running_chat
from tests.waiting import LIMIT_S, until


class Client:
    def __init__(self, chat: Chat, http: httpx.AsyncClient) -> None:
        self.chat = chat
        self.http = http

    async def post(self, path: str, key: str, body: Any = None) -> httpx.Response:
        headers = {"Idempotency-Key": key}
        return await self.http.post(f"/v1/chat/glow/{path}", headers=headers, json=body)

    async def say(self, *texts: str) -> None:
        await self.chat.order({"say": [{"text": text} for text in texts]})


def _with_chat(scenario: Callable[[Client], Awaitable[None]], *rooms: str) -> None:
    async def run() -> None:
        async with running_chat(ChatJob(rooms or ("glow",)), SystemClock()) as chat:
            headers = {"Authorization": f"Bearer {chat.token.reveal()}"}
            async with httpx.AsyncClient(
                base_url=chat.url, headers=headers, timeout=LIMIT_S
            ) as http:
                await scenario(Client(chat, http))

    asyncio.run(run())


def test_comments_are_told_by_their_number_whatever_stands_in_them() -> None:
    async def scenario(client: Client) -> None:
        await client.say("one", "two 😍", "three \ud800 \x1b[31m")
        await client.chat.order({"skew_ms": 60_000})
        path = "/v1/chat/glow/comments"
        page = (await client.http.get(path, params={"after": 1, "limit": 2})).json()
        assert [each["n"] for each in page["comments"]] == [2, 3]
        assert (page["first"], page["last"]) == (1, 3)
        assert page["epoch"] == client.chat.room.epoch
        assert [each["text"] for each in page["comments"]] == ["two 😍", "three \ud800 \x1b[31m"]
        told = {"n", "id", "author_id", "author", "text", "posted_utc_ms"}
        assert set(page["comments"][0]) == told
        said = client.chat.room.comments(1, 1)[0]
        assert page["comments"][0]["posted_utc_ms"] == said.utc_ns // 1_000_000 + 60_000
        assert (await client.http.get(path, params={"limit": 501})).status_code == 400

    _with_chat(scenario)


def test_every_verb_is_done_once_for_its_key() -> None:
    async def scenario(client: Client) -> None:
        await client.chat.order({"say": [{"id": "c-1", "text": "spam", "author_id": "eve"}]})
        hidden = {"comment_id": "c-1", "visible": False, "changed": True, "repeated": False}
        assert (await client.post("comments/c-1/hide", "a")).json() == hidden
        assert (await client.post("comments/c-1/hide", "a")).json() == {**hidden, "repeated": True}
        assert (await client.post("comments/c-1/hide", "b")).json()["changed"] is False
        assert (await client.post("comments/c-1/unhide", "c")).json()["visible"] is True
        body = {"comment_id": "c-1", "text": "Shipping takes 3 to 5 days."}
        answer = await client.post("replies", "d", body)
        assert answer.json() == {"reply_id": "reply-5", "repeated": False}
        assert (await client.post("replies", "d", body)).json()["repeated"] is True
        assert (await client.post("authors/eve/ban", "e")).json()["banned"] is True
        assert (await client.post("authors/eve/unban", "f")).json()["banned"] is False
        executions: Any = client.chat.executions("", 0)["executions"]
        assert [(each["verb"], each["repeated"], each["again"]) for each in executions] == [
            ("hide", False, False), ("hide", True, False), ("hide", False, True),
            ("unhide", False, False), ("reply", False, False), ("reply", True, False),
            ("ban", False, False), ("unban", False, False),
        ]  # fmt: skip

    _with_chat(scenario)


@pytest.mark.parametrize(
    ("path", "key", "body", "status", "code"),
    [
        ("comments/c-9/hide", "a", None, 404, "unknown_comment"),
        ("authors/nobody/ban", "a", None, 404, "unknown_author"),
        ("comments/c-1/hide", "", None, 400, "bad_request"),
        ("comments/c-1/explode", "a", None, 400, "bad_request"),
        ("replies", "a", {"comment_id": "c-1"}, 400, "bad_request"),
        ("replies", "a", {"comment_id": "c-1", "text": "x" * 301}, 400, "too_long"),
        ("../nowhere/comments/c-1/hide", "a", None, 404, "unknown_room"),
    ],
)
def test_what_cannot_be_done_is_named(
    path: str, key: str, body: Any, status: int, code: str
) -> None:
    async def scenario(client: Client) -> None:
        await client.chat.order({"say": [{"id": "c-1", "text": "hi"}]})
        answer = await client.post(path, key, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert client.chat.room.figures()["executions"] == 0

    _with_chat(scenario)


def test_an_answer_that_is_lost_leaves_one_hiding() -> None:
    async def scenario(client: Client) -> None:
        await client.chat.order({"say": [{"id": "c-1", "text": "spam"}]})
        await client.chat.order({"drop_after_pct": 100, "calls": ["act"]})
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post("comments/c-1/hide", "a")
        await client.chat.order({"clear": True})
        assert (await client.post("comments/c-1/hide", "a")).json()["repeated"] is True
        figures: Any = client.chat.figures()
        assert (figures["executions"], figures["repeats"], figures["hidden"]) == (1, 1, 1)

    _with_chat(scenario)


@pytest.mark.parametrize(
    ("order", "status"),
    [({"down_s": 30}, 503), ({"revoked": True}, 401), ({"error_pct": 100}, 503)],
)
def test_who_reads_is_refused_too(order: dict[str, Any], status: int) -> None:
    async def scenario(client: Client) -> None:
        await client.chat.order(order)
        assert (await client.http.get("/v1/chat/glow/comments")).status_code == status
        await client.chat.order({"clear": True})
        assert (await client.http.get("/v1/chat/glow/comments")).status_code == 200

    _with_chat(scenario)


def test_rooms_are_apart_and_viewers_write_by_order() -> None:
    async def scenario(client: Client) -> None:
        await client.chat.order({"room": "rosa", "burst": {"count": 500, "seconds": 0.2}})
        rooms = client.chat.rooms
        await until(lambda: rooms["rosa"].last == 500, "the burst is over")
        assert rooms["glow"].last == 0
        comments: Any = client.chat.comments("rosa", 499)["comments"]
        assert {"kind", "bad", "evasion", "visible"} <= set(comments[0])

    _with_chat(scenario, "glow", "rosa")


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ({"rate_per_s": -1}, "rate_per_s"),
        ({"burst": {"count": 5}}, "burst"),
        ({"say": [{"text": 1}]}, "say"),
        ({"say": [{"text": "a", "id": "../x"}]}, "say: id"),
        ({"calls": ["pin"]}, "calls"),
        ({"room": "nowhere"}, "room"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)
def test_an_order_that_is_not_understood_changes_nothing(order: dict[str, Any], text: str) -> None:
    async def scenario(client: Client) -> None:
        before = client.chat.figures()
        with pytest.raises(ValueError, match=text):
            await client.chat.order({"error_pct": 100, **order})
        assert client.chat.figures() == before

    _with_chat(scenario)


def test_it_runs_as_a_process_that_ends_with_its_input() -> None:
    command = [sys.executable, "-P", "-m", "livedesk.sandbox.chat"]
    job = '{"rooms": ["glow", "rosa"], "order": {"rate_per_s": 5}}\n'
    for line, status, found in ((job, 0, "glow"), ('{"rooms": []}\n', 1, "rooms")):
        done = subprocess.run(
            command, input=line, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        assert done.returncode == status
        assert found in done.stdout
