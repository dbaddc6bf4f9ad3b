"""The service is killed while it works: what it answered is there, and is done once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from livedesk.sandbox.rules.access import tokens_in
from livedesk.sandbox.rules.schema import opened_for_reading
from livedesk.sandbox.rules.transaction import broken_at
from tests.sandbox.rules.stage import NOW_NS, RULES, comment
from tests.waiting import until


@asynccontextmanager
async def process(folder: Path) -> AsyncIterator[tuple[int, httpx.AsyncClient]]:
    seed = folder / "seed.json"
    seed.write_text(json.dumps(RULES))
    command = ("-m", "livedesk.sandbox.rules", "--data", str(folder / "data"), "--seed", str(seed))
    running = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert running.stdout is not None
        told = json.loads(await asyncio.wait_for(running.stdout.readline(), 30))
        assert told["ready"], told
        token = tokens_in(folder / "data")["engine"].reveal()
        async with httpx.AsyncClient(
            base_url=told["url"], headers={"Authorization": f"Bearer {token}"}, trust_env=False
        ) as client:
            yield told["pid"], client
    finally:
        if running.returncode is None:
            running.terminate()
        await asyncio.wait_for(running.wait(), 20)


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    known: dict[str, dict[str, Any]] = {}
    decided: dict[str, str] = {}

    async def work(client: httpx.AsyncClient, desk: str) -> None:
        """Comments and decisions, without a pause, until nobody answers any more."""
        for number in range(100_000):
            batch = [{**comment(n), "id": f"{desk}-{number}-{n}"} for n in range(5)]
            answer = await client.post("/v1/comments", json={"store": desk, "comments": batch})
            for item in answer.json()["items"]:
                known[item["id"]] = item
            item, key = answer.json()["items"][0], f"{desk}-{number}"
            if (await _approve(client, item["id"], key)).status_code == 200:
                decided[item["id"]] = key

    async def run() -> None:
        async with process(tmp_path) as (pid, client):
            desks = [asyncio.create_task(work(client, f"s{n}")) for n in range(4)]
            await until(lambda: len(decided) >= 40, "decisions")
            os.kill(pid, signal.SIGKILL)
            ends = await asyncio.gather(*desks, return_exceptions=True)
            assert all(isinstance(end, httpx.TransportError) for end in ends)
        async with process(tmp_path) as (_, client):
            page = (await client.get("/v1/items?limit=5000")).json()["items"]
            kept = {item["id"]: item for item in page}
            assert known.keys() <= kept.keys()
            for item_id, key in decided.items():
                assert [each["key"] for each in kept[item_id]["decisions"]] == [key]
                again = (await _approve(client, item_id, key)).json()
                assert again == kept[item_id]

    asyncio.run(run())
    connection = opened_for_reading(tmp_path / "data" / "rules.db")
    assert broken_at(connection) is None
    connection.close()


async def _approve(client: httpx.AsyncClient, item_id: str, key: str) -> httpx.Response:
    return await client.post(
        f"/v1/items/{item_id}/decide",
        json={"kind": "approve", "by": "ann", "utc_ns": NOW_NS},
        headers={"Idempotency-Key": key},
    )
