"""How does the sandbox run its encoder? As a child process, fed by lines, known by its reports."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import deque
from typing import Final, Literal

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks

State = Literal["off", "starting", "running", "stopped", "failed"]

STOP_S: Final = 4.0
KEPT_EVENTS: Final = 50
_LINE_BYTES: Final = 65_536


class EncoderChild:
    """At most one encoder process. Its settings hold for every start; the target may change."""

    def __init__(self, settings: dict[str, Json], target: Secret | None) -> None:
        self._settings = settings
        self._target = target
        self._process: asyncio.subprocess.Process | None = None
        self._tasks = Tasks()
        self._turn = asyncio.Lock()
        self._figures: dict[str, Json] = {}
        self._events: deque[Json] = deque(maxlen=KEPT_EVENTS)
        self.state: State = "off"

    @property
    def has_target(self) -> bool:
        return self._target is not None

    async def start(self, target: Secret | None = None) -> None:
        """Start afresh, towards a new target if one is given; a running encoder is stopped."""
        async with self._turn:
            await self._stop()
            self._target = target or self._target
            if self._target is None:
                raise ValueError("the encoder has no target yet")
            self.state = "starting"
            self._figures = {}
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "livedesk.sandbox.encoder",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LINE_BYTES,
            )
            self._tasks.spawn("encoder reports", self._listen(self._process))
            self._write(self._process, {"url": self._target.reveal(), **self._settings})

    async def stop(self) -> None:
        """Sign off and end; an encoder that does not is killed."""
        async with self._turn:
            await self._stop()

    async def close(self) -> None:
        await self.stop()
        await self._tasks.close()

    def order(self, command: dict[str, Json]) -> bool:
        """Pass a command on; false when no encoder runs."""
        if self._process is None or self._process.returncode is not None:
            return False
        self._write(self._process, command)
        return True

    def figures(self) -> dict[str, Json]:
        """The last report, with the process's own state and what it said lately."""
        return {
            "process": self.state,
            "pid": self._process.pid if self._process is not None else None,
            "report": self._figures or None,
            "events": list(self._events),
        }

    async def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            self._write(process, {"cmd": "stop"})
            if process.stdin is not None:
                process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_S)
        if process.returncode is None:
            process.kill()
        await process.wait()

    def _write(self, process: asyncio.subprocess.Process, line: dict[str, Json]) -> None:
        if process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(json.dumps(line).encode() + b"\n")

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        failed = False
        with contextlib.suppress(ValueError):  # a line without end: nothing more is understood
            while raw := await process.stdout.readline():
                try:
                    line = json.loads(raw)
                except ValueError:
                    continue
                failed = failed or line.get("kind") == "error"
                self._note(line)
        await process.wait()
        if process is self._process:
            self.state = "failed" if failed or process.returncode else "stopped"
            self._events.append({"event": "ended", "text": f"exit status {process.returncode}"})

    def _note(self, line: dict[str, Json]) -> None:
        kind = line.pop("kind", None)
        if kind in ("report", "end"):
            self._figures = line
            self.state = "running"
        else:
            self._events.append(line)
