"""What is known of the alarms of all stores and of the engine? Folds what the engine tells. Pure.

A status tells what stands, and so also what ended since the status before; the list of what ended
is fetched besides, because much of it was before this console came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from livedesk.core.engine_status import EngineStatus
from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm, StoreStatus
from livedesk.desk.alarm_client import AlarmPage
from livedesk.desk.alarm_list import (
    ENGINE,
    AlarmKey,
    AlarmLine,
    AlarmList,
    ended_line,
    in_order,
    key_of,
    standing_line,
)
from livedesk.desk.alarm_orders import AlarmOrders

ENDED_KEPT: Final = 200
"""Of each store; as many as the engine lists."""


@dataclass(frozen=True, slots=True)
class _Known:
    name: str = ""
    active: tuple[AlarmStatus, ...] = ()
    ended: tuple[EndedAlarm, ...] = ()
    """The newest first."""
    flood: AlarmFlood | None = None


class AlarmBook:
    """The fold. `orders` says what was asked for and is not told yet."""

    def __init__(self, orders: AlarmOrders) -> None:
        self._orders = orders
        self._known: dict[str, _Known] = {}
        self._list: AlarmList | None = None
        self._listed_for = ""

    def status(self, status: StoreStatus) -> bool:
        """Returns whether the list of what ended has to be fetched anew."""
        return self._stands(status.store, status.name, status.alarms, status.utc_ns, status.flood)

    def engine(self, status: EngineStatus) -> bool:
        """The same of the engine's own alarms."""
        return self._stands(ENGINE, "", status.alarms, status.utc_ns, None)

    def fetched(self, store: str, page: AlarmPage) -> None:
        known = self._known.get(store)
        if known is not None:
            self._know(store, replace(known, ended=page.ended))

    def answered(self, store: str, answer: AlarmStatus | EndedAlarm) -> None:
        """What an order made of an alarm, ahead of the next status."""
        known = self._known.get(store)
        if known is None:
            return
        if isinstance(answer, EndedAlarm):
            others = (each for each in known.ended if _begin(each) != _begin(answer))
            ended = sorted((answer, *others), key=lambda each: -each.until_utc_ns)
            self._know(store, replace(known, ended=tuple(ended)))
            return
        same = key_of(store, answer)
        active = (answer if key_of(store, each) == same else each for each in known.active)
        self._know(store, replace(known, active=tuple(active)))

    def keep_only(self, stores: frozenset[str]) -> None:
        """Forget stores that the engine no longer has."""
        kept = {store: known for store, known in self._known.items() if store in (*stores, ENGINE)}
        if len(kept) != len(self._known):
            self._known, self._list = kept, None

    def changed(self) -> None:
        """An order has changed."""
        self._list = None

    @property
    def stores(self) -> tuple[str, ...]:
        return tuple(self._known)

    @property
    def floods(self) -> dict[str, AlarmFlood]:
        """By store."""
        floods = ((store, known.flood) for store, known in self._known.items())
        return {store: flood for store, flood in floods if flood is not None}

    def lines(self, me: str) -> AlarmList:
        """All alarms as they will be once what `me` asked for is done."""
        if self._list is None or me != self._listed_for:
            self._listed_for = me
            self._list = in_order(self._each(me))
        return self._list

    def _each(self, me: str) -> Iterable[AlarmLine]:
        for store, known in self._known.items():
            for alarm in known.active:
                asked = self._orders.as_asked(key_of(store, alarm), alarm, me)
                yield standing_line(store, known.name, asked)
            standing = {alarm.id: alarm.since_utc_ns for alarm in known.active}
            for ended in known.ended:
                key = AlarmKey(store, ended.id, ended.since_utc_ns)
                if standing.get(ended.id) != ended.since_utc_ns:
                    over = self._orders.end_as_asked(key, ended, me)
                    yield ended_line(store, known.name, over, came_again=ended.id in standing)

    def _stands(
        self,
        store: str,
        name: str,
        alarms: tuple[AlarmStatus, ...],
        utc_ns: int,
        flood: AlarmFlood | None,
    ) -> bool:
        known = self._known.get(store)
        before = known or _Known()
        here = {key_of(store, alarm) for alarm in alarms}
        gone = tuple(a for a in before.active if key_of(store, a) not in here)
        ended = before.ended
        if gone:
            # Until the list is fetched, so that nothing leaves the window for a moment.
            ended = (*(_ended(alarm, utc_ns) for alarm in gone), *ended)[:ENDED_KEPT]
        self._know(store, _Known(name, alarms, ended, flood))
        return known is None or bool(gone)

    def _know(self, store: str, known: _Known) -> None:
        if self._known.get(store) != known:
            self._known[store], self._list = known, None


def _begin(ended: EndedAlarm) -> tuple[str, int]:
    return ended.id, ended.since_utc_ns


def _ended(alarm: AlarmStatus, utc_ns: int) -> EndedAlarm:
    return EndedAlarm(alarm.id, alarm.priority, alarm.cause, alarm.since_utc_ns, utc_ns,
                      alarm.count, alarm.acknowledged_by)  # fmt: skip
