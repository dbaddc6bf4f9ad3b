"""Which switches, signatures and acknowledgements are on record? Read from the session file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livedesk.core.events import Event, Json
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision to move the stream. `carried_kbps`: what the path left behind got through."""

    from_: str
    to: str
    cause: str
    carried_kbps: float | None


def read_switches(data: Path, store: str) -> tuple[Decided, ...]:
    """Of the newest session, in order."""
    return tuple(_decided(event.data) for event in _events(data, store, "failover.switch"))


def read_signers(data: Path, store: str) -> tuple[str, ...]:
    """Who signed the check of the newest session, in order."""
    return tuple(event.actor or "" for event in _events(data, store, "check.signed"))


def read_acknowledged(data: Path, store: str) -> tuple[tuple[str, str], ...]:
    """Alarms of the newest session and who acknowledged them, in order."""
    events = _events(data, store, "alarm.acknowledged")
    return tuple((str(event.data.get("alarm")), event.actor or "") for event in events)


def _events(data: Path, store: str, kind: str) -> list[Event]:
    sessions = list_sessions(data, store)
    if not sessions:
        return []
    newest = max(sessions, key=lambda entry: entry.path.name)
    with SessionReader.open(newest.path) as reader:
        return [timed.event for timed in reader.events(kinds=(kind,))]


def _decided(data: dict[str, Json]) -> Decided:
    figures = data.get("figures")
    known = figures if isinstance(figures, dict) else {}
    rates = [known.get(name) for name in ("capacity_kbps", "goodput_kbps")]
    carried = next((rate for rate in rates if isinstance(rate, int | float)), None)
    return Decided(str(data.get("from")), str(data.get("to")), str(data.get("cause")), carried)
