"""What happens to a burst of bad comments when the rule service is killed in the middle of it?

The service is a process of its own, ended by SIGKILL and started again later on the same data and
port; the chat has faults meanwhile, as ever. Three judge afterwards: the chat's own record (each
bad comment hidden, none twice, none that is clean), the service's items (each bad comment is there,
and its hiding done), and the engine's status (how soon it told the operator, how long until the
service knew all of it).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.moderation_hide import (
    BAD_PER_S,
    END_LIMIT_S,
    Hidden,
    HideBench,
    bench_at,
    made,
    right,
    until,
)
from benchmarks.rows import Row, percentile
from livedesk.core.secrets import Secret
from livedesk.demo.stage import STORE, RulesAt
from livedesk.desk.client import HttpDoor
from livedesk.sandbox.rules.access import tokens_in

_BEFORE_S: Final = 2.0
_AFTER_S: Final = 8.0
"""The burst begins and ends so long before and after the service's absence."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Away:
    hidden: Hidden
    told_s: float
    """From the kill until the engine's status said so."""
    back_s: float
    """From the service's new start until it had been told all."""
    local: int
    """Comments that the engine judged by itself."""
    lacking: int
    """Bad comments without an item at the service."""
    unsettled: int
    """Items of the service whose hiding is not done there."""


def measure(folder: Path, away_s: float) -> Iterator[Row]:
    away = asyncio.run(_away(made(folder / "moderation-away"), away_s))
    how = f"rule service killed for {away_s:.0f} s in a burst"
    yield Row(f"{how}: operator told after", f"{away.told_s:.1f} s", goal="≤ 2 s")
    yield right(away.hidden, how)
    yield Row(
        f"{how}: comments without an item at the service, hidings it has not as done",
        f"{away.lacking}, {away.unsettled}",
        goal="0, 0",
    )
    yield Row(
        f"{how}: comment to hidden on the platform p99",
        f"{percentile(away.hidden.took_ms, 0.99):,.0f} ms "
        f"({away.local:,} comments judged by the engine)",
    )
    yield Row(f"{how}: the service knows all after its start", f"{away.back_s:.1f} s")


async def _away(folder: Path, away_s: float) -> Away:
    comments = round(BAD_PER_S * (_BEFORE_S + away_s + _AFTER_S))
    service = await _Service.start(folder / "rules")
    try:
        async with bench_at(folder, RulesAt(service.url, service.token)) as bench:
            await bench.burst(comments)
            await asyncio.sleep(_BEFORE_S)
            await service.kill()
            killed_s = time.monotonic()
            told_s = await until(lambda: _is_told(bench), away_s, "the status tells it")
            await asyncio.sleep(killed_s + away_s - time.monotonic())
            await service.again()
            back_s = await until(lambda: _is_whole(bench), END_LIMIT_S, "the service knows all")
            hidden = await bench.hidden(comments)
            await until(lambda: _is_whole(bench), END_LIMIT_S, "the service knows the rest")
            local = (await bench.status())["moderation"]["local"]
            items = {item["comment"]["id"]: item for item in await service.items()}
            found = [items.get(comment_id) for comment_id in await bench.bad()]
            unsettled = sum(item is not None and not _is_done(item) for item in found)
            return Away(hidden, told_s, back_s, local, found.count(None), unsettled)
    finally:
        await service.kill()


async def _is_told(bench: HideBench) -> bool:
    return bool((await bench.status())["moderation"]["service"]["state"] != "up")


async def _is_whole(bench: HideBench) -> bool:
    now = (await bench.status())["moderation"]["service"]
    return bool(now["state"] == "up" and not now["unsent"] and not now["local"])


def _is_done(item: dict[str, Any]) -> bool:
    effects = [(effect["verb"], effect["state"]) for effect in item["effects"]]
    return item["state"] == "hidden" and effects == [("hide", "done")]


class _Service:
    """A rule service as a process, which can be killed and started again where it was."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: Process | None = None
        self.url = ""

    @classmethod
    async def start(cls, folder: Path) -> _Service:
        service = cls(folder)
        await service.again()
        return service

    @property
    def token(self) -> Secret:
        return tokens_in(self._folder)["engine"]

    async def again(self) -> None:
        """It listens when this returns."""
        port = self.url.rpartition(":")[2] or "0"
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "livedesk.sandbox.rules",
            "--port", port, "--data", str(self._folder), stdout=PIPE, stderr=DEVNULL,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.url = json.loads(await self._process.stdout.readline())["url"]

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def items(self) -> list[dict[str, Any]]:
        """All of the store's."""
        door = HttpDoor(self.url, self.token)
        try:
            found: list[dict[str, Any]] = []
            after: str | None = ""
            while after is not None:
                params: dict[str, str | float] = {"store": STORE, "limit": _PAGE}
                params |= {"after": after} if after else {}
                page = json.loads(await door.get_bytes("/v1/items", params))
                found, after = found + page["items"], page["after"]
            return found
        finally:
            await door.close()
