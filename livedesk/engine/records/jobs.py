"""Which exports were asked for, how far are they, and where are their files?

One at a time, in the order in which they were asked for. What is made lies below the data folder
for an hour, or until there is too much of it; a new engine begins with none.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.records import ExportJob, JobState
from livedesk.core.tasks import Tasks
from livedesk.engine.records.child import Child
from livedesk.engine.records.folder import emptied
from livedesk.engine.records.job import Asked, Job, room, work_of
from livedesk.journal.work import Made, Told, Trouble, Work

log = logging.getLogger(__name__)

WAITING_MOST: Final = 20
LISTED_MOST: Final = 200
KEEP_S: Final = 3_600.0
KEEP_BYTES: Final = 2_000_000_000
_TIDY_S: Final = 30.0
_FAULT: Final = "livedesk made a mistake while exporting; the engine's log says more."

_OVER: Final[frozenset[JobState]] = frozenset(("done", "cancelled", "failed"))


class TooManyExportsError(Exception):
    """As many wait as may."""


@dataclass(slots=True)
class JobCounts:
    done: int = 0
    failed: int = 0
    cancelled: int = 0


class ExportJobs:
    """Called from the engine's event loop only. Works between `open` and `close`."""

    def __init__(self, folder: Path, clock: Clock, make_child: Callable[[Work], Child]) -> None:
        """`folder` is this queue's alone: what is in it at the start is of an earlier engine."""
        self._folder = folder
        self._clock = clock
        self._make_child = make_child
        self._jobs: dict[str, Job] = {}
        self._news = asyncio.Event()
        self._is_closing = False
        self._tasks = Tasks()
        self._working: asyncio.Task[None] | None = None
        self.counts = JobCounts()

    async def open(self) -> None:
        await asyncio.to_thread(emptied, self._folder)
        self._working = self._tasks.spawn("exports", self._work())
        self._tasks.spawn("exports kept", self._tidy_always())

    async def close(self) -> None:
        self._is_closing = True
        for job in self._jobs.values():
            self._cancel(job)
        self._news.set()
        if self._working is not None:
            await asyncio.wait((self._working,))
        await self._tasks.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def add(self, asked: Asked) -> ExportJob:
        """Raises TooManyExportsError."""
        if self.waiting >= WAITING_MOST:
            raise TooManyExportsError
        told = ExportJob(
            id=secrets.token_hex(8),
            sessions=asked.sessions,
            formats=asked.formats,
            edition=asked.edition,
            evidence=asked.evidence is not None,
            by=asked.by,
            asked_utc_ns=self._clock.utc_ns(),
        )
        self._jobs[told.id] = Job(told, asked, self._folder / told.id)
        self._news.set()
        return told

    @property
    def waiting(self) -> int:
        return sum(job.told.state == "queued" for job in self._jobs.values())

    @property
    def running(self) -> int:
        return sum(job.told.state == "running" for job in self._jobs.values())

    @property
    def kept_bytes(self) -> int:
        return sum(job.bytes for job in self._jobs.values())

    def list(self) -> list[ExportJob]:
        """The newest first."""
        return [job.told for job in reversed(self._jobs.values())]

    def get(self, job_id: str) -> ExportJob | None:
        job = self._jobs.get(job_id)
        return None if job is None else job.told

    async def finished(self, job_id: str) -> ExportJob:
        """The job once it is over. Raises KeyError."""
        job = self._jobs[job_id]
        await job.over.wait()
        return job.told

    def uses(self, path: Path) -> bool:
        """Whether an export of this session file is asked for and not over."""
        jobs = self._jobs.values()
        return any(path in job.asked.paths for job in jobs if job.told.state not in _OVER)

    def file(self, job_id: str, name: str) -> Path | None:
        """Only what the job lists, wherever else the name may lead."""
        job = self._jobs.get(job_id)
        if job is None or all(file.name != name for file in job.told.files):
            return None
        return job.folder / name

    def fetching(self, job_id: str, by: int) -> None:
        """One more (1), or one less (-1), reads the files of the job."""
        if (job := self._jobs.get(job_id)) is not None:
            job.is_read += by

    async def discard(self, job_id: str) -> bool:
        """Stop it, forget it, and remove its files. Whether there was such a job."""
        job = self._jobs.get(job_id)
        if job is None:
            return False
        was_over = job.told.state in _OVER
        self._cancel(job)
        if was_over:
            del self._jobs[job_id]
            await asyncio.to_thread(shutil.rmtree, job.folder, ignore_errors=True)
        return True

    def _cancel(self, job: Job) -> None:
        if job.told.state in _OVER:
            return
        if job.child is None:
            self._over(job, replace(job.told, state="cancelled", doing=""))
        else:
            job.told = replace(job.told, doing="is being stopped")
            job.child.end()

    async def _work(self) -> None:
        while not self._is_closing:
            job = next((j for j in self._jobs.values() if j.told.state == "queued"), None)
            if job is None:
                self._news.clear()
                await self._news.wait()
                continue
            # In a task of its own, so that a fault of ours costs one export and not all after it.
            await asyncio.wait((self._tasks.spawn("export", self._do(job)),))
            if job.told.state not in _OVER:
                self._over(job, replace(job.told, state="failed", doing="", problem=_FAULT))
            await self._tidy()

    async def _do(self, job: Job) -> None:
        job.told = replace(job.told, state="running", doing="is being started")
        job.child = child = self._make_child(work_of(job))
        problem = await asyncio.to_thread(room, job.folder, job.asked.paths)
        line = Trouble(problem) if problem else await child.run(lambda told: _hear(job, told))
        match line:
            case Made(files, trouble) if not child.ended:
                told = replace(
                    job.told, state="done", done=1.0, doing="", files=files, problem=trouble
                )
            case Trouble(text) if not child.ended:
                told = replace(job.told, state="failed", doing="", problem=text)
                log.warning("an export came to nothing: %s", text)
            case _:
                told = replace(job.told, state="cancelled", doing="")
        if told.state != "done":
            await asyncio.to_thread(shutil.rmtree, job.folder, ignore_errors=True)
        self._over(job, told)

    def _over(self, job: Job, told: ExportJob) -> None:
        job.told, job.child = told, None
        job.ended_mono_ns = self._clock.mono_ns()
        job.over.set()
        match told.state:
            case "done":
                self.counts.done += 1
            case "failed":
                self.counts.failed += 1
            case _:
                self.counts.cancelled += 1

    async def _tidy_always(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_S)
            await self._tidy()

    async def _tidy(self) -> None:
        """Forget what was kept long enough, and the oldest where there is too much."""
        for job in reversed(self._too_many()):
            if self._jobs.pop(job.told.id, None) is not None:
                await asyncio.to_thread(shutil.rmtree, job.folder, ignore_errors=True)

    def _too_many(self) -> Sequence[Job]:
        now_ns = self._clock.mono_ns()
        over = [j for j in self._jobs.values() if j.told.state in _OVER and not j.is_read]
        newest_first = sorted(over, key=lambda job: job.ended_mono_ns, reverse=True)
        gone, kept_bytes = [], 0
        for place, job in enumerate(newest_first):
            kept_bytes += job.bytes
            is_old = now_ns - job.ended_mono_ns > KEEP_S * NS_PER_S
            # The newest is what somebody waits for, however large.
            if is_old or place >= LISTED_MOST or (place and kept_bytes > KEEP_BYTES):
                gone.append(job)
        return gone


def _hear(job: Job, told: Told) -> None:
    job.told = replace(job.told, done=told.done, doing=told.doing)
