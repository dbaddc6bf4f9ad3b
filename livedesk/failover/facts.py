"""What does the policy know, and what can it say? Values between the relay and `failover`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from livedesk.core.status import HealthClass, SwitchCause, UplinkState


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """What the encoder gives us, at one instant."""

    state: HealthClass
    kbps: float | None
    flows: bool
    """Whether media came lately: nothing can be said of a path that is given nothing."""


@dataclass(frozen=True, slots=True)
class PathFacts:
    """One uplink at one instant.

    Of a path that does not carry, the fields from `silent_ms` to `unsent_bytes` say nothing.
    """

    name: str
    state: UplinkState
    ready: bool = False
    """It carries, or its session is open up to createStream and was proven lately."""
    proof_age_ms: float | None = None
    reason: str | None = None
    """Why it is neither carrying nor ready."""
    silent_ms: float = 0.0
    """For how long bytes have waited and none was acknowledged."""
    silence_limit_ms: float = 0.0
    """How long that may be here (`livedesk/gauges/silence.py`)."""
    goodput_kbps: float | None = None
    backlog_ms: float | None = None
    """Media time between the newest frame received and the newest acknowledged."""
    media_bytes_acked: int = 0
    """Of this connection; the detectors take differences."""
    unsent_bytes: int | None = None
    rtt_ms: float | None = None
    base_rtt_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """The stream is to move, now."""

    from_: str
    to: str
    cause: SwitchCause
    reason: str
    """For people, with the figures that decided."""
    actor: str
    onset_ns: int
    """Estimate of when the fault began; of an order, when it came."""
    figures: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An order that is not carried out: why, and what to do."""

    code: str
    problem: str
    action: str
