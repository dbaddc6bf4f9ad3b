"""A rule service as a process of its own, for benches that judge by what it kept."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from livedesk.core.events import Json

Order = Callable[[Mapping[str, Json]], Awaitable[None]]
"""Says how badly it is to serve (`livedesk/sandbox/rules/faults.py`)."""


def caller(url: str, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=10)


@asynccontextmanager
async def a_service(folder: Path, rules: Mapping[str, Json]) -> AsyncIterator[tuple[str, Order]]:
    """Its address. What it keeps, and its tokens, are in `folder / "data"`."""
    seed = folder / "seed.json"
    await asyncio.to_thread(seed.write_text, json.dumps(rules))
    command = ("-P", "-m", "livedesk.sandbox.rules", "--data", str(folder / "data"))
    running = await asyncio.create_subprocess_exec(
        sys.executable, *command, "--seed", str(seed), stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    try:
        told = json.loads(await running.stdout.readline())
        if "ready" not in told:
            raise RuntimeError(told["error"])
        token = await asyncio.to_thread(Path(told["control_token"]).read_text)
        async with caller(told["control_url"], token) as control:

            async def order(wish: Mapping[str, Json]) -> None:
                (await control.post("/rules-faults", json=wish)).raise_for_status()

            yield told["url"], order
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()
