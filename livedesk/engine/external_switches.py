"""What is known of the switches that something outside carried out, for status and record?"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.events import Json
from livedesk.core.status import FailoverStatus, LastSwitch, SwitchState
from livedesk.engine.actuators.base import Outcome
from livedesk.failover.facts import Switch
from livedesk.failover.record import SwitchBook, SwitchRecord
from livedesk.failover.view import FailoverView


class ExternalSwitch(SwitchRecord):
    """Until media came out of the server again. Frames lost are not known: nothing here sees what
    was sent."""

    def __init__(self, switch: Switch, mono_ns: int, utc_ns: int) -> None:
        super().__init__(switch, mono_ns, utc_ns)
        self._done_ns: int | None = None
        self._outcome: Outcome | None = None

    def acted(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def ends(self, state: SwitchState, mono_ns: int) -> None:
        super().ends(state, mono_ns)
        if state == "done":
            self._done_ns = mono_ns

    def told(self) -> LastSwitch:
        told, outcome = super().told(), self._outcome
        told["publish_ms"] = outcome.took_ms if outcome is not None and outcome.ok else None
        told["switch_ms"] = self.since_decision_ms(self._done_ns)
        return told

    def told_json(self) -> dict[str, Json]:
        steps: dict[str, Json] = {}
        if self._outcome is not None:
            steps = {step.name: round(step.ms, 1) for step in self._outcome.steps}
        return {**super().told_json(), "steps_ms": steps}


class ExternalBook(SwitchBook[ExternalSwitch]):
    def __init__(self) -> None:
        super().__init__(ExternalSwitch)

    def status(self, active: str | None, view: FailoverView, utc_offset_ns: int) -> FailoverStatus:
        status = super().status(active, view, utc_offset_ns)
        return replace(status, mode="external") if status.mode == "auto" else status
