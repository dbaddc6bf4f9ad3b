"""The relay as a process: takes its job, wires the parts, and closes them in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import ssl
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final

from livedesk import __version__
from livedesk.core.clock import NS_PER_MS, Clock, SystemClock
from livedesk.core.runtime import RelayRuntime, remove_runtime_file, write_runtime_file
from livedesk.core.tasks import Tasks
from livedesk.failover.policy import Policy
from livedesk.relay.control import ControlServer
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.ingest import Ingest
from livedesk.relay.job import JobError, RelayJob, UplinkJob, read_job
from livedesk.relay.lookup import AddressCache
from livedesk.relay.opener import Opener
from livedesk.relay.orders import Orders
from livedesk.relay.switcher import Switcher
from livedesk.relay.tap import TapServer
from livedesk.relay.uplink import Uplink

POLL_S: Final = 0.05
POLLS_PER_SAMPLE: Final = 5
_FAULT_PAUSE_S: Final = 1.0
_PAUSE_NS: Final = 100 * NS_PER_MS


class StartError(Exception):
    """The relay cannot start; `action` says what to do about it."""

    def __init__(self, problem: str, action: str) -> None:
        super().__init__(problem)
        self.action = action


class Relay:
    """The wired relay of one store."""

    def __init__(self, job: RelayJob, clock: Clock) -> None:
        self._job = job
        self._clock = clock
        self._tasks = Tasks(self._task_failed)
        self._stopping = asyncio.Event()
        self.log = EntryLog(clock)
        self.feed = Feed(clock, self.log, job.limits, job.failover.catch_up_s)
        self.tap = TapServer(self.feed)
        self.ingest = Ingest(job.listen, self.feed, self.log, clock)
        cache = AddressCache()
        self.uplinks = [self._uplink(uplink, cache) for uplink in job.uplinks]
        names = tuple(uplink.name for uplink in self.uplinks)
        policy = Policy(job.failover, job.limits, names, job.begin_on)
        self.switcher = Switcher(policy, self.feed, self.uplinks, self.log, clock)
        orders = Orders(policy, clock, self._look, self.switcher.failed)
        self.control = ControlServer(self.log, self._hello, self.stop, orders.take)

    def _uplink(self, job: UplinkJob, cache: AddressCache) -> Uplink:
        limits, clock = self._job.limits, self._clock
        opener = Opener(job, clock, limits.silence_ms, cache)
        grace_s = self._job.feed_grace_s
        return Uplink(job, self.feed, self.log, clock, grace_s, limits, opener, self._look)

    def _look(self) -> None:
        """At once, not at the next poll."""
        self.switcher.poll(self._clock.mono_ns())

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Until told to stop. Raises `StartError`."""
        try:
            await self._start()
            _answer({"ready": True, "pid": os.getpid()})
            _detach_output()
            await self._stopping.wait()
        finally:
            await self._close()

    async def _start(self) -> None:
        listen = self._job.listen
        try:
            await self.ingest.start()
        except ssl.SSLError as error:
            raise StartError(
                f"the certificate for rtmps cannot be used: {error.reason}",
                "check feed.tls_cert and feed.tls_key of the store",
            ) from None
        except OSError as error:
            raise StartError(
                f"cannot listen on {listen.host}:{listen.port}: {_plain(error)}",
                "end the program that uses this port, or choose another port in feed.listen",
            ) from None
        await self.tap.start()
        await self.control.start()
        self.log.event(
            "relay.start", "info", "The relay is ready for the encoder.", pid=os.getpid()
        )
        for uplink in self.uplinks:
            self._tasks.spawn("uplink", self._keep_on("uplink", uplink.run))
        self._tasks.spawn("sampler", self._keep_on("sampler", self._sample))
        self._write_runtime_file()

    def _write_runtime_file(self) -> None:
        runtime = RelayRuntime(
            store=self._job.store,
            pid=os.getpid(),
            port=self.control.port,
            token=self.control.token,
            tap_url=self.tap.url,
            started_utc_ns=self._clock.utc_ns(),
            version=__version__,
            job_digest=self._job.job_digest,
        )
        try:
            write_runtime_file(self._job.runtime_file, runtime)
        except OSError as error:
            raise StartError(
                f"cannot write {self._job.runtime_file}: {error.strerror or error}",
                "make the runtime folder writable, or set LIVEDESK_RUNTIME_DIR",
            ) from None

    async def _close(self) -> None:
        await self.switcher.close()
        await self._tasks.close()
        await self.control.close()
        await self.tap.close()
        await self.ingest.close()
        with contextlib.suppress(OSError):
            remove_runtime_file(self._job.runtime_file, os.getpid())
        await asyncio.sleep(0)  # lets the transports close their sockets

    async def _keep_on(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A fault of ours is told and costs a second; it must not end an uplink for good."""
        while True:
            try:
                return await work()
            except Exception as fault:  # noqa: BLE001 - whatever it is, the show goes on
                self._task_failed(name, fault)
            await asyncio.sleep(_FAULT_PAUSE_S)

    async def _sample(self) -> None:
        """Judges twenty times a second; reports four times, and at once when a class changes."""
        polls, now_ns = 0, self._clock.mono_ns()
        while True:
            await asyncio.sleep(POLL_S)
            if self._clock.mono_ns() - now_ns > _PAUSE_NS:
                await _let_others_read()
            now_ns = self._clock.mono_ns()
            has_changed = self._judge(now_ns)
            polls += 1
            is_due = polls % POLLS_PER_SAMPLE == 0
            if is_due:
                self.ingest.check_silence()
            if is_due or has_changed:
                self._report(now_ns)

    def _judge(self, now_ns: int) -> bool:
        """The feed first: an uplink is judged by what it is given."""
        changes = [self.feed.judge(now_ns)]
        for uplink in self.uplinks:
            uplink.poll(now_ns)
            changes.append(uplink.judge(now_ns))
        self.switcher.poll(now_ns)
        return any(changes)

    def _report(self, now_ns: int) -> None:
        self.log.sample(
            {
                "feed": self.feed.sample(now_ns),
                "uplinks": [
                    {**uplink.sample(now_ns), **self.switcher.health_of(uplink.name, now_ns)}
                    for uplink in self.uplinks
                ],
                "failover": self.switcher.sample(now_ns),
                "tap": {
                    "players": self.tap.players,
                    "skips": self.tap.skips,
                    "join_overflows": self.feed.replay.overflows,
                },
                "delay_us": self.switcher.carrier.delays_us(),
            }
        )

    def _hello(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "store": self._job.store,
            "version": __version__,
            "tap_url": self.tap.url.reveal(),
        }

    def _task_failed(self, name: str, failure: BaseException) -> None:
        self.log.event(
            "relay.error",
            "critical",
            f"The relay's {name} failed ({type(failure).__name__}); please report this.",
            task=name,
        )


async def _let_others_read() -> None:
    """After a pause of this process the timers come first: what waits in the sockets must be read
    before anybody is called silent. Sockets are looked at in one turn of the loop, and read in the
    next.
    """
    for _ in range(2):
        await asyncio.sleep(0)


def _plain(error: OSError) -> str:
    """The system's own words; asyncio wraps those of a failed bind in its own."""
    number = error.errno
    return os.strerror(number) if number is not None and number > 0 else str(error)


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _detach_output() -> None:
    """The engine that started us may die: nothing may ever be written to its pipes again."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


async def _serve(job: RelayJob) -> None:
    relay = Relay(job, SystemClock())
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, relay.stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    loop.set_exception_handler(
        lambda _, context: relay.log.event(
            "relay.error", "critical", f"Unexpected: {context.get('message', 'error')}."
        )
    )
    gc.freeze()  # what exists now lives as long as the process: keep collections short
    await relay.run()


def main() -> int:
    """Reads the job from standard input; returns the exit status."""
    try:
        asyncio.run(_serve(read_job(sys.stdin.readline())))
    except JobError as error:
        _answer({"error": str(error), "action": "this is a fault in livedesk; please report it"})
        return 1
    except StartError as error:
        _answer({"error": str(error), "action": error.action})
        return 1
    return 0
