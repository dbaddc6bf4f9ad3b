"""Which settings were in force at an instant? Old files tell none but the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from livedesk.core.pins import GatewayKind
from livedesk.core.status import FailoverMode, Limits
from livedesk.journal.fold.settings import SETTINGS_EVENT
from livedesk.journal.reader import TimedEvent
from livedesk.journal.replay.course import Course
from livedesk.journal.values import SessionInfo

__all__ = ["SETTINGS_EVENT", "InForce", "SettingsCourse"]

_GATEWAYS: Final[dict[object, GatewayKind]] = {kind: kind for kind in get_args(GatewayKind)}


@dataclass(frozen=True, slots=True)
class InForce:
    """`told`: all that the engine wrote down, empty before it did."""

    limits: Limits
    uplinks: tuple[str, ...]
    told: Mapping[str, Any] = field(default_factory=dict)

    def part(self, name: str) -> Mapping[str, Any] | None:
        """A table of the settings; None where there is none."""
        part = self.told.get(name)
        return part if isinstance(part, dict) else None

    def uplink(self, name: str) -> Mapping[str, Any]:
        told = self.told.get("uplinks")
        each = told if isinstance(told, list) else []
        found = (one for one in each if isinstance(one, dict) and one.get("name") == name)
        return next(found, {})

    @property
    def mode(self) -> FailoverMode:
        """As the settings want it, while nobody says how it is."""
        failover = self.part("failover") or {}
        if failover.get("actuator", "relay") != "relay":
            return "external"
        if len(self.uplinks) < 2:
            return "single"
        return "manual" if failover.get("automatic") is False else "auto"

    @property
    def gateway(self) -> GatewayKind | None:
        """None where the store did not pin, or nobody wrote down by which way."""
        return _GATEWAYS.get((self.part("pins") or {}).get("gateway"))

    @property
    def return_source(self) -> Literal["playback", "statistics"] | None:
        told = self.told.get("return_check")
        if told is None:
            return None
        return "statistics" if told == "statistics" else "playback"


class SettingsCourse:
    """Takes `session.settings`."""

    def __init__(self, info: SessionInfo) -> None:
        self._first = InForce(info.limits, info.uplinks)
        self._course: Course[InForce] = Course()

    def take(self, timed: TimedEvent) -> None:
        told = timed.event.data.get("settings")
        told = told if isinstance(told, dict) else timed.event.data
        self._course.add(timed.t_ms, InForce(self._limits(told), self._first.uplinks, told))

    def at(self, t_ms: int) -> InForce:
        """The record describes its engine just after it began: that holds for the beginning too."""
        first_ms = self._course.first_ms
        if first_ms is None:
            return self._first
        return self._course.at(max(t_ms, first_ms)) or self._first

    def _limits(self, told: Mapping[str, Any]) -> Limits:
        given = told.get("limits")
        known = {
            name: float(value)
            for name, value in (given if isinstance(given, dict) else {}).items()
            if name in Limits.__dataclass_fields__ and isinstance(value, (int, float))
        }
        first = self._first.limits
        facts = {name: getattr(first, name) for name in Limits.__dataclass_fields__}
        return Limits(**(facts | known))
