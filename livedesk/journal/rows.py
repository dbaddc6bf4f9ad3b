"""How do values become table rows and back? Whatever text comes in, a row can always be stored."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, TypeVar, get_args

import msgspec

from livedesk.core.events import Event, Json, Level, Source
from livedesk.core.status import Limits
from livedesk.journal.schema import SCHEMA_VERSION
from livedesk.journal.values import EventRow, SampleRow, SessionInfo

T = TypeVar("T")

# A file may hold words of a livedesk that knew more of them.
_LEVELS: dict[str, Level] = {level: level for level in get_args(Level)}
_SOURCES: dict[str, Source] = {source: source for source in get_args(Source)}

_STREAM_URL = re.compile(r"(?i)\b(rtmps?|srt)://(?:[^\s/@\"']*@)?([^\s/?\"']+)([^\s\"']*)")


def event_row(event: Event, t_ms: int) -> EventRow:
    """`t_ms`: session time, so that a reboot's new monotonic clock does not move old events."""
    return (
        event.seq,
        t_ms,
        event.utc_ns,
        event.mono_ns,
        clean(event.kind),
        event.level,
        event.source,
        clean(event.text),
        None if event.actor is None else clean(event.actor),
        to_json(_finite(event.data)),
    )


def row_event(row: EventRow, info: SessionInfo) -> Event:
    seq, _, utc_ns, mono_ns, kind, level, source, text, actor, data = row
    return Event(
        seq=seq,
        utc_ns=utc_ns,
        mono_ns=mono_ns,
        store=info.store,
        session=info.session,
        kind=kind,
        level=_LEVELS.get(level, "info"),
        source=_SOURCES.get(source, "engine"),
        text=text,
        actor=actor,
        data=json.loads(data),
    )


def storable(rows: Iterable[SampleRow]) -> list[SampleRow]:
    """Without rows that hold no number: not known is a gap, and a gap is no row."""
    return [
        row for row in rows if row.n > 0 and all(map(math.isfinite, (row.min, row.mean, row.max)))
    ]


def info_meta(info: SessionInfo) -> dict[str, str]:
    """The `meta` table of a new file; every value is JSON."""
    facts: dict[str, Json] = {
        "schema_version": SCHEMA_VERSION,
        "session": info.session,
        "store": info.store,
        "name": info.name,
        "platform": info.platform,
        "started_utc_ns": info.started_utc_ns,
        "started_mono_ns": info.started_mono_ns,
        "limits": {name: getattr(info.limits, name) for name in Limits.__dataclass_fields__},
        "uplinks": list(info.uplinks),
        "versions": dict(info.versions),
        "sandbox": info.sandbox,
        "dropped_events": 0,
        "dropped_samples": 0,
        "dropped_stills": 0,
    }
    return {key: to_json(_finite(value)) for key, value in facts.items()}


def meta_info(meta: dict[str, str]) -> SessionInfo:
    """Raises KeyError, TypeError or ValueError when the table does not describe a session."""
    facts: dict[str, Any] = {key: json.loads(value) for key, value in meta.items()}
    known_limits = {
        name: float(value)
        for name, value in dict(facts["limits"]).items()
        if name in Limits.__dataclass_fields__
    }
    return SessionInfo(
        session=str(facts["session"]),
        store=str(facts["store"]),
        name=str(facts["name"]),
        platform=str(facts["platform"]),
        started_utc_ns=_ns(facts["started_utc_ns"]),
        started_mono_ns=_ns(facts["started_mono_ns"]),
        limits=Limits(**known_limits),
        uplinks=tuple(map(str, facts["uplinks"])),
        versions={str(part): str(version) for part, version in dict(facts["versions"]).items()},
        sandbox=bool(facts["sandbox"]),
    )


def _ns(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ValueError(f"{value} is no time")
    return value


def clean(text: str) -> str:
    """Text that SQLite can store, without the key that a stream address carries in its path.

    Nobody should put such an address into an event; if one slips in, the file must not keep it.
    """
    storable_text = text.encode("utf-8", "replace").decode("utf-8")
    return _STREAM_URL.sub(_without_key, storable_text)


def to_json(value: Json) -> str:
    """Compact JSON; a foreign value becomes its text, for a Secret that is its mask."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str
    )


def _without_key(address: re.Match[str]) -> str:
    scheme, host, path = address.groups()
    return f"{scheme}://{host}/•••" if path.strip("/?") else f"{scheme}://{host}"


def _finite(value: Json) -> Json:
    """JSON has no NaN and no infinity; both mean "not known" here."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): _finite(item) for key, item in value.items()}
    return value


def value_of(content: object, kind: type[T]) -> T | None:
    """What the data of an event holds; members of a later livedesk are passed over. None for what
    is no such value."""
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError:
        return None
