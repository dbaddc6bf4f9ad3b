"""Which settings and limits were in force, and from when on?

`meta` has what held when the file was begun; `session.settings` all of the store's settings, again
whenever an engine takes the session up with others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from livedesk.core.status import Limits
from livedesk.journal.reader import TimedEvent
from livedesk.journal.values import SessionInfo

SETTINGS_EVENT: Final = "session.settings"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting from `t_ms` on, until a later row of the same `name`. Names are dotted paths
    (`limits.min_kbps`, `uplinks.bonded.bind`). An empty value in a later row: no longer set."""

    t_ms: int
    utc_ns: int
    name: str
    value: str


class SettingsTold:
    """Takes `session.settings`."""

    def __init__(self, info: SessionInfo) -> None:
        facts: dict[str, Any] = {
            "limits": {name: getattr(info.limits, name) for name in Limits.__dataclass_fields__},
            "versions": dict(info.versions),
            "uplinks": list(info.uplinks),
            "platform": info.platform,
        }
        self._now = dict(_flat("", facts))
        self._rows = [
            SettingRow(0, info.started_utc_ns, name, value) for name, value in self._now.items()
        ]
        self._last: frozenset[str] = frozenset()
        """Names in the newest event: one that the next does not have is not set any more."""

    def take(self, timed: TimedEvent) -> None:
        data = timed.event.data
        told = data.get("settings")
        told = told if isinstance(told, dict) else data
        new = dict(_flat("", told))
        changed = {name: value for name, value in new.items() if self._now.get(name) != value}
        gone = dict.fromkeys(self._last - new.keys(), "")
        for name, value in sorted({**changed, **gone}.items()):
            self._rows.append(SettingRow(timed.t_ms, timed.event.utc_ns, name, value))
        self._now |= {**new, **gone}
        self._last = frozenset(new)

    def result(self) -> tuple[SettingRow, ...]:
        return tuple(self._rows)


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(value, list):
        if all(not isinstance(inner, (Mapping, list)) for inner in value):
            yield path, ", ".join(map(_word, value))
            return
        for place, inner in enumerate(value):
            name = inner.get("name", place) if isinstance(inner, Mapping) else place
            yield from _flat(f"{path}.{name}", inner)
    elif value is not None:
        yield path, _word(value)


def _word(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
