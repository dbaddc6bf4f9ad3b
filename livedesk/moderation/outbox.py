"""What has the rule service not been told yet? In order, bounded, and counting what it drops. Pure.

Four kinds, each in its own order: items that the engine judged or changed by itself, decisions,
what became of effects, and comments on which no rule of ours acted. They are sent in this order of
kinds, as an outcome makes sense only to who knows the item.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from livedesk.core.moderation import Comment, Decision, Effect

T = TypeVar("T")

MOST_A_CALL: Final = 500
MOST_ENTRIES: Final = 50_000
"""Of each kind."""
MOST_CHARS: Final = 16_000_000
"""Of texts of comments."""
_CALL_CHARS: Final = 1_000_000
"""In one call, so that long messages do not make one that is too large."""


@dataclass(frozen=True, slots=True)
class Parcel(Generic[T]):
    """Entries of one kind for one call, and which they are: those may change meanwhile."""

    entries: tuple[T, ...]
    stamps: tuple[tuple[Hashable, int], ...]

    def __bool__(self) -> bool:
        return bool(self.entries)


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T
    stamp: int
    weight: int


class Lane(Generic[T]):
    """One kind. An entry of a key that waits already takes its place in the line."""

    def __init__(self, most: int = MOST_ENTRIES, most_weight: int = MOST_CHARS) -> None:
        self._most = most
        self._most_weight = most_weight
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._stamp = 0
        self._weight = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: Hashable, value: T, weight: int = 0) -> list[T]:
        """Returns what had to go for it."""
        self._stamp += 1
        known = self._entries.get(key)
        self._weight += weight - (0 if known is None else known.weight)
        self._entries[key] = _Entry(value, self._stamp, weight)
        gone: list[T] = []
        while len(self._entries) > self._most or self._weight > self._most_weight:
            oldest = next(iter(self._entries))
            gone.append(self._entries[oldest].value)
            self._remove(oldest)
        self.dropped += len(gone)
        return gone

    def parcel(self, most: int = MOST_A_CALL) -> Parcel[T]:
        """The oldest; they stay in line until they are `sent`."""
        entries: list[T] = []
        stamps: list[tuple[Hashable, int]] = []
        weight = 0
        for key, entry in self._entries.items():
            weight += entry.weight
            if len(entries) >= most or (entries and weight > _CALL_CHARS):
                break
            entries.append(entry.value)
            stamps.append((key, entry.stamp))
        return Parcel(tuple(entries), tuple(stamps))

    def sent(self, parcel: Parcel[T]) -> None:
        """What was put in anew meanwhile stays."""
        for key, stamp in parcel.stamps:
            entry = self._entries.get(key)
            if entry is not None and entry.stamp == stamp:
                self._remove(key)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def _remove(self, key: Hashable) -> None:
        self._weight -= self._entries.pop(key).weight


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an effect."""

    item_id: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class LateDecision:
    """`seen`: how many decisions the item had before it; who made it knew of no more."""

    item_id: str
    decision: Decision
    seen: int | None = None


class Outbox:
    """Of one store."""

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self.items: Lane[str] = Lane(most)
        """Ids: they are sent as they are then."""
        self.decisions: Lane[LateDecision] = Lane(most)
        self.outcomes: Lane[Outcome] = Lane(most)
        self.comments: Lane[Comment] = Lane(most)

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes)

    @property
    def dropped(self) -> int:
        return sum(lane.dropped for lane in self._lanes)

    @property
    def _lanes(
        self,
    ) -> tuple[Lane[str], Lane[LateDecision], Lane[Outcome], Lane[Comment]]:
        return self.items, self.decisions, self.outcomes, self.comments

    def item(self, item_id: str) -> list[str]:
        return self.items.put(item_id, item_id)

    def decision(
        self, item_id: str, decision: Decision, seen: int | None = None
    ) -> list[LateDecision]:
        return self.decisions.put(decision.key, LateDecision(item_id, decision, seen))

    def outcome(self, item_id: str, effect: Effect) -> list[Outcome]:
        return self.outcomes.put((item_id, effect.key), Outcome(item_id, effect))

    def comment(self, comment: Comment) -> list[Comment]:
        return self.comments.put(comment.id, comment, len(comment.text))
