"""The model of the people: what was changed is read back, and a refusal is told in its words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Any

import httpx

from livedesk.core.clock import NS_PER_S
from livedesk.core.engine_status import User
from livedesk.core.secrets import Secret
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import NotSentError
from livedesk.desk.people import PeopleDesk, seen_words
from livedesk.desk.people_client import PeopleClient


class FakePeople:
    """The engine's calls for people, over httpx."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.meanwhile: Callable[[], None] = lambda: None
        """What a person does while the list is on its way."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        method, parts = request.method, request.url.path.removeprefix("/v1/users").split("/")
        body = json.loads(request.content) if request.content else {}
        if method == "GET":
            self.meanwhile()
            users = [asdict(user) for user in self.users.values()]
            return httpx.Response(200, json={"users": users, "limit": 50, "problem": ""})
        if method == "POST" and len(parts) == 1:
            if body["name"] in self.users:
                error = {"code": "name_taken", "message": "Taken.", "action": "Choose another."}
                return httpx.Response(409, json={"error": error})
            user = self.users[body["name"]] = User(body["name"], body["role"], 1, "Mei")
            return httpx.Response(201, json={"user": asdict(user), "token": "t0ken"})
        if method == "DELETE":
            del self.users[parts[1]]
            return httpx.Response(204)
        return httpx.Response(200, json={"user": asdict(self.users[parts[1]]), "token": "t1ken"})


def test_people_are_changed_and_read_back_and_the_token_is_kept_until_it_was_seen() -> None:
    async def story() -> None:
        fake = FakePeople()
        client = EngineClient("http://e", Secret("t"), httpx.MockTransport(fake.answer))
        running: list[Coroutine[Any, Any, None]] = []
        desk = PeopleDesk(lambda: client.people, lambda _name, work: running.append(work))

        async def done() -> None:
            assert desk.known().busy
            await running.pop()
            assert not desk.known().busy

        desk.add("Ana Lim", "host")
        await done()
        known = desk.known()
        assert known.people is not None
        assert [user.name for user in known.people.users] == ["Ana Lim"]
        assert known.new is not None
        assert known.new.token.reveal() == "t0ken"
        assert "t0ken" not in repr(known)
        desk.add("Ana Lim", "host")
        await done()
        assert desk.known().trouble == "Taken. Choose another."
        desk.new_token("Ana Lim")
        await done()
        known = desk.known()
        assert known.new is not None
        assert (known.trouble, known.new.token.reveal()) == ("", "t1ken")
        desk.revoke("Ana Lim")
        await done()
        known = desk.known()
        assert (known.new, known.people and known.people.users) == (None, ())
        await client.close()

    asyncio.run(story())


def test_a_token_that_was_seen_while_the_list_was_read_does_not_come_back() -> None:
    async def story() -> None:
        fake = FakePeople()
        client = EngineClient("http://e", Secret("t"), httpx.MockTransport(fake.answer))
        running: list[Coroutine[Any, Any, None]] = []
        desk = PeopleDesk(lambda: client.people, lambda _name, work: running.append(work))
        fake.meanwhile = desk.forget_new
        desk.add("Ana Lim", "host")
        await running.pop()
        assert desk.known().new is None
        await client.close()

    asyncio.run(story())


def test_without_an_engine_nothing_is_lost_but_the_try() -> None:
    def nobody() -> PeopleClient:
        raise NotSentError("No engine is attached.", "here", "Wait.")

    running: list[Coroutine[Any, Any, None]] = []
    desk = PeopleDesk(nobody, lambda _name, work: running.append(work))
    desk.revoke("Ana")
    asyncio.run(running.pop())
    assert desk.known().trouble == "No engine is attached. Wait."
    assert not desk.known().busy


def test_when_somebody_was_seen_does_not_count_on_under_the_eye() -> None:
    def words(ago_s: float) -> str:
        return seen_words(User("A", "host", 0, "x", 10**18 - int(ago_s * NS_PER_S)), 10**18)

    assert seen_words(User("A", "host", 0, "x"), 10**18) == "not seen yet"
    assert [words(s) for s in (3, 59, 61, 7_300, 400_000)] == [
        "here now", "here now", "seen 1 min ago", "seen 2 h ago", "seen 4 days ago",
    ]  # fmt: skip
