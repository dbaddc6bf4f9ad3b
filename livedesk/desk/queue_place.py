"""Into which lists does an item belong, and where does it stand in them? Pure."""

from __future__ import annotations

from typing import Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import EffectState, Item

Show = Literal["waiting", "hidden", "by_hand", "decided", "open", "all"]
"""`hidden`: by rules, and no person has decided since. `by_hand`: asks for a person's hand, or
nobody knows what became of it. `open`: these, and what a rule replied to. `all`: everything."""

Key = tuple[int, int, str]
"""What an item is sorted by: group, time within the group, id."""

Place = Literal["waiting", "by_hand", "hidden", "replied", "decided"]
"""Where an item counts: the first of these that it is."""

_GROUP: Final[dict[Place, int]] = {
    "waiting": 0, "by_hand": 1, "hidden": 2, "replied": 3, "decided": 4,
}  # fmt: skip
_FOR_A_HAND: Final[frozenset[EffectState]] = frozenset(("by_hand", "unknown"))
_PLACES: Final[dict[Show, frozenset[Place]]] = {
    "waiting": frozenset(("waiting",)),
    "by_hand": frozenset(("by_hand",)),
    "decided": frozenset(("decided",)),
    "open": frozenset(("waiting", "by_hand", "hidden", "replied")),
    "all": frozenset(_GROUP),
}


def place_of(item: Item) -> Place:
    if item.state == "waiting":
        return "waiting"
    if needs_hand(item):
        return "by_hand"
    if item.decision is not None or item.state == "approved":
        return "decided"
    return "replied" if item.state == "replied" else "hidden"


def needs_hand(item: Item) -> bool:
    return any(effect.state in _FOR_A_HAND for effect in item.effects)


def is_hidden_by_rule(item: Item) -> bool:
    return item.state in ("hidden", "banned") and item.decision is None


def belongs(item: Item, show: Show) -> bool:
    if show == "hidden":
        return is_hidden_by_rule(item)
    return place_of(item) in _PLACES[show]


def key_of(item: Item, show: Show, review_target_s: float) -> Key:
    """What waits: by the instant at which its target is reached, which no passing of time changes.
    What is to be done by hand: the longest waiting first. All else: the newest first."""
    place = "hidden" if show == "hidden" else place_of(item)
    return (_GROUP[place], _time(item, place, review_target_s), item.id)


def deadline_ns(item: Item, review_target_s: float) -> int:
    return item.comment.utc_ns + round(review_target_s * NS_PER_S)


def _time(item: Item, place: Place, review_target_s: float) -> int:
    if place == "waiting":
        return deadline_ns(item, review_target_s)
    if place == "by_hand":
        wanted = (e.wanted_utc_ns for e in item.effects if e.state in _FOR_A_HAND)
        return min(wanted, default=item.comment.utc_ns)
    decision = item.decision if place == "decided" else None
    return -(item.comment.utc_ns if decision is None else decision.utc_ns)
