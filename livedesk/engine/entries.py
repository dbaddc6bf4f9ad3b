"""What does a relay tell the engine? The lines of its control channel as values."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from livedesk.core.events import Level
from livedesk.core.status import FailoverStatus, HealthClass, UplinkStatus

_MEDIA_GAP_MS = 1_000

SenderState = Literal["off", "reconnecting", "held_up", "streaming"]
"""What a sending program says of its own stream; `held_up`: it has media that it cannot send."""


class FaultFacts(msgspec.Struct, frozen=True):
    """Messages of the encoder that are not as they should be, counted since it connected."""

    empty: int = 0
    unreadable: int = 0
    before_header: int = 0

    @property
    def total(self) -> int:
        return self.empty + self.unreadable + self.before_header


class FeedFacts(msgspec.Struct, frozen=True):
    """What the encoder sends, as the relay counts it. `None` is "not known".

    A relay of an earlier release does not judge classes: its feed is BLIND, never healthy.
    """

    connected: bool
    kbps: float | None = None
    video_kbps: float | None = None
    audio_kbps: float | None = None
    age_ms: float | None = None
    epoch: int = 0
    video_codec: str | None = None
    audio_codec: str | None = None
    video_messages: int = 0
    audio_messages: int = 0
    state: HealthClass = "BLIND"
    lag_ms: float | None = None
    video_age_ms: float | None = None
    audio_age_ms: float | None = None
    faults: FaultFacts = FaultFacts()


def media_flows(feed: FeedFacts) -> bool:
    """Whether media came in within the last second."""
    return feed.connected and feed.age_ms is not None and feed.age_ms < _MEDIA_GAP_MS


class TapFacts(msgspec.Struct, frozen=True):
    players: int = 0
    skips: int = 0


class DelayFacts(msgspec.Struct, frozen=True):
    """Time a media message spends in the relay, message in to message out, in µs."""

    p50: float | None = None
    p99: float | None = None


class RelaySample(msgspec.Struct, frozen=True, tag_field="kind", tag="sample"):
    n: int
    mono_ns: int
    utc_ns: int
    feed: FeedFacts
    uplinks: tuple[UplinkStatus, ...] = ()
    """As they were at `mono_ns`, without what only the settings know."""
    failover: FailoverStatus | None = None
    """None: a relay of an earlier release, which stays with its first uplink."""
    tap: TapFacts = TapFacts()
    delay_us: DelayFacts = DelayFacts()
    sender: SenderState | None = None
    """Of a feed that no relay carries, where the program that sends it can be asked."""


class RelayEvent(msgspec.Struct, frozen=True, tag_field="kind", tag="event"):
    n: int
    mono_ns: int
    utc_ns: int
    event: str
    level: Level
    text: str
    data: dict[str, Any] = {}


RelayEntry = RelaySample | RelayEvent


class Hello(msgspec.Struct, frozen=True):
    """First answer of a relay: who it is, its newest entry, entries it no longer has."""

    pid: int
    store: str
    version: str
    tap_url: str
    last: int
    missed: int


class _Greeting(msgspec.Struct, frozen=True):
    hello: Hello


class Reply(msgspec.Struct, frozen=True):
    """The answer to a command; a refused one says why and what to do."""

    reply: int
    ok: bool = False
    code: str = "refused"
    error: str = "the relay does not say why"
    action: str = "Look at the store's status."


_entry: msgspec.json.Decoder[RelayEntry] = msgspec.json.Decoder(RelayEntry)
_greeting = msgspec.json.Decoder(_Greeting)
_reply = msgspec.json.Decoder(Reply)


def parse_hello(line: bytes) -> Hello:
    """Raises `msgspec.DecodeError` when the peer is not a relay that we understand."""
    return _greeting.decode(line).hello


def parse_line(line: bytes) -> RelayEntry | Reply:
    """Raises `msgspec.DecodeError` on anything else than an entry or a reply."""
    if line.startswith(b'{"reply"'):
        return _reply.decode(line)
    return _entry.decode(line)
