"""What is livedesk asked to do? An engine's settings as values (config_file reads them)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.channel_settings import ChannelSettings
from livedesk.core.moderation_settings import ModerationSettings
from livedesk.core.pin_settings import PinSettings
from livedesk.core.roles import Role
from livedesk.core.secrets import Secret, mask_url
from livedesk.core.status import Limits

Decode = Literal["all", "keyframes", "none"]


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """Where the encoder pushes to: `rtmp://host:port/app/key`, rtmps with a certificate."""

    scheme: Literal["rtmp", "rtmps"]
    host: str
    port: int
    app: str
    key: Secret
    tls_cert: str | None = None
    tls_key: str | None = None
    grace_s: float = 30.0
    """How long the uplink stays open for an encoder that went away."""
    pull: Secret | None = None
    """Monitor-only: the address that the probe plays, of a server that is not ours.

    There is no relay then, and the fields above say nothing."""

    @property
    def public_url(self) -> str:
        if self.pull is not None:
            return mask_url(self.pull.reveal())
        return f"{self.scheme}://{self.host}:{self.port}/{self.app}"


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """A way out to the platform. `url` holds the stream key, so it is a secret as a whole."""

    name: str
    url: Secret
    bind: str | None = None
    max_backlog_ms: int = 10_000
    """Media time that may wait for a slow path before the oldest is dropped to a keyframe."""
    proxy: Secret | None = None
    """`http://` or `socks5://`, `user:password@` before the host if it asks for them."""
    cost: str | None = None
    """A note for people, such as a data cap."""


@dataclass(frozen=True, slots=True)
class ObsActuator:
    """OBS publishes by itself; obs-websocket v5 tells it where to."""

    host: str = "127.0.0.1"
    port: int = 4455
    password: Secret | None = None
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class HttpActuator:
    """An HTTP call moves the stream.

    `{to}`, `{from}`, `{store}` and `{reason}` are filled into `body` and `url`.
    """

    url: Secret
    method: Literal["POST", "PUT", "GET"] = "POST"
    headers: tuple[tuple[str, Secret], ...] = ()
    body: str = field(default="", repr=False)
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class CommandActuator:
    """A program of this machine moves the stream; its arguments may hold `{to}` and the others."""

    run: tuple[str, ...]
    timeout_s: float = 10.0


Actuator = ObsActuator | HttpActuator | CommandActuator


@dataclass(frozen=True, slots=True)
class FailoverSettings:
    """When may the stream move, and what moves it? (docs/architecture.md, "Failover")"""

    automatic: bool = True
    fail_back: Literal["manual", "automatic"] = "manual"
    fail_back_after_s: float = 30.0
    """Hold-down of the automatic fail-back, from when the better uplink became good."""
    min_dwell_s: float = 10.0
    flap_limit: int = 3
    """So many switches by themselves within `flap_window_s`, and the next one is a person's."""
    flap_window_s: float = 300.0
    max_lag_ms: float = 1500.0
    """A path this far behind is left even if it holds the contract."""
    catch_up_s: float = 10.0
    """So much unacknowledged media follows the stream to its new path; beyond, it begins anew."""
    actuator: Actuator | None = None
    """None: the relay, which carries the stream itself."""


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    decode: Decode = "all"
    preview_fps: float = 2.0


@dataclass(frozen=True, slots=True)
class ReturnSettings:
    """Where to see what the platform gives out.

    `playback`: an address that a player can open. `statistics`: the address of nginx-rtmp's
    statistics page (XML), with the application and stream name to look for. Both may hold keys.
    """

    kind: Literal["playback", "statistics"]
    url: Secret
    app: str = ""
    stream: Secret = field(default_factory=lambda: Secret(""))


@dataclass(frozen=True, slots=True)
class StoreSettings:
    id: str
    name: str
    platform: str
    feed: FeedSettings
    uplinks: tuple[UplinkSettings, ...]
    limits: Limits = field(default_factory=Limits)
    probe: ProbeSettings = field(default_factory=ProbeSettings)
    return_check: ReturnSettings | None = None
    failover: FailoverSettings = field(default_factory=FailoverSettings)
    pins: PinSettings | None = None
    moderation: ModerationSettings | None = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class UserSettings:
    """A person named in the settings file. `token` is compared by its digest only."""

    name: str
    role: Role
    token: Secret


@dataclass(frozen=True, slots=True)
class AgencySettings:
    """`[agency]`: what holds for all stores of this engine."""

    name: str = ""
    show_hours: float = 4.0
    """So long a show is planned; keys, tokens and the disk have to last until its end."""
    time_zone: str = ""
    """IANA name, for times in messages; empty: that of the engine's machine."""


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """`[record]`: what is kept of shows, and for how long."""

    stills_s: float = 10.0
    """A small picture of the feed goes into the record this often; 0: none does."""
    keep_days: int = 0
    """Older records are deleted, but for those that somebody marked to be kept; 0: none are."""


@dataclass(frozen=True, slots=True)
class Settings:
    stores: tuple[StoreSettings, ...]
    channels: tuple[ChannelSettings, ...] = ()
    users: tuple[UserSettings, ...] = ()
    agency: AgencySettings = field(default_factory=AgencySettings)
    record: RecordSettings = field(default_factory=RecordSettings)
    notices: tuple[str, ...] = ()
    """What the operator should know about the file although it is used, one sentence each."""
