"""An engine with one store, moderated by a double; the API in front of it is the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import httpx

from livedesk.core.clock import Clock, SystemClock
from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.moderation import (
    Claim,
    Comment,
    ComplianceWarning,
    Decision,
    DecisionKind,
    Faq,
    Item,
    ModerationStatus,
)
from livedesk.core.secrets import Secret
from livedesk.core.status import StoreStatus
from livedesk.engine.api.alarms_view import AlarmsView, RunbookView
from livedesk.engine.api.app import build_app
from livedesk.engine.api.auth import Keyring
from livedesk.engine.api.channels_view import ChannelsView
from livedesk.engine.api.moderation_view import ModerationError, QueuePage, QueueState
from livedesk.engine.api.pad_calls import PadDoor
from livedesk.engine.api.roles import Role
from livedesk.engine.api.view import EngineFigures, StoreView
from livedesk.engine.bus import Bus
from livedesk.engine.hook_news import refuse
from livedesk.engine.people.audit import Audit
from livedesk.engine.people.door import PeopleDoor
from livedesk.engine.people.users import Users
from livedesk.engine.records.records import Records
from livedesk.moderation.items import ItemError, claimed, decided, new_item, released

FAQ = (Faq("shipping", "Shipping takes 3 days."),)
ROLES: tuple[Role, ...] = ("admin", "live_operations", "producer", "host", "analyst")


def an_item(key: str = "1") -> Item:
    found = new_item("glow", Comment(key, "ana", "Ana", "send me a dm", 0), None)
    return replace(found, id=f"i{key}", state="waiting")


class NoPast:
    def between(self, after: int, until: int) -> list[Event]:
        return []

    def newest(self, count: int, until: int) -> list[Event]:
        return []


@dataclass
class Moderated:
    """A `ModeratingView` by the rules of `moderation/items.py`, without a service or a platform."""

    clock: Clock
    items: dict[str, Item] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    hooks: list[bytes] = field(default_factory=list)

    def queue(self, state: QueueState, after: str, limit: int) -> QueuePage:
        self.calls.append(("queue", state, after, limit))
        return QueuePage(3, tuple(self.items.values())[:limit], "", FAQ)

    async def act(
        self,
        item_id: str,
        kind: DecisionKind,
        by: str,
        key: str,
        faq: str = "",
        again: bool = False,
        seen: int | None = None,
    ) -> Item:
        self.calls.append((kind, by, key, faq, again))
        if kind == "reply" and not again:
            raise ModerationError("duplicate_reply", "It was posted 4 s ago.", self.items[item_id])
        decision = Decision(kind, by, self.clock.utc_ns(), key, faq)
        return self._kept(item_id, lambda it: decided(it, decision, FAQ, seen=seen))

    async def claim(self, item_id: str, by: str) -> Item:
        return self._kept(item_id, lambda it: claimed(it, by, self.clock.utc_ns()))

    async def release(self, item_id: str, by: str) -> Item:
        return self._kept(item_id, lambda it: released(it, by, self.clock.utc_ns()))

    async def by_hand(
        self, item_id: str, effect_key: str, done: bool, by: str, text: str = ""
    ) -> Item:
        self.calls.append(("done", effect_key, done, by, text))
        raise ModerationError("unknown_effect", "There is no such effect.", self.items[item_id])

    def take_lines(self, body: bytes) -> tuple[int, int]:
        lines = body.splitlines()
        good = sum(line.startswith(b"{") for line in lines)
        return good, len(lines) - good

    def hook(self, headers: Mapping[str, str], body: bytes) -> None:
        self.hooks.append(body)
        refuse(headers, body, self.clock.utc_ns())

    def warning_done(self, warning_id: str, by: str) -> ComplianceWarning:
        self.calls.append(("warning done", warning_id, by))
        if warning_id != "w1":
            raise ModerationError("unknown_warning", "This session has no such warning.")
        return ComplianceWarning("w1", "glow", "policy", "No cures.", 0, terms=("cures",))

    def status(self) -> ModerationStatus:
        return ModerationStatus(
            waiting=2, oldest_s=9.5, hidden=4, hide_p99_ms=850.0, terms=("cures",)
        )

    def _kept(self, item_id: str, change: Any) -> Item:
        known = self.items.get(item_id)
        if known is None:
            raise ModerationError("unknown_item", "There is no such item.")
        try:
            self.items[item_id] = change(known)
        except ItemError as error:
            raise ModerationError(error.code, error.text, known) from error
        return self.items[item_id]

    def held(self, item_id: str, by: str) -> None:
        """Somebody is at it for a long time."""
        until_ns = self.clock.utc_ns() + 60_000_000_000
        self.items[item_id] = replace(self.items[item_id], claim=Claim(by, until_ns))


@dataclass
class OneStore:
    id: str
    moderating: Moderated | None
    pinning: None = None

    def status(self) -> StoreStatus:
        told = None if self.moderating is None else self.moderating.status()
        return StoreStatus(self.id, self.id.title(), 1, moderation=told)


def no_people() -> PeopleDoor:
    """Nobody is named, and the trail is written nowhere."""
    nowhere, clock = Path("nowhere"), SystemClock()
    return PeopleDoor(Users(nowhere, clock), Audit(nowhere, clock))


def no_records() -> Records:
    return Records(Path("nowhere"), SystemClock(), frozenset)


class OneEngine:
    """An `EngineView`: a store that is moderated, and one that is not."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.bus = Bus(self.clock, 0, NoPast())
        self.moderated = Moderated(self.clock, {"i1": an_item()})
        # Nothing here asks for them.
        self.alarms = cast(AlarmsView, None)
        self.runbook = cast(RunbookView, None)
        self.channels = cast(ChannelsView, None)
        self._stores = (OneStore("glow", self.moderated), OneStore("calm", None))

    def stores(self) -> tuple[StoreView, ...]:
        return cast(tuple[StoreView, ...], self._stores)

    def store(self, store_id: str) -> StoreView | None:
        found = next((each for each in self._stores if each.id == store_id), None)
        return cast("StoreView | None", found)

    def figures(self) -> EngineFigures:
        return EngineFigures(0.0, 0.0, 0)

    def overview(self) -> EngineStatus:
        return EngineStatus(1)

    def ask_to_stop(self, *, relays: bool, actor: str) -> None: ...

    @asynccontextmanager
    async def called_by(self, role: Role | None) -> AsyncIterator[httpx.AsyncClient]:
        """The API as a caller of this role sees it; None: without a token."""
        keyring = Keyring({Secret(f"{each}-token"): each for each in ROLES})
        app = build_app(self, keyring, frozenset(), cast(PadDoor, None), no_people(), no_records())
        headers = {} if role is None else {"Authorization": f"Bearer {role}-token"}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as http:
            yield http
