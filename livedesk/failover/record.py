"""What is known of the switches, and how are they told? For whoever carries them out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast

from livedesk.core.clock import NS_PER_MS
from livedesk.core.events import Json
from livedesk.core.status import DrillStatus, FailoverStatus, LastSwitch, SwitchState
from livedesk.failover.facts import Switch
from livedesk.failover.view import DrillStep, FailoverView

_KEPT: Final = 8
"""A drill is two switches, and what went wrong in it."""


class SwitchRecord:
    """One switch, from its decision on. Times are of the clock of who carries it out.

    What the stream needed to get through is known to that one only: who knows adds it to `told`.
    """

    def __init__(self, switch: Switch, mono_ns: int, utc_ns: int) -> None:
        self.switch = switch
        self.state: SwitchState = "running"
        self.decided_ns = mono_ns
        self._decided_utc_ns = utc_ns

    def ends(self, state: SwitchState, mono_ns: int) -> None:
        self.state = state

    @property
    def detect_ms(self) -> float:
        return max(0.0, (self.decided_ns - self.switch.onset_ns) / NS_PER_MS)

    def since_decision_ms(self, mono_ns: int | None) -> float | None:
        return None if mono_ns is None else (mono_ns - self.decided_ns) / NS_PER_MS

    def told(self) -> LastSwitch:
        switch = self.switch
        return {
            "from": switch.from_,
            "to": switch.to,
            "cause": switch.cause,
            "reason": switch.reason,
            "actor": switch.actor,
            "state": self.state,
            "utc_ns": self._decided_utc_ns,
            "detect_ms": self.detect_ms,
            "publish_ms": None,
            "switch_ms": None,
            "frames_lost": None,
            "frames_repeated": None,
            "lost_ms": None,
        }

    def told_json(self) -> dict[str, Json]:
        return cast(dict[str, Json], self.told())


Record = TypeVar("Record", bound=SwitchRecord)


class SwitchBook(Generic[Record]):
    """The newest switches, and the failover part of a status."""

    def __init__(self, make: Callable[[Switch, int, int], Record]) -> None:
        self._make = make
        self._kept: deque[Record] = deque(maxlen=_KEPT)
        self._count = 0

    @property
    def newest(self) -> Record | None:
        return self._kept[-1] if self._kept else None

    @property
    def running(self) -> Record | None:
        return self.newest if self.newest is not None and self.newest.state == "running" else None

    def begin(self, switch: Switch, mono_ns: int, utc_ns: int) -> Record:
        self._count += 1
        self._kept.append(self._make(switch, mono_ns, utc_ns))
        return self._kept[-1]

    def status(self, active: str | None, view: FailoverView, utc_offset_ns: int) -> FailoverStatus:
        """`utc_offset_ns`: from the monotonic clock to UTC."""
        return FailoverStatus(
            active=active,
            mode=view.mode,
            switches=self._count,
            last=self.newest.told() if self.newest is not None else None,
            reason=view.reason,
            switching_to=view.switching_to,
            next=view.next,
            dwell_s=view.dwell_s,
            fail_back_to=view.fail_back_to,
            fail_back_in_s=view.fail_back_in_s,
            sagging=view.sagging,
            drill=self._drill(view.drill, utc_offset_ns) if view.drill is not None else None,
        )

    def _drill(self, drill: DrillStep, utc_offset_ns: int) -> DrillStatus:
        switches = tuple(
            each.told()
            for each in self._kept
            if each.switch.cause == "drill" and each.decided_ns >= drill.begun_ns
        )
        utc_ns = drill.begun_ns + utc_offset_ns
        return DrillStatus(drill.state, drill.step, utc_ns, drill.actor, switches)
