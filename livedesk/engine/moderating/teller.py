"""What does the rule service still have to be told, and what does it answer?

Items first, then decisions, outcomes and comments (`moderation/outbox.py`), each in calls of many.
What it refuses keeps nothing else back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from livedesk.core.events import Json
from livedesk.core.moderation import Comment
from livedesk.engine.moderating.hedging import LONG, hedged
from livedesk.engine.moderating.queue_book import QueueBook
from livedesk.engine.moderating.stage import Tell
from livedesk.moderation.outbox import (
    MOST_A_CALL,
    Lane,
    LateDecision,
    Outbox,
    Outcome,
    Parcel,
)
from livedesk.moderation.service_answers import ServiceRefusedError
from livedesk.moderation.service_client import RuleService

T = TypeVar("T")


@dataclass(slots=True)
class Reconciled:
    """What the service was told since it was away."""

    items: int = 0
    decisions: int = 0
    outcomes: int = 0
    comments: int = 0
    refused: int = 0


class Teller:
    """Of one store."""

    def __init__(
        self,
        store: str,
        service: RuleService,
        book: QueueBook,
        outbox: Outbox,
        tell: Tell,
        on_lost: Callable[[int, str], None],
    ) -> None:
        self._store = store
        self._service = service
        self._book = book
        self._outbox = outbox
        self._tell = tell
        self._on_lost = on_lost
        self._one_by_one = 0
        self.done = Reconciled()

    async def send_some(self) -> bool:
        """One parcel of the first kind of which there is something. Raises ServiceAwayError."""
        outbox = self._outbox
        most = 1 if self._one_by_one else MOST_A_CALL
        self._one_by_one = max(0, self._one_by_one - 1)
        if items := outbox.items.parcel(most):
            return await self._send(outbox.items, items, self._send_items)
        if decisions := outbox.decisions.parcel(1):
            return await self._send(outbox.decisions, decisions, self._send_decision)
        if outcomes := outbox.outcomes.parcel(most):
            return await self._send(outbox.outcomes, outcomes, self._send_outcomes)
        if comments := outbox.comments.parcel(most):
            return await self._send(outbox.comments, comments, self._send_comments)
        return False

    async def _send(
        self, lane: Lane[T], parcel: Parcel[T], send: Callable[[Parcel[T]], Awaitable[None]]
    ) -> bool:
        try:
            await send(parcel)
        except ServiceRefusedError as refusal:
            if len(parcel.entries) > 1:
                # One of them is at fault: it shall not keep the others back.
                self._one_by_one = len(parcel.entries)
                return True
            lane.sent(parcel)
            self._on_lost(1, f"the rule service refused it: {refusal.text.rstrip('.')}")
        return True

    async def _send_items(self, parcel: Parcel[str]) -> None:
        outbox, mirror = self._outbox, self._book.mirror
        known = [item for item in map(mirror.get, parcel.entries) if item is not None]
        answered = await hedged(lambda: self._service.local(self._store, known), LONG)
        outbox.items.sent(parcel)
        copies = {item.id: item for item in answered}
        for wanted in parcel.entries:
            # One that was changed meanwhile is told of once more.
            if wanted not in outbox.items:
                self._book.told(wanted, copies.get(wanted))
        self.done.items += len(known)

    async def _send_decision(self, parcel: Parcel[LateDecision]) -> None:
        [late] = parcel.entries
        try:
            item = await hedged(
                lambda: self._service.decide(late.item_id, late.decision, late.seen),
                LONG,
            )
        except ServiceRefusedError as refusal:
            self._outbox.decisions.sent(parcel)
            self._refused(late, refusal)
            return
        self._outbox.decisions.sent(parcel)
        self._book.told(late.item_id, item)
        self.done.decisions += 1

    def _refused(self, late: LateDecision, refusal: ServiceRefusedError) -> None:
        """Somebody else decided meanwhile: the item becomes as the service says."""
        self._book.told(late.item_id, refusal.item)
        self.done.refused += 1
        decision = late.decision
        text = f"A decision of {decision.by} ({decision.kind}) was refused: {refusal.text}"
        data: dict[str, Json] = {
            "item_id": late.item_id,
            "kind": decision.kind,
            "by": decision.by,
            "key": decision.key,
            "code": refusal.code,
        }
        self._tell("moderation.refused", "warning", text, data, decision.by)

    async def _send_outcomes(self, parcel: Parcel[Outcome]) -> None:
        items = await hedged(lambda: self._service.outcomes(self._store, parcel.entries), LONG)
        self._outbox.outcomes.sent(parcel)
        self._book.take(items)
        self.done.outcomes += len(parcel.entries)

    async def _send_comments(self, parcel: Parcel[Comment]) -> None:
        judged = await hedged(lambda: self._service.judge(self._store, parcel.entries), LONG)
        self._outbox.comments.sent(parcel)
        self._book.take(judged.items)
        self.done.comments += len(parcel.entries)
