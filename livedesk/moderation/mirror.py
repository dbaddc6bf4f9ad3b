"""What is in a store's queue, as far as this engine knows? Pure.

The service's copies are taken by id and revision, so events that repeat, are skipped or come late
do no harm. What this engine knows better, as it alone carries effects out, is laid over them. Of
an item that the service has yet to be told about, its copies wait until it was.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from livedesk.core.moderation import SETTLED, Effect, Item, QueueChange
from livedesk.moderation.items import with_effect

MOST_OPEN: Final = 100_000
"""Items that wait for somebody, or with an effect of which more has to come."""
MOST_OTHERS: Final = 10_000
_MOST_IN_CHANGE: Final = 2_000
"""With more at once a reader does better to fetch the queue anew."""

Key = tuple[int, str]
"""The place in the queue: by the time of the comment, then by id. Of those that wait it is the time
by which ages are counted."""


@dataclass(frozen=True, slots=True)
class Changed:
    before: Item | None
    after: Item


@dataclass(slots=True)
class _Kept:
    shown: Item
    came_ns: int
    """When its comment came, by the clock that ages are counted by."""
    theirs: Item | None = None
    """The service's newest copy."""
    ours: dict[str, Effect] = field(default_factory=dict)
    """What this engine found out about effects, by their key."""
    untold: int = 0
    """So many things about it the service has yet to be told."""


def _by_its_comment(item: Item) -> int:
    return item.comment.utc_ns


class Mirror:
    """`revision` is where the queue's revisions begin: greater than those of earlier engines.

    `came` tells of an item that is new here when its comment came, by the clock that ages are
    counted by.
    """

    def __init__(
        self,
        store: str,
        revision: int = 0,
        most_open: int = MOST_OPEN,
        most_others: int = MOST_OTHERS,
        came: Callable[[Item], int] = _by_its_comment,
    ) -> None:
        self._store = store
        self.revision = revision
        self._most_open = most_open
        self._most_others = most_others
        self._came = came
        self._items: dict[str, _Kept] = {}
        self._order: list[Key] = []
        self._waiting: list[Key] = []
        self._open: list[Key] = []
        self._others: list[Key] = []
        self._by_hand: set[str] = set()
        self._unknown: set[str] = set()
        self._changed: dict[str, None] = {}
        self._gone: dict[str, None] = {}
        self.dropped = 0
        """Open ones that were too many to keep."""

    def __len__(self) -> int:
        return len(self._items)

    # What the service says.

    def take(self, item: Item) -> Changed | None:
        """A copy of the service's; None when it says nothing new."""
        kept = self._items.get(item.id)
        if kept is None:
            self._show(_Kept(item, self._came(item), item), item)
            return Changed(None, item)
        if kept.theirs is not None and item.revision <= kept.theirs.revision:
            return None
        kept.theirs = item
        return None if kept.untold else self._follow(kept)

    def told(self, item_id: str, item: Item | None) -> Changed | None:
        """The service was told one thing about the item, and answered with its copy; None when it
        will not know of it, so that the copy before it holds."""
        kept = self._items.get(item_id)
        if kept is None:
            return None if item is None else self.take(item)
        kept.untold = max(0, kept.untold - 1)
        if item is not None and (kept.theirs is None or item.revision >= kept.theirs.revision):
            kept.theirs = item
        return None if kept.untold else self._follow(kept)

    def _follow(self, kept: _Kept) -> Changed | None:
        if kept.theirs is None:
            return None
        view = kept.theirs
        for news in kept.ours.values():
            view = with_effect(view, news)
        return self._replace(kept, view)

    def _replace(self, kept: _Kept, view: Item) -> Changed | None:
        before = kept.shown
        if replace(view, revision=before.revision) == before:
            return None
        after = replace(view, revision=max(view.revision, before.revision + 1))
        self._show(kept, after)
        return Changed(before, after)

    def lacking(self, item_id: str) -> tuple[Effect, ...]:
        """Of which effects the service's copy knows less than this engine."""
        kept = self._items.get(item_id)
        if kept is None or kept.theirs is None:
            return ()
        theirs = kept.theirs
        return tuple(news for news in kept.ours.values() if with_effect(theirs, news) != theirs)

    # What this engine does.

    def keep(
        self, item: Item, effects: Iterable[Effect] = (), *, untold: int = 0
    ) -> Changed | None:
        """An item that this engine judged or remembers; None when it is known already."""
        if item.id in self._items:
            return None
        ours = {effect.key: effect for effect in effects}
        # Its revision was this engine's own: whatever the service says of it is newer.
        self._show(_Kept(item, self._came(item), None, ours, untold), item)
        return Changed(None, item)

    def change(self, item: Item, untold: int = 1) -> Changed | None:
        """This engine decided by itself, and tells the service later; or, with nothing `untold`,
        claimed the item, of which it will never hear."""
        kept = self._items.get(item.id)
        if kept is None:
            return None
        kept.untold += untold
        return self._replace(kept, item)

    def effect(self, item_id: str, news: Effect) -> Changed | None:
        """What became of an effect. One that left although it was undone meanwhile is turned back
        (`with_effect`), here and by the service."""
        kept = self._items.get(item_id)
        if kept is None:
            return None
        kept.ours[news.key] = news
        return self._replace(kept, with_effect(kept.shown, news))

    def is_untold(self, item_id: str) -> bool:
        kept = self._items.get(item_id)
        return kept is not None and kept.untold > 0

    # What is in it.

    def get(self, item_id: str) -> Item | None:
        kept = self._items.get(item_id)
        return None if kept is None else kept.shown

    def came_ns(self, item_id: str) -> int | None:
        """When its comment came."""
        kept = self._items.get(item_id)
        return None if kept is None else kept.came_ns

    def after(self, key: Key | None) -> Iterator[Item]:
        """The oldest first."""
        start = 0 if key is None else bisect_left(self._order, (key[0], f"{key[1]}\0"))
        for at in range(start, len(self._order)):
            yield self._items[self._order[at][1]].shown

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def oldest_waiting_ns(self, since_ns: int = 0) -> int | None:
        """Of those that came after `since_ns`."""
        at = bisect_left(self._waiting, (since_ns, ""))
        return self._waiting[at][0] if at < len(self._waiting) else None

    def waiting_between(self, since_ns: int, before_ns: int) -> int:
        first = bisect_left(self._waiting, (since_ns, ""))
        return max(0, bisect_left(self._waiting, (before_ns, "")) - first)

    def by_hand(self) -> tuple[Item, ...]:
        return tuple(self._items[item_id].shown for item_id in self._by_hand)

    def unknown(self) -> tuple[Item, ...]:
        """Those with an effect of which nobody knows whether it was carried out."""
        return tuple(self._items[item_id].shown for item_id in self._unknown)

    def news(self) -> QueueChange | None:
        """What has changed since this was asked last; None when nothing has."""
        if not self._changed and not self._gone:
            return None
        if len(self._changed) + len(self._gone) > _MOST_IN_CHANGE:
            # A step that nobody has seen: every reader fetches the queue anew.
            self.revision += 1
            self._changed.clear()
            self._gone.clear()
        since, self.revision = self.revision, self.revision + 1
        items = tuple(self._items[item_id].shown for item_id in self._changed)
        gone = tuple(self._gone)
        self._changed.clear()
        self._gone.clear()
        return QueueChange(self._store, since, self.revision, items, gone)

    # How it is kept.

    def _show(self, kept: _Kept, item: Item) -> None:
        key = _key(item)
        if item.id in self._items:
            self._leave_lists(kept)
        else:
            self._items[item.id] = kept
        kept.shown = item
        insort(self._order, key)
        if item.state == "waiting":
            insort(self._waiting, (kept.came_ns, item.id))
        insort(self._open if kept.untold or _needs_keeping(item) else self._others, key)
        _mark(self._by_hand, item, "by_hand")
        _mark(self._unknown, item, "unknown")
        self._changed[item.id] = None
        self._gone.pop(item.id, None)
        self._bound()

    def _leave_lists(self, kept: _Kept) -> None:
        key = _key(kept.shown)
        for ordered in (self._order, self._open, self._others):
            _remove(ordered, key)
        _remove(self._waiting, (kept.came_ns, key[1]))

    def _bound(self) -> None:
        if len(self._others) > self._most_others:
            self._forget(self._others[0])
        if len(self._open) > self._most_open:
            self._forget(self._open[0])
            self.dropped += 1

    def _forget(self, key: Key) -> None:
        item_id = key[1]
        self._leave_lists(self._items[item_id])
        del self._items[item_id]
        self._by_hand.discard(item_id)
        self._unknown.discard(item_id)
        self._changed.pop(item_id, None)
        self._gone[item_id] = None


def _key(item: Item) -> Key:
    return item.comment.utc_ns, item.id


def _remove(ordered: list[Key], key: Key) -> None:
    at = bisect_left(ordered, key)
    if at < len(ordered) and ordered[at] == key:
        del ordered[at]


def _needs_keeping(item: Item) -> bool:
    return item.state == "waiting" or any(each.state not in SETTLED for each in item.effects)


def _mark(ids: set[str], item: Item, state: str) -> None:
    if any(effect.state == state for effect in item.effects):
        ids.add(item.id)
    else:
        ids.discard(item.id)
