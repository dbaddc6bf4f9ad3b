"""Whose turn is it at a comment? A claim is taken, renewed and given back by itself. Pure.

All consoles show the oldest first, so two people who just go on would read the same comment, and
one of them for nothing. What an operator looks at for a moment is claimed, stays so while he is
there, and is free once he goes on; others see who is at it, and their next is another.

Passing over rows claims nothing. Who does nothing for a minute is not at it any more. A claim that
was let go by hand is not taken again until the cursor comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from livedesk.core.moderation import Item
from livedesk.desk.model import Moment

DWELL_S: Final = 0.4
"""At a comment for so long, a person reads it; keys that go from row to row repeat faster."""

RENEW_S: Final = 10.0
"""A third of the time that a claim lasts: two renewals may fail before it runs out."""

AWAY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class HoldCall:
    """What the engine is to be asked for. No answer is waited for: a decision needs no claim."""

    store: str
    item_id: str
    act: Literal["claim", "release"]


class Holding:
    """The one comment that this console holds by itself."""

    def __init__(self) -> None:
        self._item_id: str | None = None
        self._since: Moment | None = None
        self._asked: tuple[str, Moment] | None = None
        """The store of a claim that was taken here, and when it was last asked for."""
        self._is_let_go = False

    def at(
        self, item: Item | None, now: Moment, utc_ns: int | None, idle_s: float
    ) -> tuple[HoldCall, ...]:
        """The cursor is on this item, or on none. `utc_ns`: by the engine's clock."""
        calls: list[HoldCall] = []
        if self._item_id != (None if item is None else item.id):
            calls += self._left()
            self._item_id, self._since = None if item is None else item.id, now
            self._is_let_go = False
        if item is None or self._since is None:
            return tuple(calls)
        if idle_s >= AWAY_S:
            calls += self._left()
        elif item.state != "waiting":
            # A decision ends the claim.
            self._asked = None
        elif self._may_ask(item, now, utc_ns):
            self._asked = item.store, now
            calls.append(HoldCall(item.store, item.id, "claim"))
        return tuple(calls)

    def by_hand(self, item_id: str, act: Literal["claim", "release"]) -> None:
        """A person took it, and keeps it when he goes on, or let it go."""
        if item_id == self._item_id:
            self._asked = None
            self._is_let_go = True if act == "release" else self._is_let_go

    def forget(self) -> None:
        """Another engine: what it knows of claims is not known here."""
        self._asked = None

    def _may_ask(self, item: Item, now: Moment, utc_ns: int | None) -> bool:
        if self._is_let_go or self._since is None or now.since_s(self._since) < DWELL_S:
            return False
        if self._asked is not None:
            return now.since_s(self._asked[1]) >= RENEW_S
        return not _is_held(item, utc_ns)

    def _left(self) -> list[HoldCall]:
        asked, item_id = self._asked, self._item_id
        self._asked = None
        if asked is None or item_id is None:
            return []
        return [HoldCall(asked[0], item_id, "release")]


def _is_held(item: Item, utc_ns: int | None) -> bool:
    """By somebody, this console's operator included: a claim taken by hand is left as it is."""
    claim = item.claim
    return claim is not None and (utc_ns is None or claim.until_utc_ns > utc_ns)
