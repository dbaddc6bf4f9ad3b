"""Which key stands in the secret of a webhook? After Standard Webhooks, "Signature scheme"."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from livedesk.core.secrets import Secret

LEAST_BYTES: Final = 24
"""Standard Webhooks asks for 24 to 64 bytes. More does no harm."""
EXAMPLE: Final = "whsec_ and the base64 of 24 to 64 random bytes"

_PREFIX: Final = "whsec_"


def hook_key(secret: Secret) -> bytes:
    """Raise ValueError with what was found instead, in words that do not hold the secret."""
    text = secret.reveal().strip().removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a text that is not base64") from None
    if len(key) < LEAST_BYTES:
        raise ValueError(f"only {len(key)} bytes")
    return key
