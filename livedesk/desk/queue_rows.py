"""How does an item become a row? Its age against the target, its words, and what can be done."""

from __future__ import annotations

from collections.abc import Callable

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import ChatStatus, DecisionKind, Effect, Item
from livedesk.desk.model import Moment
from livedesk.desk.moderation_words import effect_words, order_words, state_words
from livedesk.desk.pin_words import title_of
from livedesk.desk.queue_model import QueueBook, StoreQueue
from livedesk.desk.queue_orders import Asked, QueueOrders
from livedesk.desk.queue_row import (
    Abilities,
    AgeStep,
    ClaimView,
    EffectView,
    Measure,
    OrderView,
    QueueRow,
    RecentView,
)
from livedesk.desk.queue_text import LONGEST_NAME, LONGEST_RECENT, cut, shown

_WORD = 80
_REASON = 300


class RowMaker:
    """`me`: this console's name, to tell its own claims from others'."""

    def __init__(self, book: QueueBook, orders: QueueOrders, me: Callable[[], str]) -> None:
        self._book = book
        self._orders = orders
        self._me = me

    def row(self, item: Item, now: Moment, *, left: bool = False) -> QueueRow:
        queue, utc_ns = self._book.queue(item.store), self._book.utc_ns(now)
        steady_ns, asked = self._book.steady_ns(now), self._orders.of(item.id, now)
        look, word, by = state_words(item)
        verdict = item.verdict
        text, marks = shown(item.comment.text, () if verdict is None else verdict.spans)
        measure, end_ns = _measure(item)
        target_s = queue.limits.hide_target_s if measure == "hide" else queue.limits.review_target_s
        until_ns = None if steady_ns is None else steady_ns + self._book.set_ns_of(item.id)
        age_s = _age_s(item.comment.utc_ns, end_ns or until_ns)
        share = None if age_s is None or target_s <= 0 or measure is None else age_s / target_s
        status = queue.moderation
        is_down = status is not None and status.chat.state == "down"
        effects = tuple(_effect(each, is_down, utc_ns) for each in item.effects)
        return QueueRow(
            item_id=item.id,
            store=item.store,
            store_name=title_of(queue.name, LONGEST_NAME),
            author=cut(item.comment.author or item.comment.author_id, LONGEST_NAME),
            text=text,
            marks=marks,
            state=item.state,
            look=look,
            word=word,
            by=by,
            measure=measure,
            age_s=age_s,
            target_s=target_s,
            left_s=None if share is None or age_s is None else target_s - age_s,
            share=share,
            step=step_of(share),
            rule="" if verdict is None else cut(verdict.rule, _WORD),
            list="" if verdict is None else cut(verdict.list, _WORD),
            reason="" if verdict is None else cut(verdict.reason, _REASON),
            term="" if verdict is None else cut(verdict.term, _WORD),
            evasion=verdict is not None and verdict.evasion,
            local=verdict is not None and verdict.local,
            claim=self._claim(item, utc_ns),
            order=None if asked is None else _order(asked, now),
            effects=effects,
            by_hand=tuple(effect for effect in effects if effect.state == "by_hand"),
            recent=tuple(
                RecentView(cut(each.text, LONGEST_RECENT), _age_s(each.utc_ns, until_ns))
                for each in item.recent
            ),
            same=self._book.same_count(item),
            left=left,
            stale=queue.is_stale(now),
            can=_abilities(queue),
            possible=_possible(item, asked, _abilities(queue)),
        )

    def is_others(self, item: Item | None, now: Moment) -> bool:
        """Whether another operator is at it."""
        claim = None if item is None else self._claim(item, self._book.utc_ns(now))
        return claim is not None and not claim.mine

    def _claim(self, item: Item, utc_ns: int | None) -> ClaimView | None:
        claim = item.claim
        if claim is None or utc_ns is None or claim.until_utc_ns <= utc_ns:
            return None
        left_s = (claim.until_utc_ns - utc_ns) / NS_PER_S
        return ClaimView(cut(claim.by, LONGEST_NAME), claim.by == self._me(), left_s)


def step_of(share: float | None) -> AgeStep:
    if share is None or share < 0.5:
        return 0
    if share < 0.8:
        return 50
    return 80 if share < 1.0 else 100


def _measure(item: Item) -> tuple[Measure | None, int | None]:
    """Against which target it is held, and until when; None: it still goes on.

    A comment that a rule hides is measured until the platform has hidden it; what waits, until
    somebody looks. Of what people decided the time is over.
    """
    decision = item.decision
    if item.state == "waiting":
        return "review", None
    if decision is not None:
        return None, decision.utc_ns
    first = next((e for e in item.effects if e.verb == "hide" and e.state != "dropped"), None)
    if item.state != "hidden" or first is None or first.state == "not_possible":
        return None, None
    return "hide", first.settled_utc_ns if first.state == "done" else None


def _age_s(from_ns: int, until_ns: int | None) -> float | None:
    return None if until_ns is None else max(0.0, (until_ns - from_ns) / NS_PER_S)


def _effect(effect: Effect, chat_is_down: bool, utc_ns: int | None) -> EffectView:
    waits_s = _age_s(effect.wanted_utc_ns, utc_ns) or 0.0
    look, word, note = effect_words(effect, chat_is_down=chat_is_down, waits_s=waits_s)
    text = cut(effect.text, LONGEST_RECENT)
    took_s = _age_s(effect.wanted_utc_ns, effect.settled_utc_ns)
    if effect.state != "done":
        took_s = None
    return EffectView(effect.key, effect.verb, effect.state, look, word, note, text, took_s)


def _order(asked: Asked, now: Moment) -> OrderView:
    look, word, note = order_words(asked)
    return OrderView(asked.state, look, word, note, now.since_s(asked.at))


def _abilities(queue: StoreQueue) -> Abilities:
    status = queue.moderation
    chat = ChatStatus() if status is None else status.chat
    return Abilities(chat.hide, chat.unhide, chat.reply, chat.ban, chat.unban)


def _possible(item: Item, asked: Asked | None, can: Abilities) -> tuple[DecisionKind, ...]:
    """What would not be refused as things stand; claims aside, which run out. A hiding is noted
    also where the platform cannot hide; an answer or a ban that nobody can give is no choice."""
    if asked is not None and asked.state == "sending":
        return ()
    kinds: list[DecisionKind] = []
    if item.state != "approved":
        kinds.append("approve")
    if item.state not in ("hidden", "banned"):
        kinds.append("hide")
        if can.reply != "not_possible":
            kinds.append("reply")
    if item.state != "banned" and can.ban != "not_possible":
        kinds.append("ban")
    if item.decision is not None:
        kinds.append("undo")
    return tuple(kinds)
