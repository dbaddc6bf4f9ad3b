"""What waits in memory for the disk, and what is given up first when there is too much of it?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from livedesk.journal.values import EventRow, SampleRow, Still

EVENTS_PER_COMMIT = 1_000
SAMPLES_PER_COMMIT = 5_000
STILLS_KEPT = 60
"""Ten minutes of them: pictures are the first thing that a record does without."""


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """`settled` is called once, with what became of the event: None when it is on disk."""

    row: EventRow
    settled: Callable[[str | None], None] | None = None


class Backlog:
    """Events, samples and stills in order of arrival, together at most `limit`.

    When full, the oldest stills go first, then the oldest samples, events last; each kind of loss
    is counted. Of stills there are few at any time, as each is as large as a minute of samples.
    Not thread-safe by itself: the writer holds its lock around every call.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._events: deque[WaitingEvent] = deque()
        self._samples: deque[SampleRow] = deque()
        self._stills: deque[Still] = deque()
        self.dropped_events = 0
        self.dropped_samples = 0
        self.dropped_stills = 0

    def __len__(self) -> int:
        return len(self._events) + len(self._samples) + len(self._stills)

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

    def add_still(self, still: Still) -> None:
        self._stills.append(still)
        self._shed()

    def take_events(self) -> list[WaitingEvent]:
        return [self._events.popleft() for _ in range(min(len(self._events), EVENTS_PER_COMMIT))]

    def take_samples(self) -> list[SampleRow]:
        return [self._samples.popleft() for _ in range(min(len(self._samples), SAMPLES_PER_COMMIT))]

    def take_stills(self) -> list[Still]:
        taken = list(self._stills)
        self._stills.clear()
        return taken

    def put_back(
        self,
        events: Sequence[WaitingEvent] = (),
        samples: Sequence[SampleRow] = (),
        stills: Sequence[Still] = (),
    ) -> None:
        """Return what could not be written to the front, in its order."""
        self._events.extendleft(reversed(events))
        self._samples.extendleft(reversed(samples))
        self._stills.extendleft(reversed(stills))
        self._shed()

    def abandon(self, why: str) -> None:
        """Give up everything that waits, and tell whoever waits for it."""
        self.abandon_bulk()
        while self._events:
            self._drop_event(why)

    def abandon_bulk(self) -> None:
        """Give up what nobody waits for."""
        self.dropped_stills += len(self._stills)
        self._stills.clear()
        self.dropped_samples += len(self._samples)
        self._samples.clear()

    def _shed(self) -> None:
        while self._stills and (len(self) > self._limit or len(self._stills) > STILLS_KEPT):
            self._stills.popleft()
            self.dropped_stills += 1
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
