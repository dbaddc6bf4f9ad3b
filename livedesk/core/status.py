"""What is true right now? The snapshot the engine publishes and every window shows.

Field names are a promise to scripts (docs/architecture.md, "API"): extend, never rename.
`None` always means "not known"; it is never shown as zero and never as healthy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

FeedState = Literal["OK", "LOW", "STARVED", "STALLED", "GONE", "BLIND"]
UplinkState = Literal["carrying", "standby", "connecting", "down"]
SkewState = Literal["ok", "notice", "warning", "critical", "no_data"]
SessionState = Literal["waiting", "live", "interrupted", "ended"]
PartState = Literal["up", "starting", "stale", "down"]
Priority = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """What the encoder sends us. Rates from the relay, picture facts from the probe."""

    state: FeedState = "GONE"
    kbps: float | None = None
    video_kbps: float | None = None
    audio_kbps: float | None = None
    fps: float | None = None
    gop_s: float | None = None
    width: int | None = None
    height: int | None = None
    age_ms: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    epoch: int = 0
    probe_age_ms: float | None = None


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Audio PTS against video PTS; `offset_ms` only from a decoded slate."""

    skew_ms: float | None = None
    slope_ppm: float | None = None
    forecast_s: float | None = None
    offset_ms: float | None = None
    state: SkewState = "no_data"
    age_ms: float | None = None


@dataclass(frozen=True, slots=True)
class UplinkStatus:
    """One way out to the platform. `reason` says why it is not carrying."""

    name: str
    state: UplinkState = "down"
    goodput_kbps: float | None = None
    backlog_ms: float | None = None
    rtt_ms: float | None = None
    unsent_bytes: int | None = None
    dropped_messages: int = 0
    reconnects: int = 0
    reason: str | None = None
    age_ms: float | None = None
    address: str | None = None
    """Host and port only; the key never leaves the relay."""


@dataclass(frozen=True, slots=True)
class FailoverStatus:
    active: str | None = None
    mode: Literal["single", "auto", "hold", "latched"] = "single"
    switches: int = 0
    last: None = None


@dataclass(frozen=True, slots=True)
class AlarmStatus:
    """A condition that needs a person: what is wrong, since when, what to do."""

    id: str
    priority: Priority
    cause: str
    action: str
    since_utc_ns: int
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One of our own instruments: the state of the measuring, not of the show."""

    state: PartState = "down"
    reason: str | None = None
    restarts: int = 0
    age_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The lines things are measured against; defaults are the product's contract."""

    min_kbps: float = 2500
    max_skew_ms: float = 200
    pin_budget_ms: float = 800
    hide_target_s: float = 4.7
    review_target_s: float = 22


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Everything known about one store at `utc_ns`. `pins` and `moderation` come later."""

    store: str
    name: str
    utc_ns: int
    session: str | None = None
    session_started_utc_ns: int | None = None
    state: SessionState = "waiting"
    platform: str = ""
    sandbox: bool = False
    feed: FeedStatus = field(default_factory=FeedStatus)
    sync: SyncStatus = field(default_factory=SyncStatus)
    uplinks: tuple[UplinkStatus, ...] = ()
    failover: FailoverStatus = field(default_factory=FailoverStatus)
    pins: None = None
    moderation: None = None
    alarms: tuple[AlarmStatus, ...] = ()
    limits: Limits = field(default_factory=Limits)
    relay: PartStatus = field(default_factory=PartStatus)
    probe: PartStatus = field(default_factory=PartStatus)
    journal: PartStatus = field(default_factory=PartStatus)
    ingest_url: str = ""
    """Where the encoder pushes to, without the key."""
