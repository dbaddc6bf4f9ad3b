"""An engine that takes over goes on with the queue: nothing is forgotten, nothing is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.moderation_settings import ModerationSettings, SandboxChat
from livedesk.core.settings import Settings
from livedesk.journal.fold.queue import queue_rows
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from livedesk.sandbox.chat.chat import Chat, ChatJob
from livedesk.sandbox.chat.run import running_chat
from livedesk.sandbox.rules.server import RulesServer, RulesSettings, serve_rules
from tests.engine.conftest import GOOD, Bench, Running, store_settings
from tests.engine.moderating.conftest import RULES
from tests.waiting import until

S = "/v1/stores/glow"


@asynccontextmanager
async def services(bench: Bench) -> AsyncIterator[tuple[RulesServer, Chat, Settings]]:
    seed = bench.paths.data / "seed.json"
    seed.write_bytes(RULES)
    clock = SystemClock()
    server = await serve_rules(RulesSettings(bench.paths.data / "service", seed=seed), clock)
    job = ChatJob()
    try:
        async with running_chat(job, clock) as chat:
            room = SandboxChat(chat.url, job.rooms[0], job.token)
            moderation = ModerationSettings(server.url, server.token("engine"), room)
            settings = Settings((replace(store_settings(), moderation=moderation),))
            yield server, chat, settings
    finally:
        await server.close()


async def moderation(running: Running) -> dict[str, Any]:
    return dict((await running.status())["moderation"])


async def is_ready(running: Running) -> None:
    async def ready() -> bool:
        status = await running.status()
        found = status["moderation"]
        is_linked = found["service"]["state"] == "up" == found["chat"]["state"]
        return bool(status["state"] == "live" and is_linked and found["service"]["version"])

    await until(ready, "the rule service, the chat and the show")


def executed(chat: Chat) -> Counter[str]:
    found: Any = chat.executions(chat.room.name, 0)["executions"]
    return Counter(f"{each['verb']} {each['target']}" for each in found)


@pytest.mark.slow
def test_what_was_judged_alone_reaches_the_service_by_the_next_engine(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with services(bench) as (server, chat, settings):
            async with bench.engine(bench.options(settings=settings), relays=False) as first:
                await is_ready(first)
                await server.order({"down_s": 30})
                await chat.order({"say": [{"text": "free money", "id": "x1"}]})
                await until(lambda: executed(chat)["hide x1"] == 1, "the hiding")

                async def told() -> bool:
                    return bool((await moderation(first))["service"]["unsent"])

                await until(told)
            await server.order({"clear": True, "down_s": 0})
            async with bench.engine(bench.options(settings=settings)) as second:
                await is_ready(second)

                async def known() -> bool:
                    status = await moderation(second)
                    return bool(status["service"]["unsent"] == 0 and status["hidden"] == 1)

                await until(known, "the service's knowledge")
                page = (await second.http.get(f"{S}/moderation/queue?state=all")).json()
                [item] = page["items"]
                assert item["state"] == "hidden"
                assert [each["state"] for each in item["effects"]] == ["done"]
                assert executed(chat)["hide x1"] == 1
                undo = await second.http.post(f"{S}/moderation/{item['id']}/approve", json={})
                assert undo.json()["state"] == "approved"
                await until(lambda: executed(chat)["unhide x1"] == 1, "shown again")
            [entry] = list_sessions(bench.paths.data)
            with SessionReader.open(entry.path) as reader:
                [row] = queue_rows(reader.events())
            assert (row.item.state, row.item.is_overturned) == ("approved", True)

    asyncio.run(story())
