"""How often is a reader told of changes in a queue? Twenty times a second and store at most.

A burst changes a queue hundreds of times a second; a window repaints less often than that, and one
change that holds ten costs it less than ten changes. Pure: time is passed in.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import QueueChange
from livedesk.engine.bus import joined

PAUSE_NS: Final = NS_PER_S // 20


class QueuePace:
    """Of one reader."""

    def __init__(self) -> None:
        self._told_ns: dict[str, int] = {}
        self._waiting: dict[str, QueueChange] = {}

    def take(self, change: QueueChange, mono_ns: int) -> QueueChange | None:
        """What is to be told now; None when it waits for its turn."""
        waiting = self._waiting.pop(change.store, None)
        whole = change if waiting is None else joined(waiting, change)
        if self._due_ns(change.store) <= mono_ns:
            self._told_ns[change.store] = mono_ns
            return whole
        self._waiting[change.store] = whole
        return None

    def due(self, mono_ns: int) -> tuple[QueueChange, ...]:
        """What waited long enough."""
        ready = [store for store in self._waiting if self._due_ns(store) <= mono_ns]
        for store in ready:
            self._told_ns[store] = mono_ns
        return tuple(self._waiting.pop(store) for store in ready)

    def wait_s(self, mono_ns: int) -> float | None:
        """Until the next turn; None while nothing waits."""
        if not self._waiting:
            return None
        return max(0, min(map(self._due_ns, self._waiting)) - mono_ns) / NS_PER_S

    def _due_ns(self, store: str) -> int:
        told_ns = self._told_ns.get(store)
        return 0 if told_ns is None else told_ns + PAUSE_NS
