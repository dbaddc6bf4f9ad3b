"""Since when, by the monotonic clock? For comments, effects that wait for a person, and claims.

Stamps are UTC, for people and for the service; the wall clock may be set between two of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.moderation import Claim, Comment, Effect, EffectState, Item
from livedesk.moderation.arrivals import Arrivals, mono_of

PERSONS: Final[frozenset[EffectState]] = frozenset(("by_hand", "unknown"))
"""Effects in one of these wait for a person."""
_MOST: Final = 100_000


class Ages:
    """Of one store."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._arrivals = Arrivals()
        self._waits: dict[tuple[str, EffectState], int] = {}
        """Since when an effect is in this state."""
        self._claims: dict[str, tuple[Claim, int]] = {}
        """By item: the claim, and what UTC was ahead of the monotonic clock when it was seen."""

    def came(self, comments: Iterable[Comment]) -> None:
        now_ns = self._clock.mono_ns()
        for comment in comments:
            self._arrivals.came(comment, now_ns)

    def came_ns(self, item: Item) -> int:
        return self._arrivals.of(item.comment, self._clock.mono_ns(), self._clock.utc_ns())

    def mono_of(self, utc_ns: int) -> int:
        return mono_of(utc_ns, self._clock.mono_ns(), self._clock.utc_ns())

    def seen(self, item: Item, *, is_news: bool) -> None:
        """As it is from now on; without `is_news` it has been so for as long as its stamps say."""
        now_ns = self._clock.mono_ns()
        for effect in item.effects:
            for state in PERSONS:
                key = effect.key, state
                if effect.state != state:
                    self._waits.pop(key, None)
                elif key not in self._waits:
                    since_ns = now_ns if is_news else self.mono_of(effect.wanted_utc_ns)
                    self._waits[key] = since_ns
        if len(self._waits) > _MOST:
            del self._waits[next(iter(self._waits))]
        self._see_claim(item)

    def _see_claim(self, item: Item) -> None:
        known = self._claims.get(item.id)
        if item.claim is None:
            self._claims.pop(item.id, None)
        elif known is None or known[0] != item.claim:
            self._claims[item.id] = item.claim, self._clock.utc_ns() - self._clock.mono_ns()
            if len(self._claims) > _MOST:
                del self._claims[next(iter(self._claims))]

    def waits_s(self, effect: Effect) -> float:
        """For how long it has been in its state."""
        since_ns = self._waits.get((effect.key, effect.state))
        if since_ns is None:
            since_ns = self.mono_of(effect.wanted_utc_ns)
        return max(0, self._clock.mono_ns() - since_ns) / NS_PER_S

    def claim_utc_ns(self, item: Item) -> int:
        """Now, by the clock that the item's claim was made with."""
        known = self._claims.get(item.id)
        if known is None or known[0] != item.claim:
            return self._clock.utc_ns()
        return self._clock.mono_ns() + known[1]
