"""What does the policy show to people? Its state at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.status import FailoverMode


@dataclass(frozen=True, slots=True)
class DrillStep:
    """The newest drill, at one instant. `step` is for people."""

    state: Literal["running", "passed", "failed"]
    step: str
    actor: str
    begun_ns: int
    """When it was ordered, on the relay's clock."""


@dataclass(frozen=True, slots=True)
class FailoverView:
    """Field names and meanings are those of `livedesk.core.status.FailoverStatus`."""

    mode: FailoverMode
    reason: str
    switching_to: str | None = None
    next: str | None = None
    dwell_s: float | None = None
    fail_back_to: str | None = None
    fail_back_in_s: float | None = None
    sagging: bool = False
    drill: DrillStep | None = None
