"""How do alarms reach people who do not look at a screen? The channels, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from livedesk.core.secrets import Secret
from livedesk.core.status import Priority

ChannelKind = Literal["slack", "ntfy", "webhook", "email"]

_SECRETS: Final = ("url", "token", "secret", "headers", "password")


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A Slack incoming webhook. Its address is the password."""

    url: Secret


@dataclass(frozen=True, slots=True)
class NtfyChannel:
    """A topic of an ntfy server, `https://host/topic`. The topic's name is the password."""

    url: Secret
    token: Secret | None = None


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Any address that takes our JSON, signed after Standard Webhooks when a secret is given."""

    url: Secret
    secret: Secret | None = None
    headers: tuple[tuple[str, Secret], ...] = ()


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """A mail server (SMTP). `security`: TLS at once, by STARTTLS, or none (loopback only)."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """`[[channel]]`: one way to people, and what it is used for."""

    name: str
    way: SlackChannel | NtfyChannel | WebhookChannel | EmailChannel
    priority: Priority = "medium"
    """The least priority that is told here."""
    stores: tuple[str, ...] = ()
    """Only these; all when empty."""
    resolved: bool = True
    """Whether the end of an alarm is told too."""
    heartbeat_min: float = 0.0
    """A message that all is well, so often while a show is on; 0: none. A path that is only used
    when something is wrong is otherwise found broken when something is wrong."""
    per_min: int = 20
    """At most so many messages a minute; what is beyond is told as a sum."""

    @property
    def kind(self) -> ChannelKind:
        match self.way:
            case SlackChannel():
                return "slack"
            case NtfyChannel():
                return "ntfy"
            case WebhookChannel():
                return "webhook"
            case EmailChannel():
                return "email"


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """A channel as the list of channels shows it: all but its secrets, and which of them it has."""

    name: str
    kind: ChannelKind
    priority: Priority = "medium"
    stores: tuple[str, ...] = ()
    resolved: bool = True
    heartbeat_min: float = 0.0
    per_min: int = 20
    host: str = ""
    """Of a mail server, as are the next four."""
    port: int = 0
    security: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    user: str = ""
    secrets: tuple[str, ...] = ()
    """Those that are set: `url`, `token`, `secret`, `headers`, `password`."""
    from_settings: bool = False
    """Of the settings file, so that only that file changes it."""
    problem: str = ""
    """Why it cannot be used."""


def entry_of(
    channel: ChannelSettings, *, from_settings: bool = False, problem: str = ""
) -> ChannelEntry:
    way = channel.way
    mail = way if isinstance(way, EmailChannel) else EmailChannel("", "", (), 0)
    return ChannelEntry(
        name=channel.name,
        kind=channel.kind,
        priority=channel.priority,
        stores=channel.stores,
        resolved=channel.resolved,
        heartbeat_min=channel.heartbeat_min,
        per_min=channel.per_min,
        host=mail.host,
        port=mail.port,
        security=mail.security if mail.host else "",
        sender=mail.sender,
        to=mail.to,
        user=mail.user,
        secrets=tuple(name for name in _SECRETS if getattr(way, name, None)),
        from_settings=from_settings,
        problem=problem,
    )
