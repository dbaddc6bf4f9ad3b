"""How is a call to Shopee's Open Platform signed? User scope, as its livestream module asks for."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from livedesk.core.secrets import Secret


def sign(partner_key: Secret, *parts: str) -> str:
    """Hex HMAC-SHA256 of the parts, one after the other (Shopee Open Platform, "API calls").

    Calls of a user: partner_id, path, timestamp, access_token, user_id. Public ones end with the
    timestamp.
    """
    message = "".join(parts).encode()
    return hmac.new(partner_key.reveal().encode(), message, hashlib.sha256).hexdigest()


def user_target(
    path: str,
    query: Mapping[str, str | int],
    *,
    partner_id: int,
    partner_key: Secret,
    user_id: int,
    access: Secret,
    timestamp_s: int,
) -> str:
    """The path with its whole query; it holds the access token."""
    token = access.reveal()
    common: dict[str, str | int] = {
        "partner_id": partner_id,
        "timestamp": timestamp_s,
        "access_token": token,
        "user_id": user_id,
        "sign": sign(partner_key, str(partner_id), path, str(timestamp_s), token, str(user_id)),
    }
    return f"{path}?{urlencode({**common, **query})}"


def public_target(path: str, *, partner_id: int, partner_key: Secret, timestamp_s: int) -> str:
    common = {
        "partner_id": partner_id,
        "timestamp": timestamp_s,
        "sign": sign(partner_key, str(partner_id), path, str(timestamp_s)),
    }
    return f"{path}?{urlencode(common)}"
