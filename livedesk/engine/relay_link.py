"""Is the store's relay there, and what does it say? Starts or attaches, follows, comes back.

The relay is the media path and outlives the engine, so this link never ends a relay that carries
media: not when it hangs (a person decides), not when its settings are out of date.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from livedesk import __version__
from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json, Level
from livedesk.core.process import is_alive
from livedesk.core.runtime import RelayRuntime
from livedesk.core.status import PartState, PartStatus
from livedesk.engine.ages import STALE_MS
from livedesk.engine.entries import Hello, RelayEntry, RelaySample, Reply, parse_hello, parse_line
from livedesk.engine.relay_commands import RelayCommands, json_line
from livedesk.engine.relay_process import (
    RELAY_COMMAND,
    RelayJob,
    RelayNotStartedError,
    end_relay,
    find_relay,
    start_relay,
)

log = logging.getLogger(__name__)

_LINE_LIMIT = 1 << 20
_HELLO_WITHIN_S = 3.0
_BACKOFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)


class RelaySink(Protocol):
    """Who takes in what the link sees."""

    def position(self, instance: str) -> int:
        """Number of the last entry of this relay that was taken in; 0 for a relay never seen."""
        ...

    def attached(self, instance: str, tap_url: str, missed: int) -> None:
        """A relay was found or started; `missed` of its entries are gone for good."""
        ...

    async def entry(self, instance: str, entry: RelayEntry) -> None: ...

    def remark(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> None:
        """Something happened to the relay or to our view of it."""
        ...


@dataclass(slots=True)
class _Seen:
    """What the link knows of the relay it talks to."""

    relay: RelayRuntime | None = None
    reason: str | None = "not started yet"
    last_mono_ns: int | None = None
    up_to: int = 0
    told: str | None = None
    outdated: str | None = None
    idle: bool = False


class RelayLink:
    """The engine's side of one relay."""

    def __init__(
        self,
        job: RelayJob,
        sink: RelaySink,
        clock: Clock,
        command: tuple[str, ...] = RELAY_COMMAND,
        begin_on: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`begin_on`: the uplink that a new relay begins on; None is the first."""
        self._begin_on = begin_on
        self._job = job
        self._sink = sink
        self._clock = clock
        self._command = command
        self._seen = _Seen()
        self._ending = False
        self._starting: asyncio.Future[RelayRuntime] | None = None
        self._commands = RelayCommands(clock)
        self.restarts = 0
        self.unreadable_lines = 0

    @property
    def replaying(self) -> bool:
        """Whether entries from before the attachment are still being taken in."""
        return self._seen.up_to > 0

    def part(self) -> PartStatus:
        seen, age_ms = self._seen, self._age_ms()
        state: PartState
        if seen.relay is None:
            state = "starting" if seen.told is None else "down"
        elif age_ms is None or age_ms > STALE_MS:
            state = "stale"
        else:
            state = "up"
        return PartStatus(state, None if state == "up" else seen.reason, self.restarts, age_ms)

    def _age_ms(self) -> float | None:
        if self._seen.last_mono_ns is None:
            return None
        return (self._clock.mono_ns() - self._seen.last_mono_ns) / NS_PER_MS

    async def run(self) -> None:
        """Keep a relay running and listen to it, until cancelled."""
        failures = 0
        while True:
            try:
                relay = await self._find_or_start()
                if await self._follow(relay):
                    failures = 0
            except RelayNotStartedError as problem:
                self._tell_not_started(problem)
            except (OSError, msgspec.DecodeError, asyncio.IncompleteReadError, ValueError) as error:
                self._seen.reason = f"its control channel failed ({type(error).__name__})"
            await self._after_loss()
            await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
            failures += 1

    async def command(self, name: str, fields: dict[str, Json]) -> Reply:
        """Raises RelaySilentError."""
        return await self._commands.send(name, fields)

    async def end_relay(self) -> bool:
        """End the store's relay, whichever engine started it. Returns whether it is gone."""
        self._ending = True
        if self._starting is not None:
            # A thread is at it, which no cancelling reaches: what it starts is to end as well.
            await asyncio.wait((self._starting,))
        relay = await asyncio.to_thread(find_relay, self._job)
        return relay is None or await end_relay(relay, self._job.runtime_file)

    async def _find_or_start(self) -> RelayRuntime:
        relay = await asyncio.to_thread(find_relay, self._job)
        if relay is None:
            job = self._job.beginning_on(self._begin_on())
            relay = await self._start(job)
            self._sink.remark("relay.started", "info", "The relay was started.", {"pid": relay.pid})
        self._seen.relay = relay
        self._seen.told = None
        return relay

    async def _start(self, job: RelayJob) -> RelayRuntime:
        """Raises RelayNotStartedError."""
        self._starting = asyncio.ensure_future(asyncio.to_thread(start_relay, job, self._command))
        self._starting.add_done_callback(_heard)
        return await asyncio.shield(self._starting)

    def _tell_not_started(self, problem: RelayNotStartedError) -> None:
        """Once per reason, however often it is tried again."""
        self._seen.reason = f"{problem}; {problem.action}"
        if self._seen.told != str(problem):
            self._seen.told = str(problem)
            text = f"The relay cannot run: {problem}. What to do: {problem.action}."
            self._sink.remark("relay.not_started", "critical", text, {})

    async def _follow(self, relay: RelayRuntime) -> bool:
        """Take in entries until the connection ends; True when at least one came."""
        instance = f"{relay.pid}-{relay.started_utc_ns}"
        async with _connection(relay.port) as (reader, writer):
            after = self._sink.position(instance)
            writer.write(json_line({"token": relay.token.reveal(), "after": after}))
            async with asyncio.timeout(_HELLO_WITHIN_S):
                hello = parse_hello(await reader.readline())
            self._commands.connected(writer)
            try:
                self._greet(relay, hello, instance)
                return await self._listen(relay, instance, reader)
            finally:
                self._seen.up_to = 0
                self._commands.disconnected()

    async def _listen(
        self, relay: RelayRuntime, instance: str, reader: asyncio.StreamReader
    ) -> bool:
        came = False
        async for entry in self._entries(reader):
            came = True
            await self._sink.entry(instance, entry)
            self._note(entry)
            if self._seen.outdated and self._seen.idle and not self.replaying:
                await self._replace(relay)
                break
        self._seen.reason = "its control channel was closed"
        return came

    def _greet(self, relay: RelayRuntime, hello: Hello, instance: str) -> None:
        after = self._sink.position(instance)
        self._seen.up_to = hello.last if hello.last > after else 0
        self._seen.reason = f"it has not sent anything for {STALE_MS / 1000:g} s"
        self._seen.outdated = self._difference(relay)
        if self._seen.outdated:
            text = f"{self._seen.outdated}; this takes effect when the relay restarts."
            self._sink.remark("relay.outdated", "notice", text, {})
        self._sink.attached(instance, hello.tap_url, hello.missed)

    def _difference(self, relay: RelayRuntime) -> str | None:
        if relay.job_digest != self._job.digest:
            return "The relay still runs with earlier settings"
        if relay.version != __version__:
            return f"The relay is of version {relay.version}, the engine of {__version__}"
        return None

    async def _entries(self, reader: asyncio.StreamReader) -> AsyncIterator[RelayEntry]:
        while line := await reader.readline():
            try:
                entry = parse_line(line)
            except msgspec.DecodeError:
                self.unreadable_lines += 1
                if self.unreadable_lines == 1:
                    text = "The relay sent a line that this engine cannot read."
                    self._sink.remark("relay.unreadable", "warning", text, {})
                continue
            if isinstance(entry, Reply):
                self._commands.answered(entry)
            else:
                yield entry

    def _note(self, entry: RelayEntry) -> None:
        seen = self._seen
        if entry.n >= seen.up_to:
            seen.up_to = 0
        if isinstance(entry, RelaySample):
            seen.last_mono_ns = entry.mono_ns
            carrying = any(uplink.state == "carrying" for uplink in entry.uplinks)
            seen.idle = not entry.feed.connected and not carrying

    async def _replace(self, relay: RelayRuntime) -> None:
        text = "No feed is connected: the relay restarts with the present settings."
        self._sink.remark("relay.replaced", "notice", text, {"pid": relay.pid})
        self._seen.relay = None
        await end_relay(relay, self._job.runtime_file)

    async def _after_loss(self) -> None:
        """Tell apart a lost connection and a relay that died; only the second is counted."""
        seen = self._seen
        relay = seen.relay
        if relay is None or self._ending:
            return
        if not await asyncio.to_thread(is_alive, relay.pid, relay.process):
            seen.relay = None
            seen.reason = "it ended unexpectedly and is being restarted"
            self.restarts += 1
            text = "The relay ended unexpectedly; it is being restarted."
            self._sink.remark("relay.died", "critical", text, {"pid": relay.pid})


@asynccontextmanager
async def _connection(
    port: int,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LINE_LIMIT)
    try:
        yield reader, writer
    finally:
        writer.close()


def _heard(starting: asyncio.Future[RelayRuntime]) -> None:
    """Who waited for it may be gone; then nobody else asks how it failed."""
    if not starting.cancelled():
        starting.exception()
