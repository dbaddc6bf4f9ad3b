"""What became of the items of this store? Each change is told once: to the record, the counts, the
readers of the queue, and to who carries out effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.moderation import Effect, Item
from livedesk.engine.bus import Receipt
from livedesk.engine.moderating.ages import Ages
from livedesk.engine.moderating.counts import SessionCounts
from livedesk.engine.moderating.stage import Stage
from livedesk.engine.moderating.telling import Told, changes_told, judged_told
from livedesk.journal.fold.queue import QueueRow
from livedesk.moderation.mirror import Changed, Mirror
from livedesk.moderation.outbox import Outbox

RECORD_S: Final = 0.2
"""So long the disk has to take an intent before the call leaves without it."""
_MOST_RECEIPTS: Final = 20_000


class QueueBook:
    """`on_changed` is called for each item that is new or another than before; `on_left` for one
    that an earlier engine may have left half done."""

    def __init__(
        self,
        stage: Stage,
        clock: Clock,
        outbox: Outbox,
        on_changed: Callable[[Item], None],
        on_left: Callable[[Item], None],
    ) -> None:
        self._stage = stage
        self._clock = clock
        self._outbox = outbox
        self._on_changed = on_changed
        self._on_left = on_left
        self._receipts: dict[str, tuple[Receipt, ...]] = {}
        """Of what was told of an item, until its effects are on their way."""
        self.ages = Ages(clock)
        # Greater than the revisions of earlier engines, so that none is taken for one of this.
        revision = clock.utc_ns() // NS_PER_MS
        self.mirror = Mirror(stage.settings.id, revision, came=self.ages.came_ns)
        self.counts = SessionCounts()

    def begin(self) -> None:
        """Each session is counted by itself; what waits goes on waiting."""
        self.counts = SessionCounts()

    # What the service says.

    def take(self, items: Iterable[Item]) -> None:
        for item in items:
            if item.store == self._stage.settings.id:
                self._changed(self.mirror.take(item))

    def load(self, items: Iterable[Item]) -> None:
        """What the service has from before: neither news nor counted, but carried out."""
        for item in items:
            if item.store != self._stage.settings.id:
                continue
            changed = self.mirror.take(item)
            if changed is not None and changed.before is None:
                self.ages.seen(item, is_news=False)
                if any(effect.state in ("wanted", "sent") for effect in item.effects):
                    self._tell(item.id, judged_told(item))
                    self._on_left(item)
            else:
                self._changed(changed)
            for news in self.mirror.lacking(item.id):
                self._outbox.outcome(item.id, news)

    def told(self, item_id: str, item: Item | None) -> None:
        self._changed(self.mirror.told(item_id, item))

    # What this engine does.

    def recalled(self, row: QueueRow) -> None:
        """From the record of the session that goes on: told already, counted anew."""
        if self.remembered(row.item):
            self.counts.recall(row, self.ages.came_ns(row.item))

    def remembered(self, item: Item) -> bool:
        """From a record, also of a session that is over. False when it is known."""
        is_untold = is_local(item)
        known = [effect for effect in item.effects if effect.state != "wanted"]
        if self.mirror.keep(item, known, untold=int(is_untold)) is None:
            return False
        self.ages.seen(item, is_news=False)
        if is_untold:
            self._drop(self._outbox.item(item.id))
        return True

    def judged(self, item: Item) -> None:
        """By this engine itself."""
        changed = self.mirror.keep(item, untold=1)
        if changed is not None:
            self._drop(self._outbox.item(item.id))
            self._changed(changed)

    def changed(self, item: Item, *, is_untold: bool) -> None:
        self._changed(self.mirror.change(item, int(is_untold)))

    def effect(self, item_id: str, news: Effect) -> None:
        changed = self.mirror.effect(item_id, news)
        self._outbox.outcome(item_id, news)
        self._changed(changed)

    def _drop(self, item_ids: Iterable[str]) -> None:
        """The service will not hear of them: its own copies hold again."""
        for item_id in item_ids:
            self.told(item_id, None)

    async def on_record(self, item_id: str) -> None:
        """Wait until what was told of the item is on disk, or the disk had its time."""
        until_ns = self._clock.mono_ns() + round(RECORD_S * NS_PER_S)
        for receipt in self._receipts.pop(item_id, ()):
            left_s = (until_ns - self._clock.mono_ns()) / NS_PER_S
            if left_s <= 0:
                return
            await receipt.recorded(left_s)

    def publish(self) -> None:
        change = self.mirror.news()
        if change is not None:
            self._stage.publish_queue(change)

    def _changed(self, changed: Changed | None) -> None:
        if changed is None:
            return
        before, after = changed.before, changed.after
        now_ns = self._clock.mono_ns()
        came_ns = self.mirror.came_ns(after.id) or now_ns
        self.ages.seen(after, is_news=True)
        self.counts.take(before, after, came_ns, now_ns)
        latency_ms = round(max(0, now_ns - came_ns) / NS_PER_MS, 1)
        for told in changes_told(before, after, latency_ms):
            self._tell(after.id, told)
        self._on_changed(after)

    def _tell(self, item_id: str, told: Told) -> None:
        receipt = self._stage.moderation_event(
            told.kind, told.level, told.text, told.data, told.actor
        )
        self._receipts[item_id] = (*self._receipts.get(item_id, ())[-3:], receipt)
        if len(self._receipts) > _MOST_RECEIPTS:
            del self._receipts[next(iter(self._receipts))]


def is_local(item: Item) -> bool:
    """The engine judged it, or somebody decided, while the service was away."""
    is_judged = item.verdict is not None and item.verdict.local
    return is_judged or any(decision.local for decision in item.decisions)
