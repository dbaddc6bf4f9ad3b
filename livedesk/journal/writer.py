"""How does the engine write its record without ever waiting for the disk by accident?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.events import Event, Json
from livedesk.journal.backlog import WaitingEvent
from livedesk.journal.errors import JournalUnavailable
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import clean, event_row, storable
from livedesk.journal.values import JournalHealth, SampleRow, SessionInfo, Still
from livedesk.journal.writer_thread import WriterOptions, WriterThread

__all__ = ["JournalWriter", "WriterOptions"]

log = logging.getLogger(__name__)


class JournalWriter:
    """The writing end of one session's file. A thread of its own writes it.

    The methods belong to the engine's event loop. None of them raises because of the disk, save
    `record`, which says in time that an intent is not yet on disk.
    """

    def __init__(
        self,
        path: Path,
        info: SessionInfo,
        clock: Clock,
        *,
        start_mono_ns: int,
        last_seq: int = 0,
        options: WriterOptions | None = None,
    ) -> None:
        self.path = path
        self.info = info
        self.last_seq = last_seq
        self._start_mono_ns = start_mono_ns
        self._thread = WriterThread(path, info, clock, options or WriterOptions())

    @classmethod
    def create(
        cls, path: Path, info: SessionInfo, clock: Clock, options: WriterOptions | None = None
    ) -> JournalWriter:
        """Begin a file. It is laid out in the background: a full disk is health, not an error."""
        return cls(path, info, clock, start_mono_ns=info.started_mono_ns, options=options)

    @classmethod
    async def resume(
        cls, path: Path, clock: Clock, options: WriterOptions | None = None
    ) -> JournalWriter:
        """Continue the file of an engine that ended without closing it.

        Raises NotASessionError or NewerSessionError when there is nothing that could be continued.
        """
        info, last_seq, start_mono_ns = await asyncio.to_thread(_where_it_ended, path, clock)
        return cls(
            path, info, clock, start_mono_ns=start_mono_ns, last_seq=last_seq, options=options
        )

    @property
    def health(self) -> JournalHealth:
        return self._thread.health

    @property
    def start_mono_ns(self) -> int:
        """Session start on the machine's present monotonic clock."""
        return self._start_mono_ns

    def t_s(self, mono_ns: int) -> int:
        """Whole seconds since session start, for the samples of that instant."""
        return (mono_ns - self._start_mono_ns) // NS_PER_S

    async def record(self, event: Event, limit_s: float = 2.0) -> None:
        """Return when the event is durable, so that its effect may leave the process.

        Raises JournalUnavailable after `limit_s`; the event stays queued and in order.
        """
        loop = asyncio.get_running_loop()
        fate: asyncio.Future[str | None] = loop.create_future()

        def settled(trouble: str | None) -> None:
            with suppress(RuntimeError):  # the loop may have ended while the disk took its time
                loop.call_soon_threadsafe(_set_once, fate, trouble)

        self._enqueue(event, settled)
        try:
            async with asyncio.timeout(limit_s):
                trouble = await fate
        except TimeoutError:
            reason = self.health.reason or "The disk has not answered yet."
            raise JournalUnavailable(
                f"{event.kind} was not on disk after {limit_s:g} s and stays queued. {reason}"
            ) from None
        if trouble is not None:
            raise JournalUnavailable(f"{event.kind} is not recorded: {trouble}")

    def note(self, event: Event) -> None:
        """Queue an event; it is written within moments, before any later event."""
        self._enqueue(event, None)

    def sample(self, rows: Sequence[SampleRow]) -> None:
        """Queue samples; they are committed together, twice a second."""
        self._thread.add_samples(storable(rows))

    def still(self, why: str, jpeg: bytes, mono_ns: int, utc_ns: int) -> None:
        """Queue a picture of this instant. The first thing to be dropped, and last in line."""
        t_ms = (mono_ns - self._start_mono_ns) // NS_PER_MS
        self._thread.add_still(Still(t_ms, utc_ns, clean(why), jpeg))

    def reach(self, key: str, value: Json) -> None:
        """Keep in `meta` how far the samples queued so far reach into their source.

        Written in one transaction with the newest of them, so that it is never ahead of them.
        """
        self._thread.reach(key, value)

    async def close(self, limit_s: float = 5.0) -> None:
        """Write what waits, fold the WAL in and end the thread; give up after `limit_s`."""
        left = await asyncio.to_thread(self._thread.end, limit_s)
        if left:
            log.error("journal %s closed with %d rows not written", self.path, left)

    def _enqueue(self, event: Event, settled: Callable[[str | None], None] | None) -> None:
        t_ms = (event.mono_ns - self._start_mono_ns) // NS_PER_MS
        self.last_seq = max(self.last_seq, event.seq)
        self._thread.add_event(WaitingEvent(event_row(event, t_ms), settled))


def _set_once(fate: asyncio.Future[str | None], trouble: str | None) -> None:
    if not fate.done():
        fate.set_result(trouble)


def _where_it_ended(path: Path, clock: Clock) -> tuple[SessionInfo, int, int]:
    """Session, last sequence number, and session start on the machine's present monotonic clock.

    A monotonic clock that reads less than the newest row has restarted with the machine; then
    only UTC still tells how much time has passed.
    """
    with SessionReader.open(path) as reader:
        info, end, start_mono_ns = reader.info, reader.end(), reader.start_mono_ns()
    if clock.mono_ns() >= end.mono_ns:
        return info, end.seq, start_mono_ns
    since_start_ns = max(clock.utc_ns() - info.started_utc_ns, end.t_ms * NS_PER_MS)
    return info, end.seq, clock.mono_ns() - since_start_ns
