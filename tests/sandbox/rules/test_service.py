"""What do engines and consoles rely on? Each answer is kept, and nobody acts on an item twice."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.rules.answers import Refusal
from livedesk.sandbox.rules.database import Database
from livedesk.sandbox.rules.schema import APPLICATION_ID, NotOursError
from livedesk.sandbox.rules.server import RulesSettings, serve_rules
from livedesk.sandbox.rules.transaction import SERVICE, broken_at
from tests.sandbox.rules.stage import NOW_NS, Stage, comment, document, rule_service
from tests.waiting import until


def test_comments_become_items_in_order_with_what_their_authors_wrote_before(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            clean = [comment(n, f"nice {n}") for n in range(7)]
            assert await stage.judge(*clean, comment(20, "nice", "u2")) == []
            hide, again = await stage.judge(comment(8), comment(9, "hm"), comment(10, "rubbish"))
            assert [each["text"] for each in hide["recent"]] == [
                f"nice {n}" for n in (6, 5, 4, 3, 2)
            ]
            assert [each["text"] for each in again["recent"]][:2] == ["hm", "free cash"]
            assert hide["verdict"]["spans"] == [{"start": 0, "end": 9}]
            assert await stage.judge(comment(8), comment(10, "rubbish")) == [hide, again]
            other = await stage.judge(comment(8), store="vita")
            assert other[0]["recent"] == []
            assert other[0]["id"] != hide["id"]

    asyncio.run(run())


def test_what_was_answered_is_there_after_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            token, version = stage.server.token("engine"), stage.server.version
            item = (await stage.judge(comment(1), comment(2, "fine")))[0]
            decided = (await stage.decide(item, "approve", "k1")).json()
        async with rule_service(tmp_path, clock) as stage:
            assert stage.server.token("engine") == token
            assert stage.server.version == version
            assert await stage.item(item) == decided
            assert (await stage.decide(item, "approve", "k1")).json() == decided
            assert (await stage.judge(comment(3)))[0]["recent"][0]["text"] == "fine"

    asyncio.run(run())
    assert (tmp_path / "rules" / "tokens.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "rules" / "rules.db").stat().st_mode & 0o777 == 0o600


def test_of_many_who_decide_at_once_one_does(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1, "rubbish"))
            answers = await asyncio.gather(
                *(stage.decide(item, "hide", f"k{n}", f"p{n}") for n in range(12))
            )
            assert sorted(answer.status_code for answer in answers) == [200] + [409] * 11
            refused = next(each for each in answers if each.status_code == 409).json()["error"]
            assert refused["code"] == "already"
            assert refused["item"] == await stage.item(item)
            assert [each["verb"] for each in refused["item"]["effects"]] == ["hide"]

    asyncio.run(run())


def test_a_key_is_one_decision_and_stands_for_no_other(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            item, other = await stage.judge(comment(1, "rubbish"), comment(2, "rubbish"))
            answers = await asyncio.gather(*(stage.decide(item, "hide", "k") for _ in range(5)))
            assert {answer.status_code for answer in answers} == {200}
            assert len((await stage.item(item))["decisions"]) == 1
            wrong = [await stage.decide(other, "hide", "k"), await stage.decide(item, "undo", "k")]
            for reused in wrong:
                assert (reused.status_code, reused.json()["error"]["code"]) == (422, "key_reused")

    asyncio.run(run())


def test_a_claim_ends_by_itself_and_all_are_told(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1, "rubbish"))
            url = f"/v1/items/{item['id']}/claim"
            async with stage.reader("glow") as reader:
                assert (await stage.engine.post(url, json={"by": "ann"})).status_code == 200
                assert (await stage.engine.post(url, json={"by": "bob"})).status_code == 409
                assert (await stage.decide(item, "hide", "k", "bob")).status_code == 409
                clock.advance(31)
                await until(lambda: len(reader.items()) == 2, "the claim's end")
                assert [each["claim"] is None for each in reader.items()] == [False, True]
            assert (await stage.decide(item, "hide", "k", "bob")).status_code == 200

    asyncio.run(run())


def test_a_clock_that_is_set_back_holds_no_claim(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1, "rubbish"))
            await stage.engine.post(f"/v1/items/{item['id']}/claim", json={"by": "ann"})
            clock.step_wall(-86_400)

            async def is_free() -> bool:
                return (await stage.item(item))["claim"] is None

            await until(is_free, "the claim's end")

    asyncio.run(run())


def test_rules_change_between_two_calls_or_not_at_all(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            first = stage.server.version
            async with stage.reader() as reader:
                for bad in (b"", b"   ", b"[]", b'{"rules": 3}', document(""), b"x" * 9_000_000):
                    answer = await _put(stage, bad, first)
                    assert answer.status_code in (413, 422), answer.text
                    assert stage.server.version == first
                stale = await _put(stage, document("anything"), "0-0")
                assert (stale.status_code, stale.json()["error"]["code"]) == (412, "changed")
                assert len(await stage.judge(comment(1))) == 1
                good = await _put(stage, document("gold rush"), first)
                second = good.json()["version"]
                judged = await stage.judge(comment(2), comment(3, "a gold rush now"))
                assert [each["comment"]["id"] for each in judged] == ["c3"]
                assert judged[0]["verdict"]["version"] == second
                await until(lambda: "rules" in [kind for _, kind, _ in reader.events])
            told = [data for _, kind, data in reader.events if kind == "rules"]
            assert told == [{"version": second}]
            old = await stage.engine.get("/v1/rules", params={"version": first})
            assert "free cash" in old.text
            assert (await _put(stage, document("gold rush"), second)).json()["version"] == second
        async with rule_service(tmp_path, clock) as stage:
            assert stage.server.version == second

    asyncio.run(run())


async def _put(stage: Stage, content: bytes, version: str) -> Any:
    return await stage.editor.put(
        "/v1/rules", content=content, headers={"If-Match": f'"{version}"'}
    )


def test_a_reader_resumes_from_what_is_kept(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            async with stage.reader("glow") as reader:
                await stage.judge(comment(1))
                await until(lambda: reader.events, "the first item")
            last = reader.ids()[-1]
            missed = await stage.judge(*(comment(n) for n in range(2, 400)))
            await stage.judge(comment(1), store="vita")
            await stage.decide(missed[0], "approve", "k")
        async with (
            rule_service(tmp_path, clock) as stage,
            stage.reader("glow", last=last) as again,
        ):
            await until(lambda: len(again.items()) >= 398, "what was missed")
            await stage.judge(comment(500))
            await until(lambda: len(again.items()) >= 399, "what came since")
            assert {each["store"] for each in again.items()} == {"glow"}
            assert [item["comment"]["id"] for item in again.items()][-2:] == ["c2", "c500"]
            assert again.items()[-2]["state"] == "approved"
            numbers = [int(number) for number in again.ids()]
            assert numbers == sorted(set(numbers))
            assert int(last) < numbers[0]

    asyncio.run(run())


def test_an_id_that_is_not_known_is_told(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            await stage.judge(comment(0))
            for turn, last in enumerate(("1", "99999999999999999", "abc", "-4"), 1):
                async with stage.reader("glow", last=last) as reader:
                    await until(lambda: reader.events, "reset")
                    assert reader.events[0][1] == "reset"
                    page = (await stage.engine.get("/v1/items?store=glow")).json()
                    assert reader.events[0][2] == {"seq": page["seq"]}
                    await stage.judge(comment(turn))
                    await until(lambda: len(reader.items()) == 1, "what comes afterwards")

    asyncio.run(run())


def test_a_stream_shows_that_the_service_lives(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage, stage.reader() as reader:
            await until(lambda: reader.signs, "a sign of life")
            assert stage.server.figures()["readers"] == 1

    asyncio.run(run())


def test_a_burst_reaches_every_reader_whole(tmp_path: Path, clock: ManualClock) -> None:
    """More than the newest changes that are kept in memory: the rest comes from the database."""

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage, stage.reader() as reader:
            for store in range(12):
                batch = (comment(n, author=f"u{n}") for n in range(500))
                await stage.judge(*batch, store=f"s{store}")
            await until(lambda: len(reader.items()) == 6_000, "all of them")
            assert len({each["id"] for each in reader.items()}) == 6_000

    asyncio.run(run())


def test_pages_leave_nothing_out(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            items = await stage.judge(*(comment(n) for n in range(25)))
            found, after = [], ""
            for turn in range(4):
                page = (
                    await stage.engine.get(f"/v1/items?store=glow&limit=10&after={after}")
                ).json()
                found += [item["id"] for item in page["items"]]
                after = page["after"]
                if turn == 0:
                    await stage.decide(items[-1], "approve", "k")
                if after is None:
                    break
            assert set(found) == {item["id"] for item in items}
            waiting = (await stage.engine.get("/v1/items?state=approved")).json()["items"]
            assert [item["id"] for item in waiting] == [items[-1]["id"]]

    asyncio.run(run())


def test_what_an_engine_did_alone_is_taken_over_once(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            known, other = await stage.judge(comment(1, "rubbish"), comment(2))
            await stage.decide(other, "approve", "k1")
            done = [{**other["effects"][0], "state": "done", "settled_utc_ns": NOW_NS}]
            decision = {
                "kind": "hide", "by": "bob", "utc_ns": NOW_NS, "key": "k2", "local": True,
            }  # fmt: skip
            hidden = {
                **known,
                "state": "hidden",
                "decisions": [decision],
                "effects": [{"key": "hide:1:c1", "verb": "hide", "state": "done"}],
            }
            alone = {**(await stage.judge(comment(3), store="x"))[0], "store": "glow"}
            alone["id"] = (await stage.judge(comment(3)))[0]["id"]
            body = {"store": "glow", "items": [hidden, {**other, "effects": done}, alone]}
            first, second = [
                (await stage.engine.post("/v1/local", json=body)).json()["items"] for _ in range(2)
            ]
            assert first == second
            assert [item["state"] for item in first] == ["hidden", "approved", "hidden"]
            assert [each["key"] for each in first[0]["effects"]] == ["hide:1:c1"]
            turned = [(each["key"], each["state"]) for each in first[1]["effects"]]
            assert turned == [("hide:1:c2", "done"), ("unhide:1:c2", "wanted")]
            assert (await stage.decide(known, "hide", "k2", "bob")).status_code == 200
            wrong = {"store": "glow", "items": [{**hidden, "id": "i0"}]}
            assert (await stage.engine.post("/v1/local", json=wrong)).status_code == 422

    asyncio.run(run())


def test_strange_comments_cost_only_themselves(tmp_path: Path, clock: ManualClock) -> None:
    texts = [
        "free cash \ud800", "\x00\x1b[31mfree cash", "<b>free cash</b>", "", "   ", "x" * 65_536,
        "fr\u200bee cash", "a" + "\u0301" * 500 + " free cash",
    ]  # fmt: skip
    strange = [{**comment(n, text), "author": "\udfff<i>\x1b"} for n, text in enumerate(texts)]
    body = json.dumps({"store": "glow", "comments": strange})

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            answer = await stage.engine.post("/v1/comments", content=body)
            assert answer.status_code == 200
            found = {item["comment"]["id"]: item for item in answer.json()["items"]}
            assert {"c0", "c1", "c2", "c6", "c7"} <= set(found)
            assert "c3" not in found
            assert found["c0"]["comment"]["text"] == "free cash \ufffd"
            for status, wrong in (
                (400, "{"),
                (422, '{"store": "glow", "comments": 3}'),
                (422, json.dumps({"store": "glow", "comments": [comment(1)] * 501})),
                (422, json.dumps({"store": "glow", "comments": [comment(1, "x" * 70_000)]})),
                (422, json.dumps({"store": "glow", "comments": [{**comment(1), "utc_ns": -1}]})),
                (413, "x" * 9_000_000),
                (422, "[" * 100_000),
            ):
                assert (
                    await stage.engine.post("/v1/comments", content=wrong)
                ).status_code == status

    asyncio.run(run())


def test_statistics_tell_which_rule_is_overturned(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            items = await stage.judge(*(comment(n) for n in range(4)), comment(9, "rubbish"))
            await stage.decide(items[0], "approve", "k1")
            await stage.decide(items[1], "ban", "k2")
            rules = (await stage.engine.get("/v1/rules/statistics?store=glow")).json()["rules"]
            assert rules[0] == {
                "rule": "scam-1", "list": "scams", "hits": 4, "hidden": 4, "decided": 2,
                "overturned": 1,
            }  # fmt: skip
            assert rules[1]["hidden"] == 0
            nothing = await stage.engine.get("/v1/rules/statistics?store=none")
            assert nothing.json() == {"rules": []}

    asyncio.run(run())


def test_the_audit_is_append_only_and_shows_what_was_altered(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1))
            await stage.decide(item, "approve", "k1")
            entries = (await stage.editor.get("/v1/audit?after=1")).json()["entries"]
            assert [(each["act"], each["by"]) for each in entries] == [
                ("judged", "engine"), ("decided", "ann"),
            ]  # fmt: skip
            assert entries[1]["data"]["kind"] == "approve"

    asyncio.run(run())
    connection = sqlite3.connect(tmp_path / "rules" / "rules.db")
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute("DELETE FROM audit WHERE seq = 3")
    assert broken_at(connection) is None
    connection.execute("DROP TRIGGER audit_stays")
    connection.execute("UPDATE audit SET by = 'bob' WHERE seq = 3")
    assert broken_at(connection) == 3
    connection.close()


def test_a_job_that_fails_harms_no_other_and_a_full_disk_is_told(
    tmp_path: Path, clock: ManualClock
) -> None:
    def note(by: str) -> Any:
        def work(changes: Any) -> None:
            changes.audit(SERVICE, by, "", "", {})
            if by == "wrong":
                raise ValueError(by)
            if by == "full":
                raise sqlite3.OperationalError("database or disk is full")

        return work

    async def run() -> None:
        database = await Database.open(tmp_path / "x.db", clock, lambda changes: None)
        wishes = [database.write(note(by)) for by in ("a", "wrong", "b")]
        found = await asyncio.gather(*wishes, return_exceptions=True)
        assert [type(each) for each in found] == [type(None), ValueError, type(None)]
        with pytest.raises(Refusal, match="disk is full") as refused:
            await database.write(note("full"))
        assert refused.value.status == 503
        await database.write(note("c"))
        acts = await database.read(
            lambda connection: [row[0] for row in connection.execute("SELECT act FROM audit")]
        )
        assert acts == ["a", "b", "c"]
        assert await database.read(broken_at) is None
        await database.close()
        with pytest.raises(Refusal):
            await database.write(note("late"))

    asyncio.run(run())


def test_a_file_of_a_newer_service_is_left_alone(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "rules").mkdir()
    connection = sqlite3.connect(tmp_path / "rules" / "rules.db")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NotOursError, match="version 99"):
        asyncio.run(serve_rules(RulesSettings(tmp_path / "rules", seed=None), clock))


def test_old_items_are_let_go_when_nobody_needs_them(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            settled, still_open = await stage.judge(comment(1), comment(2, "rubbish"))
            await stage.decide(settled, "approve", "k")
        clock.advance(31 * 86_400)
        async with rule_service(tmp_path, clock) as stage:

            async def kept() -> list[str]:
                page = (await stage.engine.get("/v1/items")).json()
                return [item["id"] for item in page["items"]]

            await until(lambda: _is(kept, [still_open["id"]]), "the old item's end")
            entries = (await stage.editor.get("/v1/audit")).json()["entries"]
            assert "decided" in [entry["act"] for entry in entries]

    async def _is(kept: Any, expected: list[str]) -> bool:
        return bool(await kept() == expected)

    asyncio.run(run())
