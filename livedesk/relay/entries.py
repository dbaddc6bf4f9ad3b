"""What has the relay seen? A bounded, numbered list that an engine can catch up from."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.events import Json, Level

MAX_ENTRIES: Final = 4 * 3600 + 5_000
"""An hour of samples at four a second, and room for events."""


class EntryLog:
    """Entries are kept as the JSON lines they are sent as.

    `dropped` counts what fell off the end.
    """

    def __init__(self, clock: Clock, limit: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._lines: deque[tuple[int, bytes]] = deque()
        self._limit = limit
        self._listeners: list[Callable[[], None]] = []
        self.last = 0
        self.dropped = 0

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each entry; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def event(self, event: str, level: Level, text: str, **data: Json) -> None:
        self._add({"kind": "event", "event": event, "level": level, "text": text, "data": data})

    def sample(self, sample: dict[str, Json]) -> None:
        self._add({"kind": "sample", **sample})

    def _add(self, content: dict[str, Json]) -> None:
        self.last += 1
        entry = {
            "n": self.last,
            "mono_ns": self._clock.mono_ns(),
            "utc_ns": self._clock.utc_ns(),
            **content,
        }
        if len(self._lines) >= self._limit:
            self._lines.popleft()
            self.dropped += 1
        self._lines.append((self.last, json.dumps(entry, separators=(",", ":")).encode() + b"\n"))
        for listener in tuple(self._listeners):
            listener()

    def missed_after(self, number: int) -> int:
        """How many entries after `number` are not kept any more."""
        first_kept = self._lines[0][0] if self._lines else self.last + 1
        return max(0, first_kept - number - 1)

    def lines_after(self, number: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` entries numbered above `number`, oldest first."""
        if not self._lines or number >= self.last:
            return []
        start = max(0, number + 1 - self._lines[0][0])
        end = min(start + limit, len(self._lines))
        return [self._lines[at] for at in range(start, end)]
