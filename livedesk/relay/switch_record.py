"""What is known of a switch, from its decision to the first keyframe acknowledged?"""

from __future__ import annotations

from copy import copy

from livedesk.core.status import LastSwitch, SwitchState
from livedesk.failover.facts import Switch
from livedesk.failover.record import SwitchRecord
from livedesk.relay.handover import Handover


class RelaySwitch(SwitchRecord):
    """Fills in the figures as they become known."""

    def __init__(self, switch: Switch, mono_ns: int, utc_ns: int) -> None:
        super().__init__(switch, mono_ns, utc_ns)
        self._published_ns: int | None = None
        self._done_ns: int | None = None
        self._handover: Handover | None = None

    @property
    def publish_ms(self) -> float | None:
        return self.since_decision_ms(self._published_ns)

    def goes_on(self, handover: Handover) -> bool:
        """Takes over what the new path tells; returns whether it has just published."""
        self._handover = handover
        has_published = self._published_ns is None and handover.published_ns is not None
        self._published_ns = handover.published_ns
        return has_published

    def ends(self, state: SwitchState, mono_ns: int) -> None:
        super().ends(state, mono_ns)
        self._handover = copy(self._handover)  # what comes later is not of this switch
        if state == "done" and self._published_ns is not None:
            self._done_ns = mono_ns

    def told(self) -> LastSwitch:
        told, handover = super().told(), self._handover
        told["publish_ms"] = self.publish_ms
        told["switch_ms"] = self.since_decision_ms(self._done_ns)
        if handover is not None:
            told["frames_lost"] = handover.frames_lost
            told["frames_repeated"] = handover.frames_repeated
            told["lost_ms"] = handover.lost_ms
        return told
