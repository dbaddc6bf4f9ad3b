"""How does the service write and read without ever blocking its event loop?

One thread writes. It takes what waits, carries out each job inside a savepoint, and commits them
together: many small calls share one wait for the disk, and nobody is answered before his is on it.
Another thread reads, from a connection of its own (WAL: neither waits for the other).
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from livedesk.core.clock import Clock
from livedesk.sandbox.rules.answers import Refusal, busy
from livedesk.sandbox.rules.schema import held, opened, opened_for_reading
from livedesk.sandbox.rules.transaction import Change, Transaction

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_WAITING: Final = 1_000
MOST_TOGETHER: Final = 100

Published = Callable[[Sequence[Change]], None]


@dataclass(slots=True)
class _Job:
    work: Callable[[Transaction], Any]
    fate: asyncio.Future[Any]
    result: Any = None
    failure: BaseException | None = None


class Database:
    """The methods belong to one event loop; `published` is called on it, in order, after commit."""

    def __init__(self, path: Path, clock: Clock, published: Published) -> None:
        self._path = path
        self._clock = clock
        self._published = published
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MOST_WAITING)
        self._closing = False
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="rule service reads")
        self._lock = held(path)
        try:
            self._connection = opened(path, clock.utc_ns())
            self._reader = opened_for_reading(path)
        except BaseException:
            self._lock.close()
            raise
        self._writing = threading.Thread(target=self._run, name="rule service writes", daemon=True)
        self._writing.start()

    @classmethod
    async def open(cls, path: Path, clock: Clock, published: Published) -> Database:
        """Raises NotOursError, OSError. The file is opened before anything runs."""
        return cls(path, clock, published)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Its result, once it is on the disk. What `work` raises is raised, and changes nothing."""
        fate: asyncio.Future[T] = self._loop.create_future()
        if self._closing:
            raise busy("The service is being stopped.")
        try:
            self._jobs.put_nowait(_Job(work, fate))
        except queue.Full:
            raise busy("More calls wait for the disk than can be kept.") from None
        return await fate

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._loop.run_in_executor(self._reading, self._in_snapshot, work)

    def _in_snapshot(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """All that one call reads is of one instant."""
        self._reader.execute("BEGIN")
        try:
            return work(self._reader)
        finally:
            self._reader.execute("COMMIT")

    async def close(self) -> None:
        """What was taken is still written."""
        if self._closing:
            return
        self._closing = True
        await asyncio.to_thread(self._jobs.put, None)
        await asyncio.to_thread(self._writing.join)
        await asyncio.to_thread(self._reading.shutdown)
        self._reader.close()
        self._connection.close()
        self._lock.close()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch, ends = self._batch(job)
            changes = self._carry_out(batch)
            with suppress(RuntimeError):  # the loop may have ended while the disk took its time
                self._loop.call_soon_threadsafe(self._tell, batch, changes)
            if ends:
                return

    def _batch(self, first: _Job) -> tuple[list[_Job], bool]:
        batch = [first]
        while len(batch) < MOST_TOGETHER:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
        return batch, False

    def _carry_out(self, batch: Sequence[_Job]) -> Sequence[Change]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            changes = Transaction(self._connection, self._clock.utc_ns())
            for job in batch:
                _in_savepoint(changes, job)
            changes.finish()
            self._connection.execute("COMMIT")
        except sqlite3.Error as fault:
            log.exception("the rule service could not write")
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for job in batch:
                job.failure = _disk_refused(fault)
            return ()
        return changes.changes

    def _tell(self, batch: Sequence[_Job], changes: Sequence[Change]) -> None:
        if changes:
            self._published(changes)
        for job in batch:
            if job.fate.done():  # who asked has hung up; it is done all the same
                continue
            if job.failure is not None:
                job.fate.set_exception(job.failure)
            else:
                job.fate.set_result(job.result)


def _in_savepoint(transaction: Transaction, job: _Job) -> None:
    """Raises sqlite3.Error, of which no job of the batch is spared: the disk may be full."""
    with transaction.savepoint() as attempt:
        try:
            job.result = job.work(transaction)
        except sqlite3.Error:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is told to who asked
            job.failure = fault
            attempt.undo = True


def _disk_refused(fault: sqlite3.Error) -> Refusal:
    return Refusal(
        503, "not_kept", f"Nothing was done, as it cannot be kept: {fault}.",
        "Look at the disk of the rule service.", retry_after_s=1,
    )  # fmt: skip
