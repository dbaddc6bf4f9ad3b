"""What did the policy notice or refuse to do? Notes for the record, beside the switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.events import Json, Level

NoteEvent = Literal["failover.stay", "failover.sagging", "failover.mode", "failover.drill"]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened; `text` is one sentence for people, `data` the figures behind it."""

    event: NoteEvent
    level: Level
    text: str
    data: Mapping[str, Json] = field(default_factory=dict)
