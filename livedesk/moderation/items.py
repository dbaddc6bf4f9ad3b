"""What becomes of an item when somebody claims it, decides, or the platform answers? Pure.

The rule service and the engine's fallback use the same functions, so what was decided while they
could not reach each other fits together afterwards (`merged`).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from livedesk.core.moderation import (
    Claim,
    Comment,
    Decision,
    Effect,
    EffectState,
    Faq,
    Item,
    ItemState,
    Verb,
    Verdict,
)

CLAIM_S: Final = 30.0
"""A claim ends after this unless it is made again, so that nobody's absence blocks an item."""
MOST_DECISIONS: Final = 20
RECENT: Final = 5

ErrorCode = Literal[
    "claimed", "already", "hidden", "nothing_to_undo", "not_undoable", "unknown_reply",
    "too_many_decisions",
]  # fmt: skip

_BY_VERDICT: Final[dict[str, ItemState]] = {
    "hide": "hidden",
    "review": "waiting",
    "reply": "replied",
}
_BY_DECISION: Final[dict[str, ItemState]] = {
    "hide": "hidden",
    "approve": "approved",
    "reply": "replied",
    "ban": "banned",
}
_HIDDEN: Final[frozenset[ItemState]] = frozenset(("hidden", "banned"))
_UNSENT: Final[frozenset[EffectState]] = frozenset(("wanted", "by_hand"))
_WITHOUT_EFFECT: Final[frozenset[EffectState]] = frozenset(("dropped", "failed", "not_possible"))
_RANK: Final[dict[EffectState, int]] = {
    "wanted": 0,
    "sent": 1,
    "by_hand": 2,
    "unknown": 2,
    "failed": 3,
    "not_possible": 3,
    "dropped": 3,
    "done": 4,
}
"""What is known of an effect only grows: a late "sent" does not undo "done"."""


class ItemError(Exception):
    """It cannot be done; `text` says why, to people."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def item_id(store: str, comment_id: str) -> str:
    """The same for service and engine, and fit to stand in an address."""
    return (
        "i" + hashlib.sha256(f"{store}\0{comment_id}".encode("utf-8", "replace")).hexdigest()[:20]
    )


def same_key(text: str) -> str:
    """Equal for messages that differ in letter case, spacing, width and closing marks only."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = " ".join("".join(c if c.isalnum() else " " for c in plain).split())
    kept = words or " ".join(plain.split())
    return hashlib.sha256(kept.encode("utf-8", "replace")).hexdigest()[:16]


def new_item(
    store: str,
    comment: Comment,
    verdict: Verdict | None,
    recent: Sequence[Comment] = (),
    faq: Sequence[Faq] = (),
) -> Item:
    """As the rules want it. A verdict that asks for a reply that is not known is for a person."""
    state: ItemState = "approved" if verdict is None else _BY_VERDICT[verdict.action]
    answer = None if verdict is None else _answer(faq, verdict.reply)
    if state == "replied" and answer is None:
        state = "waiting"
    item = Item(
        id=item_id(store, comment.id),
        store=store,
        comment=comment,
        verdict=verdict,
        state=state,
        recent=tuple(recent)[:RECENT],
        same=same_key(comment.text),
    )
    effects = _effects(item, state, comment.utc_ns, "" if answer is None else reply_text(answer))
    return replace(item, effects=effects)


def reply_text(faq: Faq) -> str:
    return f"{faq.text} {faq.link}".strip()


def claimed(item: Item, by: str, utc_ns: int, for_s: float = CLAIM_S) -> Item:
    """Also makes one's own claim last longer. Raises ItemError when it is somebody else's."""
    _check_free(item, by, utc_ns)
    claim = Claim(by, utc_ns + round(for_s * 1e9))
    return replace(item, claim=claim, revision=item.revision + 1)


def released(item: Item, by: str, utc_ns: int) -> Item:
    """Raises ItemError when it is somebody else's and has not run out."""
    _check_free(item, by, utc_ns)
    return item if item.claim is None else replace(item, claim=None, revision=item.revision + 1)


def holder(item: Item, utc_ns: int) -> str | None:
    """Who is at it now."""
    claim = item.claim
    return claim.by if claim is not None and claim.until_utc_ns > utc_ns else None


def decided(item: Item, decision: Decision, faq: Sequence[Faq] = ()) -> Item:
    """With the decision, its state and the effects that it wants.

    The same decision (`key`) again changes nothing. Raises ItemError: somebody else is at it, it
    is so already, there is nothing to undo, the answer is not known.
    """
    if any(known.key == decision.key for known in item.decisions):
        return item
    _check_free(item, decision.by, decision.utc_ns)
    if len(item.decisions) >= MOST_DECISIONS:
        raise ItemError("too_many_decisions", "So much was decided about it that no more is taken.")
    answer = _answer(faq, decision.reply)
    _check_decision(item, decision, answer)
    decisions = (*item.decisions, decision)
    if decision.kind == "undo":
        after = _state_of(replace(item, decisions=decisions))
    else:
        after = _BY_DECISION[decision.kind]
    posted = reply_text(answer) if decision.kind == "reply" and answer is not None else ""
    return replace(
        item,
        state=after,
        decisions=decisions,
        effects=_effects(item, after, decision.utc_ns, posted),
        claim=None,
        revision=item.revision + 1,
    )


def _check_free(item: Item, by: str, utc_ns: int) -> None:
    other = holder(item, utc_ns)
    if other is not None and other != by:
        raise ItemError("claimed", f"{other} is at it.")


def _check_decision(item: Item, decision: Decision, answer: Faq | None) -> None:
    if decision.kind == "undo":
        last = item.decision
        if last is None:
            raise ItemError("nothing_to_undo", "Nobody has decided anything that could be undone.")
        if last.kind == "reply" and not _replies_unsent(item):
            raise ItemError(
                "not_undoable", "A reply that was posted cannot be taken back from here."
            )
        return
    if _BY_DECISION[decision.kind] == item.state:
        last = item.decision
        who = "a rule" if last is None else last.by
        raise ItemError("already", f"It is {item.state} already, by {who}.")
    if decision.kind == "hide" and item.state == "banned":
        raise ItemError("already", "It is hidden already, and its author banned.")
    if decision.kind == "reply":
        if item.state in _HIDDEN:
            raise ItemError("hidden", "It is hidden; a reply to it would puzzle the viewers.")
        if answer is None:
            raise ItemError("unknown_reply", "There is no such answer in the FAQ.")


def _replies_unsent(item: Item) -> bool:
    replies = [effect for effect in item.effects if effect.verb == "reply"]
    return bool(replies) and replies[-1].state in _UNSENT


def _state_of(item: Item) -> ItemState:
    """From the verdict, and what people decided since and did not undo."""
    last = item.decision
    if last is not None:
        return _BY_DECISION[last.kind]
    if item.verdict is None:
        return "approved"
    by_rule = _BY_VERDICT[item.verdict.action]
    answered = any(effect.verb == "reply" for effect in item.effects)
    return "waiting" if by_rule == "replied" and not answered else by_rule


def _effects(item: Item, after: ItemState, utc_ns: int, posted: str) -> tuple[Effect, ...]:
    """The present ones, without those that are not wanted any more, and what is wanted beside."""
    effects = list(item.effects)
    _turn(effects, item, ("hide", "unhide"), after in _HIDDEN, utc_ns)
    _turn(effects, item, ("ban", "unban"), after == "banned", utc_ns)
    if after == "replied" and posted:
        effects.append(_effect(effects, item, "reply", utc_ns, posted))
    elif after != "replied":
        _drop(effects, "reply", utc_ns)
    return tuple(effects)


def _turn(
    effects: list[Effect], item: Item, verbs: tuple[Verb, Verb], wanted: bool, utc_ns: int
) -> None:
    """On or off: what has not left yet is dropped, what has left is turned back."""
    there, back = verbs
    is_on = False
    for effect in effects:
        if effect.verb in verbs and effect.state not in _WITHOUT_EFFECT:
            is_on = effect.verb == there
    if wanted == is_on:
        return
    if not _drop(effects, back if wanted else there, utc_ns):
        effects.append(_effect(effects, item, there if wanted else back, utc_ns))


def _drop(effects: list[Effect], verb: Verb, utc_ns: int) -> bool:
    """The newest of this verb, if it has not left; returns whether there was one."""
    for at in reversed(range(len(effects))):
        if effects[at].verb != verb:
            continue
        if effects[at].state not in _UNSENT:
            return False
        effects[at] = replace(
            effects[at],
            state="dropped",
            settled_utc_ns=utc_ns,
            code="undone",
            reason="It was decided otherwise before it was done.",
        )
        return True
    return False


def _effect(
    effects: Sequence[Effect], item: Item, verb: Verb, utc_ns: int, text: str = ""
) -> Effect:
    turn = 1 + sum(effect.verb == verb for effect in effects)
    key = f"{verb}:{turn}:{item.comment.id}"
    return Effect(key, verb, "wanted", utc_ns, text=text)


def with_effect(item: Item, news: Effect) -> Item:
    """What became of one of its effects; what is known already, or older, changes nothing."""
    for at, known in enumerate(item.effects):
        if known.key == news.key:
            if _RANK[news.state] <= _RANK[known.state]:
                return item
            effects = (*item.effects[:at], news, *item.effects[at + 1 :])
            return replace(item, effects=effects, revision=item.revision + 1)
    return item


def merged(ours: Item, theirs: Item) -> Item:
    """`ours`, the service's, with what an engine did and decided while it was on its own.

    Effects of one key are one. A decision of theirs is taken where nobody of ours has decided;
    otherwise ours stands, and what they did beyond it is turned back.
    """
    taken = ours if ours.decisions else _with_decisions(ours, theirs.decisions)
    effects = list(taken.effects)
    known = {effect.key: at for at, effect in enumerate(effects)}
    for effect in theirs.effects:
        at = known.get(effect.key)
        if at is None:
            effects.append(effect)
        elif _RANK[effect.state] > _RANK[effects[at].state]:
            effects[at] = effect
    both = replace(taken, effects=tuple(effects))
    at_ns = max(ours.comment.utc_ns, *(decision.utc_ns for decision in theirs.decisions), 0)
    turned = replace(both, effects=_effects(both, both.state, at_ns, ""))
    if turned == ours:
        return ours
    return replace(turned, revision=max(ours.revision, theirs.revision) + 1)


def _with_decisions(item: Item, decisions: Sequence[Decision]) -> Item:
    kept = replace(item, decisions=tuple(decisions)[:MOST_DECISIONS])
    return replace(kept, state=_state_of(kept)) if decisions else item


def _answer(faq: Sequence[Faq], reply: str) -> Faq | None:
    return next((answer for answer in faq if reply and answer.id == reply), None)
