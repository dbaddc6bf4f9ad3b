"""What is true right now? The snapshot the engine publishes and every window shows.

Field names are a promise to scripts (docs/architecture.md, "API"): extend, never rename.
`None` always means "not known"; it is never shown as zero and never as healthy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypedDict

from livedesk.core.moderation import ModerationStatus
from livedesk.core.pins import PinsStatus

HealthClass = Literal["OK", "LOW", "STARVED", "STALLED", "GONE", "BLIND"]
"""Of a feed or an uplink (docs/architecture.md, "Classes"). BLIND: our own instrument failed."""

FeedState = HealthClass
UplinkState = Literal["carrying", "standby", "connecting", "down"]
SkewState = Literal["ok", "notice", "warning", "critical", "no_data"]
SkewKind = Literal["fixed", "drifting"]
PictureState = Literal["ok", "black", "frozen", "unknown"]
SoundState = Literal["ok", "silent", "clipping", "unknown"]
Severity = Literal["info", "warning", "error"]
SessionState = Literal["waiting", "live", "interrupted", "ended"]
PartState = Literal["up", "starting", "stale", "down"]
FailoverMode = Literal["single", "auto", "manual", "hold", "latched", "external"]
"""`single`: there is one uplink. `manual`: only people switch. `latched`: too many switches.
`external`: the stream is not carried here, a program outside is told to move it."""
SwitchCause = Literal[
    "gone",
    "silence",
    "congestion",
    "backlog",
    "contract",
    "refused",
    "fail_back",
    "operator",
    "drill",
]
"""What decided a switch (docs/architecture.md, "Failover")."""
SwitchState = Literal["running", "done", "failed"]
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
    lag_ms: float | None = None
    """How late the newest media is against the best of the last minute, by the clock."""
    video_age_ms: float | None = None
    audio_age_ms: float | None = None
    profile: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    jitter_ms: float | None = None
    """95th percentile of how far a frame interval is from the usual one, by timestamps, of 2 s."""
    bframe_ms: float | None = None
    """Largest PTS − DTS of 2 s: what reordering costs."""
    timestamp_faults: int = 0
    """Packets with missing, backward or repeated timestamps since the start."""
    message_faults: int = 0
    """Messages without content, of no known form, or before their codec header, since the start."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Audio PTS against video PTS; `offset_ms` only from a decoded slate.

    `forecast_s` is the time until ±max_skew_ms is reached, `forecast_error_s` how far it may be
    off to either side. The wall figures are the growth of each track's timestamps against our
    clock since the epoch began; their difference is what drifts.
    """

    skew_ms: float | None = None
    slope_ppm: float | None = None
    forecast_s: float | None = None
    offset_ms: float | None = None
    state: SkewState = "no_data"
    age_ms: float | None = None
    kind: SkewKind | None = None
    """A fixed offset, or one that grows; None until it can be told."""
    slope_error_ppm: float | None = None
    forecast_error_s: float | None = None
    audio_wall_ms: float | None = None
    video_wall_ms: float | None = None
    offset_age_s: float | None = None
    """Since the slate was last seen and heard."""
    offset_pairs: int = 0
    """Flashes with their beeps in this reading."""


@dataclass(frozen=True, slots=True)
class PictureStatus:
    """What the decoded picture is. `for_s`: how long it has been black or frozen."""

    state: PictureState = "unknown"
    for_s: float | None = None
    luma_pct: float | None = None
    """Mean brightness, 0 (black) to 100."""


@dataclass(frozen=True, slots=True)
class SoundStatus:
    """What the decoded sound is. Loudness after EBU R128 (ITU-R BS.1770), LUFS."""

    state: SoundState = "unknown"
    for_s: float | None = None
    peak_dbfs: float | None = None
    momentary_lufs: float | None = None
    short_term_lufs: float | None = None
    coverage: float | None = None
    """Seconds of decoded sound per second of its timestamps, of 10 s; below 1 there are holes."""


@dataclass(frozen=True, slots=True)
class ConfigurationIssue:
    """A mismatch with what the platform wishes, in YouTube's configurationIssues vocabulary."""

    type: str
    severity: Severity
    reason: str
    description: str


@dataclass(frozen=True, slots=True)
class ReturnStatus:
    """What comes out of the platform, seen from its playback or its server's statistics."""

    state: HealthClass = "BLIND"
    source: Literal["playback", "statistics"] = "playback"
    kbps: float | None = None
    age_ms: float | None = None
    reason: str | None = None
    seen: bool = False
    """Whether media came back while an uplink carried without a break for 30 s: a platform shows
    late what it is given, and late what was missing."""


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
    health: HealthClass = "BLIND"
    retransmits: int | None = None
    ready: bool = False
    """Whether it could take over now: its session is open and its far end answered lately."""
    proof_age_ms: float | None = None
    """Since its far end last showed that it is there; of a standby at most 5 s."""
    healthy_s: float | None = None
    """For so long it has been without a fault; None while it has one."""
    capacity_kbps: float | None = None
    """What it carries while more than that waits for it; None while it carries all there is."""
    cost: str | None = None
    """The operator's own note, such as a data cap."""
    bind: str | None = None


LastSwitch = TypedDict(
    "LastSwitch",
    {
        "from": str,
        "to": str,
        "cause": SwitchCause,
        "reason": str,
        "actor": str,
        "state": SwitchState,
        "utc_ns": int,
        "detect_ms": float | None,
        "publish_ms": float | None,
        "switch_ms": float | None,
        "frames_lost": int | None,
        "frames_repeated": int | None,
        "lost_ms": float | None,
    },
)
"""A switch, for scripts. `utc_ns`: when it was decided.

`detect_ms`: from the estimated onset of the fault to the decision. `publish_ms`, `switch_ms`: from
the decision until the platform took the new publication, and until it had acknowledged the first
keyframe. Unknown figures are None."""


@dataclass(frozen=True, slots=True)
class DrillStatus:
    """The newest drill: a switch there and back on request."""

    state: Literal["running", "passed", "failed"]
    step: str
    utc_ns: int
    actor: str = ""
    switches: tuple[LastSwitch, ...] = ()


@dataclass(frozen=True, slots=True)
class FailoverStatus:
    """Which uplink carries, why, and what would happen next."""

    active: str | None = None
    mode: FailoverMode = "single"
    switches: int = 0
    last: LastSwitch | None = None
    reason: str = ""
    """The state in words, such as "primary carries 1,480 of 4,050 kbps; encoder fine"."""
    switching_to: str | None = None
    next: str | None = None
    """Where a switch would go now; None when nothing could take over."""
    dwell_s: float | None = None
    """So long no switch follows the last one, unless the path dies."""
    fail_back_to: str | None = None
    """A better uplink that is healthy and waits to carry again."""
    fail_back_in_s: float | None = None
    """Countdown of the automatic fail-back; None when people decide."""
    sagging: bool = False
    """The path gets worse, though it still holds the contract."""
    drill: DrillStatus | None = None


@dataclass(frozen=True, slots=True)
class AlarmStatus:
    """A condition that needs a person: what is wrong, since when, what to do."""

    id: str
    priority: Priority
    cause: str
    action: str
    since_utc_ns: int
    acknowledged_by: str | None = None
    count: int = 1
    """How often the condition came while the alarm stood: a flapping one is one alarm."""
    gone_s: float | None = None
    """So long its condition has been gone, while the alarm waits whether it comes back."""
    acknowledged_utc_ns: int | None = None
    shelved_by: str | None = None
    """Who put it aside; it makes no sound and no message until then, and it is still listed."""
    shelved_until_utc_ns: int | None = None
    shelved_why: str = ""
    steps: tuple[str, ...] = ()
    """The agency's standing steps for alarms of this kind, in the order in which to take them."""


@dataclass(frozen=True, slots=True)
class AlarmFlood:
    """More alarms in ten minutes than one person follows (`alarms/flood.py`: more than five).

    All of them are listed; only those of high priority are still announced one by one.
    """

    since_utc_ns: int
    alarms: int
    """Raised in the last ten minutes."""
    quiet: int
    """Of those, listed and not announced."""


@dataclass(frozen=True, slots=True)
class EndedAlarm:
    """An alarm that is over. One that nobody acknowledged is what happened while nobody looked."""

    id: str
    priority: Priority
    cause: str
    since_utc_ns: int
    until_utc_ns: int
    count: int = 1
    acknowledged_by: str | None = None
    goes_on_as: str | None = None
    """The alarm that took it in, when its fault did not end."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One of our own instruments: the state of the measuring, not of the show."""

    state: PartState = "down"
    reason: str | None = None
    restarts: int = 0
    age_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The lines things are measured against; defaults are the product's contract.

    Classes have a level and a time to trip, and others to clear, so that they do not flutter.
    """

    min_kbps: float = 2500
    max_skew_ms: float = 200
    pin_budget_ms: float = 800
    hide_target_s: float = 4.7
    review_target_s: float = 22
    low_trip_s: float = 0.5
    low_clear_pct: float = 4
    """LOW clears this much above `min_kbps` …"""
    low_clear_s: float = 3
    """… when it lasted this long."""
    starved_lag_ms: float = 400
    starved_trip_s: float = 0.2
    starved_clear_ms: float = 150
    starved_clear_s: float = 3
    silence_ms: float = 200
    """The least silence that is STALLED; more where longer gaps are usual."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Everything known about one store at `utc_ns`."""

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
    pins: PinsStatus | None = None
    """None when the store's settings have no `[store.pins]`."""
    moderation: ModerationStatus | None = None
    """None when the store's settings have no `[store.moderation]`."""
    alarms: tuple[AlarmStatus, ...] = ()
    limits: Limits = field(default_factory=Limits)
    relay: PartStatus = field(default_factory=PartStatus)
    probe: PartStatus = field(default_factory=PartStatus)
    journal: PartStatus = field(default_factory=PartStatus)
    ingest_url: str = ""
    """Where the encoder pushes to, without the key."""
    picture: PictureStatus = field(default_factory=PictureStatus)
    sound: SoundStatus = field(default_factory=SoundStatus)
    issues: tuple[ConfigurationIssue, ...] = ()
    """Empty also while too little is known to check: see `issues_checked`."""
    issues_checked: bool = False
    return_check: ReturnStatus | None = None
    """None when no return check is configured."""
    flood: AlarmFlood | None = None
    """While alarms come faster than a person can follow; None otherwise."""
    common: tuple[AlarmStatus, ...] = ()
    """The engine's alarms that are of this store too: one cause, told once for all stores."""
