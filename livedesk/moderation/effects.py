"""What is asked of the platform for an item, and what is known of it? Pure.

Effects follow from the state: what is to be hidden, banned or answered. What has not left for the
platform is dropped when it is no longer wanted; what has left is turned back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from livedesk.core.moderation import Effect, EffectState, Item, ItemState, Verb

HIDDEN: Final[frozenset[ItemState]] = frozenset(("hidden", "banned"))
UNSENT: Final[frozenset[EffectState]] = frozenset(("wanted", "by_hand"))
WITHOUT_EFFECT: Final[frozenset[EffectState]] = frozenset(("dropped", "failed", "not_possible"))
LEFT: Final[frozenset[EffectState]] = frozenset(("sent", "unknown", "failed", "done"))
UNDONE: Final = "undone"
"""Code of an effect that was dropped because it was decided otherwise. Whoever says so cannot know
whether it has left meanwhile: that is learned from who sends."""
_RANK: Final[dict[EffectState, int]] = {
    "wanted": 0,
    "by_hand": 1,
    "sent": 3,
    "unknown": 4,
    "failed": 5,
    "not_possible": 5,
    "dropped": 5,
    "done": 6,
}
_RANK_UNDONE: Final = 2
"""What is known of an effect only grows: a late "sent" does not undo "done"."""


def following(
    item: Item, after: ItemState, utc_ns: int, posted: str, *, again: bool = True
) -> tuple[Effect, ...]:
    """The present ones, without those that are not wanted any more, and what is wanted beside.

    `again`: also when it was tried already, and failed.
    """
    effects = list(item.effects)
    _turn(effects, item, ("hide", "unhide"), after in HIDDEN, utc_ns, again)
    _turn(effects, item, ("ban", "unban"), after == "banned", utc_ns, again)
    if after != "replied":
        _drop(effects, "reply", utc_ns)
    elif posted := posted or _taken_back(effects):
        effects.append(_effect(effects, item, "reply", utc_ns, posted))
    else:
        _post_once(effects, utc_ns)
    return tuple(effects)


def _post_once(effects: list[Effect], utc_ns: int) -> None:
    """A reply that was taken back and brought back has perhaps been posted meanwhile."""
    posted = {
        effect.text
        for effect in effects
        if effect.verb == "reply" and effect.state in ("sent", "unknown", "done")
    }
    newest = newest_of(effects, "reply")
    if newest is not None and newest.text in posted:
        _drop(effects, "reply", utc_ns)


def _taken_back(effects: Sequence[Effect]) -> str:
    """The reply that an undo brings back: one that was only dropped by the decision before."""
    replies = [effect for effect in effects if effect.verb == "reply"]
    if not replies or not is_undone(replies[-1]):
        return ""
    text = replies[-1].text
    is_posted = any(each.text == text and each.state not in WITHOUT_EFFECT for each in replies)
    return "" if is_posted else text


def _turn(
    effects: list[Effect],
    item: Item,
    verbs: tuple[Verb, Verb],
    wanted: bool,
    utc_ns: int,
    again: bool,
) -> None:
    """On or off: what has not left yet is dropped, what has left is turned back."""
    there, back = verbs
    if is_on(effects, verbs) == wanted:
        return
    _drop(effects, back if wanted else there, utc_ns)
    verb = there if wanted else back
    is_still = is_on(effects, verbs) != wanted  # what lies under the dropped one may have failed
    if is_still and (again or _last_tried(effects, verbs) != verb):
        effects.append(_effect(effects, item, verb, utc_ns))


def _last_tried(effects: Sequence[Effect], verbs: tuple[Verb, Verb]) -> Verb | None:
    tried = (each.verb for each in reversed(effects) if each.state != "dropped")
    return next((verb for verb in tried if verb in verbs), None)


def is_on(effects: Sequence[Effect], verbs: tuple[Verb, Verb]) -> bool:
    """How it will be once all that may still come has come."""
    there, _ = verbs
    for effect in reversed(effects):
        if effect.verb in verbs and effect.state not in WITHOUT_EFFECT:
            return effect.verb == there
    return False


def _drop(effects: list[Effect], verb: Verb, utc_ns: int) -> None:
    """All of this verb that have not left."""
    for at, effect in enumerate(effects):
        if effect.verb == verb and effect.state in UNSENT:
            effects[at] = replace(
                effect,
                state="dropped",
                settled_utc_ns=utc_ns,
                code=UNDONE,
                reason="It was decided otherwise before it was done.",
            )


def _effect(
    effects: Sequence[Effect], item: Item, verb: Verb, utc_ns: int, text: str = ""
) -> Effect:
    turn = 1 + sum(effect.verb == verb for effect in effects)
    key = f"{verb}:{turn}:{item.comment.id}"
    return Effect(key, verb, "wanted", utc_ns, text=text)


def can_be_dropped(effect: Effect) -> bool:
    return effect.state in UNSENT or effect.state in WITHOUT_EFFECT


def newest_of(effects: Sequence[Effect], verb: Verb) -> Effect | None:
    return next((effect for effect in reversed(effects) if effect.verb == verb), None)


def with_news(known: Effect, news: Effect) -> Effect:
    """What was asked for stays as it was asked for."""
    return replace(
        known,
        state=news.state,
        settled_utc_ns=news.settled_utc_ns,
        reason=news.reason,
        code=news.code,
    )


def is_undone(effect: Effect) -> bool:
    return effect.state == "dropped" and effect.code == UNDONE


def rank(effect: Effect) -> int:
    return _RANK_UNDONE if is_undone(effect) else _RANK[effect.state]


def joined(ours: Sequence[Effect], theirs: Sequence[Effect]) -> tuple[Effect, ...]:
    """In their order, as they alone carry effects out; then those they have not heard of."""
    known = {effect.key: effect for effect in ours}
    both = []
    for effect in theirs:
        mine = known.pop(effect.key, None)
        is_news = mine is None or rank(effect) > rank(mine)
        both.append(effect if mine is None or is_news else mine)
    return (*both, *known.values())
