"""Into which lists does an item belong, and where does it stand in them? Pure."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

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

PLACES: Final[dict[Show, tuple[Place, ...]]] = {
    "waiting": ("waiting",),
    "hidden": ("hidden", "by_hand"),
    "by_hand": ("by_hand",),
    "decided": ("decided",),
    "open": ("waiting", "by_hand", "hidden", "replied"),
    "all": tuple(_GROUP),
}
"""In which places the items of a list are found; not all that are there belong to it."""


class Standing(NamedTuple):
    """What the lists need to know of an item: found once for each of its revisions."""

    place: Place
    utc_ns: int
    """When livedesk got the comment, by a clock that nobody sets (`QueueBook.steady_ns`)."""
    time_ns: int
    """What it is sorted by in its place; what waits is sorted by its target."""
    by_hand: bool
    by_rule: bool
    """It is hidden, and no person decided so."""


def standing_of(item: Item, set_ns: int = 0) -> Standing:
    """`set_ns`: by how much the engine's clock had been set when the item was first seen."""
    hand_ns = min(
        (each.wanted_utc_ns for each in item.effects if each.state in _FOR_A_HAND), default=None
    )
    decision = item.decision
    by_rule = decision is None and item.state in ("hidden", "banned")
    utc_ns = time_ns = item.comment.utc_ns - set_ns
    place: Place
    if item.state == "waiting":
        place = "waiting"
    elif hand_ns is not None:
        place, time_ns = "by_hand", hand_ns
    elif decision is not None or item.state == "approved":
        place, time_ns = "decided", -(utc_ns if decision is None else decision.utc_ns)
    else:
        place, time_ns = ("hidden" if by_rule else "replied"), -utc_ns
    return Standing(place, utc_ns, time_ns, hand_ns is not None, by_rule)


def belongs(standing: Standing, show: Show) -> bool:
    return standing.by_rule if show == "hidden" else standing.place in PLACES[show]


def key_of(item_id: str, standing: Standing, show: Show, review_target_s: float) -> Key:
    """What waits: by the instant at which its target is reached, which no passing of time changes.
    What is to be done by hand: the longest waiting first. All else: the newest first."""
    if show == "hidden":
        return (_GROUP["hidden"], -standing.utc_ns, item_id)
    if standing.place == "waiting":
        return (_GROUP["waiting"], deadline_ns(standing, review_target_s), item_id)
    return (_GROUP[standing.place], standing.time_ns, item_id)


def deadline_ns(standing: Standing, review_target_s: float) -> int:
    return standing.utc_ns + round(review_target_s * NS_PER_S)
