"""Which alarms of stores are one of the engine, because they have one cause?

Stores tell what they find, four times a second; the engine makes one alarm of what several have.
Until that is over it is no alarm of theirs. Called from one event loop only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from livedesk.alarms.life import Finding
from livedesk.alarms.runbook import kind_of
from livedesk.alarms.together import LEAST, Together
from livedesk.core.clock import Clock
from livedesk.core.one_line import one_line
from livedesk.core.status import AlarmStatus
from livedesk.engine.common_conditions import (
    COMMONS,
    DISK,
    RECORDS,
    Common,
    common_finding,
    counted,
)

_NAME_MOST: Final = 40
"""Characters of a store's name where several are listed."""


class CommonAlarms:
    """What the stores of one engine have together."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._together = {common.id: Together() for common in COMMONS}
        self._names: dict[str, str] = {}
        self._found: dict[tuple[str, str], Finding] = {}
        self._standing: dict[str, AlarmStatus] = {}

    def join(self, store: str, name: str) -> None:
        """A store of this engine."""
        self._names[store] = one_line(name, _NAME_MOST) or store

    def take(self, store: str, findings: Mapping[str, Finding]) -> dict[str, Finding]:
        """What a store finds, so that what is told of several is told by the engine alone."""
        kept = dict(findings)
        if len(self._names) < LEAST:
            return kept
        mono_ns = self._clock.mono_ns()
        for common in COMMONS:
            ids = [each for each in findings if kind_of(each) in common.kinds]
            if not ids:
                continue
            gravest = next((each for each in ids if findings[each].present), ids[0])
            self._found[common.id, store] = _settled(findings[gravest], common)
            together = self._together[common.id]
            together.take(mono_ns, store, _any([findings[each].present for each in ids]))
            taken_by = self._taken_by(common, store)
            for each in ids:
                kept[each] = self._as_one(findings[each], common, taken_by)
        return kept

    def _as_one(self, finding: Finding, common: Common, taken_by: str) -> Finding:
        """An alarm of the store that stands goes on until the engine's does."""
        settled = _settled(finding, common)
        if taken_by in self._standing:
            return replace(settled, taken_by=taken_by)
        return replace(settled, waits=bool(taken_by))

    def _taken_by(self, common: Common, store: str) -> str:
        if store not in self._together[common.id].members:
            return ""
        if common.id in self._standing:
            return common.id
        # The engine's alarm of this trouble may itself be part of another.
        greater = (self._standing.get(each) for each in common.part_of)
        return next((one.id for one in greater if one and one.priority == "high"), common.id)

    def beside(self, findings: Mapping[str, Finding]) -> dict[str, Finding]:
        """What the engine finds of itself, and what its stores have together."""
        found = dict(findings)
        for common in COMMONS:
            together = self._together[common.id]
            together.settle(common.id in self._standing)
            if not together.members:
                continue
            having = together.having() or tuple(sorted(together.members))
            told = [self._found[common.id, store] for store in having]
            names = [self._names[store] for store in having]
            one = common_finding(common, names, told, is_there=together.is_there)
            if common.id == RECORDS and one.present and DISK in found:
                found[DISK] = _says_too(found[DISK], len(having))
                one = _part_of_full(one, found[DISK])
            found[common.id] = one
        return found

    def stand(self, alarms: Collection[AlarmStatus]) -> None:
        """The engine's alarms as they are now."""
        self._standing = {alarm.id: alarm for alarm in alarms}

    def of(self, store: str) -> tuple[AlarmStatus, ...]:
        """The engine's alarms that are of this store too, by what it has now."""
        kinds = (common for common in COMMONS if store in self._together[common.id].having())
        ids = dict.fromkeys(self._taken_by(common, store) for common in kinds)
        return tuple(self._standing[each] for each in ids if each in self._standing)


def _any(present: list[bool | None]) -> bool | None:
    if any(present):
        return True
    return None if None in present else False


def _settled(finding: Finding, common: Common) -> Finding:
    rule = finding.rule
    return replace(finding, rule=replace(rule, on_s=max(rule.on_s, common.settle_s)))


def _says_too(disk: Finding, stores: int) -> Finding:
    if not _is_full(disk):
        return disk
    text = f"{disk.cause} The record of {counted(stores)} is not being written."
    return replace(disk, cause=text)


def _part_of_full(records: Finding, disk: Finding) -> Finding:
    """A disk that is only low is not why records stop."""
    return records if _is_full(disk) else replace(records, part_of=())


def _is_full(disk: Finding) -> bool:
    return bool(disk.present) and disk.rule.priority == "high"
