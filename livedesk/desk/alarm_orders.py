"""What was asked for about alarms and does not show in their status (yet)? Pure.

An order is shown as being sent until it is answered, and from the answer on as done until the
status says so too. What failed stays until it is read, or for half a minute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, EndedAlarm
from livedesk.desk.alarm_list import AlarmKey
from livedesk.desk.model import Moment

AlarmAct = Literal["ack", "shelve", "unshelve"]
OrderState = Literal["sending", "done", "failed"]

SHELVE_MINUTES: Final = (5, 15, 60)

GIVE_UP_S: Final = 30.0
"""So long an order is sent again: a restarted engine is back within two seconds."""

_TOLD_S: Final = 3.0
"""Statuses come four times a second; what is not told by then was overtaken by something else."""

_FAILED_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class AlarmOrder:
    """An act on one alarm. The engine knows alarms by their ids, so the order does too."""

    key: AlarmKey
    act: AlarmAct
    minutes: int = 0
    why: str = ""

    @property
    def store(self) -> str:
        return self.key.store

    @property
    def alarm_id(self) -> str:
        return self.key.id


@dataclass(frozen=True, slots=True)
class AskedAlarm:
    """An order and what became of it. `text`: why it failed."""

    order: AlarmOrder
    at: Moment
    state: OrderState = "sending"
    text: str = ""


class AlarmOrders:
    """The newest order for each alarm."""

    def __init__(self) -> None:
        self._asked: dict[AlarmKey, AskedAlarm] = {}

    def asked(self, key: AlarmKey) -> AskedAlarm | None:
        return self._asked.get(key)

    def begin(self, order: AlarmOrder, now: Moment) -> bool:
        """False when the same is under way already."""
        known = self._asked.get(order.key)
        if known is not None and known.state == "sending" and known.order == order:
            return False
        self._asked[order.key] = AskedAlarm(order, now)
        return True

    def waiting(self) -> tuple[AskedAlarm, ...]:
        return tuple(asked for asked in self._asked.values() if asked.state == "sending")

    def answered(self, order: AlarmOrder, now: Moment) -> None:
        self._settle(order, AskedAlarm(order, now, "done"))

    def failed(self, order: AlarmOrder, why: str, now: Moment) -> None:
        self._settle(order, AskedAlarm(order, now, "failed", why))

    def dismiss(self, key: AlarmKey) -> None:
        """Somebody has read why it failed."""
        known = self._asked.get(key)
        if known is not None and known.state == "failed":
            del self._asked[key]

    def tidy(self, now: Moment) -> bool:
        """Forget what has been told for long enough; returns whether there was any."""
        limits = {"done": _TOLD_S, "failed": _FAILED_S}
        kept = {
            key: asked
            for key, asked in self._asked.items()
            if asked.state == "sending" or now.since_s(asked.at) < limits[asked.state]
        }
        told, self._asked = len(self._asked), kept
        return len(kept) < told

    def as_asked(self, key: AlarmKey, alarm: AlarmStatus, me: str) -> AlarmStatus:
        """The alarm as it will be once the engine has done what was asked for."""
        asked = self._asked.get(key)
        if asked is None or asked.state == "failed":
            return alarm
        order = asked.order
        match order.act:
            case "ack" if alarm.acknowledged_by is None:
                return replace(alarm, acknowledged_by=me, acknowledged_utc_ns=asked.at.utc_ns)
            case "shelve" if alarm.shelved_until_utc_ns is None:
                until_utc_ns = asked.at.utc_ns + order.minutes * 60 * NS_PER_S
                return replace(alarm, shelved_by=me, shelved_until_utc_ns=until_utc_ns,
                               shelved_why=order.why)  # fmt: skip
            case "unshelve" if alarm.shelved_until_utc_ns is not None:
                return replace(alarm, shelved_by=None, shelved_until_utc_ns=None, shelved_why="")
        return alarm

    def end_as_asked(self, key: AlarmKey, ended: EndedAlarm, me: str) -> EndedAlarm:
        asked = self._asked.get(key)
        if asked is None or asked.state == "failed" or asked.order.act != "ack":
            return ended
        return ended if ended.acknowledged_by else replace(ended, acknowledged_by=me)

    def _settle(self, order: AlarmOrder, asked: AskedAlarm) -> None:
        known = self._asked.get(order.key)
        if known is not None and known.order == order:
            self._asked[order.key] = asked
