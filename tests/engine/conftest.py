"""An engine with the relay's double, in this process or as a process of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.runtime import EngineRuntime
from livedesk.core.secrets import Secret
from livedesk.core.settings import Settings, StoreSettings
from livedesk.engine.api.roles import Role
from livedesk.engine.engine import Engine
from livedesk.engine.main import EngineOptions, run_engine
from livedesk.paths import Paths
from tests.engine.parts import DOUBLE, RestingProbe, resting_probe, store_settings

__all__ = [
    "ANALYST_TOKEN",
    "DOUBLE",
    "GONE",
    "GOOD",
    "HOST_TOKEN",
    "Bench",
    "RestingProbe",
    "Running",
    "bench",
    "client",
    "resting_probe",
    "store_settings",
]

HOST_TOKEN = Secret("host-token")
ANALYST_TOKEN = Secret("analyst-token")
GOOD: dict[str, Any] = {"connected": True, "kbps": 4000.0, "goodput_kbps": 3990.0, "age_ms": 20.0}
GONE: dict[str, Any] = {"connected": False, "kbps": None, "goodput_kbps": None, "age_ms": None}


@dataclass
class Running:
    """A running engine and a client with its admin token."""

    engine: Engine
    runtime: EngineRuntime
    http: httpx.AsyncClient

    async def status(self, store: str = "glow") -> dict[str, Any]:
        answer = await self.http.get(f"/v1/stores/{store}/status")
        return dict(answer.raise_for_status().json())


@dataclass
class Bench:
    """Folders, and what the relay's double shall say."""

    paths: Paths
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def say(self, *facts: dict[str, Any], store: str = "glow", **more: Any) -> None:
        content: dict[str, Any] = {}
        for fact in facts:
            content |= fact
        script = self.paths.runtime / f"script-{store}.json"
        aside = script.with_suffix(".new")
        aside.write_text(json.dumps(content | more))
        aside.replace(script)

    def options(self, *stores: StoreSettings, **more: Any) -> EngineOptions:
        tokens: tuple[tuple[Secret, Role], ...] = (
            (HOST_TOKEN, "host"),
            (ANALYST_TOKEN, "analyst"),
        )
        values: dict[str, Any] = {
            "settings": Settings(stores or (store_settings(),)),
            "paths": self.paths,
            "tokens": tokens,
            "relay_command": DOUBLE,
            "make_probe": resting_probe,
        }
        return EngineOptions(**(values | more))

    @asynccontextmanager
    async def engine(
        self, options: EngineOptions | None = None, *, relays: bool = True
    ) -> AsyncIterator[Running]:
        """An engine in this process; at the end it stops, by default with its relays."""
        ready: asyncio.Future[tuple[Engine, EngineRuntime]] = asyncio.Future()
        running = asyncio.create_task(
            run_engine(
                options or self.options(),
                SystemClock(),
                lambda engine, runtime: ready.set_result((engine, runtime)),
            )
        )
        both: list[asyncio.Future[Any]] = [running, ready]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        engine, runtime = ready.result()
        try:
            async with client(runtime.url, runtime.token) as http:
                yield Running(engine, runtime, http)
        finally:
            engine.ask_to_stop(relays=relays, actor="test")
            await running


def client(url: str, token: Secret | None) -> httpx.AsyncClient:
    headers = {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}
    return httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, verify=False)


@pytest.fixture
def bench(paths: Paths) -> Bench:
    return Bench(paths.prepare())
