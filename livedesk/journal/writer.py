"""How does the engine write its record without ever waiting for the disk by accident?"""

from __future__ import annotations

import asyncio
import logging
import operator
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.events import Event, Json
from livedesk.journal import schema
from livedesk.journal.backlog import Backlog, WaitingEvent
from livedesk.journal.disk import Connect, SessionDisk, explain, is_full
from livedesk.journal.errors import JournalError, JournalUnavailable
from livedesk.journal.reader import SessionReader
from livedesk.journal.reserve import RESERVE_BYTES, Reserve
from livedesk.journal.rows import clean, event_row, storable
from livedesk.journal.values import JournalHealth, SampleRow, SessionInfo, Still

log = logging.getLogger(__name__)

SILENT_DISK_S = 3.0
"""A write that takes longer than this counts as trouble although no error has come back."""

_FOLD_TRIES = 40
_FOLD_AGAIN_S = 0.05

_TIGHT = (
    "The disk of {folder} is full. What happens is still written into the space kept for it; "
    "figures and pictures wait. Free some space."
)

QUEUE_LIMIT = 100_000
"""Rows that may wait in memory: about 80 minutes of 20 figures while the disk is away."""


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """How often samples are committed, how soon trouble is tried again, how much may wait."""

    batch_s: float = 0.5
    retry_s: float = 1.0
    queue_limit: int = QUEUE_LIMIT
    connect: Connect = schema.connect
    reserve_bytes: int = RESERVE_BYTES


class JournalWriter:
    """The writing end of one session's file. One thread of its own holds the connection.

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
        options = options or WriterOptions()
        self.path = path
        self.info = info
        self.last_seq = last_seq
        self._clock = clock
        self._start_mono_ns = start_mono_ns
        self._options = options
        self._disk = SessionDisk(path, info, options.connect)
        self._reserve = Reserve(path.parent, options.reserve_bytes)
        self._changed = threading.Condition()
        self._backlog = Backlog(options.queue_limit)
        self._reached: dict[str, Json] = {}
        self._in_flight = 0
        self._losses_told = (0, 0, 0)
        self._reason: str | None = None
        self._is_tight = False
        self._busy_since_ns: int | None = None
        self._closing = False
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name=f"journal {info.store}", daemon=True)
        self._thread.start()

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
        with self._changed:
            reason = self._reason or self._silence()
            tight = _TIGHT.format(folder=self.path.parent) if self._is_tight else None
            return JournalHealth(
                state="failing" if reason else "tight" if tight else "ok",
                reason=reason or tight,
                queued=len(self._backlog) + self._in_flight,
                dropped_events=self._backlog.dropped_events,
                dropped_samples=self._backlog.dropped_samples,
                dropped_stills=self._backlog.dropped_stills,
            )

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
        kept = storable(rows)
        with self._changed:
            self._backlog.add_samples(kept)
            self._abandon_if_closed()

    def still(self, why: str, jpeg: bytes, mono_ns: int, utc_ns: int) -> None:
        """Queue a picture of this instant. The first thing to be dropped, and last in line."""
        t_ms = (mono_ns - self._start_mono_ns) // NS_PER_MS
        with self._changed:
            self._backlog.add_still(Still(t_ms, utc_ns, clean(why), jpeg))
            self._abandon_if_closed()

    def reach(self, key: str, value: Json) -> None:
        """Keep in `meta` how far the samples queued so far reach into their source.

        Written in one transaction with the newest of them, so that it is never ahead of them.
        """
        with self._changed:
            self._reached[key] = value

    async def close(self, limit_s: float = 5.0) -> None:
        """Write what waits, fold the WAL in and end the thread; give up after `limit_s`."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        await asyncio.to_thread(self._thread.join, limit_s)
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()
        await asyncio.to_thread(self._thread.join, 1.0)
        with self._changed:
            left = len(self._backlog) + self._in_flight
            self._backlog.abandon("the journal was closed before the disk took it")
        if left:
            log.error("journal %s closed with %d rows not written", self.path, left)

    def _enqueue(self, event: Event, settled: Callable[[str | None], None] | None) -> None:
        t_ms = (event.mono_ns - self._start_mono_ns) // NS_PER_MS
        waiting = WaitingEvent(event_row(event, t_ms), settled)
        with self._changed:
            self.last_seq = max(self.last_seq, event.seq)
            self._backlog.add_event(waiting)
            self._abandon_if_closed()
            self._changed.notify_all()

    def _abandon_if_closed(self) -> None:
        if self._abandoned or not self._thread.is_alive():
            self._backlog.abandon("the journal is closed")

    def _silence(self) -> str | None:
        if self._closing:
            return None
        if not self._thread.is_alive():
            return f"The writer of {self.path} has ended. Restart the engine."
        if self._busy_since_ns is None:
            return None
        busy_s = (self._clock.mono_ns() - self._busy_since_ns) / NS_PER_S
        if busy_s < SILENT_DISK_S:
            return None
        return f"The disk of {self.path.parent} has not answered for {busy_s:.0f} s."

    def _run(self) -> None:
        """The thread: write, and after trouble wait and try again from where it stopped."""
        while True:
            try:
                self._write_all()
            except (sqlite3.Error, OSError, JournalError) as error:
                self._failed(error)
                if is_full(error) and self._reserve.give_up():
                    continue
            if not self._wait_for_work():
                break
        self._fold()
        self._disk.discard()
        self._reserve.leave()

    def _fold(self) -> None:
        """Tried again: who reads the record at its very end holds the file open for a moment."""
        for _ in range(_FOLD_TRIES):
            if self._disk.fold():
                return
            with self._changed:
                if self._changed.wait_for(lambda: self._abandoned, _FOLD_AGAIN_S):
                    return

    def _write_all(self) -> None:
        with self._at_disk():
            self._disk.open()
        while self._write_events() or (self._has_room() and self._write_bulk()):
            pass
        self._shorten()
        self._write_losses()
        if self._reason is not None:
            log.warning("journal %s is written again", self.path)
        with self._changed:
            self._reason = None

    def _write_events(self) -> bool:
        with self._changed:
            events = self._backlog.take_events()
            self._in_flight = len(events)
        if not events:
            return False
        try:
            with self._at_disk():
                self._disk.write_events([event.row for event in events])
        except BaseException:
            self._put_back(events)
            raise
        self._in_flight = 0
        for event in events:
            if event.settled is not None:
                event.settled(None)
        return True

    def _has_room(self) -> bool:
        with self._at_disk():
            is_tight = not self._reserve.has_room()
        if is_tight != self._is_tight:
            log.warning(
                "journal %s: samples and pictures %s", self.path, "wait" if is_tight else "go on"
            )
        with self._changed:
            self._is_tight = is_tight
        return not is_tight

    def _shorten(self) -> None:
        """At the end, what there is no room for is not waited for, and counted in the file."""
        with self._changed:
            if self._closing and self._is_tight:
                self._backlog.abandon_bulk()

    def _write_bulk(self) -> bool:
        return self._write_samples() or self._write_stills()

    def _write_stills(self) -> bool:
        with self._changed:
            stills = self._backlog.take_stills()
            self._in_flight = len(stills)
        if not stills:
            return False
        try:
            with self._at_disk():
                self._disk.write_stills(stills)
        except BaseException:
            self._put_back(stills=stills)
            raise
        self._in_flight = 0
        return True

    def _write_samples(self) -> bool:
        with self._changed:
            samples = self._backlog.take_samples()
            self._in_flight = len(samples)
            reached = {} if self._backlog.has_samples else dict(self._reached)
        if not samples:
            return False
        try:
            with self._at_disk():
                self._disk.write_samples(samples, reached)
        except BaseException:
            self._put_back(samples=samples)
            raise
        self._in_flight = 0
        return True

    @contextmanager
    def _at_disk(self) -> Iterator[None]:
        """Whatever may block is done in here, so that `health` can tell how long it takes."""
        with self._changed:
            self._busy_since_ns = self._clock.mono_ns()
        try:
            yield
        finally:
            with self._changed:
                self._busy_since_ns = None

    def _put_back(
        self,
        events: Sequence[WaitingEvent] = (),
        samples: Sequence[SampleRow] = (),
        stills: Sequence[Still] = (),
    ) -> None:
        with self._changed:
            self._in_flight = 0
            self._backlog.put_back(events, samples, stills)

    def _write_losses(self) -> None:
        with self._changed:
            waits = self._backlog
            losses = (waits.dropped_events, waits.dropped_samples, waits.dropped_stills)
        if losses != self._losses_told:
            events, samples, stills = map(operator.sub, losses, self._losses_told)
            with self._at_disk():
                self._disk.add_losses(events, samples, stills)
            self._losses_told = losses

    def _failed(self, error: Exception) -> None:
        reason = explain(error, self.path)
        if self._reason != reason:
            log.error("journal is not being written: %s", reason)
        with self._changed:
            self._reason = reason
        self._disk.discard()

    def _wait_for_work(self) -> bool:
        """False when the thread shall end: everything is written, or nobody waits any longer."""
        with self._changed:
            if self._reason is not None:
                self._changed.wait_for(lambda: self._abandoned, self._options.retry_s)
                return not self._abandoned and not (self._closing and not len(self._backlog))
            self._changed.wait_for(
                lambda: self._closing or self._backlog.has_events, self._options.batch_s
            )
            return bool(len(self._backlog)) or not self._closing


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
