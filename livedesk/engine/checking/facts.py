"""What does the check before the show look at? Values only; `judge` says what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from livedesk.core.settings import Decode
from livedesk.core.status import EndedAlarm, StoreStatus

STEADY_S: Final = 10.0
"""So long figures have to be in range without a break: a good second proves nothing."""

SLATE_H: Final = 12.0
DRILL_H: Final = 24.0


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """The machine that all stores share. None: not known."""

    disk_free_bytes: int | None = None
    disk_left_h: float | None = None
    """At the rate at which it fills now."""
    clock_synchronised: bool | None = None
    clock_offset_ms: float | None = None


@dataclass(frozen=True, slots=True)
class SlateSeen:
    """When the flash-and-beep slate was last seen and heard, and what it showed.

    `offset_ms`: flash to beep; positive = sound ahead."""

    utc_ns: int
    offset_ms: float


@dataclass(frozen=True, slots=True)
class Drilled:
    """How the newest drill onto an uplink went. `step`: its last one, or why it failed."""

    utc_ns: int
    passed: bool
    step: str = ""


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """All that the check of one store needs.

    `steady_s`: so long the figures have been in range; 0 while they are not. `products_access`:
    why the access to the products ends before the show does. `unseen`: alarms that were over
    before anybody acknowledged them."""

    status: StoreStatus
    utc_ns: int
    show_hours: float
    steady_s: float = 0.0
    decode: Decode = "all"
    slate: SlateSeen | None = None
    drills: Mapping[str, Drilled] = field(default_factory=lambda: MappingProxyType({}))
    refresh_s: float = 60.0
    products_access: str = ""
    machine: MachineFacts = MachineFacts()
    unseen: tuple[EndedAlarm, ...] = ()
