"""A moderated store on air: an engine with its real API, the sandbox's rule service, and a chat.

The chat judges from outside: its journal is what was really done there.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from livedesk.core.clock import SystemClock
from livedesk.core.events import Event
from livedesk.core.moderation_settings import ChatSettings, ModerationSettings, SandboxChat
from livedesk.core.pin_settings import PinSettings
from livedesk.core.secrets import Secret
from livedesk.sandbox.chat.chat import Chat, ChatJob
from livedesk.sandbox.chat.run import running_chat
from livedesk.sandbox.rules.server import RulesServer, RulesSettings, serve_rules
from livedesk.sandbox.shop.run import running_shop
from livedesk.sandbox.shop.shop import Shop, ShopJob
from tests.engine.conftest import GOOD, Bench, Running, store_settings
from tests.waiting import until

STORE: Final = "/v1/stores/glow"
LONG_ANSWER: Final = "Everything about shipping. " * 6
RULES: Final[dict[str, Any]] = {
    "rules": [
        {"id": "scam", "list": "scams", "action": "hide", "reason": "Advance-fee scam",
         "terms": ["free money"]},
        {"id": "dear", "list": "mood", "action": "review", "reason": "Complains",
         "terms": ["too dear"]},
        {"id": "ask", "list": "questions", "action": "reply", "reason": "Asks about shipping",
         "terms": ["how long is shipping"], "reply": "shipping"},
        {"id": "all", "list": "questions", "action": "reply", "reason": "Asks for all",
         "terms": ["tell me everything"], "reply": "long"},
    ],
    "allow": {},
    "faq": [{"id": "shipping", "text": "Three days.", "link": ""},
            {"id": "long", "text": LONG_ANSWER, "link": ""}],
}  # fmt: skip
Json = dict[str, Any]


@dataclass(frozen=True)
class Live:
    """`chat` is where the sandbox's viewers write; with Shopee they do so in its room."""

    chat: Chat
    shop: Shop
    rules: RulesServer
    running: Running

    async def say(self, *texts: str, author_id: str = "eve", author: str = "Eve") -> None:
        """Viewers write."""
        lines = [{"text": text, "author_id": author_id, "author": author} for text in texts]
        await self.chat.order({"say": lines})

    async def items(self, state: str = "all") -> list[Json]:
        answer = await self.running.http.get(f"{STORE}/moderation/queue", params={"state": state})
        return list(answer.raise_for_status().json()["items"])

    async def item(self, text: str, verb: str = "", state: str = "") -> Json:
        """That of a comment, once its newest effect is `verb` in `state`, if they are given."""

        async def found() -> Json | None:
            for item in await self.items():
                newest = item["effects"][-1] if item["effects"] else {"verb": "", "state": ""}
                is_so = not verb or (newest["verb"], newest["state"]) == (verb, state)
                if text in item["comment"]["text"] and is_so:
                    return dict(item)
            return None

        return dict(await until(found, f"{text[:40]!r}: {verb} {state}"))

    async def act(self, item: Json, kind: str, **body: Any) -> Json:
        answer = await self.running.http.post(f"{STORE}/moderation/{item['id']}/{kind}", json=body)
        return dict(answer.raise_for_status().json())

    async def moderation(self) -> Json:
        return dict((await self.running.status())["moderation"])

    async def chat_status(self) -> Json:
        return dict((await self.moderation())["chat"])

    async def all_judged(self, comments: int) -> None:
        """So many came, and none is on its way to a verdict: the service answered for each."""

        async def is_so() -> bool:
            return bool((await self.moderation())["comments"] >= comments)

        await until(is_so, f"{comments} comments")

    async def events(self, *kinds: str) -> list[Event]:
        """Those of some kinds, oldest first."""
        bus = self.running.engine.bus
        await bus.drain()
        events, subscription = await bus.subscribe(recent=1_000)
        bus.unsubscribe(subscription)
        return [event for event in events if event.kind in kinds]

    def done(self) -> list[tuple[str, str]]:
        """What the chat's own journal says was carried out: verb and key, in order."""
        journal: Any = self.chat.executions("", 0)["executions"]
        return [(each["verb"], each["key"]) for each in journal if not each["repeated"]]

    def verbs(self) -> list[str]:
        return [verb for verb, _ in self.done()]

    def visible(self) -> dict[str, bool]:
        """By text, whether viewers see it."""
        said: Any = self.chat.comments("", 0)["comments"]
        return {each["text"]: each["visible"] for each in said}


def own_chat(chat: Chat, _shop: Shop) -> ChatSettings:
    return SandboxChat(chat.url, chat.room.name, chat.token)


@asynccontextmanager
async def moderated(
    bench: Bench,
    folder: Path,
    chat_settings: Callable[[Chat, Shop], ChatSettings | None] = own_chat,
    pins: Callable[[Shop], PinSettings] | None = None,
    chat_job: ChatJob | None = None,
    rule_set: Json | None = None,
    webhook_secret: Secret | None = None,
) -> AsyncIterator[Live]:
    """Live, the rules at hand, the chat reached."""
    bench.say(GOOD)
    clock, seed = SystemClock(), folder / "seed.json"
    seed.write_text(json.dumps(rule_set or RULES))
    rules = await serve_rules(RulesSettings(folder / "service", seed=seed), clock)
    try:
        async with (
            running_chat(chat_job or ChatJob(), clock) as chat,
            running_shop(ShopJob(), clock, chat.room) as shop,
        ):
            settings = ModerationSettings(
                rules.url, rules.token("engine"), chat_settings(chat, shop), webhook_secret
            )
            store = replace(
                store_settings(), moderation=settings, pins=None if pins is None else pins(shop)
            )
            async with bench.engine(bench.options(store)) as running:
                live = Live(chat, shop, rules, running)

                async def is_ready() -> bool:
                    status = await running.status()
                    moderation = status["moderation"]
                    is_up = [moderation[part]["state"] == "up" for part in ("service", "chat")]
                    return bool(status["state"] == "live" and all(is_up))

                await until(is_ready, "a live session, its rules and its chat")
                yield live
    finally:
        await rules.close()
