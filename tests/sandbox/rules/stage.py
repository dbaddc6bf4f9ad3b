"""A rule service to try, and what asks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from livedesk.core.clock import Clock
from livedesk.sandbox.rules.access import Role
from livedesk.sandbox.rules.server import RulesServer, RulesSettings, serve_rules

RULES: dict[str, Any] = {
    "rules": [
        {
            "id": "scam-1", "list": "scams", "action": "hide", "reason": "Asks for money",
            "terms": ["free cash"], "expressions": [], "stores": [], "fields": ["comments"],
            "reply": "",
        },
        {
            "id": "rude-1", "list": "rude", "action": "review", "reason": "Perhaps an insult",
            "terms": ["rubbish"], "expressions": [], "stores": [], "fields": ["comments"],
            "reply": "",
        },
        {
            "id": "ship-1", "list": "faq", "action": "reply", "reason": "Asks for shipping",
            "terms": ["how long is shipping"], "expressions": [], "stores": [],
            "fields": ["comments"], "reply": "shipping",
        },
    ],
    "allow": {},
    "faq": [{"id": "shipping", "text": "Three days.", "link": ""}],
}  # fmt: skip
NOW_NS = 1_700_000_000_000_000_000


def comment(number: int, text: str = "free cash", author: str = "u1") -> dict[str, Any]:
    return {
        "id": f"c{number}", "author_id": author, "author": "Ann", "text": text, "utc_ns": NOW_NS,
    }  # fmt: skip


def document(*terms: str) -> bytes:
    """The rules with other terms of the first."""
    first = {**RULES["rules"][0], "terms": list(terms)}
    return json.dumps({**RULES, "rules": [first, *RULES["rules"][1:]]}).encode()


@dataclass
class Stage:
    server: RulesServer
    clients: dict[Role, httpx.AsyncClient]

    @property
    def engine(self) -> httpx.AsyncClient:
        return self.clients["engine"]

    @property
    def editor(self) -> httpx.AsyncClient:
        return self.clients["editor"]

    async def judge(self, *comments: dict[str, Any], store: str = "glow") -> list[dict[str, Any]]:
        answer = await self.engine.post(
            "/v1/comments", json={"store": store, "comments": list(comments)}
        )
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def decide(
        self, item: dict[str, Any], kind: str, key: str, by: str = "ann", **more: Any
    ) -> httpx.Response:
        return await self.engine.post(
            f"/v1/items/{item['id']}/decide",
            json={"kind": kind, "by": by, "utc_ns": NOW_NS, **more},
            headers={"Idempotency-Key": key},
        )

    async def item(self, item: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.engine.get(f"/v1/items/{item['id']}")).json()
        return found

    @asynccontextmanager
    async def reader(self, *stores: str, last: str = "") -> AsyncIterator[Reader]:
        headers = {"Last-Event-ID": last} if last else {}
        query = httpx.QueryParams({"store": list(stores)})
        async with self.engine.stream("GET", "/v1/events", params=query, headers=headers) as got:
            assert got.status_code == 200
            reader = Reader()
            reading = asyncio.create_task(reader.read(got))
            await asyncio.wait_for(reader.begun.wait(), 10)
            try:
                yield reader
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


@dataclass
class Reader:
    """Events as (id, kind, data), and how often there was a sign of life."""

    events: list[tuple[str, str, Any]] = field(default_factory=list)
    signs: int = 0
    ended: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, response: httpx.Response) -> None:
        found: dict[str, str] = {}
        async for line in response.aiter_lines():
            self.begun.set()
            name, _, value = line.partition(": ")
            if not name:
                self.signs += line.startswith(":")
            elif name in ("id", "event", "data"):
                found[name] = value
            if not line and "data" in found:
                event = (found.get("id", ""), found["event"], json.loads(found["data"]))
                self.events.append(event)
            if not line:
                found = {}
        self.ended = True

    def ids(self) -> list[str]:
        return [number for number, _, _ in self.events]

    def items(self) -> list[dict[str, Any]]:
        return [data for _, kind, data in self.events if kind == "item"]


@asynccontextmanager
async def rule_service(folder: Path, clock: Clock, **settings: Any) -> AsyncIterator[Stage]:
    seed = folder / "seed.json"
    if not seed.exists():
        seed.write_text(json.dumps(RULES))
    wish = RulesSettings(**{"data": folder / "rules", "seed": seed, **settings})
    server = await serve_rules(wish, clock)
    clients: dict[Role, httpx.AsyncClient] = {
        role: httpx.AsyncClient(
            base_url=server.url,
            headers={"Authorization": f"Bearer {server.token(role).reveal()}"},
            trust_env=False,
            timeout=20,
        )
        for role in ("engine", "editor", "reader")
    }
    try:
        yield Stage(server, clients)
    finally:
        for client in clients.values():
            await client.aclose()
        await server.close()
