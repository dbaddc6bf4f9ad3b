"""How does a program of this machine move the stream?

It runs without a shell, so nothing in a name or a reason can become another command. It is not
given stream keys: its arguments would show them to everyone on the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.http_template import as_is, fill
from livedesk.core.secrets import redact
from livedesk.core.settings import CommandActuator, UplinkSettings
from livedesk.engine.actuators.base import Outcome, SenderFacts, Stopwatch, SwitchOrder, seconds
from livedesk.engine.actuators.template import fields

_KEPT_BYTES: Final = 4096
_SHOWN_CHARACTERS: Final = 160
_REST_S: Final = 0.2
_FIX: Final = 'look at "run" in [store.failover.command]'


class CommandRun:
    """Runs the program that the settings name. Implements Actuator."""

    def __init__(self, settings: CommandActuator, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    async def check(self) -> str | None:
        if not self._settings.run:
            return f"No command is named that moves the stream; {_FIX}."
        program = self._settings.run[0]
        if shutil.which(program) is not None:
            return None
        if shutil.which(program, os.F_OK) is None:
            return f"The command {program} does not exist on this machine; {_FIX}."
        return f"The command {program} may not be executed; make it executable, or {_FIX}."

    async def switch(self, order: SwitchOrder) -> Outcome:
        watch = Stopwatch(self._clock)
        ok, words = await self._run(order)
        watch.step("command")
        return watch.outcome(ok, words)

    async def _run(self, order: SwitchOrder) -> tuple[bool, str]:
        if problem := await self.check():
            return False, problem
        program, *arguments = self._settings.run
        values = fields(order)
        filled = [fill(argument, values, as_is) for argument in arguments]
        try:
            return await self._watched(program, filled)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "an argument holds a zero byte"
            return False, f"The command cannot be started ({why}); {_FIX}."

    async def _watched(self, program: str, arguments: list[str]) -> tuple[bool, str]:
        limit_s = self._settings.timeout_s
        transport, running = await asyncio.get_running_loop().subprocess_exec(
            _Running, program, *arguments,
            stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(limit_s):
                await running.exited.wait()
        except TimeoutError:
            said = running.last_line()
            return False, f"The command hung for {seconds(limit_s)} and was ended{said}."
        finally:
            await _end(transport, running)
        return _judged(transport.get_returncode(), running.last_line())

    async def sender(self) -> SenderFacts | None:
        return None

    async def carrying(self, uplinks: tuple[UplinkSettings, ...]) -> str | None:
        return None

    async def close(self) -> None:
        """Nothing is held between two orders."""


class _Running(asyncio.SubprocessProtocol):
    """A started program, and the end of what it prints; it may print without end."""

    def __init__(self) -> None:
        self.exited = asyncio.Event()
        self.silent = asyncio.Event()
        self._kept = b""

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._kept = (self._kept + data)[-_KEPT_BYTES:]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self.silent.set()

    def process_exited(self) -> None:
        self.exited.set()

    def last_line(self) -> str:
        lines = [line.strip() for line in self._kept.decode(errors="replace").splitlines()]
        last = next((line for line in reversed(lines) if line), "")
        shown = "".join(c if c.isprintable() else " " for c in redact(last, ()))
        return f"; it said: {shown[:_SHOWN_CHARACTERS].rstrip('.')}" if shown else ""


async def _end(transport: asyncio.SubprocessTransport, running: _Running) -> None:
    """A command that still runs is killed with everything that it started."""
    if not running.exited.is_set():
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                transport.kill()
            else:
                os.killpg(transport.get_pid(), signal.SIGKILL)
        await running.exited.wait()
    # Its last words may still be on their way; a child that it left behind keeps the pipe open.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_REST_S):
            await running.silent.wait()
    transport.close()


def _judged(status: int | None, said: str) -> tuple[bool, str]:
    if status == 0:
        return True, "The command ended well."
    if status is not None and status < 0:
        return False, f"The command was ended by signal {-status}{said}."
    return False, f"The command failed with exit status {status}{said}."
