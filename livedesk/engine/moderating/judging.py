"""Who judges a comment: the rule service, or this engine by itself?

Comments go to the service a few at a time. When it gives no answer they are judged with the rules
at hand, and it is told later. None waits for longer than `patience` allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from livedesk.core.bounded import DropOldest
from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.moderation import Comment
from livedesk.core.tasks import Tasks
from livedesk.engine.moderating.hedging import Patience, hedged
from livedesk.engine.moderating.queue_book import QueueBook
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.engine.moderating.service_link import ServiceLink
from livedesk.moderation.authors import Authors
from livedesk.moderation.items import item_id, new_item
from livedesk.moderation.outbox import MOST_A_CALL, Outbox
from livedesk.moderation.service_answers import (
    JudgedComments,
    ServiceAwayError,
    ServiceRefusedError,
)
from livedesk.moderation.service_client import RuleService

TOGETHER_S: Final = 0.05
"""Comments of this time go in one call; with the call before it none waits for 100 ms."""
MOST_WAITING: Final = 20_000
_CALLS_AT_ONCE: Final = 8
_AT_A_TIME: Final = 25
"""Comments that are judged here before other work gets its turn."""


@dataclass(frozen=True, slots=True)
class _Come:
    comment: Comment
    recent: tuple[Comment, ...]


class Judge:
    """Of one store. `on_lost`: so many comments are not judged, and why."""

    def __init__(
        self,
        store: str,
        service: RuleService,
        link: ServiceLink,
        shelf: RuleShelf,
        book: QueueBook,
        outbox: Outbox,
        clock: Clock,
        patience: Patience,
        on_lost: Callable[[int, str], None],
        on_failure: Callable[[str, BaseException], None],
    ) -> None:
        self._store = store
        self._service = service
        self._link = link
        self._shelf = shelf
        self._book = book
        self._outbox = outbox
        self._clock = clock
        self._patience = patience
        self._on_lost = on_lost
        self._authors = Authors()
        self._come: DropOldest[_Come] = DropOldest(MOST_WAITING)
        self._calls = asyncio.Semaphore(_CALLS_AT_ONCE)
        self._tasks = Tasks(on_failure)

    def take(self, comments: Sequence[Comment]) -> None:
        """Never waits. They are as `moderation/chats/comments.py` makes them: they can be kept and
        sent."""
        self._book.counts.came(len(comments), self._clock.mono_ns())
        self._book.ages.came(comments)
        dropped = self._come.dropped
        for comment in comments:
            self._come.put(_Come(comment, self._authors.take(comment)))
        if lost := self._come.dropped - dropped:
            self._on_lost(lost, "they came faster than they could be judged")

    async def run(self) -> None:
        while True:
            batch = [await self._come.get()]
            await asyncio.sleep(TOGETHER_S)
            while len(self._come) and len(batch) < MOST_A_CALL:
                batch.append(await self._come.get())
            await self._calls.acquire()
            task = self._tasks.spawn(f"judge {len(batch)} comments", self._judge(batch))
            task.add_done_callback(lambda _task: self._calls.release())

    async def close(self) -> None:
        await self._tasks.close()

    async def _judge(self, batch: Sequence[_Come]) -> None:
        if self._link.is_local:
            await self._judge_here(batch)
            return
        comments = [come.comment for come in batch]
        began_ns = self._clock.mono_ns()
        try:
            judged = await hedged(lambda: self._ask(comments), self._patience)
        except ServiceAwayError as error:
            self._link.away(str(error))
            await self._judge_here(batch)
        except ServiceRefusedError as error:
            self._link.refused(error)
            await self._judge_here(batch)
        else:
            self._link.answered((self._clock.mono_ns() - began_ns) / NS_PER_MS)
            self._link.version_seen(judged.version)
            self._book.take(judged.items)
            if judged.unread:
                theirs = set(judged.unread)
                await self._judge_here(
                    [come for come in batch if item_id(self._store, come.comment.id) in theirs]
                )

    async def _ask(self, comments: Sequence[Comment]) -> JudgedComments:
        return await self._service.judge(self._store, comments)

    async def _judge_here(self, batch: Sequence[_Come]) -> None:
        await self._shelf.load()
        for start in range(0, len(batch), _AT_A_TIME):
            matcher = self._shelf.matcher
            part = batch[start : start + _AT_A_TIME]
            if matcher is None:
                self._on_lost(len(part), "the rule service is away, and no rules are kept here")
            for come in part:
                verdict = None if matcher is None else matcher.judge(self._store, come.comment.text)
                if matcher is None or verdict is None:
                    self._link.keep_comment(come.comment)
                    continue
                faq = matcher.rules.faq
                marked = replace(verdict, local=True)
                self._book.judged(new_item(self._store, come.comment, marked, come.recent, faq))
            if matcher is not None:
                self._book.counts.local += len(part)
            await asyncio.sleep(0)
