"""What is in the queues of all stores right now? Folds fetched pages, changes and statuses.

Pure: time is passed in. Of two copies of an item the one with the greater revision is kept, so
pages, changes and answers may come in any order, and twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import chain

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import Faq, Item, ModerationStatus, QueueChange
from livedesk.core.status import Limits, StoreStatus
from livedesk.desk.model import STALE_AFTER_S, Moment
from livedesk.desk.queue_place import (
    PLACES,
    Key,
    Place,
    Show,
    Standing,
    belongs,
    deadline_ns,
    key_of,
    standing_of,
)
from livedesk.desk.queue_posts import Posts

Dirty = dict[str, Item | None]
"""What changed since a view last looked: ids, and of items that are gone what they were."""

_STEPPED_NS = NS_PER_S
"""An engine's clock that differs by more from what it said before was set anew."""

_KEPT_DECIDED = 2_000
"""Items of a store that people decided and the engine no longer tells of; the oldest go."""


@dataclass(slots=True)
class StoreQueue:
    """One store's part of the mirror."""

    store: str
    status: StoreStatus | None = None
    received: Moment | None = None
    revision: int | None = None
    """None: the queue is to be fetched (anew)."""
    faq: tuple[Faq, ...] = ()
    ids: dict[Place, set[str]] = field(default_factory=dict)
    deadlines: list[tuple[int, str]] = field(default_factory=list)
    """Of those that wait, in order."""
    hidden: int = 0
    by_hand: int = 0
    posts: Posts = field(default_factory=Posts)
    touched: set[str] | None = None
    """Told or changed since a fetch began; None while none is under way."""
    heard: tuple[int, int] | None = None
    """From and to which revision changes were told meanwhile without a gap."""

    @property
    def waiting(self) -> int:
        return len(self.deadlines)

    def all_ids(self) -> set[str]:
        return set().union(*self.ids.values())

    @property
    def limits(self) -> Limits:
        return Limits() if self.status is None else self.status.limits

    @property
    def moderation(self) -> ModerationStatus | None:
        return None if self.status is None else self.status.moderation

    @property
    def name(self) -> str:
        return self.store if self.status is None else self.status.name or self.store

    def is_stale(self, now: Moment) -> bool:
        return self.received is None or now.since_s(self.received) >= STALE_AFTER_S

    def overdue(self, steady_ns: int) -> int:
        return bisect_right(self.deadlines, (steady_ns, ""))


class QueueBook:
    """The mirror, for all stores. One per desk."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._standings: dict[str, Standing] = {}
        self._stores: dict[str, StoreQueue] = {}
        self._same: dict[tuple[Place, str], set[str]] = {}
        self._of_before: set[str] = set()
        self._watchers: list[Dirty] = []
        self._ahead_ns: int | None = None
        self._is_told = False
        self._set_ns = 0
        self._set_ns_of: dict[str, int] = {}

    # What views read

    def watch(self) -> Dirty:
        """What changes from now on is put in here; whoever reads it empties it."""
        dirty: Dirty = {}
        self._watchers.append(dirty)
        return dirty

    def unwatch(self, dirty: Dirty) -> None:
        self._watchers = [each for each in self._watchers if each is not dirty]

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def standing(self, item_id: str) -> Standing:
        """Of an item that is here."""
        return self._standings[item_id]

    def keys(self, show: Show, store: str | None) -> list[Key]:
        """A whole list in its order; `store` None: of all."""
        queues = self._stores.values() if store is None else (self.queue(store),)
        found: list[Key] = []
        for queue in queues:
            target_s = queue.limits.review_target_s
            for item_id in chain.from_iterable(queue.ids.get(p, ()) for p in PLACES[show]):
                standing = self._standings[item_id]
                if belongs(standing, show):
                    found.append(key_of(item_id, standing, show, target_s))
        found.sort()
        return found

    def __len__(self) -> int:
        return len(self._items)

    def queue(self, store: str) -> StoreQueue:
        return self._stores.setdefault(store, StoreQueue(store))

    def queues(self) -> tuple[StoreQueue, ...]:
        """Of the stores that moderate, by name."""
        known = (each for each in self._stores.values() if each.moderation is not None)
        return tuple(sorted(known, key=lambda each: (each.name, each.store)))

    def same(self, item: Item) -> tuple[Item, ...]:
        """Those that say the same and stand in the same place, oldest first, this one included."""
        ids = self._alike(item)
        alike = (self._items[each] for each in ids if each in self._items)
        return tuple(sorted(alike, key=lambda each: (each.comment.utc_ns, each.id)))

    def same_count(self, item: Item) -> int:
        return max(1, len(self._alike(item)))

    def _alike(self, item: Item) -> set[str]:
        standing = self._standings.get(item.id)
        if standing is None or not item.same:
            return {item.id}
        return self._same.get((standing.place, item.same), set())

    def utc_ns(self, now: Moment) -> int | None:
        """Now by the engine's clock: items are stamped by it, and it may be on another machine."""
        ahead_ns = self._ahead_ns if self._is_told else None
        return None if ahead_ns is None else now.mono_ns + ahead_ns

    def steady_ns(self, now: Moment) -> int | None:
        """The same, as if the engine's clock had never been set: for ages and targets."""
        utc_ns = self.utc_ns(now)
        return None if utc_ns is None else utc_ns - self._set_ns

    def set_ns_of(self, item_id: str) -> int:
        """By how much the engine's clock had been set when the item was first seen. Its age is
        `steady_ns` less its stamp less this, whatever was done to that clock since."""
        return self._set_ns_of.get(item_id, 0)

    # What the engine tells

    def attached(self) -> None:
        """Another engine, or the same after a gap: everything is fetched anew, and its clock. A new
        engine counts the revisions that are its own anew, so its first copy of an item is taken."""
        self._is_told = False
        self._of_before = set(self._items)
        for queue in self._stores.values():
            queue.revision = queue.touched = None

    def keep_only(self, stores: frozenset[str]) -> None:
        for store in self._stores.keys() - stores:
            self._remove(self._stores[store].all_ids())
            del self._stores[store]

    def status(self, status: StoreStatus, now: Moment) -> None:
        self._note_clock(status.utc_ns - now.mono_ns)
        queue = self.queue(status.store)
        before, queue.status, queue.received = queue.limits, status, now
        if status.moderation is None:
            self._remove(queue.all_ids())
            queue.revision = None
            return
        queue.faq = status.moderation.faq or queue.faq
        if before.review_target_s != status.limits.review_target_s:
            self._measure_anew(queue)

    def _note_clock(self, ahead_ns: int) -> None:
        known_ns, is_told = self._ahead_ns, self._is_told
        self._is_told = True
        if known_ns is not None and abs(ahead_ns - known_ns) > _STEPPED_NS:
            self._set_ns += ahead_ns - known_ns
            self._ahead_ns = ahead_ns
        elif known_ns is None or not is_told:
            self._ahead_ns = ahead_ns
        else:
            # A status arrives late and never early: the greatest lead that it shows is the truest.
            self._ahead_ns = max(known_ns, ahead_ns)

    def lacks(self, store: str) -> bool:
        """Whether the store's queue has to be fetched."""
        queue = self.queue(store)
        status = queue.moderation
        return status is not None and queue.revision is None

    def change(self, change: QueueChange) -> bool:
        """False when something between is missing, so that the queue must be fetched anew."""
        queue = self.queue(change.store)
        for item in change.items:
            self.take(item)
        self._remove(change.gone)
        if queue.revision is None:
            since, until = queue.heard or (change.since, change.since)
            starts_anew = change.since > until
            queue.heard = (change.since if starts_anew else since, max(until, change.revision))
            return queue.touched is not None
        if change.since > queue.revision:
            queue.revision = None
            return False
        queue.revision = max(queue.revision, change.revision)
        return True

    def take(self, item: Item) -> bool:
        """Keep this copy if it is newer than what is known."""
        queue = self.queue(item.store)
        if queue.touched is not None:
            queue.touched.add(item.id)
        known = self._items.get(item.id)
        is_of_before = item.id in self._of_before
        self._of_before.discard(item.id)
        if known is not None:
            if known.revision >= item.revision and not (is_of_before and known != item):
                return False
            self._unplace(queue, known)
        elif self._set_ns:
            self._set_ns_of[item.id] = self._set_ns
        self._items[item.id] = item
        self._place(queue, item)
        self._tell(item.id, None)
        return True

    def touch(self, item_id: str) -> None:
        """Something beside the item changed that its row shows."""
        if item_id in self._items:
            self._tell(item_id, None)

    # Fetching

    def fetch_begins(self, store: str) -> None:
        queue = self.queue(store)
        queue.touched, queue.heard = set(), None

    def fetched(self, store: str, revision: int) -> None:
        """All pages are in. `revision`: that of the first page; changes since then were told, or
        the queue stays to be fetched."""
        queue = self.queue(store)
        touched, queue.touched = queue.touched or set(), None
        since, until = queue.heard or (revision, revision)
        queue.revision = None if since > revision else max(revision, until)
        # What is open and was not told is so no longer; what people decided is not told anyway.
        self._remove(queue.all_ids() - queue.ids.get("decided", set()) - touched)
        self._forget_decided(queue)

    def fetch_failed(self, store: str) -> None:
        self.queue(store).touched = None

    # Keeping

    def _place(self, queue: StoreQueue, item: Item) -> None:
        standing = self._standings[item.id] = standing_of(item, self.set_ns_of(item.id))
        queue.ids.setdefault(standing.place, set()).add(item.id)
        queue.hidden += standing.by_rule
        queue.by_hand += standing.by_hand
        if item.same:
            self._same.setdefault((standing.place, item.same), set()).add(item.id)
        if standing.place == "waiting":
            insort(queue.deadlines, (_due_ns(queue, standing), item.id))
        queue.posts.note(item)

    def _unplace(self, queue: StoreQueue, item: Item) -> None:
        standing = self._standings.pop(item.id)
        queue.ids[standing.place].discard(item.id)
        queue.hidden -= standing.by_rule
        queue.by_hand -= standing.by_hand
        alike = self._same.get((standing.place, item.same))
        if alike is not None:
            alike.discard(item.id)
            if not alike:
                del self._same[standing.place, item.same]
        if standing.place == "waiting":
            del queue.deadlines[bisect_left(queue.deadlines, (_due_ns(queue, standing), item.id))]

    def _remove(self, ids: Iterable[str]) -> None:
        for item_id in ids:
            item = self._items.pop(item_id, None)
            if item is not None:
                self._unplace(self.queue(item.store), item)
                self._set_ns_of.pop(item_id, None)
                self._tell(item_id, item)

    def _measure_anew(self, queue: StoreQueue) -> None:
        waiting = [item_id for _, item_id in queue.deadlines]
        queue.deadlines = sorted((_due_ns(queue, self._standings[each]), each) for each in waiting)
        for item_id in waiting:
            self._tell(item_id, None)

    def _forget_decided(self, queue: StoreQueue) -> None:
        decided = queue.ids.get("decided", set())
        over = len(decided) - _KEPT_DECIDED
        if over > 0:
            self._remove(nsmallest(over, decided, key=lambda each: self._standings[each].utc_ns))

    def _tell(self, item_id: str, gone: Item | None) -> None:
        for dirty in self._watchers:
            dirty[item_id] = gone


def _due_ns(queue: StoreQueue, standing: Standing) -> int:
    return deadline_ns(standing, queue.limits.review_target_s)
