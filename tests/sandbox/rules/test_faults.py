"""The service fails as it is told to, and only so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.orders import OrderError
from tests.sandbox.rules.stage import comment, rule_service
from tests.waiting import until


def test_calls_fail_and_answers_get_lost(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            (item,) = await stage.judge(comment(1, "rubbish"))
            await stage.server.order({"error_pct": 100})
            assert (await stage.engine.get("/v1/health")).status_code == 503
            await stage.server.order({"clear": True, "drop_before_pct": 100})
            with pytest.raises(httpx.TransportError):
                await stage.decide(item, "hide", "k1")
            await stage.server.order({"clear": True, "drop_after_pct": 100})
            with pytest.raises(httpx.TransportError):
                await stage.decide(item, "approve", "k2")
            await stage.server.order({"clear": True})
            after = await stage.item(item)
            assert [decision["key"] for decision in after["decisions"]] == ["k2"]
            assert (await stage.decide(item, "approve", "k2")).json() == after

    asyncio.run(run())


def test_events_come_twice_or_not_at_all(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage, stage.reader() as reader:
            await stage.server.order({"repeat_pct": 100})
            await stage.judge(comment(1))
            await until(lambda: len(reader.events) == 2, "the same event twice")
            assert len(set(reader.ids())) == 1
            await stage.server.order({"clear": True, "skip_pct": 100})
            await stage.judge(comment(2))
            signs = reader.signs
            await until(lambda: reader.signs > signs, "a sign of life")
            await stage.server.order({"clear": True})
            await stage.judge(comment(3))
            await until(lambda: len(reader.events) == 3, "the next event")
            assert int(reader.ids()[-1]) == int(reader.ids()[0]) + 2

    asyncio.run(run())


def test_while_it_is_down_nobody_is_heard(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            async with stage.reader() as reader:
                await stage.server.order({"down_s": 60})
                with pytest.raises(httpx.TransportError):
                    await stage.engine.get("/v1/health")
                await until(lambda: reader.ended, "the stream's end")
            clock.advance(61)
            assert (await stage.engine.get("/v1/health")).status_code == 200

    asyncio.run(run())


def test_an_order_that_is_not_understood_changes_nothing(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            for order in ({"error_pct": 101}, {"strange": 1}, {"mute": 3}, {"delay_ms": "x"}):
                with pytest.raises(OrderError):
                    await stage.server.order(order)
            with pytest.raises(OrderError):
                await stage.server.order({"error_pct": 60, "drop_after_pct": 50})
            assert (await stage.engine.get("/v1/health")).status_code == 200

    asyncio.run(run())
