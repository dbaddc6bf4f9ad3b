"""How is the engine itself, beside its stores? Machine, channels, alarms of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.channel_settings import ChannelKind
from livedesk.core.roles import Right, Role
from livedesk.core.status import AlarmStatus

ChannelState = Literal["unproven", "ok", "limited", "failing"]
"""`unproven`: nothing was sent yet. `limited`: it works, and takes no more for now."""


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A way to people, and whether it works. No address: that is a secret."""

    name: str
    kind: ChannelKind
    state: ChannelState = "unproven"
    sent: int = 0
    failed: int = 0
    """Messages that were given up."""
    waiting: int = 0
    dropped: int = 0
    """Messages for which there was no room; they were told as a sum."""
    ok_age_s: float | None = None
    """Since a message last arrived."""
    reason: str = ""
    """Of the newest failure, in words."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What is true of the engine at `utc_ns`; published once a second."""

    utc_ns: int
    version: str = ""
    agency: str = ""
    host: str = ""
    channels: tuple[ChannelStatus, ...] = ()
    alarms: tuple[AlarmStatus, ...] = ()
    """Of no single store: a channel that fails, a disk that fills."""
    disk_free_bytes: int | None = None
    disk_left_h: float | None = None
    """So long the disk lasts at the rate at which it fills; None while that is not known."""
    clock_offset_ms: float | None = None
    """Wall clock against true time, where the system knows it."""
    clock_synchronised: bool | None = None
    users: int = 0


@dataclass(frozen=True, slots=True)
class Me:
    """Who a token belongs to (`GET /v1/me`). `store`: the only one it may see."""

    name: str
    role: Role
    rights: tuple[Right, ...] = ()
    store: str | None = None
    named: bool = False
    """A person's token. Otherwise it is the machine's own, and windows say who sits there."""


@dataclass(frozen=True, slots=True)
class User:
    """A person who may call the engine, as the list of people shows it."""

    name: str
    role: Role
    created_utc_ns: int
    created_by: str
    seen_utc_ns: int | None = None
    from_settings: bool = False
    """Named in the settings file, so that only that file changes it."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of somebody, in the order of acts; `digest` covers it and all before it."""

    seq: int
    utc_ns: int
    actor: str
    role: Role
    act: str
    """Method and path of the call, without what may be secret."""
    store: str = ""
    outcome: int = 0
    """HTTP status of the answer; 0 while it is not known."""
    data: dict[str, str] = field(default_factory=dict)
    digest: str = ""
