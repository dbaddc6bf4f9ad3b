"""How does the engine have long work on the record done, so that no show notices?

In a process of its own (`journal/worker.py`), which ends with this one. On POSIX it leads a group,
so that what it starts itself ends with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from typing import Final

import msgspec

from livedesk.journal.work import LINE_LIMIT, Line, Told, Trouble, Work, read_line, work_line

log = logging.getLogger(__name__)

WORKER_COMMAND: Final = (sys.executable, "-P", "-m", "livedesk.journal.worker")
SILENT_S: Final = 180.0
"""A worker that says nothing for so long hangs: the slowest step, a long report as PDF, takes a
tenth of that on a machine that has nothing else to do."""

Hear = Callable[[Told], None]


class Child:
    """One work, done once. `run` is never cancelled, as a process may just be starting: it is
    told to `end`, and then ends it in order."""

    def __init__(
        self, work: Work, command: tuple[str, ...] = WORKER_COMMAND, silent_s: float = SILENT_S
    ) -> None:
        self._work = work
        self._command = command
        self._silent_s = silent_s
        self._process: Process | None = None
        self._ending = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether it was told to end."""
        return self._ending.is_set()

    def end(self) -> None:
        """At once, whatever it does."""
        self._ending.set()
        if self._process is not None:
            _kill(self._process)

    async def run(self, hear: Hear) -> Line:
        """The last line, `hear` is told the others. What went wrong is a Trouble."""
        if self._ending.is_set():
            return Trouble("It was stopped.")
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                limit=LINE_LIMIT,
                start_new_session=True,
            )
        except OSError as error:
            return Trouble(f"The worker cannot be started ({error.strerror or error}).")
        self._process = process
        try:
            if self._ending.is_set():
                return Trouble("It was stopped.")
            return await self._listen(process, hear)
        finally:
            self._process = None
            await _gone(process)

    async def _listen(self, process: Process, hear: Hear) -> Line:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(work_line(self._work))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await process.stdin.drain()
        while True:
            try:
                async with asyncio.timeout(self._silent_s):
                    text = await process.stdout.readline()
            except TimeoutError:
                return Trouble(
                    f"It was given up after {self._silent_s:g} s in which nothing came of it."
                )
            except ValueError:
                return Trouble("Its answer is longer than any that makes sense.")
            if not text:
                return await self._death(process)
            try:
                line = read_line(text)
            except msgspec.MsgspecError as error:
                return Trouble(f"Its answer makes no sense ({error}).")
            if not isinstance(line, Told):
                return line
            hear(line)

    async def _death(self, process: Process) -> Trouble:
        if self._ending.is_set():
            return Trouble("It was stopped.")
        status = await process.wait()
        log.error("a worker ended with status %d and no answer", status)
        why = f"by signal {-status}" if status < 0 else f"with status {status}"
        return Trouble(f"The worker ended {why} before it was done; the engine's log may say more.")


async def _gone(process: Process) -> None:
    """With all that it started; its pipes are closed first, so that none of them stays open."""
    if process.stdin is not None:
        process.stdin.close()
    _kill(process)
    await process.wait()


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
