"""What do the session files of this machine already hold? All of it blocks: call it in a thread."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event, Json
from livedesk.engine.hold import HeldBy
from livedesk.engine.record_facts import SETTINGS_EVENT
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionEnd, SessionReader
from livedesk.journal.schema import FILE_SUFFIX
from livedesk.journal.sessions import list_sessions
from livedesk.journal.values import SessionInfo

POSITION_KEY = "relay_position"
"""In `meta`: the newest relay entry whose second is on disk, as [instance, number]."""

_CLOCK_SLACK_S = 86_400.0
"""Files are skipped by their time only if they are this much too old: wall clocks get set."""


@dataclass(frozen=True, slots=True)
class LastSession:
    """The newest session of a store, as the engine that wrote it left it."""

    path: Path
    info: SessionInfo
    end: SessionEnd
    signed_off: bool
    instance: str | None
    position: int
    last_events: Mapping[str, int]
    """By relay instance: the number of its newest entry that is in the record as an event."""
    held_by: HeldBy
    settings: Mapping[str, Json] | None = None
    """As they were last told to the record."""


def last_session(data: Path, store: str) -> LastSession | None:
    """The newest readable one; what cannot be read cannot be continued either."""
    for entry in list_sessions(data, store):
        if entry.info is None or entry.end is None:
            continue
        with SessionReader.open(entry.path) as reader:
            instance, position = _position(reader)
            return LastSession(
                path=entry.path,
                info=entry.info,
                end=entry.end,
                signed_off=entry.signed_off,
                instance=instance,
                position=position,
                last_events=_last_events(reader),
                held_by=_held_by(reader),
                settings=_settings(reader),
            )
    return None


def _position(reader: SessionReader) -> tuple[str | None, int]:
    try:
        instance, position = json.loads(reader.meta[POSITION_KEY])
        return str(instance), int(position)
    except (KeyError, TypeError, ValueError):
        return None, 0


def _last_events(reader: SessionReader) -> dict[str, int]:
    newest: dict[str, int] = {}
    for timed in reader.events():
        relay, entry = timed.event.data.get("relay"), timed.event.data.get("entry")
        if isinstance(relay, str) and isinstance(entry, int):
            newest[relay] = max(newest.get(relay, 0), entry)
    return newest


def _held_by(reader: SessionReader) -> HeldBy:
    held = HeldBy()
    held.recall(timed.event for timed in reader.events())
    return held


def _settings(reader: SessionReader) -> Mapping[str, Json] | None:
    newest: Mapping[str, Json] | None = None
    for timed in reader.events(kinds=(SETTINGS_EVENT,)):
        told = timed.event.data.get("settings")
        newest = told if isinstance(told, dict) else newest
    return newest


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """What the record of a session that is over stands at. With a `problem` it is not known."""

    session: str
    head: str = ""
    events: int = 0
    problem: str = ""


def seal_of(path: Path, session: str) -> SealedRecord:
    """The head of the file's chain, as it is: checking all of it is for who reads the record."""
    try:
        with SessionReader.open(path) as reader:
            head, events = reader.head()
            return SealedRecord(session, head, events)
    except JournalError as error:
        return SealedRecord(session, problem=str(error))


class SessionFiles:
    """The events of all stores in one order, read from the files (the bus's `Past`)."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def between(self, after: int, until: int) -> list[Event]:
        events = heapq.merge(*self._each(after), key=lambda event: event.seq)
        return [event for event in events if event.seq <= until]

    def newest(self, count: int, until: int) -> list[Event]:
        """Looks into the newest sessions first and stops when they hold enough."""
        found: list[Event] = []
        for path in self._paths():
            found += [event for event in self._events(path, 0) if event.seq <= until]
            if len(found) >= 4 * count:
                break
        return sorted(found, key=lambda event: event.seq)[-count:]

    def _each(self, after: int) -> list[Iterator[Event]]:
        oldest_s = after / 1e6 - _CLOCK_SLACK_S
        return [
            iter(self._events(path, after))
            for path in self._paths()
            if _touched_s(path) >= oldest_s
        ]

    def _paths(self) -> list[Path]:
        found = (self._data / "sessions").glob(f"*/*{FILE_SUFFIX}")
        return sorted(found, key=lambda path: path.name, reverse=True)

    def _events(self, path: Path, after: int) -> list[Event]:
        try:
            with SessionReader.open(path) as reader:
                return [timed.event for timed in reader.events(after)]
        except JournalError:
            return []  # a damaged file is listed with its problem elsewhere


def _touched_s(path: Path) -> float:
    """When the file or its write-ahead log was last written, Unix time."""
    newest_s = 0.0
    for part in (path, path.with_name(path.name + "-wal")):
        try:
            newest_s = max(newest_s, part.stat().st_mtime)
        except OSError:
            continue
    return newest_s


def idle_s(session: LastSession, utc_ns: int) -> float:
    """Seconds since the record stopped. Only UTC goes on when the machine restarts."""
    return (utc_ns - session.end.utc_ns) / NS_PER_S
