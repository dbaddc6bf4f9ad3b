"""What happened? One value for everything that is journalled, streamed over SSE and exported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

Level = Literal["info", "notice", "warning", "critical"]
"""How loud an event is: information, worth a look, look soon, act now."""

Source = Literal["relay", "probe", "engine", "console", "sandbox", "pins", "moderation", "alarms"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, in the order and with the clocks of the engine's machine.

    `seq` grows over all stores of an engine, also across its restarts, and is the SSE id.
    `kind` is dotted and stable (`uplink.up`, `feed.lost`); `text` is for people, in one sentence.
    `data` holds the figures behind the sentence, with units in their names.
    """

    seq: int
    utc_ns: int
    mono_ns: int
    store: str
    session: str | None
    kind: str
    level: Level
    source: Source
    text: str
    actor: str | None = None
    data: dict[str, Json] = field(default_factory=dict)
