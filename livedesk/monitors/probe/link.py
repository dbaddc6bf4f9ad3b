"""Does the probe run, and what does it say? Keeps a child process playing one address.

The probe may crash, hang or be stopped at any time. It is started again, and until it speaks again
its data are called stale; nothing here waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.secrets import Secret
from livedesk.core.status import PartState, PartStatus
from livedesk.core.tasks import Tasks
from livedesk.monitors.probe.job import ProbeJob, job_line
from livedesk.monitors.probe.lines import EventLine, PreviewLine, SampleLine, parse_line

log = logging.getLogger(__name__)

PROBE_COMMAND: Final = (sys.executable, "-P", "-m", "livedesk.monitors.probe")

STALE_MS: Final = 1_500.0
SILENT_S: Final = 5.0
START_S: Final = 10.0
"""A first line may take longer: the interpreter and FFmpeg's libraries load on a busy machine."""

_BACKOFF_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
_PROVEN_NS: Final = 10 * NS_PER_S
_PROVEN_BACKOFF_S: Final = 0.05

_LINE_LIMIT: Final = 1 << 20
_EXIT_S: Final = 1.0
_SECOND_LOOK_S: Final = 0.2


@dataclass(slots=True)
class _Player:
    """One address being played. It is never cancelled, because a child may just be starting; it is
    told to end, and then ends its child in order."""

    job: ProbeJob
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    process: Process | None = None
    last_resort: asyncio.TimerHandle | None = None

    def end(self) -> None:
        """The child goes when its standard input closes; one that cannot is killed."""
        self.ending.set()
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.last_resort = asyncio.get_running_loop().call_later(_EXIT_S, self._kill)

    def _kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()


class ProbeLink:
    """Owns the probe of one feed. Callbacks run on the event loop and must not wait.

    `make_job` says how an address is to be played; it is asked for each new address.
    """

    def __init__(
        self,
        make_job: Callable[[Secret], ProbeJob],
        clock: Clock,
        *,
        on_sample: Callable[[SampleLine], None],
        on_preview: Callable[[PreviewLine], None],
        on_event: Callable[[EventLine], None],
        command: tuple[str, ...] = PROBE_COMMAND,
        silent_s: float = SILENT_S,
    ) -> None:
        self._make_job = make_job
        self._clock = clock
        self._on_sample = on_sample
        self._on_preview = on_preview
        self._on_event = on_event
        self._command = command
        self._silent_s = silent_s
        self._tasks = Tasks()
        self._url: Secret | None = None
        self._player: _Player | None = None
        self._playing: asyncio.Task[None] | None = None
        self._newest: SampleLine | None = None
        self._heard_ns: int | None = None
        self._reason: str | None = None
        self.pid: int | None = None
        self.restarts = 0
        self.unreadable_lines = 0

    def play(self, url: Secret | None) -> None:
        """Which address to play from now on; None to rest. The present one goes on."""
        if url == self._url:
            return
        before = self._playing
        self._rest()
        self._url = url
        if url is not None:
            self._player = _Player(self._make_job(url))
            work = self._keep_playing(self._player, before)
            self._playing = self._tasks.spawn("probe", work)

    def _rest(self) -> None:
        self._url = self._newest = self._heard_ns = self._reason = None
        if self._player is not None:
            self._player.end()
            self._player = None

    def part(self) -> PartStatus:
        """The state of the instrument; `up` only while it reads media."""
        age_ms = self._age_ms()
        state, reason = self._judged(age_ms)
        return PartStatus(state, reason, self.restarts, age_ms)

    async def close(self) -> None:
        """End the probe and wait until it is gone."""
        self._rest()
        if self._playing is not None:
            await asyncio.wait([self._playing])

    def _age_ms(self) -> float | None:
        if self._heard_ns is None:
            return None
        return (self._clock.mono_ns() - self._heard_ns) / NS_PER_MS

    def _judged(self, age_ms: float | None) -> tuple[PartState, str | None]:
        if self._url is None:
            return "down", "there is no feed to play"
        if self.pid is None:
            return ("starting" if self._reason is None else "down"), self._reason
        if self._newest is None or age_ms is None:
            return "starting", self._reason
        if age_ms > STALE_MS:
            return "stale", f"the probe has said nothing for {age_ms / 1000:.1f} s"
        if self._newest.probe.reader != "reading":
            return "starting", self._newest.probe.reason or "it waits for media"
        return "up", None

    async def _keep_playing(self, player: _Player, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        failures = 0
        while not player.ending.is_set():
            has_read, begun_ns = False, self._clock.mono_ns()
            try:
                has_read = await self._play_once(player)
            except OSError as error:
                self._reason = f"it cannot be started ({error.strerror})"
            if player.ending.is_set():
                return
            failures = 0 if has_read else failures + 1
            self.restarts += 1
            wait_s = wait_before_start_s(failures, self._clock.mono_ns() - begun_ns)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await player.ending.wait()

    async def _play_once(self, player: _Player) -> bool:
        """One life of a child; whether it came to read media."""
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=_LINE_LIMIT
        )
        player.process, self.pid = process, process.pid
        self._newest = self._heard_ns = None
        try:
            if player.ending.is_set():
                return False
            await self._hand_over(process, player.job)
            has_read, is_silent = await self._listen(process, player)
        finally:
            await _end(process)
            self.pid = player.process = None
            if player.last_resort is not None:
                player.last_resort.cancel()
        if not player.ending.is_set():
            self._tell_end(process, is_silent)
        return has_read

    async def _hand_over(self, process: Process, job: ProbeJob) -> None:
        if process.stdin is None:
            raise RuntimeError("the probe was started without a standard input")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(job_line(job))
            await process.stdin.drain()

    async def _listen(self, process: Process, player: _Player) -> tuple[bool, bool]:
        """Take in lines to the end or a silence: whether media was read, whether it went silent."""
        if process.stdout is None:
            raise RuntimeError("the probe was started without a standard output")
        has_read, patience_s = False, START_S
        while True:
            try:
                text = await _next_line(process.stdout, patience_s)
            except TimeoutError:
                return has_read, True
            except ValueError:  # longer than any line of ours: not a probe that speaks
                self.unreadable_lines += 1
                return has_read, False
            if not text:
                return has_read, False
            patience_s = self._silent_s
            if player.ending.is_set():
                continue
            self._take(text)
            if self._newest is not None and self._newest.probe.reader == "reading":
                has_read = True

    def _take(self, text: bytes) -> None:
        try:
            line = parse_line(text)
        except msgspec.DecodeError:
            self.unreadable_lines += 1
            if self.unreadable_lines == 1:
                log.warning("the probe wrote a line that cannot be read")
            return
        if isinstance(line, SampleLine):
            self._newest, self._heard_ns = line, self._clock.mono_ns()
            self._reason = None
            self._on_sample(line)
        elif isinstance(line, PreviewLine):
            self._on_preview(line)
        else:
            self._on_event(line)

    def _tell_end(self, process: Process, is_silent: bool) -> None:
        if is_silent:
            self._reason = f"it said nothing for {self._silent_s:g} s and is started anew"
            text = f"The probe said nothing for {self._silent_s:g} s; it is started anew."
        else:
            self._reason = f"it ended with status {process.returncode} and is started anew"
            text = "The probe ended unexpectedly; it is started anew."
        data = {"pid": process.pid, "status": process.returncode}
        self._on_event(EventLine("probe.died", "warning", text, data))


def wait_before_start_s(failures: int, lived_ns: int) -> float:
    """How long to rest after a child that lived for so long; `failures` in a row read nothing.

    One that measured for a while did not fail at its start: the next one shall measure within a
    second.
    """
    if failures == 0 and lived_ns >= _PROVEN_NS:
        return _PROVEN_BACKOFF_S
    return _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]


async def _next_line(stdout: asyncio.StreamReader, patience_s: float) -> bytes:
    """Raises TimeoutError. Looks twice: when it was us who stood still, the line is there, but the
    time ran out before we came to read it."""
    try:
        async with asyncio.timeout(patience_s):
            return await stdout.readline()
    except TimeoutError:
        async with asyncio.timeout(_SECOND_LOOK_S):
            return await stdout.readline()


async def _end(process: Process) -> None:
    """Kill unless it is over, read what is left so that the pipes close, and wait.

    One that closed its output is given the time to end by itself: a kill at that moment takes the
    exit status away from asyncio, which then reports 255.
    """
    if process.stdout is not None and process.stdout.at_eof():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_S):
                await process.wait()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await process.communicate()
