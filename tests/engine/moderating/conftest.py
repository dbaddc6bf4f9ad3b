"""One store's moderation with the sandbox's rule service, a chat and a record of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.events import Event, Json, Level
from livedesk.core.moderation import ChatStatus, Comment, Effect, Item, QueueChange
from livedesk.core.moderation_settings import ModerationSettings
from livedesk.core.settings import StoreSettings
from livedesk.engine.bus import Receipt
from livedesk.engine.moderating.hedging import SHORT, Patience
from livedesk.engine.moderating.moderating import Moderating, Parts
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.journal.values import SessionInfo
from livedesk.moderation.chats.base import Acted, Take
from livedesk.moderation.service_client import SILENCE_S, RuleService
from livedesk.sandbox.rules.server import RulesServer, RulesSettings, serve_rules
from tests.engine.conftest import store_settings
from tests.waiting import until

RULES = b"""{"rules": [
 {"id": "scam", "list": "scams", "action": "hide", "reason": "Scam", "terms": ["free money"]},
 {"id": "price", "list": "prices", "action": "review", "reason": "Asks", "terms": ["too dear"]},
 {"id": "ship", "list": "faq", "action": "reply", "reason": "Asks", "terms": ["how long shipping"],
  "reply": "shipping"}],
 "allow": {}, "faq": [{"id": "shipping", "text": "Three days.", "link": ""}]}"""


@dataclass
class FakeChat:
    """`done`: keys of effects that were carried out, as often as they were."""

    honours_keys: bool = False
    outcomes: list[Acted] = field(default_factory=list)
    """What the next calls come to; then all are done."""
    done: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    able: dict[str, Any] = field(default_factory=dict)

    def status(self) -> ChatStatus:
        every = dict.fromkeys(("hide", "unhide", "reply", "ban", "unban"), "platform")
        return ChatStatus("sandbox", "up", **(every | self.able))

    async def run(self, take: Take) -> None:
        await asyncio.Event().wait()

    async def act(self, effect: Effect, comment: Comment, limit_s: float) -> Acted:
        self.asked.append(effect.key)
        if self.hold is not None:
            await self.hold.wait()
        acted = self.outcomes.pop(0) if self.outcomes else Acted("done")
        if acted.outcome in ("done", "maybe"):
            self.done.append(effect.key)
        return acted

    async def close(self) -> None:
        pass


@dataclass
class FakeStage:
    settings: StoreSettings = field(default_factory=store_settings)
    events: list[Event] = field(default_factory=list)
    changes: list[QueueChange] = field(default_factory=list)
    is_open: bool = True
    name: str = "s1"
    """Of the session."""
    on_record: Callable[[str], bool] = lambda _kind: True
    """Whether the disk takes an event of this kind at once."""

    def session(self) -> SessionInfo | None:
        if not self.is_open:
            return None
        limits = self.settings.limits
        return SessionInfo(self.name, "glow", "Glow", "tiktok", 1, 1, limits, ("primary",), {})

    def moderation_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        event = Event(
            len(self.events) + 1,
            1,
            1,
            "glow",
            self.name,
            kind,
            level,
            "moderation",
            text,
            actor,
            data,
        )
        self.events.append(event)
        receipt = Receipt()
        if self.on_record(kind):
            receipt.settle(is_recorded=True)
        return receipt

    def publish_queue(self, change: QueueChange) -> None:
        self.changes.append(change)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def told(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


@dataclass
class Bench:
    folder: Path
    server: RulesServer
    clock: SystemClock = field(default_factory=SystemClock)
    chat: FakeChat = field(default_factory=FakeChat)
    stage: FakeStage = field(default_factory=FakeStage)
    count: int = 0
    is_hasty: bool = False
    transport: httpx.AsyncBaseTransport | None = None
    """To the rule service; None: the usual one."""

    @asynccontextmanager
    async def moderating(
        self, record: Path | None = None, *, is_over: bool = False
    ) -> AsyncIterator[Moderating]:
        token = self.server.token("engine")
        settings = ModerationSettings(self.server.url, token)
        silence_s, patience = (0.6, Patience(0.1, 0.3)) if self.is_hasty else (SILENCE_S, SHORT)
        service = RuleService(self.server.url, token, transport=self.transport, silence_s=silence_s)
        shelf = RuleShelf(self.folder / "cache" / "rules")
        parts = Parts(service, shelf, self.chat, patience)
        moderating = Moderating(self.stage, settings, parts, self.clock, Random(1))
        await moderating.start(record, is_over=is_over)
        try:
            yield moderating
        finally:
            await moderating.close()

    def write(self, moderating: Moderating, *texts: str, author: str = "") -> None:
        """Viewers write this."""
        moderating._judge.take([self.comment(text, author) for text in texts])

    def comment(self, text: str, author: str = "") -> Comment:
        self.count += 1
        name = author or f"a{self.count}"
        return Comment(f"c{self.count}", name, name, text, self.clock.utc_ns())

    async def down(self, seconds: float) -> None:
        await self.server.order({"down_s": seconds})


def items(moderating: Moderating) -> Sequence[Item]:
    return moderating.queue("all", "", 5_000).items


async def is_up(moderating: Moderating) -> None:
    """The service is there, and its rules are at hand."""

    def is_so() -> bool:
        service = moderating.status().service
        return bool(service.state == "up" and service.version)

    await until(is_so, "the rule service")


@asynccontextmanager
async def opened(folder: Path, *, is_hasty: bool = False) -> AsyncIterator[Bench]:
    """`is_hasty`: the engine has little patience, so that an absence is soon there."""
    seed = folder / "rules.json"
    seed.write_bytes(RULES)
    settings = RulesSettings(folder / "service", seed=seed, sign_of_life_s=0.05)
    server = await serve_rules(settings, SystemClock())
    try:
        yield Bench(folder, server, is_hasty=is_hasty)
    finally:
        await server.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
