"""How does a program keep running beside livedesk, read by the line and told by the line?

It is started again when it ends, after a pause that grows while it does not last. It has no shell,
and its own group of processes, which ends with it. What it says beside its lines (stderr) is kept
for one thing: the last of it is told to people when it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from typing import Final, Protocol, cast

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.moderation.chats.line_format import LineSplitter
from livedesk.platforms.answers import said
from livedesk.platforms.call_budget import Backoff

_KEPT_BYTES: Final = 4096
_UNREAD_BYTES: Final = 256 * 1024
"""A program that leaves so much of its input unread is told nothing more."""
_LINES_A_TURN: Final = 100
_TURN_S: Final = 0.02
"""One store's program that writes 5,000 lines a second or more waits; the other stores do not."""
_LASTED_S: Final = 10.0
"""One that ran for so long is started again soon."""
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_LAST_WORDS_S: Final = 0.2
_END_S: Final = 0.5
"""So long it has to end by itself once its input is closed."""
_INPUT: Final = 0
_OUTPUT: Final = 1


class Listener(Protocol):
    """Who is told; nothing of it raises or waits."""

    def started(self) -> None: ...

    def lines(self, lines: Sequence[bytes], too_long: int) -> None:
        """Whole lines, and how many were left out as they were too long."""
        ...

    def ended(self, why: str) -> None:
        """It ended, or could not be started: a sentence for people."""
        ...


class Program:
    """One program, started again and again while `run` is awaited."""

    def __init__(self, run: tuple[str, ...], listener: Listener, clock: Clock, rng: Random) -> None:
        self._run = run
        self._listener = listener
        self._clock = clock
        self._backoff = Backoff(rng, first_s=_FIRST_PAUSE_S, longest_s=_LONGEST_PAUSE_S)
        self._transport: asyncio.SubprocessTransport | None = None

    def send(self, line: bytes) -> bool:
        """Whether it was handed over: to a program that runs and reads its input."""
        if self._transport is None:
            return False
        pipe = cast("asyncio.WriteTransport | None", self._transport.get_pipe_transport(_INPUT))
        if pipe is None or pipe.is_closing() or pipe.get_write_buffer_size() > _UNREAD_BYTES:
            return False
        pipe.write(line + b"\n")
        return True

    async def run(self) -> None:
        """Until it is cancelled; then the program is ended too."""
        while True:
            began_mono_ns = self._clock.mono_ns()
            why = await self._once()
            self._listener.ended(why)
            if self._clock.mono_ns() - began_mono_ns >= _LASTED_S * NS_PER_S:
                self._backoff.succeeded()
            await asyncio.sleep(self._backoff.failed())

    async def _once(self) -> str:
        """Start it and wait for its end; why it ended."""
        try:
            transport, running = await asyncio.get_running_loop().subprocess_exec(
                lambda: _Running(self._listener.lines), *self._run,
                stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "an argument holds a zero byte"
            return f"The program {self._run[0]} cannot be started ({why})."
        self._transport = transport
        try:
            self._listener.started()
            await running.over.wait()
        finally:
            self._transport = None
            await _end(transport, running)
        return _words(self._run[0], transport.get_returncode(), running.last_line())


class _Running(asyncio.SubprocessProtocol):
    """A started program: while what it wrote is not taken no more of it is read, so that nothing
    can pile up here."""

    def __init__(self, take: Callable[[Sequence[bytes], int], None]) -> None:
        self._take = take
        self._splitter = LineSplitter()
        self._untaken: deque[bytes] = deque()
        self._pipe: asyncio.ReadTransport | None = None
        self._is_paused = False
        self._words = b""
        self.over = asyncio.Event()
        """It ended, or writes no lines any more."""
        self.exited = asyncio.Event()
        self.silent = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        started = cast("asyncio.SubprocessTransport", transport)
        self._pipe = cast("asyncio.ReadTransport | None", started.get_pipe_transport(_OUTPUT))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd != _OUTPUT:
            self._words = (self._words + data)[-_KEPT_BYTES:]
            return
        before = self._splitter.too_long
        self._untaken.extend(self._splitter.feed(data))
        if too_long := self._splitter.too_long - before:
            self._take((), too_long)
        if not self._is_paused:
            self._take_some()

    def _take_some(self) -> None:
        """And go on reading once nothing is left. The last of an ended program is not much."""
        turn = len(self._untaken)
        if not self.exited.is_set():
            turn = min(turn, _LINES_A_TURN)
        if turn:
            self._take([self._untaken.popleft() for _ in range(turn)], 0)
        if self._untaken:
            self._pause(True)
            asyncio.get_running_loop().call_later(_TURN_S, self._take_some)
        else:
            self._pause(False)

    def _pause(self, is_wanted: bool) -> None:
        if self._pipe is None or self._pipe.is_closing() or is_wanted is self._is_paused:
            return
        self._is_paused = is_wanted
        (self._pipe.pause_reading if is_wanted else self._pipe.resume_reading)()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == _OUTPUT:
            self._take_some()
            self.silent.set()
            self.over.set()

    def process_exited(self) -> None:
        self.exited.set()
        self._take_some()
        self.over.set()

    def last_line(self) -> str:
        lines = [line.strip() for line in self._words.decode(errors="replace").splitlines()]
        return said(next((line for line in reversed(lines) if line), ""), ())


async def _end(transport: asyncio.SubprocessTransport, running: _Running) -> None:
    """Nothing of it stays: what does not end by itself is killed with all that it started."""
    if (pipe := transport.get_pipe_transport(_INPUT)) is not None:
        pipe.close()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S if running.exited.is_set() else _END_S):
                await running.exited.wait()
                await running.silent.wait()
    finally:
        if not (running.exited.is_set() and running.silent.is_set()):
            _kill(transport)
        await running.exited.wait()
        transport.close()


def _kill(transport: asyncio.SubprocessTransport) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            transport.kill()
        else:
            os.killpg(transport.get_pid(), signal.SIGKILL)


def _words(program: str, status: int | None, words: str) -> str:
    if status is not None and status < 0:
        how = f"was ended by signal {-status}"
    else:
        how = f"ended with status {status}"
    return f"The program {program} {how}{f'; it said: {words}' if words else ''}."
