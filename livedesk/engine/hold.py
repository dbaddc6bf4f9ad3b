"""Is the stream held, by whom, and where is it? Remembered beyond the relay that carries it."""

from __future__ import annotations

from collections.abc import Iterable

from livedesk.core.events import Event
from livedesk.engine.entries import RelayEntry, RelaySample


class HeldBy:
    """Follows what the relay says. A relay that died no longer says anything: it still counts."""

    def __init__(self) -> None:
        self.is_on = False
        self.actor = "a person"
        """Who ordered the newest hold."""
        self.recorded_relay = ""
        """Which relay said on record whether it holds."""
        self.carrier: str | None = None
        """The uplink that carried last."""

    def ordered(self, actor: str) -> None:
        """On its way to the relay, which alone says whether it holds."""
        self.actor = actor

    def take(self, entry: RelayEntry) -> None:
        if isinstance(entry, RelaySample):
            if entry.failover is not None:
                self.is_on = entry.failover.mode == "hold"
                if entry.failover.switching_to is None:
                    self.carrier = entry.failover.active
        elif entry.event == "failover.mode":
            self.is_on = entry.data.get("mode") == "hold"

    def recall(self, events: Iterable[Event]) -> None:
        """What an earlier engine has on record, oldest first."""
        for event in events:
            if event.kind == "order.hold" and event.data.get("on") is True and event.actor:
                self.actor = event.actor
            elif event.kind == "failover.mode":
                self.is_on = event.data.get("mode") == "hold"
                self.recorded_relay = str(event.data.get("relay", ""))
            elif event.kind == "failover.done":
                self.carrier = str(event.data.get("to"))
