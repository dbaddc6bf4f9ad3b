"""How did the ways to the platform stand at an instant: which carried, which was ready, and why?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from livedesk.core.status import FeedStatus, HealthClass, UplinkState, UplinkStatus
from livedesk.journal.fold.spans import subject_of
from livedesk.journal.reader import TimedEvent
from livedesk.journal.replay.course import Course
from livedesk.journal.replay.feed import CLASSES, NOTHING_FLOWS
from livedesk.journal.replay.samples import Second
from livedesk.journal.replay.settings import InForce


@dataclass(frozen=True, slots=True)
class _Told:
    state: UplinkState = "down"
    reason: str | None = None
    ready: bool = False
    health: HealthClass = "BLIND"
    dropped: int = 0
    reconnects: int = 0


class UplinkCourses:
    """Takes the events of uplinks, switches and the relay in the order in which they happened."""

    def __init__(self) -> None:
        self._now: dict[str, _Told] = {}
        self._courses: dict[str, Course[_Told]] = {}

    def take(self, timed: TimedEvent) -> None:
        event, data = timed.event, timed.event.data
        match event.kind:
            case "failover.switch":
                # Whether it could carry again is told only where that changes with its session.
                self._change(timed, _text(data, "from"), state="standby", reason=None)
                self._change(timed, _text(data, "to"), state="connecting", reason=None)
            case "failover.done":
                self._change(timed, _text(data, "to"), state="carrying", ready=True, reason=None)
            case "relay.died":
                for name in tuple(self._now):
                    self._change(timed, name, state="down", ready=False, health="BLIND",
                                 reason=event.text)  # fmt: skip
            case _:
                self._take_own(timed, subject_of(timed))

    def _take_own(self, timed: TimedEvent, name: str) -> None:
        data, now = timed.event.data, self._now.get(name, _Told())
        match timed.event.kind:
            case "uplink.up":
                self._change(timed, name, state="carrying", ready=True, reason=None,
                             reconnects=_count(data, "reconnects", now.reconnects))  # fmt: skip
            case "uplink.down":
                self._change(timed, name, state="down", ready=False, health="GONE",
                             reason=_text(data, "reason") or None)  # fmt: skip
            case "uplink.ready":
                state: UplinkState = "carrying" if now.state == "carrying" else "standby"
                self._change(timed, name, state=state, ready=True, reason=None)
            case "uplink.not_ready":
                self._change(timed, name, ready=False, reason=_text(data, "reason") or None)
            case "uplink.class":
                self._change(timed, name, health=CLASSES.get(data.get("to"), "BLIND"))
            case "uplink.dropped":
                dropped = now.dropped + _count(data, "messages", 1)
                self._change(timed, name, dropped=dropped)

    def _change(self, timed: TimedEvent, name: str, **changes: Any) -> None:
        if name:
            told = self._now[name] = replace(self._now.get(name, _Told()), **changes)
            self._courses.setdefault(name, Course()).add(timed.t_ms, told)

    def at(
        self, t_ms: int, second: Second, feed: FeedStatus, in_force: InForce
    ) -> tuple[UplinkStatus, ...]:
        """In the order of the settings; behind them those that only the relay knew."""
        names = dict.fromkeys((*in_force.uplinks, *self._courses))
        told = {name: self._told(name, t_ms) for name in names}
        guess = None if any(told.values()) else _busiest(second)
        return tuple(
            _status(name, told[name] or _unsaid(name, guess), second, feed, in_force)
            for name in names
        )

    def _told(self, name: str, t_ms: int) -> _Told | None:
        course = self._courses.get(name)
        return None if course is None else course.at(t_ms)


def _unsaid(name: str, guess: str | None) -> _Told:
    """Of what is not on record only media that were acknowledged can tell."""
    if name == guess:
        return _Told("carrying", ready=True, health="OK")
    return _Told(reason="not on record at this instant")


def _busiest(second: Second) -> str | None:
    rates = {
        subject: rate
        for (figure, subject), rate in second.values.items()
        if figure == "goodput_kbps" and rate > 0
    }
    return max(rates, key=lambda name: rates[name], default=None)


def _status(
    name: str, told: _Told, second: Second, feed: FeedStatus, in_force: InForce
) -> UplinkStatus:
    goodput_kbps = second.of("goodput_kbps", name)
    settings, health = in_force.uplink(name), told.health
    if told.state == "carrying" and goodput_kbps is None and health not in NOTHING_FLOWS:
        # Who carries is told by events; how well, by samples alone.
        health = "BLIND"
    return UplinkStatus(
        name=name,
        state=told.state,
        goodput_kbps=goodput_kbps,
        backlog_ms=second.of("backlog_ms", name),
        rtt_ms=second.of("rtt_ms", name),
        dropped_messages=told.dropped,
        reconnects=told.reconnects,
        reason=told.reason,
        age_ms=second.relay_age_ms if feed.state not in NOTHING_FLOWS else None,
        address=_text(settings, "address").partition("://")[2] or None,
        health=health,
        ready=told.ready,
        cost=_text(settings, "cost") or None,
        bind=_text(settings, "bind") or None,
    )


def _count(data: Any, name: str, otherwise: int) -> int:
    value = data.get(name)
    return value if isinstance(value, int) and value >= 0 else otherwise


def _text(data: Any, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
