"""What may stand in a line of the JSON Lines export? As a JSON Schema (draft 2020-12).

Members may be added by a later livedesk, and none is ever renamed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from livedesk.core.moderation import ComplianceWarning, Item
from livedesk.core.pins import PinStatus
from livedesk.journal.fold.actions import ActionRow
from livedesk.journal.fold.alarms import AlarmRow
from livedesk.journal.fold.clock import ClockRow
from livedesk.journal.fold.drills import DrillRow
from livedesk.journal.fold.incidents import Incident
from livedesk.journal.fold.settings import SettingRow

_VALUES: Final[Mapping[str, tuple[type, str]]] = {
    "incident": (Incident, "What went wrong; times in ms of the session."),
    "pin": (PinStatus, "A product that was called for, as it was last told of."),
    "item": (Item, "A comment on which a rule or a person acted, as it was last told of."),
    "warning": (ComplianceWarning, "The platform says that the live breaks a rule."),
    "alarm": (AlarmRow, "An alarm over all of its lives."),
    "drill": (DrillRow, "A switch there and back as a test."),
    "action": (ActionRow, "What a person did."),
    "setting": (SettingRow, "A setting that was in force from then on."),
    "clock": (ClockRow, "How true the wall clock was from then on."),
}
"""Lines that are a value of livedesk's, beside members that are added to it."""

_TEXT, _WHOLE, _REAL = ({"type": kind} for kind in ("string", "integer", "number"))
_YES: Final = {"type": "boolean"}
_OBJECT: Final = {"type": "object"}
_UTC_NS: Final = {"type": "integer", "description": "UTC, ns since 1970"}
_T_MS: Final = {"type": "integer", "description": "ms of the session, from the first media"}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_ADDED: Final[Mapping[str, Mapping[str, Any]]] = {
    "pin": {"t_ms": _T_MS},
    "warning": {"t_ms": _T_MS},
    "item": {
        "t_ms": _T_MS,
        "hide_ms": _or_null(_REAL),
        "review_s": _or_null(_REAL),
        "overturned": _YES,
    },
}

_LINES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "schema": ("Which schema the lines follow.", {"name": _TEXT, "version": _WHOLE}),
    "session": (
        "What holds for the whole session.",
        {
            "session": _TEXT,
            "store": _TEXT,
            "name": _TEXT,
            "platform": _TEXT,
            "sandbox": _YES,
            "started_utc": _TEXT,
            "started_utc_ns": _UTC_NS,
            "limits": _OBJECT,
            "uplinks": {"type": "array", "items": _TEXT},
            "versions": _OBJECT,
        },
    ),
    "event": (
        "What happened, as it was written down.",
        {
            "seq": _WHOLE,
            "utc": _TEXT,
            "utc_ns": _UTC_NS,
            "mono_ns": _WHOLE,
            "t_ms": _T_MS,
            "kind": _TEXT,
            "level": _TEXT,
            "source": _TEXT,
            "actor": _or_null(_TEXT),
            "text": _TEXT,
            "data": _OBJECT,
        },
    ),
    "sample": (
        "A figure over one second; no line is a gap.",
        {
            "t_s": _WHOLE,
            "utc_ns": _UTC_NS,
            "figure": _TEXT,
            "subject": _TEXT,
            "unit": _TEXT,
            "epoch": _WHOLE,
            "n": _WHOLE,
            "min": _REAL,
            "mean": _REAL,
            "max": _REAL,
        },
    ),
    "switch": (
        "The stream moved to another uplink.",
        {
            "t_ms": _T_MS,
            "utc_ns": _UTC_NS,
            "from": _TEXT,
            "to": _TEXT,
            "state": {"enum": ["done", "failed", "open"]},
            "cause": _TEXT,
            "reason": _TEXT,
            "figures": _OBJECT,
            "actor": _TEXT,
            "detect_ms": _or_null(_REAL),
            "publish_ms": _or_null(_REAL),
            "switch_ms": _or_null(_REAL),
            "lost_ms": _or_null(_REAL),
        },
    ),
    "summary": (
        "What the session amounts to; always the last line.",
        {
            "length_ms": _WHOLE,
            "on_air_s": _WHOLE,
            "off_air_s": _WHOLE,
            "unmeasured_s": _WHOLE,
            "feed_share": _or_null(_REAL),
            "goodput_share": _or_null(_REAL),
            "worst_skew_ms": _or_null(_REAL),
            "seal": {"enum": ["intact", "broken", "unsealed"]},
            "seal_head": _TEXT,
        },
    ),
}


def json_schema() -> str:
    kinds = [kind for kind, _ in _VALUES.values()]
    values, shared = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    lines = [_line(kind, about, members) for kind, (about, members) in _LINES.items()]
    for (kind, (_, about)), value in zip(_VALUES.items(), values, strict=True):
        lines.append({**_line(kind, about, _ADDED.get(kind, {})), "allOf": [value]})
    lines.append(
        {
            "description": "A row of a table of what was sold; its columns are in the csv format.",
            "type": "object",
            "properties": {"type": {"pattern": "^commerce"}},
            "required": ["type"],
        }
    )
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a livedesk session",
        "oneOf": lines,
        "$defs": shared,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _line(kind: str, about: str, members: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": about,
        "type": "object",
        "properties": {"type": {"const": kind}, **members},
        "required": ["type", *members],
    }
