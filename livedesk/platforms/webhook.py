"""Is this webhook from who we think it is, for the first time, and of which kind is it?

After Standard Webhooks 1.0 (standardwebhooks.com): `webhook-id`, `webhook-timestamp` and
`webhook-signature`, which is an HMAC-SHA256 over `id.timestamp.body` with the body as it came. The
body is a JSON object with a `type`, and what it tells in `data`, or beside that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from livedesk.core.clock import NS_PER_S, utc_ns_of
from livedesk.core.hook_secret import hook_key
from livedesk.core.secrets import Secret

MOST_BYTES: Final = 65_536
MOST_SKEW_S: Final = 300
"""Either way, as Standard Webhooks proposes."""

_MOST_SEEN: Final = 16_384
_MOST_SIGNATURES: Final = 16
"""Several while a secret is replaced."""

RefusalCode = Literal[
    "too_large", "no_signature", "bad_signature", "clock", "replayed", "id_reused", "bad_body",
]  # fmt: skip


class HookRefused(Exception):  # noqa: N818 - reads as the sentence it is
    """The webhook is not taken. `text` says why and holds nothing of what was sent.

    All but `too_large` (413) and `bad_body` (400) are answered with 401.
    """

    def __init__(self, code: RefusalCode, text: str) -> None:
        super().__init__(text)
        self.code: RefusalCode = code
        self.text = text


@dataclass(frozen=True, slots=True)
class SignedHook:
    """A webhook that is genuine and timely."""

    id: str
    type: str
    data: Mapping[str, object]
    """What it tells: the member `data`, or the whole object where there is none."""
    utc_ns: int
    """When it was true, as the sender says; never later than the signature."""
    repeated: bool
    """Sent again because our answer was lost; it had its effect."""


@dataclass(frozen=True, slots=True)
class _Seen:
    signed_s: int
    body: bytes


class SeenHooks:
    """The ids that were taken, so that none is taken twice. In memory, bounded.

    One that was signed before `since_utc_ns` is refused, so a restart forgets none: give the
    engine's start. It costs nothing, as senders repeat what was refused under a new signature.
    Only a sender whose clock is ahead of ours may have signed before it for a time after it.
    When it is full, the oldest goes, and nothing signed before it is taken any more.
    """

    def __init__(self, since_utc_ns: int = 0, most: int = _MOST_SEEN) -> None:
        # The signature's time is in whole seconds, so one of the first second counts as after.
        self._since_s = since_utc_ns // NS_PER_S
        self._most = most
        self._seen: dict[str, _Seen] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def take(self, hook_id: str, signed_s: int, body: bytes, now_s: int) -> bool:
        """False when it was taken already and is rightly sent again. Raises HookRefused."""
        digest = hashlib.sha256(body).digest()
        seen = self._seen.get(hook_id)
        if self._since_s > now_s + MOST_SKEW_S:  # this machine's clock was set back
            self._since_s = now_s
        if signed_s < self._since_s:
            raise HookRefused("replayed", "It was signed before what this engine remembers.")
        if seen is not None and signed_s <= seen.signed_s:
            raise HookRefused("replayed", "It was taken already, with this very signature.")
        if seen is not None and digest != seen.body:
            raise HookRefused("id_reused", "Its id belongs to another webhook of this sender.")
        self._seen.pop(hook_id, None)
        self._seen[hook_id] = _Seen(signed_s, digest)
        self._forget(now_s)
        return seen is None

    def _forget(self, now_s: int) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            signed_s = self._seen[oldest].signed_s
            if len(self._seen) > self._most:
                self._since_s = max(self._since_s, signed_s + 1)
            elif signed_s >= now_s - MOST_SKEW_S:
                return
            del self._seen[oldest]


def genuine(
    secret: Secret, headers: Mapping[str, str], body: bytes, utc_ns: int, seen: SeenHooks
) -> SignedHook:
    """The webhook, once it is proven genuine, timely and new. Raises HookRefused."""
    if len(body) > MOST_BYTES:
        raise HookRefused("too_large", f"It is larger than {MOST_BYTES} bytes.")
    hook_id, stamp, signatures = _headers(headers)
    _check_signature(secret, f"{hook_id}.{stamp}.".encode() + body, signatures)
    signed_s, now_s = int(stamp), utc_ns // NS_PER_S
    _check_time(signed_s, now_s)
    is_new = seen.take(hook_id, signed_s, body, now_s)
    return _hook(hook_id, signed_s, body, repeated=not is_new)


def signature(secret: Secret, hook_id: str, stamp: str, body: bytes) -> str:
    """What a sender puts into `webhook-signature`. Raises ValueError for a secret that is none."""
    signed = f"{hook_id}.{stamp}.".encode() + body
    digest = hmac.new(hook_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _headers(headers: Mapping[str, str]) -> tuple[str, str, list[str]]:
    given = {name.lower(): value for name, value in headers.items()}
    hook_id = given.get("webhook-id", "")
    stamp = given.get("webhook-timestamp", "")
    signatures = given.get("webhook-signature", "")[:4_000].split(" ")[:_MOST_SIGNATURES]
    if not re.fullmatch(r"[\x21-\x7e]{1,256}", hook_id):
        raise HookRefused("no_signature", "It has no webhook-id of up to 256 plain characters.")
    if not re.fullmatch(r"[0-9]{1,15}", stamp):
        raise HookRefused("no_signature", "It has no webhook-timestamp in whole seconds.")
    if not any(each.startswith("v1,") for each in signatures):
        raise HookRefused("no_signature", "It has no webhook-signature of the kind v1.")
    return hook_id, stamp, signatures


def _check_signature(secret: Secret, signed: bytes, signatures: list[str]) -> None:
    """Every one is compared, in constant time, so that the time tells nothing."""
    try:
        key = hook_key(secret)
    except ValueError:
        raise HookRefused("bad_signature", "The secret in the settings cannot be used.") from None
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    matches = [
        hmac.compare_digest(expected, each.encode("utf-8", "replace")) for each in signatures
    ]
    if not any(matches):
        raise HookRefused(
            "bad_signature",
            "Its signature does not fit: another secret, or it was changed on its way.",
        )


def _check_time(signed_s: int, now_s: int) -> None:
    """Only asked of what is genuine, so that a clock is not blamed for a forgery."""
    late_s = now_s - signed_s
    if abs(late_s) <= MOST_SKEW_S:
        return
    if signed_s > 100 * now_s:
        raise HookRefused(
            "clock", "Its webhook-timestamp is not in seconds; milliseconds, perhaps."
        )
    when = f"{abs(late_s)} s {'before' if late_s > 0 else 'after'} this machine's time"
    raise HookRefused(
        "clock", f"It was signed {when}; check the clocks of both, or it is an old one sent again."
    )


def _hook(hook_id: str, signed_s: int, body: bytes, *, repeated: bool) -> SignedHook:
    try:
        document = json.loads(body.decode(), parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise HookRefused("bad_body", "Its body is not JSON in UTF-8.") from None
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise HookRefused("bad_body", 'Its body is not an object with a "type".')
    data = document.get("data", document)
    return SignedHook(
        id=hook_id,
        type=document["type"][:100],
        data=data if isinstance(data, dict) else {},
        utc_ns=_happened_utc_ns(document.get("timestamp"), signed_s),
        repeated=repeated,
    )


def _happened_utc_ns(given: object, signed_s: int) -> int:
    """The event's own time, because one that is sent again is signed anew; else the signature's.

    Later than the signature it cannot have been; it would shut out all that follows.
    """
    signed_ns = signed_s * NS_PER_S
    happened_ns = utc_ns_of(given) if isinstance(given, str) else None
    if happened_ns is None:
        return signed_ns
    return min(happened_ns, signed_ns + NS_PER_S - 1)
