"""Is the rule service there, and does it know what this engine knows?

Its event stream is the measure: it gives a sign of life each second. Without one for the service's
`silence_s`, or when comments are not answered in time, the engine is on its own. When the stream is
back the service is told what it lacks, and is asked again as soon as little of that is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.moderation import Comment, ComplianceWarning, LinkState, RuleServiceStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.moderating.hedging import LONG, hedged
from livedesk.engine.moderating.queue_book import QueueBook
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.engine.moderating.stage import Tell
from livedesk.engine.moderating.teller import Reconciled, Teller
from livedesk.moderation.event_reader import ServiceEvent
from livedesk.moderation.mirror import MOST_OPEN, MOST_OTHERS
from livedesk.moderation.outbox import MOST_A_CALL, Outbox
from livedesk.moderation.service_answers import (
    ItemsPage,
    ServiceAwayError,
    ServiceRefusedError,
)
from livedesk.moderation.service_client import RuleService

_LOOK_S: Final = 0.1
_LATE_S: Final = 0.3
"""A look that comes later than this says more about this engine than about the service."""
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 1.0
_TOGETHER_S: Final = 0.05
_AFTER_FAULT_S: Final = 5.0
_SERVING: Final = "tell the rule service"
_UNREAD: Final = "the rule service tells of them in a way that this livedesk does not understand"


class ServiceLink:
    """Of one store. `on_earlier`: the warnings from before it listens, of whatever session."""

    def __init__(
        self,
        store: str,
        service: RuleService,
        shelf: RuleShelf,
        book: QueueBook,
        outbox: Outbox,
        clock: Clock,
        tell: Tell,
        on_warning: Callable[[ComplianceWarning], None],
        on_earlier: Callable[[Sequence[ComplianceWarning]], None],
        on_lost: Callable[[int, str], None],
        on_failure: Callable[[str, BaseException], None],
    ) -> None:
        self._store = store
        self._service = service
        self._shelf = shelf
        self._book = book
        self._outbox = outbox
        self._clock = clock
        self._tell = tell
        self._on_warning = on_warning
        self._on_earlier = on_earlier
        self._on_lost = on_lost
        self._on_failure = on_failure
        self._tasks = Tasks(self._failed)
        self._serving: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._state: LinkState = "unknown"
        self._reason = ""
        self._since_utc_ns: int | None = None
        self._since_mono_ns = clock.mono_ns()
        self._sign_ns = clock.mono_ns()
        self._round_trip_ms: float | None = None
        self._last_id = ""
        self._gap_at = ""
        """The id behind which events were missing when the stream was opened there before."""
        self._fault = ""
        self._teller = Teller(store, service, book, outbox, tell, on_lost)

    @property
    def is_local(self) -> bool:
        """The engine is on its own."""
        return self._state == "down"

    def status(self) -> RuleServiceStatus:
        rules = self._shelf.rules
        now_ns = self._clock.mono_ns()
        return RuleServiceStatus(
            state=self._state,
            reason=self._reason,
            since_utc_ns=self._since_utc_ns,
            version="" if rules is None else rules.version,
            rules=0 if rules is None else len(rules.rules),
            terms=0 if rules is None else self._shelf.terms,
            local=self.is_local,
            unsent=len(self._outbox),
            dropped=self._outbox.dropped,
            round_trip_ms=self._round_trip_ms,
            events_age_ms=(now_ns - self._sign_ns) / NS_PER_MS,
        )

    # Up and down.

    def away(self, reason: str) -> None:
        """From now on the engine judges by itself."""
        if self._state == "down":
            return
        self._change("down", reason)
        self._teller.done = Reconciled()
        text = f"The rule service is away: {reason.rstrip('.')}. Comments are judged here."
        self._tell("moderation.service_down", "warning", text, {"reason": reason})

    def refused(self, refusal: ServiceRefusedError) -> None:
        """It answers, and will not do what a service has to do."""
        self.away(f"It refused comments: {refusal.text}")

    def answered(self, round_trip_ms: float) -> None:
        known = self._round_trip_ms
        self._round_trip_ms = round(
            round_trip_ms if known is None else known + (round_trip_ms - known) / 8, 1
        )

    def version_seen(self, version: str) -> None:
        rules = self._shelf.rules
        if version and (rules is None or rules.version != version):
            self._refresh_soon(version)

    def keep_comment(self, comment: Comment) -> None:
        """No rule of ours acts on it, but the service has yet to see it."""
        if gone := self._outbox.comment(comment):
            self._on_lost(len(gone), "more wait for the rule service than can be kept")

    def _up(self) -> None:
        was_away_s = (self._clock.mono_ns() - self._since_mono_ns) / NS_PER_S
        was, done = self._state, self._teller.done
        self._change("up", "")
        if was == "unknown":
            return
        text = f"The rule service is back after {was_away_s:,.0f} s."
        self._tell("moderation.service_up", "info", text, {"away_s": round(was_away_s, 1)})
        counts: dict[str, Json] = {
            "items": done.items,
            "decisions": done.decisions,
            "outcomes": done.outcomes,
            "comments": done.comments,
            "refused": done.refused,
            "unsent": len(self._outbox),
        }
        text = (
            f"The rule service was told of {done.items} items, {done.decisions} decisions and "
            f"{done.comments} comments that it missed."
        )
        self._tell("moderation.reconciled", "info", text, counts)

    def _change(self, state: LinkState, reason: str) -> None:
        self._state, self._reason = state, reason
        self._since_utc_ns = self._clock.utc_ns()
        self._since_mono_ns = self._clock.mono_ns()

    def _sign(self) -> None:
        self._sign_ns = self._clock.mono_ns()

    # The stream.

    async def run(self) -> None:
        """Follow the service until cancelled."""
        self._sign()
        looking = self._tasks.spawn("look at the rule service", self._look())
        try:
            await self._follow()
        finally:
            looking.cancel()

    async def close(self) -> None:
        await self._tasks.close()

    async def _look(self) -> None:
        looked_ns = self._clock.mono_ns()
        while True:
            now_ns = self._clock.mono_ns()
            late_ns = now_ns - looked_ns - round(_LOOK_S * NS_PER_S)
            if late_ns > _LATE_S * NS_PER_S:
                # This engine stood still: what came meanwhile is not read yet.
                self._sign_ns += late_ns
            looked_ns = now_ns
            silent_s = (now_ns - self._sign_ns) / NS_PER_S
            if silent_s >= self._service.silence_s:
                self.away(self._fault or f"no sign of it for {silent_s:.1f} s")
            await asyncio.sleep(_LOOK_S)

    async def _follow(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            began_ns = self._clock.mono_ns()
            try:
                await self._listen()
            except ServiceAwayError as error:
                self._fault = str(error)
            except ServiceRefusedError as error:
                self._fault = error.text
                self._last_id = ""
            lasted_s = (self._clock.mono_ns() - began_ns) / NS_PER_S
            pause_s = _FIRST_PAUSE_S if lasted_s > 2 else min(2 * pause_s, _LONGEST_PAUSE_S)
            is_hasty = self._state != "down" and not self._gap_at
            await asyncio.sleep(_FIRST_PAUSE_S if is_hasty else pause_s)

    async def _listen(self) -> None:
        if not self._last_id:
            await self._load()
        events = self._service.events(self._store, self._last_id, self._sign)
        try:
            async with aclosing(events):
                async for event in events:
                    if event.kind == "open":
                        self._fault = ""
                        self._serving = self._tasks.spawn(_SERVING, self._serve())
                    self._take(event)
        finally:
            serving, self._serving = self._serving, None
            if serving is not None:
                serving.cancel()

    def _failed(self, name: str, failure: BaseException) -> None:
        self._on_failure(name, failure)
        if name == _SERVING and self._serving is not None:
            self._serving = self._tasks.spawn(_SERVING, self._serve_again())

    async def _serve_again(self) -> None:
        await asyncio.sleep(_AFTER_FAULT_S)
        await self._serve()

    def _take(self, event: ServiceEvent) -> None:
        if _is_behind(self._last_id, event.after):
            self._missed()
        if event.kind == "reset":
            self._last_id = ""
            raise ServiceAwayError("The rule service no longer has the events since.")
        if event.item is not None:
            self._book.take((event.item,))
        elif event.kind == "unread":
            self._on_lost(1, _UNREAD)
        elif event.kind == "rules":
            self.version_seen(event.version)
        elif event.warning is not None and event.warning.store == self._store:
            self._on_warning(event.warning)
        if event.id and not _is_behind(event.id, self._last_id):
            self._last_id, self._gap_at = event.id, ""

    def _missed(self) -> None:
        """Ask for what is missing; for the whole queue when that did not bring it."""
        if self._gap_at == self._last_id:
            self._last_id = ""
        self._gap_at = self._last_id
        raise ServiceAwayError("Events of the rule service are missing.")

    async def _load(self) -> None:
        """The queue as it is: what needs somebody first, then what else there is."""
        seq = await self._load_pages("open", MOST_OPEN)
        await self._load_pages("all", MOST_OPEN + MOST_OTHERS)
        self._last_id = str(seq)
        if self._asking is not None:
            self._asking.cancel()
        self._asking = self._tasks.spawn("warnings", self._ask_warnings())

    async def _ask_warnings(self) -> None:
        """What was warned of while nobody listened here. Nothing else waits for it."""
        while True:
            try:
                told, unread = await hedged(lambda: self._service.warnings(self._store), LONG)
            except ServiceRefusedError:
                # One that keeps no warnings tells them on its stream alone.
                return
            except ServiceAwayError:
                await asyncio.sleep(_AFTER_FAULT_S)
                continue
            if unread:
                self._on_lost(unread, _UNREAD)
            self._on_earlier([warning for warning in told if warning.store == self._store])
            return

    async def _load_pages(self, state: str, most: int) -> int:
        after: str | int | None = None
        seq: int | None = None
        for _page in range(most // MOST_A_CALL):
            page = await self._page(state, after)
            self._sign()
            seq = page.seq if seq is None else seq
            self._book.load(page.items)
            if page.unread:
                self._on_lost(page.unread, _UNREAD)
            after = page.after
            if after is None:
                break
        return seq or 0

    async def _page(self, state: str, after: str | int | None) -> ItemsPage:
        return await hedged(
            lambda: self._service.items(self._store, state, after, MOST_A_CALL), LONG
        )

    def _refresh_soon(self, version: str = "") -> None:
        """Nothing else waits for the rules. One call at a time; whoever sees the version next asks
        again."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = self._tasks.spawn("rules", self._refresh(version))

    async def _refresh(self, version: str) -> None:
        """A refusal of the rules is told by the shelf; without an answer the stream asks again."""
        try:
            await self._shelf.refresh(self._service, version)
        except (ServiceAwayError, ServiceRefusedError) as error:
            self._fault = str(error)

    # What the service is told.

    async def _serve(self) -> None:
        """While the stream is open."""
        self._refresh_soon()
        while True:
            try:
                is_sent = await self._teller.send_some()
            except ServiceAwayError as error:
                self.away(str(error))
                await asyncio.sleep(_LONGEST_PAUSE_S)
                continue
            if self._state != "up" and len(self._outbox) <= MOST_A_CALL:
                self._up()
            if not is_sent:
                await asyncio.sleep(_TOGETHER_S)


def _is_behind(one: str, other: str) -> bool:
    """Ids are numbers that grow; of others nothing can be said."""
    is_said = one.isascii() and one.isdecimal() and other.isascii() and other.isdecimal()
    return is_said and int(one) < int(other)
