"""What does Shopee mean by an error? Names and messages of the Open Platform, module 125.

Errors come with HTTP 200 too. One that is not known is taken for `maybe`: what it did is not said.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.platforms.answers import TOO_MANY, http_date, retry_after_s, sentence
from livedesk.platforms.connection import Reply
from livedesk.platforms.outcome import Answer

_TOKEN: Final = frozenset(("invalid_acceess_token", "invalid_access_token", "invalid_acess_token"))
"""The first is the platform's own spelling."""
_APP: Final = frozenset(
    (
        "error_auth", "invalid_partner_id", "error_partner_key_expired", "error_api_permission",
        "error_api_call_restricted", "api_suspended", "source_ip_undeclared", "user_no_linked",
        "user_banned", "error_permission",
    )
)  # fmt: skip
_SIGN_IN: Final = frozenset(
    ("refresh_token_expired", "error_shop_refresh_token", "shop_access_expired", "shop_banned")
)
CLOCK_MATTERS_S: Final = 300
"""A timestamp is good for five minutes."""


def is_token_refused(error: str, message: str) -> bool:
    """Whether the access token is not taken (any more), so that it must be renewed."""
    words = message.lower()
    return error in _TOKEN or (
        error == "error_auth" and "access_token" in words.replace("access token", "access_token")
    )


def is_sign_in_refused(error: str, message: str) -> bool:
    """Whether the refresh token is not taken (any more): only a person can help."""
    words = message.lower().replace(" ", "_")
    return error in _SIGN_IN or (
        error in ("error_auth", "error_param") and "refresh_token" in words
    )


def judged(error: str, message: str, reply: Reply, utc_ns: int) -> Answer:
    """An answer with an error in it; `message` is cleaned of secrets already."""
    words = message.lower()
    if "too many request" in words or error == "error_rate_limit":
        return Answer("none", "rate_limited", TOO_MANY, retry_after_s=retry_after_s(reply, utc_ns))
    if error == "error_limit":
        limit = "The platform's daily limit of calls is reached; it ends at 16:00 UTC."
        return Answer("none", "daily_limit", limit, final=True)
    if "timestamp" in words:
        return Answer("none", "clock_wrong", _clock(reply, utc_ns), final=True)
    if error == "error_sign":
        text = "The platform does not take the signature; look at partner_key in the settings."
        return Answer("none", "not_authorized", text, final=True)
    if is_token_refused(error, message):
        text = "The platform does not take the access token; it is being renewed."
        return Answer("none", "not_authorized", text, final=True)
    if error in _APP:
        return Answer("none", "not_authorized", _spoken(error, message), final=True)
    if error == "error_param":
        code = "unknown_product" if "item_id" in words or "shop_id" in words else "refused"
        return Answer("none", code, _spoken(error, message), final=True)
    if error == "error_data":
        return Answer("none", _data_code(words), _spoken(error, message), final=True)
    return Answer("maybe", "server_error", _spoken(error, message))


def _data_code(words: str) -> str:
    if "sold out" in words or "out of stock" in words:
        return "out_of_stock"
    if "not ongoing" in words or "ended" in words or "not start" in words:
        return "not_live"
    if "session" in words and "exist" in words:
        return "unknown_room"
    if "item" in words and "exist" in words:
        return "unknown_product"
    if "item" in words and any(word in words for word in ("cannot", "not allow", "banned")):
        return "restricted"
    return "refused"


def _spoken(error: str, message: str) -> str:
    return sentence(f"Shopee says {error}: {message}" if message else f"Shopee says {error}")


def _clock(reply: Reply, utc_ns: int) -> str:
    """With the difference, as the answer's own Date tells it, which is right to a second."""
    advice = "Set this machine's clock by a time server: calls are signed with it"
    at = http_date(reply.headers.get("date", ""))
    if at is None:
        return f"Shopee refuses the timestamp of the call. {advice}."
    off_s = round(utc_ns / NS_PER_S - at.timestamp())
    if abs(off_s) < CLOCK_MATTERS_S // 2:
        return f"Shopee refuses the timestamp of the call. {advice}."
    side = "ahead of" if off_s > 0 else "behind"
    return f"This machine's clock is {abs(off_s)} s {side} Shopee's. {advice}."
