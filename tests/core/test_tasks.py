from __future__ import annotations

import asyncio
import logging

import pytest

from livedesk.core.tasks import Tasks


def test_a_failed_task_is_reported_by_name_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures: list[tuple[str, BaseException]] = []
    fault = ValueError("broken")

    async def fail() -> None:
        raise fault

    async def main() -> bool:
        tasks = Tasks(lambda name, failure: failures.append((name, failure)))
        going_on = tasks.spawn("pump", asyncio.Event().wait())
        await asyncio.wait([tasks.spawn("meter", fail())])
        still_going = not going_on.done()
        await tasks.close()
        return still_going and going_on.cancelled()

    with caplog.at_level(logging.ERROR):
        assert asyncio.run(main())
    assert failures == [("meter", fault)]
    assert "task meter failed" in caplog.text


def test_closing_waits_until_every_task_has_cleaned_up() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    async def main() -> None:
        tasks = Tasks()
        tasks.spawn("work", work())
        await asyncio.sleep(0)
        await tasks.close()

    asyncio.run(main())
    assert ended == ["cleaned up"]
