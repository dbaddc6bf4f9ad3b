"""What was typed about a channel, and what of it is told to the engine? Pure.

A secret that the engine has is never shown; where nothing is typed it stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, get_args

from livedesk.core.channel_settings import ChannelEntry, ChannelKind
from livedesk.core.events import Json
from livedesk.core.status import Priority
from livedesk.desk.words import tr

KINDS: Final[tuple[ChannelKind, ...]] = get_args(ChannelKind)
PRIORITIES: Final[tuple[Priority, ...]] = get_args(Priority)

FIELDS: Final[dict[ChannelKind, tuple[str, ...]]] = {
    "slack": ("url",),
    "ntfy": ("url", "token"),
    "webhook": ("url", "secret"),
    "email": ("host", "security", "port", "sender", "to", "user", "password"),
}
SECRETS: Final = frozenset({"url", "token", "secret", "password"})
SECURITIES: Final = ("starttls", "tls", "none")

_NEEDED: Final[dict[ChannelKind, tuple[str, ...]]] = {
    "slack": ("url",),
    "ntfy": ("url",),
    "webhook": ("url",),
    "email": ("host", "sender", "to"),
}


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """`texts`: by field, as typed; secrets among them."""

    name: str
    kind: ChannelKind
    priority: Priority = "medium"
    stores: str = ""
    """Ids with commas between them; all stores when empty."""
    resolved: bool = True
    heartbeat_min: int = 30
    texts: dict[str, str] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()


def draft_of(entry: ChannelEntry) -> ChannelDraft:
    """As it is, with empty fields for its secrets."""
    texts = {
        "host": entry.host, "security": entry.security, "port": str(entry.port),
        "sender": entry.sender, "to": ", ".join(entry.to), "user": entry.user,
    }  # fmt: skip
    return ChannelDraft(
        entry.name,
        entry.kind,
        entry.priority,
        ", ".join(entry.stores),
        entry.resolved,
        round(entry.heartbeat_min),
        texts if entry.kind == "email" else {},
    )


def draft_fault(draft: ChannelDraft, before: ChannelEntry | None) -> str:
    """Why there is nothing to send yet, for a person; the engine judges the rest."""
    if not draft.name:
        return tr("Give the channel a short name, such as ops-slack.")
    had = before.secrets if before is not None else ()
    for name in _NEEDED[draft.kind]:
        if not draft.text(name) and name not in had:
            return tr("Still empty: {field}.").format(field=field_name(name))
    if draft.text("port") and not draft.text("port").isdecimal():
        return tr("The port has to be a number.")
    return ""


def body_of(draft: ChannelDraft, before: ChannelEntry | None) -> dict[str, Json]:
    """What the engine takes: all but the name. What the form does not show stays as it was."""
    told: dict[str, Json] = {
        "kind": draft.kind,
        "priority": draft.priority,
        "stores": _several(draft.stores),
        "resolved": draft.resolved,
        "heartbeat_min": draft.heartbeat_min,
    }
    if before is not None:
        told["per_min"] = before.per_min
    for name in FIELDS[draft.kind]:
        text = draft.text(name)
        if name == "to":
            told[name] = _several(text)
        elif name == "port":
            told |= {name: int(text)} if text else {}
        elif text:
            told[name] = text
        elif name in SECRETS and (draft.text("url") or (name == "password" and not told["user"])):
            # Secrets of the address before do not go to another; nor is there one without a user.
            told[name] = None
        elif name == "user":
            told[name] = None
    return told


def field_name(name: str) -> str:
    return {
        "url": tr("Address"),
        "token": tr("Access token, if it has one"),
        "secret": tr("Secret for the signature, if it has one"),
        "host": tr("Mail server"),
        "security": tr("Security"),
        "port": tr("Port"),
        "sender": tr("Sent from"),
        "to": tr("Sent to"),
        "user": tr("User"),
        "password": tr("Password"),
    }[name]


def field_example(name: str, kind: ChannelKind) -> str:
    addresses: dict[ChannelKind, str] = {
        "slack": "https://hooks.slack.com/services/…",
        "ntfy": "https://ntfy.sh/…",
        "webhook": "https://agency.example/alarms",
    }
    return {
        "url": addresses.get(kind, ""),
        "secret": "whsec_…",
        "host": "smtp.agency.example",
        "port": "587",
        "sender": "livedesk@agency.example",
        "to": "ops@agency.example, mei@agency.example",
    }.get(name, "")


def _several(text: str) -> list[Json]:
    return [each for part in text.split(",") if (each := part.strip())]
