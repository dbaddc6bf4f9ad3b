"""What is a sender told whose webhook was refused, and what should it do?"""

from __future__ import annotations

from typing import Final

from livedesk.engine.api.answers import ApiError
from livedesk.platforms.webhook import HookRefused, RefusalCode

_STATUS: Final[dict[RefusalCode, int]] = {"too_large": 413, "bad_body": 400}
_SIGN: Final = "Sign it after Standard Webhooks, with the secret of this store's settings."
_ACTIONS: Final[dict[RefusalCode, str]] = {
    "replayed": "Nothing if it was answered before; else send it again under a new signature.",
    "clock": "Set the clock, and sign with the time at which it is sent, in seconds.",
    "id_reused": "Give each webhook an id of its own, and the same one only when it is repeated.",
    "too_large": "Send less in one webhook.",
    "bad_body": "See docs/moderation.md and docs/pins.md for what it may hold.",
}


def hook_error(refusal: HookRefused) -> ApiError:
    action = _ACTIONS.get(refusal.code, _SIGN)
    return ApiError(_STATUS.get(refusal.code, 401), refusal.code, refusal.text, action)
