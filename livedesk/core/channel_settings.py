"""How do alarms reach people who do not look at a screen? The channels, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.secrets import Secret
from livedesk.core.status import Priority

ChannelKind = Literal["slack", "ntfy", "webhook", "email"]


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
    per_min: int = field(default=20)
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
