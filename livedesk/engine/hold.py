"""Is the stream held, and by whom? Remembered beyond the relay that holds it."""

from __future__ import annotations

from collections.abc import Iterable

from livedesk.core.events import Event
from livedesk.engine.entries import RelayEntry, RelaySample

_UNNAMED = "a person"


class HeldBy:
    """Follows what the relay says. A relay that died no longer says anything: it still counts."""

    def __init__(self) -> None:
        self.is_on = False
        self._actor = ""

    @property
    def actor(self) -> str:
        return self._actor or _UNNAMED

    def take(self, entry: RelayEntry) -> None:
        if isinstance(entry, RelaySample):
            if entry.failover is not None:
                self._is(entry.failover.mode == "hold", self._actor)
        elif entry.event == "failover.mode":
            self._is(entry.data.get("mode") == "hold", str(entry.data.get("actor") or ""))

    def recall(self, events: Iterable[Event]) -> None:
        """What an earlier engine has on record, oldest first."""
        for event in events:
            if event.kind == "order.hold":
                self._is(event.data.get("on") is True, event.actor or "")
            elif event.kind == "failover.mode":
                self._is(event.data.get("mode") == "hold", str(event.data.get("actor") or ""))

    def _is(self, on: bool, actor: str) -> None:
        self.is_on, self._actor = on, actor if on else ""
