"""How does a store pin? The settings of `[store.pins]` as values (config_pins reads them)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from livedesk.core.secrets import Secret


@dataclass(frozen=True, slots=True)
class SandboxGateway:
    """The sandbox's own service: idempotency keys, read-back, errors as JSON."""

    url: str
    room: str
    token: Secret


@dataclass(frozen=True, slots=True)
class ShopeeGateway:
    """Shopee Open Platform, livestream module, user scope.

    The single-use refresh token of the settings is the first one only; those that follow are kept
    where `TokenShelf` says (platforms/tokens.py).
    """

    partner_id: int
    partner_key: Secret
    user_id: int
    shop_id: int
    session_id: int
    refresh_token: Secret
    host: str = "https://partner.shopeemobile.com"


@dataclass(frozen=True, slots=True)
class HttpCallSettings:
    """One call; `{product_id}`, `{sku}`, `{shop}`, `{key}` and `{store}` are filled in."""

    url: Secret
    method: Literal["POST", "PUT", "GET", "DELETE", "PATCH"] = "POST"
    headers: tuple[tuple[str, Secret], ...] = ()
    body: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """An agency's own middleware.

    `product_at` is where the read-back's answer holds the product's id, as `data.item.id`; a
    missing or null value says that nothing is pinned. `keys`: whether it honours `{key}`.
    """

    pin: HttpCallSettings
    unpin: HttpCallSettings | None = None
    read: HttpCallSettings | None = None
    product_at: str = ""
    keys: bool = False


@dataclass(frozen=True, slots=True)
class ManualGateway:
    """A person pins in the platform's own window, and confirms. TikTok has no pin call."""

    remind_s: float = 10.0
    """So long a pin may wait for its hand before an alarm says so."""


Gateway = SandboxGateway | ShopeeGateway | HttpGateway | ManualGateway


@dataclass(frozen=True, slots=True)
class TikTokProducts:
    """TikTok Shop's signed product search; reading only, as there is nothing to pin with."""

    app_key: str
    app_secret: Secret
    refresh_token: Secret
    shop_cipher: Secret
    host: str = "https://open-api.tiktokglobalshop.com"
    auth_host: str = "https://auth.tiktok-shops.com"
    version: str = "202309"


@dataclass(frozen=True, slots=True)
class CatalogueSettings:
    """Where the products come from: the gateway, a file (CSV, XLSX, JSON), or TikTok Shop."""

    source: Literal["gateway", "file", "tiktok"] = "gateway"
    file: Path | None = None
    tiktok: TikTokProducts | None = None
    refresh_s: float = 60.0
    webhook_secret: Secret | None = None
    """Base64, with or without `whsec_` before it (Standard Webhooks); None: none is accepted."""


@dataclass(frozen=True, slots=True)
class PinSettings:
    gateway: Gateway
    catalogue: CatalogueSettings = field(default_factory=CatalogueSettings)
    calls_per_min: int = 100
    """The platform's tier, 100 or 500 for most."""
    show_hours: float = 4.0
    """Planned length, against which the life of tokens is watched."""
    arm_and_fire: bool = False
    web_pad: bool = False
    """A page for a phone or tablet on the set; it takes an engine that listens on the network."""
