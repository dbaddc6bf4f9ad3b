"""While the rule service is away the engine judges by itself, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from livedesk.core.moderation import Decision
from livedesk.core.secrets import Secret
from livedesk.engine.moderating.rule_shelf import RuleShelf, RulesNews
from livedesk.moderation.service_answers import RulesDocument
from livedesk.moderation.service_client import RuleService
from tests.engine.moderating.conftest import RULES, is_up, items, opened
from tests.waiting import until


@pytest.mark.slow
def test_an_absence_is_told_within_two_seconds_and_made_up_for(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "too dear")
            await until(lambda: moderating.status().waiting == 1)
            [known] = items(moderating)
            began_s = time.monotonic()
            await bench.down(3.0)
            await until(lambda: "moderation.service_down" in bench.stage.kinds())
            assert time.monotonic() - began_s < 2.5
            bench.write(moderating, "free money", "lovely", "too dear", "how long shipping")
            await until(lambda: sorted(bench.chat.done) == ["hide:1:c2", "reply:1:c5"])
            local = {item.comment.id: item for item in items(moderating)}
            assert local["c2"].verdict is not None
            assert local["c2"].verdict.local
            await moderating.act(known.id, "hide", "ann", "k1")
            await moderating.act(local["c4"].id, "ban", "ann", "k2")
            await until(lambda: "ban:1:c4" in bench.chat.done)
            await until(lambda: "moderation.reconciled" in bench.stage.kinds())
            await until(lambda: moderating.status().service.unsent == 0)
            assert moderating.status().service.state == "up"
            assert max(Counter(bench.chat.done).values()) == 1
            states = {item.comment.id: item.state for item in items(moderating)}
            assert states == {"c1": "hidden", "c2": "hidden", "c4": "banned", "c5": "replied"}
            assert not bench.stage.told("moderation.refused")

    asyncio.run(story())


def test_an_engine_that_starts_without_the_service_has_its_rules(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder, is_hasty=True) as bench:
            async with bench.moderating() as moderating:
                await is_up(moderating)
                await until((folder / "cache" / "rules").exists, "the rules on disk")
                version = moderating.status().service.version
            await bench.down(20)
            async with bench.moderating() as moderating:
                await until(lambda: moderating.status().service.version == version)
                bench.write(moderating, "free money")
                await until(lambda: bench.chat.done == ["hide:1:c1"])
                assert moderating.status().service.local

    asyncio.run(story())


@pytest.mark.slow
def test_a_decision_that_somebody_else_made_first_is_told_and_theirs_holds(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder, is_hasty=True) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            bench.write(moderating, "too dear")
            await until(lambda: moderating.status().waiting == 1)
            [item] = items(moderating)
            await bench.server.order({"skip_pct": 100, "mute": True})
            other = RuleService(bench.server.url, bench.server.token("engine"))
            await other.decide(item.id, Decision("hide", "bob", bench.clock.utc_ns(), "k0"))
            await other.close()
            await bench.down(1.0)
            await until(lambda: "moderation.service_down" in bench.stage.kinds())
            await moderating.act(item.id, "hide", "ann", "k1")
            await until(lambda: "moderation.refused" in bench.stage.kinds())
            [decision] = items(moderating)[0].decisions
            assert decision.by == "bob"
            assert bench.chat.done == ["hide:1:c1"]

    asyncio.run(story())


def test_rules_that_cannot_be_used_change_nothing(folder: Path) -> None:
    async def story() -> None:
        document = RulesDocument(RULES, "v1")
        told: list[RulesNews] = []

        def answer(request: httpx.Request) -> httpx.Response:
            if request.headers.get("if-none-match") == f'"{document.version}"':
                return httpx.Response(304)
            etag = {"etag": f'"{document.version}"'}
            return httpx.Response(200, content=document.content, headers=etag)

        transport = httpx.MockTransport(answer)
        service = RuleService("http://127.0.0.1:1", Secret("token"), transport)
        shelf = RuleShelf(folder / "rules" / "kept")
        shelf.listen(told.append)
        await shelf.refresh(service)
        document = RulesDocument(b"{", "v2")
        for _ in range(2):
            await shelf.refresh(service)
        assert [(news.version, bool(news.refused)) for news in told] == [
            ("v1", False),
            ("v2", True),
        ]
        assert shelf.matcher is not None
        assert shelf.matcher.version == "v1"
        next_engine_s = RuleShelf(folder / "rules" / "kept")
        await next_engine_s.load()
        assert next_engine_s.rules == shelf.rules
        await service.close()

    asyncio.run(story())


def test_whatever_is_typed_can_be_sent_and_kept(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            texts = ("free money \ud800", "\x00\x1b[31m too dear", "x" * 70_000)
            lines = [{"id": f"c{n}", "text": text} for n, text in enumerate(texts, 1)]
            body = "\n".join(map(json.dumps, lines)).encode()
            assert moderating.take_lines(body) == (3, 0)
            await until(lambda: bench.chat.done == ["hide:1:c1"])
            await until(lambda: len(items(moderating)) >= 2)
            assert "moderation.service_down" not in bench.stage.kinds()

    asyncio.run(story())


def test_faults_of_the_service_are_no_absence(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            await bench.server.order({"error_pct": 10, "drop_after_pct": 10, "repeat_pct": 20})
            for _ in range(10):
                bench.write(moderating, "free money", "lovely")
                await asyncio.sleep(0.06)
            await until(lambda: len(bench.chat.done) == 10)
            assert max(Counter(bench.chat.done).values()) == 1
            assert "moderation.service_down" not in bench.stage.kinds()

    asyncio.run(story())


def test_an_engine_that_stood_still_does_not_take_its_own_silence_for_an_absence(
    folder: Path,
) -> None:
    async def story() -> None:
        async with opened(folder, is_hasty=True) as bench, bench.moderating() as moderating:
            await is_up(moderating)
            time.sleep(1.0)  # noqa: ASYNC251 - the engine is to stand still
            await until(lambda: (moderating.status().service.events_age_ms or 9e9) < 500)
            assert "moderation.service_down" not in bench.stage.kinds()

    asyncio.run(story())
