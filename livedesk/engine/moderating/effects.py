"""How does what was decided reach the platform? Each effect once, on record before it leaves.

One effect follows the other of the same comment; those of different comments go side by side. What
is a state (hidden or not, banned or not), or has a key that the platform honours, is tried again;
a reply without such a key is not, as viewers would read it twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.moderation import SETTLED, Ability, ChatStatus, Effect, EffectState, Item
from livedesk.core.tasks import Tasks
from livedesk.engine.moderating.queue_book import QueueBook
from livedesk.moderation.chats.base import Acted, Chat
from livedesk.moderation.reply_guard import ReplyGuard

_AT_ONCE: Final = 32
_LIMITS_S: Final = (0.5, 1.0, 2.0, 5.0)
"""For the first, second, … call; the first is short, as a second costs nothing where it is one of
a kind that may be repeated."""
_SINGLE_LIMIT_S: Final = 5.0
_BEYOND_S: Final = 1.0
"""A chat keeps its limit; one that does not is not waited for longer than this."""
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 5.0
GIVE_UP_S: Final = 120.0
_MOST_KEYS: Final = 200_000


_NOT_POSTED: Final[frozenset[EffectState]] = frozenset(("failed", "not_possible"))

OnFailure = Callable[[str, BaseException], None]


@dataclass(frozen=True, slots=True)
class _Running:
    """`changed`: since it was looked at, the item became another."""

    item: Item
    task: asyncio.Task[None]
    changed: asyncio.Event


class Effects:
    """Of one store."""

    def __init__(
        self, book: QueueBook, chat: Chat, clock: Clock, rng: Random, on_failure: OnFailure
    ) -> None:
        self._book = book
        self._chat = chat
        self._clock = clock
        self._rng = rng
        self._tasks = Tasks(on_failure)
        self._running: dict[str, _Running] = {}
        """By item: whose effects are carried out, or wait for their turn."""
        self._begun: dict[str, None] = {}
        """Keys of effects that are, or were, carried out."""
        self._again: set[str] = set()
        """Items that a person wants answered although the same was posted lately."""
        self._free = asyncio.Semaphore(_AT_ONCE)
        self.guard = ReplyGuard()

    @property
    def in_flight(self) -> int:
        return len(self._running)

    def remember(self, keys: Iterable[str]) -> None:
        """An earlier engine began with these."""
        for key in keys:
            self._begin(key)

    def answer_once(self, item_id: str) -> None:
        self._again.discard(item_id)

    def not_posted(self, item_id: str, effect: Effect) -> None:
        """A reply that came to nothing keeps no other back."""
        item = self._book.mirror.get(item_id)
        if item is not None:
            self.guard.not_posted(effect.text, item.comment.author_id)

    def answer_again(self, item_id: str) -> None:
        self._again.add(item_id)

    def changed(self, item: Item) -> None:
        """Something may be wanted of it, or not any more."""
        if (running := self._running.get(item.id)) is not None:
            running.changed.set()
        elif any(effect.state == "wanted" for effect in item.effects):
            self._run(f"effects of {item.id}", item, ())

    def take_up(self, item: Item) -> None:
        """What an earlier engine sent without having an answer; the rest as ever."""
        sent = [effect for effect in item.effects if effect.state == "sent"]
        if item.id in self._running or not any(
            effect.state in ("wanted", "sent") for effect in item.effects
        ):
            return
        self._run(f"recall of {item.id}", item, sent)

    def _run(self, name: str, item: Item, sent: Iterable[Effect]) -> None:
        task = self._tasks.spawn(name, self._carry(item, sent))
        self._running[item.id] = _Running(item, task, asyncio.Event())

    def let_go(self) -> None:
        """The session is over: nothing is claimed to be on its way, and nobody's hand is asked."""
        running, self._running = self._running, {}
        for each in running.values():
            each.task.cancel()
        asked = {item.id: item for item in self._book.mirror.by_hand()}
        for item_id in dict.fromkeys((*running, *asked)):
            item = self._book.mirror.get(item_id) or running[item_id].item
            for effect in item.effects:
                if effect.state not in SETTLED and effect.state != "unknown":
                    self._over(item_id, effect)

    def _over(self, item_id: str, effect: Effect) -> None:
        self._begin(effect.key)
        reason = "The session was signed off before more of it was known."
        if effect.state == "sent":
            self._settle(item_id, effect, "unknown", "signed_off", reason)
        else:
            reason = "The session was signed off before it was done."
            self._settle(item_id, effect, "dropped", "signed_off", reason)

    async def close(self) -> None:
        await self._tasks.close()

    # One item.

    async def _carry(self, item: Item, sent: Iterable[Effect]) -> None:
        try:
            for effect in sent:
                await self._resume(item, effect)
            while (wanted := self._next(item)) is not None:
                self._begin(wanted.key)
                await self._one(item, wanted)
        finally:
            # After `let_go` the entry may be another task's.
            running = self._running.get(item.id)
            if running is not None and running.task is asyncio.current_task():
                del self._running[item.id]

    def _next(self, item: Item) -> Effect | None:
        now = self._book.mirror.get(item.id) or item
        return next(
            (
                each
                for each in now.effects
                if each.state == "wanted" and each.key not in self._begun
            ),
            None,
        )

    def _begin(self, key: str) -> None:
        self._begun[key] = None
        if len(self._begun) > _MOST_KEYS:
            del self._begun[next(iter(self._begun))]

    async def _resume(self, item: Item, effect: Effect) -> None:
        self._begin(effect.key)
        if self._is_repeatable(effect):
            await self._send(item, effect)
            return
        reason = "An earlier engine sent it and ended before there was an answer."
        self._settle(item.id, effect, "unknown", "restarted", reason)

    async def _one(self, item: Item, effect: Effect) -> None:
        ability = able(self._chat.status(), effect)
        if ability == "not_possible":
            reason = "This platform has no call for it."
            self._settle(item.id, effect, "not_possible", "", reason)
        elif self._is_refused(item, effect):
            return
        elif ability == "by_hand":
            await self._book.on_record(item.id)
            self._book.effect(item.id, replace(effect, state="by_hand"))
        else:
            self._book.effect(item.id, replace(effect, state="sent"))
            await self._book.on_record(item.id)
            await self._send(item, effect)

    def _is_refused(self, item: Item, effect: Effect) -> bool:
        """Asked again where it leaves: two answers may have been decided at once."""
        if effect.verb != "reply":
            return False
        author, now_ns = item.comment.author_id, self._clock.mono_ns()
        is_asked_again = item.id in self._again
        self._again.discard(item.id)
        why = "" if is_asked_again else self.guard.refusal(effect.text, author, now_ns)
        if why:
            self._settle(item.id, effect, "dropped", "duplicate_reply", why)
            return True
        self.guard.posted(effect.text, author, now_ns)
        return False

    # One effect.

    def _is_repeatable(self, effect: Effect) -> bool:
        return self._chat.honours_keys or effect.verb != "reply"

    async def _send(self, item: Item, effect: Effect) -> None:
        """Until it is done, or certain that it will not be, or too long ago."""
        until_ns = self._clock.mono_ns() + round(GIVE_UP_S * NS_PER_S)
        pause_s, is_unsure = _FIRST_PAUSE_S, False
        for attempt in range(1_000_000):
            if self._is_undone(item.id, effect):
                self._undone(item.id, effect, is_unsure=is_unsure)
                return
            acted = await self._act(item, effect, attempt)
            is_unsure = is_unsure or acted.outcome == "maybe"
            wait_s = max(pause_s * self._rng.uniform(0.7, 1.3), acted.retry_after_s or 0)
            # Of a wait past the end the outcome is known now, and so it is told now.
            has_time = self._clock.mono_ns() + wait_s * NS_PER_S < until_ns
            if self._is_over(item.id, effect, acted, has_time=has_time, is_unsure=is_unsure):
                return
            await self._wait(item.id, effect, wait_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _wait(self, item_id: str, effect: Effect, wait_s: float) -> None:
        """Not for what is decided otherwise meanwhile."""
        changed = self._running[item_id].changed
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while not self._is_undone(item_id, effect):
                    changed.clear()
                    await changed.wait()

    async def _act(self, item: Item, effect: Effect, attempt: int) -> Acted:
        limit_s = _SINGLE_LIMIT_S
        if self._is_repeatable(effect):
            limit_s = _LIMITS_S[min(attempt, len(_LIMITS_S) - 1)]
        async with self._free:
            try:
                async with asyncio.timeout(limit_s + _BEYOND_S):
                    return await self._chat.act(effect, item.comment, limit_s)
            except TimeoutError:
                return Acted("maybe", "no_answer", "The platform gave no answer.")

    def _is_over(
        self, item_id: str, effect: Effect, acted: Acted, *, has_time: bool, is_unsure: bool
    ) -> bool:
        if acted.outcome in ("done", "by_hand", "not_possible"):
            self._settle(item_id, effect, acted.outcome, acted.code, acted.text)
            return True
        can_repeat = acted.outcome == "none" or self._is_repeatable(effect)
        if can_repeat and not acted.final and has_time:
            return False
        self._settle(item_id, effect, "unknown" if is_unsure else "failed", acted.code, acted.text)
        return True

    def _is_undone(self, item_id: str, effect: Effect) -> bool:
        """Dropped, or followed by its opposite: then it is not sent any more."""
        item = self._book.mirror.get(item_id)
        if item is None:
            return False
        keys = [each.key for each in item.effects]
        if effect.key not in keys:
            return False
        at = keys.index(effect.key)
        later = [each.verb for each in item.effects[at + 1 :]]
        opposite = {"hide": "unhide", "unhide": "hide", "ban": "unban", "unban": "ban"}
        return item.effects[at].state == "dropped" or opposite.get(effect.verb) in later

    def _undone(self, item_id: str, effect: Effect, *, is_unsure: bool) -> None:
        if is_unsure:
            # Taken as done, so that it is turned back for certain.
            reason = "It was decided otherwise while it was on its way."
            self._settle(item_id, effect, "done", "undone_late", reason)
        else:
            reason = "It was decided otherwise before it left."
            self._settle(item_id, effect, "dropped", "not_sent", reason)

    def _settle(
        self, item_id: str, effect: Effect, state: EffectState, code: str, reason: str
    ) -> None:
        settled_ns = self._clock.utc_ns() if state in SETTLED else None
        if effect.verb == "reply" and state in _NOT_POSTED:
            self.not_posted(item_id, effect)
        news = replace(effect, state=state, settled_utc_ns=settled_ns, code=code, reason=reason)
        self._book.effect(item_id, news)


def able(chat: ChatStatus, effect: Effect) -> Ability:
    abilities: dict[str, Ability] = {
        "hide": chat.hide,
        "unhide": chat.unhide,
        "reply": chat.reply,
        "ban": chat.ban,
        "unban": chat.unban,
    }
    return abilities[effect.verb]
