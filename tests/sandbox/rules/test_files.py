"""Which files does the service take for its own? What it does not take stays as it was."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.rules.schema import NotOursError
from livedesk.sandbox.rules.server import RulesSettings, serve_rules
from tests.sandbox.rules.stage import NOW_NS, comment, rule_service
from tests.small_disk import fill, small_disk


def _foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (id TEXT)")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()


def _text(path: Path) -> None:
    path.write_text("no database, but somebody's notes\n" * 100)


def _truncated(path: Path) -> None:
    asyncio.run(_made(path.parent))
    path.write_bytes(path.read_bytes()[:-5_000])


def _emptied(path: Path) -> None:
    asyncio.run(_made(path.parent))
    path.write_bytes(b"")
    path.with_name("rules.db-wal").write_bytes(b"what was written last")


def _vanished(path: Path) -> None:
    _emptied(path)
    path.unlink()


async def _made(folder: Path) -> None:
    await (await serve_rules(RulesSettings(folder, seed=None), ManualClock())).close()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_foreign, "another program"),
        (_text, "not a database"),
        (_truncated, "malformed"),
        (_emptied, "gone or empty"),
        (_vanished, "gone or empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_stays(
    tmp_path: Path, clock: ManualClock, spoil: Callable[[Path], None], told: str
) -> None:
    spoil(tmp_path / "rules.db")
    before = {
        each.name: each.read_bytes() for each in tmp_path.iterdir() if "rules.db" in each.name
    }
    with pytest.raises(NotOursError, match=f"rules.db.*{told}.*another folder"):
        asyncio.run(serve_rules(RulesSettings(tmp_path, seed=None), clock))
    for name, content in before.items():
        assert (tmp_path / name).read_bytes() == content
    assert {each.name for each in tmp_path.glob("rules.db*")} == set(before)


def test_two_services_do_not_share_a_file(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            with pytest.raises(NotOursError, match="in use by another rule service"):
                await serve_rules(RulesSettings(tmp_path / "rules"), clock)
            assert len(await stage.judge(comment(1))) == 1
        async with rule_service(tmp_path, clock) as stage:
            assert len(await stage.judge(comment(1))) == 1

    asyncio.run(run())


def test_a_disk_that_is_full_is_told_and_nothing_is_half_done(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def run(folder: Path) -> None:
        async with rule_service(tmp_path, clock, data=folder / "rules") as stage:
            fill(folder / "ballast")
            kept: list[str] = []
            for number in range(200):
                body = {"store": "glow", "comments": [comment(number)]}
                answer = await stage.engine.post("/v1/comments", json=body)
                if answer.status_code != 200:
                    break
                kept.append(answer.json()["items"][0]["id"])
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (503, "not_kept")
            assert answer.headers["Retry-After"] == "1"
            (folder / "ballast").unlink()
            again = await stage.engine.post("/v1/comments", json=body)
            kept.append(again.json()["items"][0]["id"])
            page = (await stage.engine.get("/v1/items")).json()
            assert [item["id"] for item in page["items"]] == kept

    with small_disk(tmp_path / "disk") as folder:
        asyncio.run(run(folder))


def test_a_lost_file_is_a_new_history(tmp_path: Path, clock: ManualClock) -> None:
    """Also where the clock was set back between the two: readers are told to fetch anew."""

    async def run() -> None:
        async with rule_service(tmp_path, clock, data=tmp_path / "one") as stage:
            await stage.judge(comment(1))
            seq = (await stage.engine.get("/v1/items")).json()["seq"]
        clock.step_wall(-3600)
        async with (
            rule_service(tmp_path, clock, data=tmp_path / "two") as stage,
            stage.reader(last=str(seq)) as reader,
        ):
            await stage.judge(comment(2))
            page = (await stage.engine.get("/v1/items")).json()
            assert [item["comment"]["id"] for item in page["items"]] == ["c2"]
            assert page["seq"] < seq < NOW_NS
            async with stage.reader(last=str(page["seq"])):
                pass
        assert reader.events[0][1] == "reset"

    asyncio.run(run())
