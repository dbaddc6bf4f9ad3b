"""How do rows get from memory onto the disk, and what happens when it does not take them?

The blocking half of a writer: one thread of its own, which holds the connection. Whoever hands
rows over waits for none of it.
"""

from __future__ import annotations

import logging
import operator
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.journal import schema
from livedesk.journal.backlog import Backlog, WaitingEvent
from livedesk.journal.disk import Connect, SessionDisk, explain, is_full
from livedesk.journal.errors import JournalError
from livedesk.journal.reserve import RESERVE_BYTES, Reserve
from livedesk.journal.values import JournalHealth, SampleRow, SessionInfo, Still

log = logging.getLogger(__name__)

SILENT_DISK_S = 3.0
"""A write that takes longer than this counts as trouble although no error has come back."""

SYNC_EVERY_S = 5.0
"""How often samples are forced onto the disk. Twenty stores that did it with every batch would make
a slow disk late for pins."""

_LAST_WAIT_S = 1.0
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


class WriterThread:
    """Writes one session's file from the moment it is made, until it is ended.

    Its methods may be called from any thread, and none of them but `end` waits for the disk.
    """

    def __init__(self, path: Path, info: SessionInfo, clock: Clock, options: WriterOptions) -> None:
        self._path = path
        self._clock = clock
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
        self._synced_ns = clock.mono_ns()
        self._closing = False
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name=f"journal {info.store}", daemon=True)
        self._thread.start()

    @property
    def health(self) -> JournalHealth:
        with self._changed:
            reason = self._reason or self._silence()
            tight = _TIGHT.format(folder=self._path.parent) if self._is_tight else None
            return JournalHealth(
                state="failing" if reason else "tight" if tight else "ok",
                reason=reason or tight,
                queued=len(self._backlog) + self._in_flight,
                dropped_events=self._backlog.dropped_events,
                dropped_samples=self._backlog.dropped_samples,
                dropped_stills=self._backlog.dropped_stills,
            )

    def add_event(self, event: WaitingEvent) -> None:
        """First of all that waits, and written at once."""
        with self._changed:
            self._backlog.add_event(event)
            self._abandon_if_closed()
            self._changed.notify_all()

    def add_samples(self, rows: Sequence[SampleRow]) -> None:
        with self._changed:
            self._backlog.add_samples(rows)
            self._abandon_if_closed()

    def add_still(self, still: Still) -> None:
        with self._changed:
            self._backlog.add_still(still)
            self._abandon_if_closed()

    def reach(self, key: str, value: Json) -> None:
        """Put into `meta` with the newest of the samples that wait."""
        with self._changed:
            self._reached[key] = value

    def end(self, limit_s: float) -> int:
        """Blocks: write what waits, fold the WAL in, end; give up after `limit_s`.

        Returns how many rows were given up.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(limit_s)
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()
        self._thread.join(_LAST_WAIT_S)
        with self._changed:
            left = len(self._backlog) + self._in_flight
            self._backlog.abandon("the journal was closed before the disk took it")
        return left

    def _abandon_if_closed(self) -> None:
        if self._abandoned or not self._thread.is_alive():
            self._backlog.abandon("the journal is closed")

    def _silence(self) -> str | None:
        if self._closing:
            return None
        if not self._thread.is_alive():
            return f"The writer of {self._path} has ended. Restart the engine."
        if self._busy_since_ns is None:
            return None
        busy_s = (self._clock.mono_ns() - self._busy_since_ns) / NS_PER_S
        if busy_s < SILENT_DISK_S:
            return None
        return f"The disk of {self._path.parent} has not answered for {busy_s:.0f} s."

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
            log.warning("journal %s is written again", self._path)
        with self._changed:
            self._reason = None

    def _write_events(self) -> bool:
        with self._changed:
            events = self._backlog.take_events()
            self._in_flight = len(events)
        if not events:
            return False
        with self._or_back(events=events):
            self._disk.write_events([event.row for event in events])
        for event in events:
            if event.settled is not None:
                event.settled(None)
        return True

    def _has_room(self) -> bool:
        with self._at_disk():
            is_tight = not self._reserve.has_room()
        if is_tight != self._is_tight:
            log.warning(
                "journal %s: samples and pictures %s", self._path, "wait" if is_tight else "go on"
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

    def _write_samples(self) -> bool:
        with self._changed:
            samples = self._backlog.take_samples()
            self._in_flight = len(samples)
            reached = {} if self._backlog.has_samples else dict(self._reached)
        if not samples:
            return False
        now_ns = self._clock.mono_ns()
        is_due = now_ns - self._synced_ns >= SYNC_EVERY_S * NS_PER_S
        with self._or_back(samples=samples):
            self._disk.write_samples(samples, reached, is_synced=is_due)
        self._synced_ns = now_ns if is_due else self._synced_ns
        return True

    def _write_stills(self) -> bool:
        with self._changed:
            stills = self._backlog.take_stills()
            self._in_flight = len(stills)
        if not stills:
            return False
        with self._or_back(stills=stills):
            self._disk.write_stills(stills)
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

    @contextmanager
    def _or_back(
        self,
        events: Sequence[WaitingEvent] = (),
        samples: Sequence[SampleRow] = (),
        stills: Sequence[Still] = (),
    ) -> Iterator[None]:
        """What the disk does not take goes back to the front of the line."""
        try:
            with self._at_disk():
                yield
        except BaseException:
            with self._changed:
                self._in_flight = 0
                self._backlog.put_back(events, samples, stills)
            raise
        self._in_flight = 0

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
        reason = explain(error, self._path)
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
