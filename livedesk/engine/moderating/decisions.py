"""How does what a person decides become so? By the rule service, or here while that is away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NoReturn

from livedesk.core.clock import Clock
from livedesk.core.moderation import Decision, DecisionKind, Effect, Faq, Item
from livedesk.core.one_line import one_line
from livedesk.engine.api.moderation_view import ModerationError
from livedesk.engine.moderating.effects import Effects
from livedesk.engine.moderating.hedging import Patience, hedged
from livedesk.engine.moderating.queue_book import QueueBook
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.engine.moderating.service_link import ServiceLink
from livedesk.moderation.items import ItemError, claimed, decided, released
from livedesk.moderation.outbox import Outbox
from livedesk.moderation.service_answers import ServiceAwayError, ServiceRefusedError
from livedesk.moderation.service_client import RuleService

_REFUSED_BY_ITEM = 409
_UNKNOWN = 404
_LONGEST_WHY = 200


class Decisions:
    """Of one store. All raise ModerationError."""

    def __init__(
        self,
        service: RuleService,
        link: ServiceLink,
        shelf: RuleShelf,
        book: QueueBook,
        outbox: Outbox,
        effects: Effects,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self._service = service
        self._link = link
        self._shelf = shelf
        self._book = book
        self._outbox = outbox
        self._effects = effects
        self._clock = clock
        self._patience = patience
        self._is_closed = False

    def close(self) -> None:
        """Nobody would carry out what is decided from now on."""
        self._is_closed = True

    @property
    def faq(self) -> tuple[Faq, ...]:
        rules = self._shelf.rules
        return () if rules is None else rules.faq

    async def act(
        self,
        item_id: str,
        kind: DecisionKind,
        by: str,
        key: str,
        faq: str,
        *,
        again: bool,
        seen: int | None,
    ) -> Item:
        item = self._item(item_id)
        is_known = any(decision.key == key for decision in item.decisions)
        if is_known:
            return item
        if kind == "reply":
            self._check_reply(item, faq, again=again)
        decision = Decision(kind, by, self._clock.utc_ns(), key, faq)
        try:
            answer = await self._asked(item, lambda: self._service.decide(item_id, decision, seen))
            if answer is None:
                self._decide_here(item_id, replace(decision, local=True), seen)
            else:
                self._book.take((answer,))
        except ModerationError:
            self._effects.answer_once(item_id)
            raise
        return self._item(item_id)

    def _check_reply(self, item: Item, faq: str, *, again: bool) -> None:
        answer = next((each for each in self.faq if each.id == faq), None)
        if answer is None:
            return
        if again:
            self._effects.answer_again(item.id)
            return
        guard, author = self._effects.guard, item.comment.author_id
        why = guard.refusal(answer.posted, author, self._clock.mono_ns())
        if why:
            raise ModerationError(
                "duplicate_reply", why, item, "Ask for it again if viewers are to read it twice."
            )

    def _decide_here(self, item_id: str, decision: Decision, seen: int | None) -> None:
        item = self._item(item_id)
        try:
            now_ns = self._book.ages.claim_utc_ns(item)
            after = decided(item, decision, self.faq, now_utc_ns=now_ns, seen=seen)
        except ItemError as error:
            raise ModerationError(error.code, error.text, item) from None
        if after is item:
            return
        self._book.changed(after, is_untold=True)
        for late in self._outbox.decision(item_id, decision, len(item.decisions)):
            self._book.told(late.item_id, None)

    async def claim(self, item_id: str, by: str) -> Item:
        item = self._item(item_id)
        answer = await self._asked(item, lambda: self._service.claim(item_id, by))
        if answer is None:
            self._here(item_id, by, lambda free: claimed(free, by, self._clock.utc_ns()))
        else:
            self._book.take((answer,))
        return self._item(item_id)

    async def release(self, item_id: str, by: str) -> Item:
        item = self._item(item_id)
        answer = await self._asked(item, lambda: self._service.release(item_id, by))
        if answer is None:
            self._here(item_id, by, lambda free: free)
        else:
            self._book.take((answer,))
        return self._item(item_id)

    def _here(self, item_id: str, by: str, change: Callable[[Item], Item]) -> None:
        """Change an item that nobody else holds, and of which nobody's claim is left."""
        item = self._item(item_id)
        try:
            free = released(item, by, self._book.ages.claim_utc_ns(item))
        except ItemError as error:
            raise ModerationError(error.code, error.text, item) from None
        after = change(free)
        if after is not item:
            self._book.changed(after, is_untold=False)

    def by_hand(self, item_id: str, effect_key: str, by: str, text: str, *, done: bool) -> Item:
        """A person did it in the platform's own window, or could not; `text`: why not."""
        item = self._item(item_id)
        effect = next((each for each in item.effects if each.key == effect_key), None)
        if effect is None:
            raise ModerationError("unknown_effect", "Nothing of that key was wanted.", item)
        if effect.state not in ("by_hand", "unknown"):
            raise ModerationError("not_by_hand", f"It is {effect.state} already.", item)
        if not done and effect.verb == "reply":
            self._effects.not_posted(item_id, effect)
        self._book.effect(item_id, self._by_hand(effect, by, text, done=done))
        return self._item(item_id)

    def _by_hand(self, effect: Effect, by: str, text: str, *, done: bool) -> Effect:
        who, why = by or "The desk", one_line(text, _LONGEST_WHY)
        could_not = f"{who} could not do it by hand" + (f": {why}" if why else ".")
        return replace(
            effect,
            state="done" if done else "failed",
            settled_utc_ns=self._clock.utc_ns(),
            code="by_hand",
            reason=f"Done by hand, by {who}." if done else could_not,
        )

    def _item(self, item_id: str) -> Item:
        if self._is_closed:
            raise ModerationError("stopping", "The engine is stopping.")
        item = self._book.mirror.get(item_id)
        if item is None:
            raise ModerationError("unknown_item", "This store's queue has no such item.")
        return item

    async def _asked(self, item: Item, call: Callable[[], Awaitable[Item]]) -> Item | None:
        """The service's answer; None when it is for this engine to decide."""
        if self._link.is_local or self._book.mirror.is_untold(item.id):
            return None
        try:
            return await hedged(call, self._patience)
        except ServiceAwayError as error:
            self._link.away(str(error))
            return None
        except ServiceRefusedError as refusal:
            self._refuse(item, refusal)

    def _refuse(self, item: Item, refusal: ServiceRefusedError) -> NoReturn:
        if refusal.item is not None:
            self._book.take((refusal.item,))
        now = self._book.mirror.get(item.id)
        if refusal.status == _UNKNOWN:
            raise ModerationError("unknown_item", refusal.text, now)
        code = refusal.code if refusal.status == _REFUSED_BY_ITEM else "service"
        raise ModerationError(code or "service", refusal.text, now)
