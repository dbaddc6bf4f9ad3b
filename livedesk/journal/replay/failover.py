"""Which uplink was to carry at an instant, in which mode, and what was the last switch?"""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec

from livedesk.core.clock import NS_PER_MS
from livedesk.core.status import (
    DrillStatus,
    FailoverMode,
    FailoverStatus,
    LastSwitch,
    SwitchCause,
    SwitchState,
    UplinkStatus,
)
from livedesk.journal.reader import TimedEvent
from livedesk.journal.replay.course import Course, Tally
from livedesk.journal.replay.settings import InForce
from livedesk.journal.rows import value_of

LONGEST_SWITCH_MS: Final = 15_000
"""A switch whose end is not on record is no longer under way by then."""

_MODES: Final[dict[object, FailoverMode]] = {mode: mode for mode in get_args(FailoverMode)}
_CAUSES: Final[dict[object, SwitchCause]] = {cause: cause for cause in get_args(SwitchCause)}
_ENDS: Final[dict[str, SwitchState]] = {"failover.done": "done", "failover.failed": "failed"}


class FailoverCourse:
    """Takes the events of switches and uplinks in the order in which they happened."""

    def __init__(self) -> None:
        self._active: Course[str] = Course()
        self._mode: Course[FailoverMode] = Course()
        self._switches = Tally()
        self._last: Course[LastSwitch] = Course()
        self._newest: LastSwitch | None = None
        self._drill: Course[DrillStatus] = Course()

    def take(self, timed: TimedEvent) -> None:
        t_ms, event = timed.t_ms, timed.event
        match event.kind:
            case "uplink.up":
                self._now_active(t_ms, event.data.get("uplink"))
            case "failover.switch":
                self._switches.add(t_ms)
                self._tell(t_ms, _begun(timed))
            case "failover.published" if self._newest is not None:
                publish_ms = _number(event.data, "publish_ms")
                self._tell(t_ms, {**self._newest, "publish_ms": publish_ms})
            case "failover.done" | "failover.failed":
                self._tell(t_ms, _ended(timed, self._newest, _ENDS[event.kind]))
                if event.kind == "failover.done":
                    self._now_active(t_ms, event.data.get("to"))
            case "failover.mode":
                mode = _MODES.get(event.data.get("mode"))
                if mode is not None:
                    self._mode.add(t_ms, mode)
            case "failover.drill":
                self._take_drill(timed)

    def _now_active(self, t_ms: int, name: object) -> None:
        if isinstance(name, str) and name:
            self._active.add(t_ms, name)

    def _tell(self, t_ms: int, switch: LastSwitch) -> None:
        self._newest = switch
        self._last.add(t_ms, switch)

    def _take_drill(self, timed: TimedEvent) -> None:
        event = timed.event
        facts = {"step": event.text, **event.data, "utc_ns": event.utc_ns, "switches": ()}
        drill = value_of(facts, DrillStatus)
        if drill is not None:
            self._drill.add(timed.t_ms, drill)

    def at(self, t_ms: int, uplinks: tuple[UplinkStatus, ...], in_force: InForce) -> FailoverStatus:
        """`next` is who was ready; the reasons and countdowns of the policy are not on record."""
        last, begun_ms = self._last.at(t_ms), self._last.since_ms(t_ms)
        carrying = next((uplink.name for uplink in uplinks if uplink.state == "carrying"), None)
        active = self._active.at(t_ms) or carrying
        to = None
        if last is not None and last["state"] == "running" and begun_ms is not None:
            to = last["to"] if t_ms - begun_ms < LONGEST_SWITCH_MS else None
        ready = (uplink.name for uplink in uplinks if uplink.ready and uplink.name != active)
        return FailoverStatus(
            active=active,
            mode=self._mode.at(t_ms) or in_force.mode,
            switches=self._switches.at(t_ms),
            last=last,
            switching_to=to,
            next=None if to is not None else next(ready, None),
            drill=self._drill.at(t_ms),
        )


def _begun(timed: TimedEvent) -> LastSwitch:
    event, data = timed.event, timed.event.data
    return {
        "from": _text(data, "from"),
        "to": _text(data, "to"),
        "cause": _CAUSES.get(data.get("cause"), "operator"),
        "reason": _text(data, "reason"),
        "actor": _text(data, "actor"),
        "state": "running",
        "utc_ns": event.utc_ns,
        "detect_ms": _number(data, "detect_ms"),
        "publish_ms": None,
        "switch_ms": None,
        "frames_lost": None,
        "frames_repeated": None,
        "lost_ms": None,
    }


def _ended(timed: TimedEvent, newest: LastSwitch | None, state: SwitchState) -> LastSwitch:
    """The end of a switch tells all of it; what an older livedesk left out is known from its
    beginning."""
    data = timed.event.data
    is_known = newest is not None and newest["to"] == _text(data, "to")
    begun = newest if newest is not None and is_known else _begun(timed)
    known = {name: value for name, value in data.items() if name in begun and value is not None}
    took_ns = 0 if is_known else round((_number(data, "switch_ms") or 0.0) * NS_PER_MS)
    usual = {**begun, "utc_ns": begun["utc_ns"] - took_ns}
    try:
        return msgspec.convert({**usual, **known, "state": state}, LastSwitch)
    except msgspec.ValidationError:
        return {**begun, "state": state}


def _number(data: dict[str, Any], name: str) -> float | None:
    value = data.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
