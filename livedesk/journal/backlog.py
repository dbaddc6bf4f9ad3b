"""What waits in memory for the disk, and what is given up first when there is too much of it?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from livedesk.journal.rows import EventRow
from livedesk.journal.values import SampleRow

EVENTS_PER_COMMIT = 1_000
SAMPLES_PER_COMMIT = 5_000


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """`settled` is called once, with what became of the event: None when it is on disk."""

    row: EventRow
    settled: Callable[[str | None], None] | None = None


class Backlog:
    """Events and samples in order of arrival, together at most `limit`.

    When full, the oldest samples go before any event; both kinds of loss are counted.
    Not thread-safe by itself: the writer holds its lock around every call.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._events: deque[WaitingEvent] = deque()
        self._samples: deque[SampleRow] = deque()
        self.dropped_events = 0
        self.dropped_samples = 0

    def __len__(self) -> int:
        return len(self._events) + len(self._samples)

    @property
    def has_events(self) -> bool:
        return bool(self._events)

    @property
    def has_samples(self) -> bool:
        return bool(self._samples)

    def add_event(self, event: WaitingEvent) -> None:
        self._events.append(event)
        self._shed()

    def add_samples(self, rows: Sequence[SampleRow]) -> None:
        self._samples.extend(rows)
        self._shed()

    def take_events(self) -> list[WaitingEvent]:
        return [self._events.popleft() for _ in range(min(len(self._events), EVENTS_PER_COMMIT))]

    def take_samples(self) -> list[SampleRow]:
        return [self._samples.popleft() for _ in range(min(len(self._samples), SAMPLES_PER_COMMIT))]

    def put_back(self, events: Sequence[WaitingEvent], samples: Sequence[SampleRow]) -> None:
        """Return what could not be written to the front, in its order."""
        self._events.extendleft(reversed(events))
        self._samples.extendleft(reversed(samples))
        self._shed()

    def abandon(self, why: str) -> None:
        """Give up everything that waits, and tell whoever waits for it."""
        while self._samples:
            self._samples.popleft()
            self.dropped_samples += 1
        while self._events:
            self._drop_event(why)

    def _shed(self) -> None:
        while len(self) > self._limit:
            if self._samples:
                self._samples.popleft()
                self.dropped_samples += 1
            else:
                self._drop_event("too many events were waiting for the disk")

    def _drop_event(self, why: str) -> None:
        event = self._events.popleft()
        self.dropped_events += 1
        if event.settled is not None:
            event.settled(why)
