"""Exports in their order: one at a time, as many as may wait, and what is kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.records import ExportJob
from livedesk.engine.records.job import Asked
from livedesk.engine.records.jobs import (
    KEEP_BYTES,
    KEEP_S,
    WAITING_MOST,
    ExportJobs,
    TooManyExportsError,
)
from livedesk.journal.work import Told, Trouble
from tests.engine.records.bench import Children
from tests.waiting import until

ASKED = Asked(("s1",), (Path("s1.livedesk"),), ("html",), by="Kim")


class Queue:
    """A queue of exports, and the workers that it has started."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.children = Children()
        self.folder = folder
        self.jobs = ExportJobs(folder, self.clock, self.children)

    async def done(self, *names: str, size: int = 3) -> ExportJob:
        """Ask for one, and have it made."""
        count = len(self.children.made)
        job = self.jobs.add(ASKED)
        await until(lambda: len(self.children.made) > count)
        await self.children.made[-1].begun.wait()
        self.children.made[-1].makes(*names, size=size)
        return await self.jobs.finished(job.id)

    def there(self, job: ExportJob) -> bool:
        return (self.folder / job.id).exists()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Queue]:
    queue = Queue(folder)
    await queue.jobs.open()
    try:
        yield queue
    finally:
        await queue.jobs.close()


@pytest.fixture
def queue(tmp_path: Path) -> Callable[[Callable[[Queue], Awaitable[None]]], None]:
    def run(story: Callable[[Queue], Awaitable[None]]) -> None:
        async def within() -> None:
            async with opened(tmp_path / "exports") as queue:
                await story(queue)

        asyncio.run(within())

    return run


Run = Callable[[Callable[[Queue], Awaitable[None]]], None]


def test_exports_are_made_one_after_the_other_and_tell_how_far_they_are(queue: Run) -> None:
    async def story(q: Queue) -> None:
        first, second = q.jobs.add(ASKED), q.jobs.add(ASKED)
        assert (first.state, first.by, first.sessions) == ("queued", "Kim", ("s1",))
        await until(lambda: q.children.made)
        await q.children.made[0].begun.wait()
        q.children.made[0].hear(Told(0.5, "the report"))
        assert [(j.id, j.state) for j in q.jobs.list()] == [
            (second.id, "queued"),
            (first.id, "running"),
        ]
        half = q.jobs.get(first.id)
        assert half is not None
        assert (half.done, half.doing) == (0.5, "the report")
        assert len(q.children.made) == 1
        q.children.made[0].makes("a.html")
        ended = await q.jobs.finished(first.id)
        assert (ended.state, ended.done, [f.name for f in ended.files]) == ("done", 1.0, ["a.html"])
        await until(lambda: len(q.children.made) == 2)
        path = q.jobs.file(first.id, "a.html")
        assert path is not None
        assert path.read_bytes() == b"xxx"
        for other in ("../a.html", "b.html", ""):
            assert q.jobs.file(first.id, other) is None

    queue(story)


def test_more_than_may_wait_are_refused(queue: Run) -> None:
    async def story(q: Queue) -> None:
        q.jobs.add(ASKED)
        await until(lambda: q.children.made)
        for _ in range(WAITING_MOST):
            q.jobs.add(ASKED)
        with pytest.raises(TooManyExportsError):
            q.jobs.add(ASKED)

    queue(story)


def test_a_cancelled_export_ends_at_once_and_leaves_no_file(queue: Run) -> None:
    async def story(q: Queue) -> None:
        running, waiting, third = (q.jobs.add(ASKED) for _ in range(3))
        await until(lambda: q.children.made)
        await q.children.made[0].begun.wait()
        assert q.jobs.uses(ASKED.paths[0])
        assert await q.jobs.discard(waiting.id)
        assert await q.jobs.discard(running.id)
        assert q.children.made[0].ended
        assert (await q.jobs.finished(running.id)).state == "cancelled"
        assert (await q.jobs.finished(waiting.id)).state == "cancelled"
        assert not q.there(running)
        await until(lambda: len(q.children.made) == 2)
        await q.children.made[1].begun.wait()
        q.children.made[1].makes("a.html")
        assert (await q.jobs.finished(third.id)).state == "done"
        assert not q.jobs.uses(ASKED.paths[0])
        assert await q.jobs.discard(third.id)
        assert not q.there(third)
        assert q.jobs.get(third.id) is None
        assert not await q.jobs.discard(third.id)
        counts = q.jobs.counts
        assert (counts.done, counts.cancelled, counts.failed) == (1, 2, 0)

    queue(story)


def test_what_goes_wrong_is_told_and_the_next_has_its_turn(queue: Run) -> None:
    async def story(q: Queue) -> None:
        bad = q.jobs.add(ASKED)
        await until(lambda: q.children.made)
        await q.children.made[0].begun.wait()
        q.children.made[0].outcome.set_result(Trouble("The disk is full."))
        ended = await q.jobs.finished(bad.id)
        assert (ended.state, ended.problem) == ("failed", "The disk is full.")
        assert not q.there(bad)
        assert (await q.done("a.html")).state == "done"

    queue(story)


def test_a_mistake_of_ours_costs_one_export_and_not_those_behind_it(queue: Run) -> None:
    async def story(q: Queue) -> None:
        bad = q.jobs.add(ASKED)
        await until(lambda: q.children.made)
        await q.children.made[0].begun.wait()
        q.children.made[0].outcome.set_exception(RuntimeError("a mistake"))
        ended = await q.jobs.finished(bad.id)
        assert ended.state == "failed"
        assert "mistake" in str(ended.problem)
        assert (await q.done("a.html")).state == "done"

    queue(story)


def test_files_go_after_an_hour_but_not_while_somebody_fetches_them(queue: Run) -> None:
    async def story(q: Queue) -> None:
        fetched, old = await q.done("a.html"), await q.done("b.html")
        q.jobs.fetching(fetched.id, +1)
        q.clock.advance(KEEP_S + 1)
        fresh = await q.done("c.html")
        await until(lambda: not q.there(old))
        assert q.jobs.get(old.id) is None
        assert q.there(fetched)
        assert q.there(fresh)
        q.jobs.fetching(fetched.id, -1)
        await q.done("d.html")
        await until(lambda: not q.there(fetched))

    queue(story)


def test_the_oldest_files_go_when_there_is_too_much(queue: Run) -> None:
    async def story(q: Queue) -> None:
        first = await q.done("a.html", size=KEEP_BYTES // 2)
        q.clock.advance(1)
        second = await q.done("b.html", size=KEEP_BYTES // 2)
        q.clock.advance(1)
        assert q.there(first)
        huge = await q.done("c.html", size=KEEP_BYTES + 1)
        await until(lambda: not q.there(second))
        assert not q.there(first)
        assert q.there(huge)

    queue(story)


def test_what_an_earlier_engine_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "exports" / "0123" / "a.html"
    left.parent.mkdir(parents=True)
    left.write_text("x")

    async def story() -> None:
        async with opened(tmp_path / "exports") as queue:
            assert not left.exists()
            assert queue.jobs.list() == []

    asyncio.run(story())


def test_an_engine_that_stops_ends_what_is_made_and_what_waits(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "exports") as queue:
            queue.jobs.add(ASKED)
            queue.jobs.add(ASKED)
            await until(lambda: queue.children.made)
            await queue.children.made[0].begun.wait()
        assert queue.children.made[0].ended
        assert {job.state for job in queue.jobs.list()} == {"cancelled"}

    asyncio.run(story())
    assert not (tmp_path / "exports").exists()
