"""Who may call, for how long? Access tokens that end, and refresh tokens that renew them."""

from __future__ import annotations

import hashlib
import hmac
import random
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock

STAMP_S: Final = 300
"""Timestamps of signed calls are good for five minutes either way."""

_KEPT_TOKENS: Final = 1_000


class Tokens:
    """Single use: a refresh token is spent by its renewal, and the answer brings the next."""

    def __init__(
        self, first_refresh: str, life_s: int, clock: Clock, rng: random.Random, *, single_use: bool
    ) -> None:
        self._life_s = life_s
        self._clock = clock
        self._rng = rng
        self._single_use = single_use
        self._until_s: dict[str, int] = {}
        self._refresh = first_refresh
        self._spent: set[str] = set()
        self.renewals = 0
        self.refused = 0
        self.revoked = False

    def is_good(self, access: str) -> bool:
        return self._until_s.get(access, 0) > self.now_s() and not self.revoked

    def is_spent(self, refresh: str) -> bool:
        return refresh in self._spent

    def renew(self, refresh: str) -> tuple[str, str, int] | None:
        """The next access and refresh token and the second at which the access ends, or None."""
        if self.revoked or not hmac.compare_digest(refresh.encode(), self._refresh.encode()):
            self.refused += 1
            return None
        if self._single_use:
            self._spent.add(refresh)
            self._refresh = self._made()
        access, until_s = self._made(), self.now_s() + self._life_s
        self._until_s[access] = until_s
        while len(self._until_s) > _KEPT_TOKENS:
            self._until_s.pop(next(iter(self._until_s)))
        self.renewals += 1
        return access, self._refresh, until_s

    def expire(self) -> None:
        """All access ends now; it can be renewed."""
        self._until_s.clear()

    def now_s(self) -> int:
        return self._clock.utc_ns() // NS_PER_S

    def _made(self) -> str:
        return f"{self._rng.getrandbits(128):032x}"


def signed(secret: str, message: bytes) -> str:
    """Lower-case hex HMAC-SHA256, as both platforms sign."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_fresh(stamp: str, now_s: int) -> bool:
    """Whether a timestamp in Unix seconds is within the five minutes."""
    is_number = stamp.isascii() and stamp.isdigit() and len(stamp) < 12
    return is_number and abs(int(stamp) - now_s) <= STAMP_S
