"""What of the alarms is worth a sound or a notification now? Each thing once. Pure, time passed in.

What was there before this console came, or came while it was away, is told as one sum. Shelved
alarms are not told, nor those that somebody has acknowledged. During a flood only those of high
priority are told one by one; the others as a sum once a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from livedesk.core.status import AlarmStatus, Priority
from livedesk.desk.alarm_list import ENGINE, RANK, AlarmKey, is_shelved, key_of
from livedesk.desk.alarm_words import place_name, priority_word
from livedesk.desk.model import DeskSnapshot, Moment
from livedesk.desk.words import tr

SETTLE_S: Final = 2.0
"""After the console attached: stores tell one after the other, and a restarted engine takes a
moment until it sees again what was wrong."""

AT_ONCE: Final = 3
"""More of them in one look are one thing that happened, and are told as a sum."""

SUM_EVERY_S: Final = 60.0

Kind = Literal["raised", "over", "sum"]


@dataclass(frozen=True, slots=True)
class Announced:
    """One thing to be told. `priority` chooses the sound; of a sum it is that of the loudest."""

    kind: Kind
    priority: Priority
    title: str
    text: str
    key: AlarmKey | None = None
    """The alarm to be shown when somebody follows it; None for a sum."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of an alarm that stands."""

    priority: Priority
    cause: str
    aloud: bool
    """Whether it was told by itself, so that its end is worth telling."""
    shelved: bool = False


@dataclass(frozen=True, slots=True)
class _Standing:
    key: AlarmKey
    name: str
    alarm: AlarmStatus
    in_flood: bool


class Announcer:
    """Told each snapshot; remembers what it has told."""

    def __init__(self) -> None:
        self._told: dict[AlarmKey, _Told] = {}
        self._since: Moment | None = None
        """When the console attached; None while no engine answers."""
        self._is_settled = False
        self._waits: list[_Standing] = []
        """For the next sum of a flood."""
        self._summed: Moment | None = None
        self._common: dict[str, frozenset[str]] = {}
        """By store: the engine's alarms that are of it too."""

    def look(self, snapshot: DeskSnapshot, now: Moment) -> tuple[Announced, ...]:
        """What is to be told now; most of the time nothing."""
        if not snapshot.link.answering:
            self._since, self._is_settled = None, False
            return ()
        if self._since is None:
            self._since = now
        if now.since_s(self._since) < SETTLE_S:
            return ()
        known = {view.status.store: view.status.name for view in snapshot.stores if not view.stale}
        if snapshot.engine is not None:
            known[ENGINE] = ""
        self._common = {v.status.store: frozenset(a.id for a in v.status.common)
                        for v in snapshot.stores}  # fmt: skip
        standing = [each for each in _standing(snapshot) if each.key.store in known]
        news = [each for each in standing if self._is_news(each)]
        over = tuple(self._over(standing, known))
        self._remember(standing)
        if not self._is_settled:
            self._is_settled = True
            return tuple(_sum(news))
        return (*self._raised(news, now), *over)

    def _raised(self, news: list[_Standing], now: Moment) -> Iterator[Announced]:
        quiet = [each for each in news if each.in_flood and each.alarm.priority != "high"]
        aloud = [each for each in news if each not in quiet]
        if len(aloud) > AT_ONCE:
            yield from _sum(aloud)
        else:
            yield from map(_raised, aloud)
        for each in aloud:
            self._told[each.key] = replace(self._told[each.key], aloud=True)
        self._waits += quiet
        if self._waits and (self._summed is None or now.since_s(self._summed) >= SUM_EVERY_S):
            self._summed = now
            waited, self._waits = self._waits, []
            yield from _sum([each for each in waited if each.key in self._told])

    def _is_news(self, each: _Standing) -> bool:
        alarm, told = each.alarm, self._told.get(each.key)
        if alarm.gone_s is not None or is_shelved(alarm):
            return False
        if told is not None and RANK[alarm.priority] > RANK[told.priority]:
            return True
        if alarm.acknowledged_by is not None:
            return False
        return told is None or told.shelved

    def _remember(self, standing: list[_Standing]) -> None:
        for each in standing:
            before = self._told.get(each.key)
            if before is None and each.alarm.gone_s is not None:
                # It is told when it comes back.
                continue
            aloud = before is not None and before.aloud
            priority = each.alarm.priority
            if before is not None and RANK[before.priority] > RANK[priority]:
                priority = before.priority
            self._told[each.key] = _Told(priority, each.alarm.cause, aloud, is_shelved(each.alarm))

    def _over(self, standing: list[_Standing], known: dict[str, str]) -> Iterator[Announced]:
        """An end is told when nothing as loud is left at that store: what went over into a greater
        fault is not over."""
        here = {each.key for each in standing}
        own = {each.alarm.id for each in standing if each.key.store == ENGINE}
        for key in [key for key in self._told if key.store in known and key not in here]:
            told = self._told.pop(key)
            is_left = any(
                RANK[each.alarm.priority] >= RANK[told.priority]
                for each in standing
                if each.key.store == key.store and each.alarm.gone_s is None
            )
            is_left = is_left or bool(own & self._common.get(key.store, frozenset()))
            if told.aloud and not told.shelved and not is_left:
                title = f"{place_name(known[key.store])}: {tr('over')}"
                yield Announced("over", told.priority, title, told.cause, key)


def _standing(snapshot: DeskSnapshot) -> Iterator[_Standing]:
    for view in snapshot.stores:
        status = view.status
        for alarm in status.alarms:
            key = key_of(status.store, alarm)
            yield _Standing(key, status.name, alarm, status.flood is not None)
    if snapshot.engine is not None:
        for alarm in snapshot.engine.alarms:
            yield _Standing(key_of(ENGINE, alarm), "", alarm, False)


def _raised(each: _Standing) -> Announced:
    alarm = each.alarm
    title = f"{place_name(each.name)}: {priority_word(alarm.priority)}"
    return Announced("raised", alarm.priority, title, f"{alarm.cause}\n{alarm.action}", each.key)


def _sum(several: list[_Standing]) -> Iterator[Announced]:
    """One that is alone is told as it is."""
    if len(several) == 1:
        yield _raised(several[0])
    elif several:
        loudest = max(several, key=lambda each: RANK[each.alarm.priority])
        names = dict.fromkeys(place_name(each.name) for each in several)
        title = tr("{n} alarms").format(n=len(several))
        text = f"{tr('At {names}.').format(names=', '.join(names))}\n{loudest.alarm.cause}"
        yield Announced("sum", loudest.alarm.priority, title, text)
