"""What is livedesk asked to do? An engine's settings as values (config_file reads them)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.secrets import Secret
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

    @property
    def public_url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/{self.app}"


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """A way out to the platform. `url` holds the stream key, so it is a secret as a whole."""

    name: str
    url: Secret
    bind: str | None = None
    max_backlog_ms: int = 10_000
    """Media time that may wait for a slow path before the oldest is dropped to a keyframe."""


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
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    stores: tuple[StoreSettings, ...]
    notices: tuple[str, ...] = ()
    """What the operator should know about the file although it is used, one sentence each."""
