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

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import (
    Claim,
    Comment,
    Decision,
    Effect,
    Faq,
    Item,
    ItemState,
    Verdict,
)
from livedesk.moderation.effects import (
    HIDDEN,
    LEFT,
    UNSENT,
    WITHOUT_EFFECT,
    can_be_dropped,
    following,
    is_on,
    is_undone,
    joined,
    newest_of,
    rank,
    with_news,
)

CLAIM_S: Final = 30.0
"""A claim ends after this unless it is made again, so that nobody's absence blocks an item."""
MOST_CLAIM_S: Final = 300.0
"""What seems to last longer was claimed by a clock that was set back since, and holds nobody."""
MOST_DECISIONS: Final = 20
MOST_EFFECTS: Final = 200
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
    effects = following(item, state, comment.utc_ns, "" if answer is None else answer.posted)
    return replace(item, effects=effects)


def is_open(item: Item) -> bool:
    """It is worth a look: it waits, only a rule acted, or an effect needs a person."""
    by_rule_alone = item.state in ("hidden", "replied") and item.decision is None
    needs_hand = any(effect.state in ("by_hand", "unknown") for effect in item.effects)
    return item.state == "waiting" or by_rule_alone or needs_hand


def claimed(item: Item, by: str, utc_ns: int, for_s: float = CLAIM_S) -> Item:
    """Also makes one's own claim last longer. Raises ItemError when it is somebody else's.

    `for_s`: `MOST_CLAIM_S` at most.
    """
    _check_free(item, by, utc_ns)
    claim = Claim(by, utc_ns + round(min(for_s, MOST_CLAIM_S) * NS_PER_S))
    return replace(item, claim=claim, revision=item.revision + 1)


def released(item: Item, by: str, utc_ns: int) -> Item:
    """Raises ItemError when it is somebody else's and has not run out."""
    _check_free(item, by, utc_ns)
    return item if item.claim is None else replace(item, claim=None, revision=item.revision + 1)


def lapsed(item: Item, utc_ns: int) -> Item:
    """Without a claim that has run out."""
    if item.claim is None or holder(item, utc_ns) is not None:
        return item
    return replace(item, claim=None, revision=item.revision + 1)


def holder(item: Item, utc_ns: int) -> str | None:
    """Who is at it now."""
    claim = item.claim
    if claim is None:
        return None
    left_ns = claim.until_utc_ns - utc_ns
    return claim.by if 0 < left_ns <= MOST_CLAIM_S * NS_PER_S else None


def decided(
    item: Item,
    decision: Decision,
    faq: Sequence[Faq] = (),
    *,
    now_utc_ns: int | None = None,
    seen: int | None = None,
) -> Item:
    """With the decision, its state and the effects that it wants.

    The same decision (`key`) again changes nothing. `now_utc_ns`: by the clock that made the claim,
    where it is not that of the decision. `seen`: how many decisions the item had when the person
    looked at it; who has not seen the newest does not overrule it unawares. Raises ItemError:
    somebody else is at it, it is so already, there is nothing to undo, the answer is not known.
    """
    if any(known.key == decision.key for known in item.decisions):
        return item
    _check_free(item, decision.by, decision.utc_ns if now_utc_ns is None else now_utc_ns)
    if seen is not None and seen != len(item.decisions):
        raise ItemError("already", f"It became {item.state} meanwhile, by {_who(item)}.")
    if len(item.decisions) >= MOST_DECISIONS:
        raise ItemError("too_many_decisions", "So much was decided about it that no more is taken.")
    answer = _answer(faq, decision.reply)
    _check_decision(item, decision, answer)
    decisions = (*item.decisions, decision)
    if decision.kind == "undo":
        after = _state_of(replace(item, decisions=decisions))
    else:
        after = _BY_DECISION[decision.kind]
    posted = answer.posted if decision.kind == "reply" and answer is not None else ""
    return replace(
        item,
        state=after,
        decisions=decisions,
        effects=following(item, after, decision.utc_ns, posted),
        claim=None,
        revision=item.revision + 1,
    )


def _check_free(item: Item, by: str, utc_ns: int) -> None:
    other = holder(item, utc_ns)
    if other is not None and other != by:
        raise ItemError("claimed", f"{other} is at it.")


def _check_decision(item: Item, decision: Decision, answer: Faq | None) -> None:
    if decision.kind == "undo":
        _check_undo(item)
        return
    if _BY_DECISION[decision.kind] == item.state and _is_so(item):
        raise ItemError("already", f"It is {item.state} already, by {_who(item)}.")
    if decision.kind == "hide" and item.state == "banned":
        raise ItemError("already", "It is hidden already, and its author banned.")
    if decision.kind == "reply":
        if item.state in HIDDEN:
            raise ItemError("hidden", "It is hidden; a reply to it would puzzle the viewers.")
        if answer is None:
            raise ItemError("unknown_reply", "There is no such answer in the FAQ.")


def _check_undo(item: Item) -> None:
    last = item.decision
    if last is None:
        raise ItemError("nothing_to_undo", "Nobody has decided anything that could be undone.")
    newest = newest_of(item.effects, "reply")
    if last.kind == "reply" and newest is not None and not can_be_dropped(newest):
        raise ItemError("not_undoable", "A reply that was posted cannot be taken back from here.")


def _who(item: Item) -> str:
    if item.decision is not None:
        return item.decision.by
    return "a rule" if item.verdict is not None else "nobody's doing"


def _is_so(item: Item) -> bool:
    """Whether what the state asks of the platform may still come, or was done. What failed can be
    decided once more, which tries it again."""
    if item.state == "replied":
        newest = newest_of(item.effects, "reply")
        return newest is not None and newest.state not in WITHOUT_EFFECT
    return (
        is_on(item.effects, ("hide", "unhide")) == (item.state in HIDDEN)
        and is_on(item.effects, ("ban", "unban")) == (item.state == "banned")
    )  # fmt: skip


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


def with_effect(item: Item, news: Effect) -> Item:
    """What became of one of its effects; what is known already, or older, changes nothing.

    One that was dropped, or never wanted here, and turns out to have left is turned back, so that
    the platform ends as the state says.
    """
    at = next((at for at, each in enumerate(item.effects) if each.key == news.key), None)
    if at is None:
        return _with_unheard(item, news)
    known = item.effects[at]
    if rank(news) <= rank(known):
        return item
    effects = (*item.effects[:at], with_news(known, news), *item.effects[at + 1 :])
    after = replace(item, effects=effects, revision=item.revision + 1)
    return _settled(after, _time_of(news)) if is_undone(known) else after


def _with_unheard(item: Item, news: Effect) -> Item:
    """An engine with an older copy wanted it, and it has left: before all that has not."""
    is_its_own = news.key.startswith(f"{news.verb}:") and news.key.endswith(f":{item.comment.id}")
    if not is_its_own or news.state not in LEFT or len(item.effects) >= MOST_EFFECTS:
        return item
    unsent = (at for at, each in enumerate(item.effects) if each.state in UNSENT)
    at = next(unsent, len(item.effects))
    effects = (*item.effects[:at], news, *item.effects[at:])
    after = replace(item, effects=effects, revision=item.revision + 1)
    return _settled(after, _time_of(news))


def _time_of(news: Effect) -> int:
    return news.settled_utc_ns or news.wanted_utc_ns


def _settled(item: Item, utc_ns: int) -> Item:
    """With what the platform still lacks of the state."""
    if item.state == "replied" and newest_of(item.effects, "reply") is None:
        return item
    return replace(item, effects=following(item, item.state, utc_ns, "", again=False))


def on_its_own(theirs: Item, recent: Sequence[Comment], utc_ns: int) -> Item:
    """An item of which only the engine knew, as the service takes it over: what does not follow
    from comment, verdict and decisions is made anew."""
    kept = replace(
        theirs,
        claim=theirs.claim if holder(theirs, utc_ns) is not None else None,
        recent=tuple(recent)[:RECENT],
        same=same_key(theirs.comment.text),
        decisions=theirs.decisions[:MOST_DECISIONS],
    )
    kept = replace(kept, state=_state_of(kept))
    return replace(kept, effects=following(kept, kept.state, utc_ns, ""))


def merged(ours: Item, theirs: Item) -> Item:
    """`ours`, the service's, with what an engine did and decided while it was on its own.

    Effects of one key are one. Decisions of theirs that follow upon ours are taken; where both
    went on differently ours stand, and what they did beyond that is turned back.
    """
    taken = ours
    if _follow(theirs.decisions, ours.decisions):
        taken = replace(ours, decisions=theirs.decisions[:MOST_DECISIONS], claim=None)
        taken = replace(taken, state=_state_of(replace(taken, effects=theirs.effects)))
    both = replace(taken, effects=joined(ours.effects, theirs.effects))
    at_ns = max([ours.comment.utc_ns, *(decision.utc_ns for decision in theirs.decisions)])
    turned = _settled(both, at_ns)
    if turned == ours:
        return ours
    return replace(turned, revision=max(ours.revision, theirs.revision) + 1)


def _follow(theirs: Sequence[Decision], ours: Sequence[Decision]) -> bool:
    """Whether they begin with ours and go on."""
    known = [decision.key for decision in ours]
    return len(theirs) > len(ours) and [each.key for each in theirs[: len(known)]] == known


def _answer(faq: Sequence[Faq], reply: str) -> Faq | None:
    return next((answer for answer in faq if reply and answer.id == reply), None)
