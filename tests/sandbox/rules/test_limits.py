"""What the service must take, or refuse, without anything else coming to harm."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.sandbox.rules import pages
from livedesk.sandbox.rules.database import Database
from livedesk.sandbox.rules.faults import Faults
from livedesk.sandbox.rules.housekeeping import Housekeeping
from livedesk.sandbox.rules.stream import Feed
from tests.sandbox.rules.stage import NOW_NS, comment, document, rule_service

LONG = "x" * 5_000
EFFECT = {"key": "hide:1:c1", "verb": "hide", "state": "done"}
DECISION = {"kind": "hide", "by": "ann", "utc_ns": NOW_NS, "key": "k"}
VERDICT = {"action": "hide", "rule": "r", "list": "l", "reason": "", "spans": []}
UNBELIEVABLE: list[dict[str, Any]] = [
    {"revision": 2**64},
    {"revision": -1},
    {"effects": [{**EFFECT, "key": LONG}]},
    {"effects": [{**EFFECT, "reason": LONG}]},
    {"effects": [{**EFFECT, "settled_utc_ns": 2**70}]},
    {"effects": [EFFECT] * 201},
    {"decisions": [{**DECISION, "key": LONG}]},
    {"decisions": [{**DECISION, "by": LONG}]},
    {"decisions": [{**DECISION, "utc_ns": -1}]},
    {"decisions": [DECISION] * 21},
    {"comment": {**comment(1), "id": LONG}},
    {"comment": {**comment(1), "text": "x" * 65_537}},
    {"verdict": {**VERDICT, "spans": [{"start": 0, "end": 2**70}]}},
    {"id": "i0"},
    {"store": "other"},
]
WARNING = {"id": "w1", "store": "glow", "kind": "policy", "text": "Claim", "utc_ns": NOW_NS}


def test_items_of_an_engine_are_not_believed_blindly(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1))
            for change in UNBELIEVABLE:
                changed = {**item, **change}
                body = {"store": "glow", "items": [item, changed]}
                answer = await stage.engine.post("/v1/local", json=body)
                told = (answer.status_code, answer.json()["error"]["code"])
                assert told == (422, "wrong_value"), str(change)[:200]
            assert await stage.item(item) == item

    asyncio.run(run())


def test_rules_that_are_put_again_are_answered_again(tmp_path: Path, clock: ManualClock) -> None:
    """Who got no answer knows only the version before."""

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            first = {"If-Match": f'"{stage.server.version}"'}
            put = [
                (await stage.editor.put("/v1/rules", content=document("a b"), headers=first))
                for _ in range(2)
            ]
            assert [answer.status_code for answer in put] == [200, 200]
            assert put[0].json() == put[1].json()

    asyncio.run(run())


def test_a_key_is_one_persons(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1, "rubbish"))
            assert (await stage.decide(item, "hide", "k", "ann")).status_code == 200
            other = await stage.decide(item, "hide", "k", "bob")
            assert (other.status_code, other.json()["error"]["code"]) == (422, "key_reused")

    asyncio.run(run())


def test_of_many_who_saw_the_same_one_decides(tmp_path: Path, clock: ManualClock) -> None:
    """Whatever they decide: what one has done, another does not turn round unawares."""

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            items = await stage.judge(*(comment(n, "rubbish") for n in range(20)))
            kinds = ("hide", "approve", "ban", "hide")
            for item in items:
                answers = await asyncio.gather(
                    *(
                        stage.decide(item, kind, f"{item['id']}-{n}", f"p{n}", seen=0)
                        for n, kind in enumerate(kinds)
                    )
                )
                assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
                assert len((await stage.item(item))["decisions"]) == 1

    asyncio.run(run())


def test_of_two_who_claim_everything_each_gets_what_the_other_does_not(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            items = await stage.judge(*(comment(n, "rubbish") for n in range(100)))

            async def claim(by: str, item: dict[str, Any]) -> bool:
                url = f"/v1/items/{item['id']}/claim"
                return (await stage.engine.post(url, json={"by": by})).status_code == 200

            async def claims(by: str, order: list[dict[str, Any]]) -> set[str]:
                return {item["id"] for item in order if await claim(by, item)}

            anns, bobs = await asyncio.gather(claims("ann", items), claims("bob", items[::-1]))
            assert not anns & bobs
            assert anns | bobs == {item["id"] for item in items}
            for item in (await stage.engine.get("/v1/items")).json()["items"]:
                assert item["claim"]["by"] == ("ann" if item["id"] in anns else "bob")

    asyncio.run(run())


def test_a_page_of_long_messages_is_no_longer_than_can_be_read(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_BYTES", 2_000)

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            items = await stage.judge(*(comment(n, "rubbish" + " x" * 500) for n in range(5)))
            found: list[str] = []
            after, calls = "0", 0
            while after:
                page = (await stage.engine.get("/v1/items", params={"after": after})).json()
                found += [item["id"] for item in page["items"]]
                after, calls = page["after"] or "", calls + 1
            assert found == [item["id"] for item in items]
            assert calls > 1

    asyncio.run(run())


def test_a_warning_that_is_known_is_told_as_it_is_kept(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            first = await stage.engine.post("/v1/warnings", json=WARNING)
            again = await stage.engine.post("/v1/warnings", json={**WARNING, "text": "Other"})
            assert (first.status_code, again.status_code) == (201, 200)
            assert again.json() == first.json()
            for number in range(3):
                one = {**WARNING, "id": f"x{number}", "store": f"s{number % 2}"}
                await stage.engine.post("/v1/warnings", json=one)
            for query, ids in (
                ("", ["x2", "x1", "x0", "w1"]),
                ("?limit=1", ["x2"]),
                ("?store=s0", ["x2", "x0"]),
            ):
                kept = (await stage.engine.get(f"/v1/warnings{query}")).json()["warnings"]
                assert [each["id"] for each in kept] == ids
            odd = await stage.engine.post("/v1/warnings", json={**WARNING, "minute": 2**70})
            assert odd.status_code == 422

    asyncio.run(run())


def test_a_clock_set_back_while_claims_end_keeps_nobody_busy(
    tmp_path: Path, clock: ManualClock
) -> None:
    """What had run out for the one who looked has not for the one who writes."""

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1, "rubbish"))
            await stage.engine.post(f"/v1/items/{item['id']}/claim", json={"by": "ann"})
        before = ManualClock(utc_ns=clock.utc_ns() + 31 * NS_PER_S)
        database = await Database.open(tmp_path / "rules" / "rules.db", clock, lambda _: None)
        feed = Feed(database, await database.read(pages.bounds), Faults(clock, Random(1)))
        await asyncio.wait_for(Housekeeping(database, before, feed, 30).end_claims(), 10)
        assert await database.read(
            lambda found: json.loads(pages.item(found, item["id"]) or b"{}")["claim"]
        )
        await database.close()

    asyncio.run(run())


def test_every_comment_of_a_burst_is_judged_by_one_version(
    tmp_path: Path, clock: ManualClock
) -> None:
    """Each version finds all of them by another term: the answers tell which one judged."""

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            judged: dict[str, str] = {}
            terms = {stage.server.version: "free cash"}
            text = " ".join(("free cash", *(f"magic{n}" for n in range(6))))

            async def burst(first: int) -> None:
                for start in range(first, first + 300, 10):
                    batch = [comment(n, text, f"u{n}") for n in range(start, start + 10)]
                    body = {"store": "glow", "comments": batch}
                    answer = (await stage.engine.post("/v1/comments", json=body)).json()
                    ids = [item["comment"]["id"] for item in answer["items"]]
                    assert ids == [each["id"] for each in batch]
                    for item in answer["items"]:
                        verdict = item["verdict"]
                        assert verdict["version"] == answer["version"]
                        judged[item["comment"]["id"]] = answer["version"]
                        found.setdefault(answer["version"], set()).add(verdict["term"])

            async def swaps() -> None:
                for number in range(6):
                    content = document(f"magic{number}")
                    put = await stage.editor.put(
                        "/v1/rules", content=content, headers={"If-Match": "*"}
                    )
                    terms[put.json()["version"]] = f"magic{number}"

            found: dict[str, set[str]] = {}
            await asyncio.gather(swaps(), *(burst(first) for first in (0, 1_000, 2_000)))
            assert len(judged) == 900
            assert {version: {terms[version]} for version in found} == found
            kept = (await stage.engine.get("/v1/items?limit=5000")).json()["items"]
            versions = {item["comment"]["id"]: item["verdict"]["version"] for item in kept}
            assert versions == judged

    asyncio.run(run())
