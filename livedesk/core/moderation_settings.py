"""How is a store's chat moderated? The settings of `[store.moderation]` as values."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.secrets import Secret


@dataclass(frozen=True, slots=True)
class SandboxChat:
    """The sandbox's own chat: every verb, idempotency keys, errors as JSON."""

    url: str
    room: str
    token: Secret


@dataclass(frozen=True, slots=True)
class LinesChat:
    """A program of the agency's own that writes one JSON object a line.

    No secrets in `run`: this machine shows arguments to everyone."""

    run: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShopeeChat:
    """Comments of Shopee's live room; sign-in and room are those of `[store.pins.shopee]`."""


ChatSettings = SandboxChat | LinesChat | ShopeeChat


@dataclass(frozen=True, slots=True)
class ModerationSettings:
    url: str
    """Of the rule service."""
    token: Secret
    chat: ChatSettings | None = None
    """None: comments reach the rule service by another way, and nothing can be done about them
    from here."""
    webhook_secret: Secret | None = None
    """For compliance warnings (Standard Webhooks); None: none is accepted."""
