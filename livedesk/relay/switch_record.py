"""What is known of the switches, each from its decision to the first keyframe acknowledged?"""

from __future__ import annotations

from collections import deque
from copy import copy
from typing import Final, cast

from livedesk.core.clock import NS_PER_MS
from livedesk.core.events import Json
from livedesk.core.status import LastSwitch, SwitchState
from livedesk.failover.facts import Switch
from livedesk.failover.view import DrillStep, FailoverView
from livedesk.relay.handover import Handover

_KEPT: Final = 8
"""A drill is two switches, and what went wrong in it."""


class SwitchRecord:
    """Fills in the figures as they become known. Times are the relay's."""

    def __init__(self, switch: Switch, mono_ns: int, utc_ns: int) -> None:
        self.switch = switch
        self.state: SwitchState = "running"
        self.decided_ns = mono_ns
        self._decided_utc_ns = utc_ns
        self._published_ns: int | None = None
        self._done_ns: int | None = None
        self._handover: Handover | None = None

    @property
    def detect_ms(self) -> float:
        return max(0.0, (self.decided_ns - self.switch.onset_ns) / NS_PER_MS)

    @property
    def publish_ms(self) -> float | None:
        return self._since_decision_ms(self._published_ns)

    def _since_decision_ms(self, mono_ns: int | None) -> float | None:
        return None if mono_ns is None else (mono_ns - self.decided_ns) / NS_PER_MS

    def goes_on(self, handover: Handover) -> bool:
        """Takes over what the new path tells; returns whether it has just published."""
        self._handover = handover
        has_published = self._published_ns is None and handover.published_ns is not None
        self._published_ns = handover.published_ns
        return has_published

    def ends(self, state: SwitchState, mono_ns: int) -> None:
        self.state = state
        self._handover = copy(self._handover)  # what comes later is not of this switch
        if state == "done" and self._published_ns is not None:
            self._done_ns = mono_ns

    def told(self) -> LastSwitch:
        switch, handover = self.switch, self._handover
        return {
            "from": switch.from_,
            "to": switch.to,
            "cause": switch.cause,
            "reason": switch.reason,
            "actor": switch.actor,
            "state": self.state,
            "utc_ns": self._decided_utc_ns,
            "detect_ms": self.detect_ms,
            "publish_ms": self.publish_ms,
            "switch_ms": self._since_decision_ms(self._done_ns),
            "frames_lost": handover.frames_lost if handover else None,
            "frames_repeated": handover.frames_repeated if handover else None,
            "lost_ms": handover.lost_ms if handover else None,
        }

    def told_json(self) -> dict[str, Json]:
        return cast(dict[str, Json], self.told())


class SwitchBook:
    """The newest switches, and the `failover` part of a sample."""

    def __init__(self) -> None:
        self._kept: deque[SwitchRecord] = deque(maxlen=_KEPT)
        self._count = 0

    @property
    def running(self) -> SwitchRecord | None:
        return self.newest if self.newest is not None and self.newest.state == "running" else None

    @property
    def newest(self) -> SwitchRecord | None:
        return self._kept[-1] if self._kept else None

    def begin(self, switch: Switch, mono_ns: int, utc_ns: int) -> SwitchRecord:
        self._count += 1
        self._kept.append(SwitchRecord(switch, mono_ns, utc_ns))
        return self._kept[-1]

    def sample(self, active: str, view: FailoverView, utc_offset_ns: int) -> dict[str, Json]:
        """`utc_offset_ns`: from the relay's clock to UTC."""
        return {
            "active": active,
            "mode": view.mode,
            "switches": self._count,
            "last": self.newest.told_json() if self.newest is not None else None,
            "reason": view.reason,
            "switching_to": view.switching_to,
            "next": view.next,
            "dwell_s": view.dwell_s,
            "fail_back_to": view.fail_back_to,
            "fail_back_in_s": view.fail_back_in_s,
            "sagging": view.sagging,
            "drill": self._drill(view.drill, utc_offset_ns) if view.drill is not None else None,
        }

    def _drill(self, drill: DrillStep, utc_offset_ns: int) -> dict[str, Json]:
        switches = [
            each
            for each in self._kept
            if each.switch.cause == "drill" and each.decided_ns >= drill.begun_ns
        ]
        return {
            "state": drill.state,
            "step": drill.step,
            "utc_ns": drill.begun_ns + utc_offset_ns,
            "actor": drill.actor,
            "switches": [each.told_json() for each in switches],
        }
