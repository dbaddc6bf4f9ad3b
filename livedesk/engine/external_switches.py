"""What is known of the switches that something outside carried out, for status and record?"""

from __future__ import annotations

from collections import deque
from typing import Final, cast

from livedesk.core.clock import NS_PER_MS
from livedesk.core.events import Json
from livedesk.core.status import DrillStatus, FailoverStatus, LastSwitch, SwitchState
from livedesk.engine.actuators.base import Outcome
from livedesk.failover.facts import Switch
from livedesk.failover.view import DrillStep, FailoverView

_KEPT: Final = 8
"""A drill is two switches, and what went wrong in it."""


class ExternalSwitch:
    """One switch, from its decision until media came out of the server again."""

    def __init__(self, switch: Switch, mono_ns: int, utc_ns: int) -> None:
        self.switch = switch
        self.decided_ns = mono_ns
        self._utc_ns = utc_ns
        self._state: SwitchState = "running"
        self._switch_ms: float | None = None
        self._outcome: Outcome | None = None

    def acted(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def ends(self, state: SwitchState, mono_ns: int) -> None:
        self._state = state
        if state == "done":
            self._switch_ms = (mono_ns - self.decided_ns) / NS_PER_MS

    def told(self) -> LastSwitch:
        """Frames lost are not known: nothing here sees what was sent."""
        switch, outcome = self.switch, self._outcome
        return {
            "from": switch.from_,
            "to": switch.to,
            "cause": switch.cause,
            "reason": switch.reason,
            "actor": switch.actor,
            "state": self._state,
            "utc_ns": self._utc_ns,
            "detect_ms": max(0.0, (self.decided_ns - switch.onset_ns) / NS_PER_MS),
            "publish_ms": outcome.took_ms if outcome is not None and outcome.ok else None,
            "switch_ms": self._switch_ms,
            "frames_lost": None,
            "frames_repeated": None,
            "lost_ms": None,
        }

    def told_json(self) -> dict[str, Json]:
        steps: dict[str, Json] = {}
        if self._outcome is not None:
            steps = {step.name: round(step.ms, 1) for step in self._outcome.steps}
        return {**cast(dict[str, Json], self.told()), "steps_ms": steps}


class ExternalBook:
    """The newest switches, and the failover part of a status."""

    def __init__(self) -> None:
        self._kept: deque[ExternalSwitch] = deque(maxlen=_KEPT)
        self._count = 0

    def begin(self, switch: Switch, mono_ns: int, utc_ns: int) -> ExternalSwitch:
        self._count += 1
        self._kept.append(ExternalSwitch(switch, mono_ns, utc_ns))
        return self._kept[-1]

    def status(self, active: str, view: FailoverView, utc_offset_ns: int) -> FailoverStatus:
        """`utc_offset_ns`: from the monotonic clock to UTC."""
        return FailoverStatus(
            active=active,
            mode="external" if view.mode == "auto" else view.mode,
            switches=self._count,
            last=self._kept[-1].told() if self._kept else None,
            reason=view.reason,
            switching_to=view.switching_to,
            next=view.next,
            dwell_s=view.dwell_s,
            fail_back_to=view.fail_back_to,
            fail_back_in_s=view.fail_back_in_s,
            sagging=view.sagging,
            drill=None if view.drill is None else self._drill(view.drill, utc_offset_ns),
        )

    def _drill(self, drill: DrillStep, utc_offset_ns: int) -> DrillStatus:
        switches = tuple(
            each.told()
            for each in self._kept
            if each.switch.cause == "drill" and each.decided_ns >= drill.begun_ns
        )
        utc_ns = drill.begun_ns + utc_offset_ns
        return DrillStatus(drill.state, drill.step, utc_ns, drill.actor, switches)
