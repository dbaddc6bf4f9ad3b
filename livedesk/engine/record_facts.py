"""What does a record say of the engine that writes it: its settings, and how right its clock is?

A report is read months later, by people who have neither the settings file of that day nor the
machine. Of secrets nothing is said, not even that they are masked: of addresses the host alone.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from livedesk import __version__
from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.moderation_settings import LinesChat, ModerationSettings, ShopeeChat
from livedesk.core.pin_settings import HttpGateway, PinSettings, SandboxGateway, ShopeeGateway
from livedesk.core.settings import RecordSettings, StoreSettings, UplinkSettings
from livedesk.core.status import Limits
from livedesk.core.true_time import TrueTime

SETTINGS_EVENT: Final = "session.settings"
CLOCK_EVENT: Final = "session.clock"

CLOCK_EVERY_S: Final = 3_600.0
_CLOCK_LOOK_S: Final = 10.0
MOVED_MS: Final = 20.0
"""A clock that is further off, or nearer, by this is told at once: a frame at 50 a second."""


def settings_facts(store: StoreSettings, record: RecordSettings) -> dict[str, Json]:
    """The settings in force, in their own names, with versions; without anything secret."""
    failover = store.failover
    return {
        "platform": store.platform,
        "feed": _feed(store),
        "uplinks": [_uplink(uplink) for uplink in store.uplinks],
        "limits": {each.name: getattr(store.limits, each.name) for each in fields(Limits)},
        "failover": {
            each.name: getattr(failover, each.name)
            for each in fields(failover)
            if each.name != "actuator"
        }
        | {"actuator": _kind(failover.actuator, "Actuator") or "relay"},
        "probe": {"decode": store.probe.decode, "preview_fps": store.probe.preview_fps},
        "return_check": None if store.return_check is None else store.return_check.kind,
        "pins": None if store.pins is None else _pins(store.pins),
        "moderation": None if store.moderation is None else _moderation(store.moderation),
        "record": {"stills_s": record.stills_s, "keep_days": record.keep_days},
        "versions": dict(versions()),
        "sandbox": store.sandbox,
    }


def versions() -> dict[str, str]:
    """The parts that measure, for a report that is read years later."""
    return {
        "livedesk": __version__,
        "python": platform.python_version(),
        "av": importlib.metadata.version("av"),
    }


def host_of(address: str) -> str:
    """`rtmp://ingest.example:1935`: scheme, host and port. What is no address is left out, as is
    one with an @ behind its host: a password with a slash in it would pass for a host."""
    found = re.fullmatch(
        r"(?i)([a-z][a-z0-9+.-]{0,15})://(?:[^/?#]*@)?([^/?#@\s]+)([/?#][^@]*)?", address
    )
    return f"{found[1]}://{found[2]}" if found else ""


def _feed(store: StoreSettings) -> dict[str, Json]:
    feed = store.feed
    if feed.pull is not None:
        return {"pull": host_of(feed.pull.reveal()), "grace_s": feed.grace_s}
    return {"listen": f"{feed.scheme}://{feed.host}:{feed.port}", "grace_s": feed.grace_s}


def _uplink(uplink: UplinkSettings) -> Json:
    return {
        "name": uplink.name,
        "address": host_of(uplink.url.reveal()),
        "bind": uplink.bind,
        "proxy": None if uplink.proxy is None else host_of(uplink.proxy.reveal()),
        "max_backlog_ms": uplink.max_backlog_ms,
        "cost": uplink.cost,
    }


def _pins(pins: PinSettings) -> Json:
    gateway = pins.gateway
    host = ""
    match gateway:
        case SandboxGateway():
            host = host_of(gateway.url)
        case ShopeeGateway():
            host = host_of(gateway.host)
        case HttpGateway():
            host = host_of(gateway.pin.url.reveal())
    return {
        "gateway": _kind(gateway, "Gateway"),
        "address": host,
        "catalogue": pins.catalogue.source,
        "calls_per_min": pins.calls_per_min,
        "arm_and_fire": pins.arm_and_fire,
        "web_pad": pins.web_pad,
    }


def _moderation(moderation: ModerationSettings) -> Json:
    chat = moderation.chat
    address = "" if chat is None or isinstance(chat, LinesChat | ShopeeChat) else host_of(chat.url)
    return {
        "rule_service": host_of(moderation.url),
        "chat": _kind(chat, "Chat"),
        "chat_address": address,
        "warnings": moderation.webhook_secret is not None,
    }


def _kind(value: object, ending: str) -> str:
    """`shopee` of a ShopeeGateway; empty of None."""
    return "" if value is None else type(value).__name__.removesuffix(ending).lower()


@dataclass(frozen=True, slots=True)
class ClockFact:
    text: str
    data: dict[str, Json]


class ClockWatch:
    """When does a record say how right the clock is: at its start, hourly, and when it changes."""

    def __init__(self, clock: Clock, read: Callable[[], TrueTime]) -> None:
        self._clock = clock
        self._read = read
        self._told: TrueTime | None = None
        self._told_ns = 0
        self._looked_ns: int | None = None

    def begin(self) -> None:
        """Of a new session nothing was told yet."""
        self._told, self._looked_ns = None, None

    def look(self) -> ClockFact | None:
        """What is to be told now. Takes microseconds; it looks at the clock every ten seconds."""
        now_ns = self._clock.mono_ns()
        if self._looked_ns is not None and now_ns - self._looked_ns < _CLOCK_LOOK_S * NS_PER_S:
            return None
        self._looked_ns, seen = now_ns, self._read()
        is_due = now_ns - self._told_ns >= CLOCK_EVERY_S * NS_PER_S
        if self._told is not None and not is_due and not _moved(self._told, seen):
            return None
        self._told, self._told_ns = seen, now_ns
        return ClockFact(_words(seen), _facts(seen))


def _moved(before: TrueTime, now: TrueTime) -> bool:
    if before.synchronised != now.synchronised or (before.offset_ms is None) != (
        now.offset_ms is None
    ):
        return True
    return abs((now.offset_ms or 0.0) - (before.offset_ms or 0.0)) > MOVED_MS


def _facts(seen: TrueTime) -> dict[str, Json]:
    return {
        "offset_ms": None if seen.offset_ms is None else round(seen.offset_ms, 3),
        "error_ms": None if seen.error_ms is None else round(seen.error_ms, 3),
        "synchronised": seen.synchronised,
        "source": seen.source,
    }


def _words(seen: TrueTime) -> str:
    if seen.synchronised is None:
        return "Nobody can say how right the machine's clock is."
    if not seen.synchronised or seen.offset_ms is None:
        return "The machine's clock is not synchronised."
    error = "" if seen.error_ms is None else f", give or take {seen.error_ms:.1f} ms"
    way = "ahead of" if seen.offset_ms > 0 else "behind"
    return f"The machine's clock is {abs(seen.offset_ms):.1f} ms {way} true time{error}."


def same_settings(told: Mapping[str, Json] | None, now: Mapping[str, Json]) -> bool:
    """Whether what an earlier engine wrote down still holds, as JSON has it."""
    return told is not None and dict(told) == dict(now)
