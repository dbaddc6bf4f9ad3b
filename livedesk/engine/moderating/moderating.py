"""What does the engine know and do about one store's comments?

They come from the chat, are judged (`judging.py`), become items of a queue (`queue_book.py`), and
what is decided about them is carried out (`effects.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.moderation import ComplianceWarning, DecisionKind, Item, ModerationStatus
from livedesk.core.moderation_settings import ModerationSettings
from livedesk.core.tasks import Tasks
from livedesk.engine.api.moderation_view import QueuePage, QueueState
from livedesk.engine.bus import Receipt
from livedesk.engine.handles import Products
from livedesk.engine.moderating.alerts import Alerts
from livedesk.engine.moderating.chat_watch import ChatWatch
from livedesk.engine.moderating.decisions import Decisions
from livedesk.engine.moderating.effects import Effects
from livedesk.engine.moderating.hedging import SHORT, Patience
from livedesk.engine.moderating.judging import Judge
from livedesk.engine.moderating.losses import Losses
from livedesk.engine.moderating.overview import Overview
from livedesk.engine.moderating.queue_book import QueueBook, is_local
from livedesk.engine.moderating.recall import Recalled, ended, recall
from livedesk.engine.moderating.rule_shelf import RuleShelf, RulesNews
from livedesk.engine.moderating.service_link import ServiceLink
from livedesk.engine.moderating.stage import Stage
from livedesk.engine.moderation_facts import ModerationFacts
from livedesk.moderation.chats.base import Chat
from livedesk.moderation.chats.comments import Seen
from livedesk.moderation.chats.line_format import lines_of
from livedesk.moderation.outbox import Outbox
from livedesk.moderation.service_client import RuleService

_AFTER_FAULT_S: Final = 5.0
_PUBLISH_S: Final = 0.05
"""Twenty times a second."""
_MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a store's moderation is made of. `Moderating` closes all but the shelf, which is shared
    by the stores of one rule service. `patience`: with the service, while a comment or a person
    waits for it."""

    service: RuleService
    shelf: RuleShelf
    chat: Chat
    patience: Patience = SHORT


class Moderating:
    """Implements ModeratingHandle."""

    def __init__(
        self,
        stage: Stage,
        settings: ModerationSettings,
        parts: Parts,
        clock: Clock,
        rng: Random,
    ) -> None:
        self._stage = stage
        self._parts = parts
        self._clock = clock
        self._rng = rng
        self._tasks = Tasks(self._task_failed)
        self._session = ""
        self._started_ns = 0
        """Of the newest session, by the monotonic clock."""
        self._posted = Seen()
        self._began_minute_ns = clock.mono_ns()
        self._minute_comments = 0
        store, outbox = stage.settings.id, Outbox()
        self._losses = Losses(clock, self._say)
        self._book = QueueBook(stage, clock, outbox, self._changed, self._left)
        self._effects = Effects(self._book, parts.chat, clock, rng, self._task_failed)
        self._alerts = Alerts(
            store, settings.webhook_secret, clock, self._say, self._started_utc_ns
        )
        self._link = ServiceLink(
            store,
            parts.service,
            parts.shelf,
            self._book,
            outbox,
            clock,
            self._say,
            self._alerts.take,
            self._alerts.earlier,
            self._losses.add,
            self._task_failed,
        )
        self._judge = Judge(
            store,
            parts.service,
            self._link,
            parts.shelf,
            self._book,
            outbox,
            clock,
            parts.patience,
            self._losses.add,
            self._task_failed,
        )
        self._decisions = Decisions(
            parts.service,
            self._link,
            parts.shelf,
            self._book,
            outbox,
            self._effects,
            clock,
            parts.patience,
        )
        self._chat_watch = ChatWatch(parts.chat, self._say)
        self._overview = Overview(
            stage.settings.limits,
            self._book,
            self._link,
            self._chat_watch,
            self._alerts,
            self._losses,
            parts.shelf,
            clock,
            lambda: self._started_ns,
        )
        parts.shelf.listen(self._rules)

    def _changed(self, item: Item) -> None:
        self._effects.changed(item)

    def _left(self, item: Item) -> None:
        self._effects.take_up(item)

    # Its life.

    async def start(self, record: Path | None, *, is_over: bool = False) -> None:
        """Take up what an earlier engine left in the record of the session that goes on, or of the
        last one when that `is_over`."""
        if record is not None:
            self._take_up(await asyncio.to_thread(recall, record), is_over=is_over)
        # A large rule set takes seconds to compile, for which nobody waits but the comments.
        self._tasks.spawn("rules at hand", self._parts.shelf.load())
        self.session_begins()
        self.tick()
        for name in self._loops():
            self._begin(name)

    def _take_up(self, recalled: Recalled, *, is_over: bool) -> None:
        self._effects.remember(recalled.keys)
        for posted in recalled.posted:
            posted_ns = self._book.ages.mono_of(posted.utc_ns)
            self._effects.guard.posted(posted.text, posted.author_id, posted_ns)
        if is_over:
            self._remember(recalled)
            return
        self.session_begins()
        self._book.counts.comments = self._minute_comments = recalled.comments
        self._book.counts.local = recalled.judged_local
        for warning in recalled.warnings:
            self._alerts.recalled(warning)
        for row in recalled.rows:
            self._book.recalled(row)
            self._effects.take_up(row.item)

    def _remember(self, recalled: Recalled) -> None:
        """What the service may not know, and what hung in the air as the session ended."""
        for row in recalled.rows:
            item = ended(row.item)
            if item != row.item or is_local(item):
                self._book.remembered(item)

    def _loops(self) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
        return {
            "rule service": self._link.run,
            "judging": self._judge.run,
            "chat": lambda: self._parts.chat.run(self._judge.take),
            "queue": self._publish,
        }

    def _begin(self, name: str) -> None:
        self._tasks.spawn(name, self._loops()[name]())

    async def _publish(self) -> None:
        while True:
            self._book.publish()
            await asyncio.sleep(_PUBLISH_S)

    def tick(self) -> None:
        """Notice what has changed since; four times a second."""
        self._chat_watch.look()
        self._losses.look()
        mono_ns = self._clock.mono_ns()
        if mono_ns - self._began_minute_ns >= _MINUTE_S * NS_PER_S:
            if self._stage.session() is not None:
                self._tell_minute()
            self._began_minute_ns = mono_ns

    def session_begins(self) -> None:
        """From now on all is counted anew. Nothing, when it began before."""
        session = self._stage.session()
        if session is None or session.session == self._session:
            return
        self._session = session.session
        self._started_ns = self._book.ages.mono_of(session.started_utc_ns)
        self._book.begin()
        self._alerts.begin()
        self._chat_watch.begin()
        self._minute_comments = 0
        self._began_minute_ns = self._clock.mono_ns()

    def _tell_minute(self) -> None:
        """Clean comments are counted, not written down one by one."""
        counts = self._book.counts
        comments = counts.comments - self._minute_comments
        if not comments:
            return
        self._minute_comments = counts.comments
        data: dict[str, Json] = {
            "comments": comments,
            "judged_local": counts.local,
            "hidden": counts.hidden,
            "waiting": self._book.mirror.waiting,
            "decided": counts.decided,
        }
        self._say("moderation.minute", "info", f"{comments:,} comments in a minute.", data)

    def session_ends(self) -> None:
        """While its record still takes events: nothing claims to be on its way."""
        # To the stage it is over already.
        if self._session:
            self._tell_minute()
        self._effects.let_go()

    async def close(self) -> None:
        self._decisions.close()
        await self._tasks.close()
        await self._judge.close()
        await self._link.close()
        await self._effects.close()
        await self._parts.chat.close()
        await self._parts.service.close()

    def _task_failed(self, name: str, failure: BaseException) -> None:
        text = f"Part of the moderation failed ({name}: {type(failure).__name__})."
        self._say("engine.fault", "critical", text, {"task": name})
        if name in self._loops():
            self._tasks.spawn(f"{name} again", self._again(name))

    async def _again(self, name: str) -> None:
        await asyncio.sleep(_AFTER_FAULT_S)
        self._begin(name)

    # What people decide.

    async def act(
        self,
        item_id: str,
        kind: DecisionKind,
        by: str,
        key: str,
        faq: str = "",
        again: bool = False,
        seen: int | None = None,
    ) -> Item:
        key = key or f"d{self._rng.getrandbits(96):024x}"
        return await self._decisions.act(item_id, kind, by, key, faq, again=again, seen=seen)

    async def claim(self, item_id: str, by: str) -> Item:
        return await self._decisions.claim(item_id, by)

    async def release(self, item_id: str, by: str) -> Item:
        return await self._decisions.release(item_id, by)

    async def by_hand(
        self, item_id: str, effect_key: str, done: bool, by: str, text: str = ""
    ) -> Item:
        return self._decisions.by_hand(item_id, effect_key, by, text, done=done)

    # What else comes in.

    def take_lines(self, body: bytes) -> tuple[int, int]:
        """Comments of any process: how many were taken, how many were unusable. A comment that
        comes again is one."""
        found = lines_of(body, self._clock.utc_ns())
        self._judge.take([each for each in found.comments if self._posted.add(each.id)])
        return len(found.comments), found.unusable

    def hook(self, headers: Mapping[str, str], body: bytes) -> None:
        self._alerts.hook(headers, body)

    def beside(self, products: Products) -> None:
        """Products, too, are held against the rules, and have titles that people know."""
        store, shelf = self._stage.settings.id, self._parts.shelf

        def use(news: RulesNews) -> None:
            if news.rules is not None and shelf.matcher is not None:
                products.use_rules(partial(shelf.matcher.check_product, store))

        shelf.listen(use)
        self._alerts.title = products.title

    def warning_done(self, warning_id: str, by: str) -> ComplianceWarning:
        return self._alerts.done(warning_id, by)

    # What is asked of it.

    def queue(self, state: QueueState, after: str, limit: int) -> QueuePage:
        return self._overview.queue(state, after, limit)

    def status(self) -> ModerationStatus:
        return self._overview.status()

    def facts(self) -> ModerationFacts:
        return self._overview.facts()

    # What it tells.

    def _started_utc_ns(self) -> int | None:
        session = self._stage.session()
        return None if session is None else session.started_utc_ns

    def _rules(self, news: RulesNews) -> None:
        version = news.version[:80]
        if news.rules is None:
            problems = [f"{problem.where}: {problem.text}" for problem in news.refused[:5]]
            why = problems[0] if problems else "it cannot be read"
            text = f"The rules of version {version} cannot be used, the old ones stay: {why}"
            told: dict[str, Json] = {"version": version, "problems": list(problems)}
            self._say("moderation.rules_refused", "warning", text, told)
            return
        terms = news.rules.terms
        text = f"Rules of version {version} are in use: {len(news.rules.rules):,} rules."
        data: dict[str, Json] = {
            "version": version,
            "rules": len(news.rules.rules),
            "terms": terms,
        }
        self._say("moderation.rules", "info", text, data)

    def _say(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        return self._stage.moderation_event(kind, level, text, data, actor)
