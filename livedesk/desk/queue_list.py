"""Which row does an item have in a list that is kept in order? Pure.

A row is found by its key, so a change costs a search and not a sort.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Protocol

from livedesk.desk.queue_place import Key


class RowsListener(Protocol):
    """Who is told which rows change, before and after: Qt's own habit (`beginInsertRows`).

    Between a `begin_…` and its `end_…` the view changes; both ends count from 0, inclusive."""

    def begin_insert(self, first: int, last: int) -> None: ...

    def end_insert(self) -> None: ...

    def begin_remove(self, first: int, last: int) -> None: ...

    def end_remove(self) -> None: ...

    def changed(self, first: int, last: int) -> None: ...

    def begin_reset(self) -> None: ...

    def end_reset(self) -> None: ...


class RowList:
    """Ids in the order of their keys."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._key_of: dict[str, Key] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._key_of

    def id_at(self, at: int) -> str:
        return self._keys[at][2]

    def key(self, item_id: str) -> Key | None:
        """Where it stands now; None when it has no row."""
        return self._key_of.get(item_id)

    def index_of(self, item_id: str) -> int | None:
        key = self._key_of.get(item_id)
        return None if key is None else bisect_left(self._keys, key)

    def take_all(self, keys: list[Key]) -> None:
        """Another list, in its order."""
        self._keys = keys
        self._key_of = {key[2]: key for key in keys}

    def move(self, item_id: str, wanted: Key | None, listener: RowsListener) -> None:
        """To where it should stand; None: it has no row any more."""
        standing = self._key_of.get(item_id)
        if standing is not None and standing == wanted:
            self.tell_changed(item_id, listener)
            return
        if standing is not None:
            at = bisect_left(self._keys, standing)
            listener.begin_remove(at, at)
            del self._keys[at]
            del self._key_of[item_id]
            listener.end_remove()
        if wanted is not None:
            at = bisect_left(self._keys, wanted)
            listener.begin_insert(at, at)
            self._keys.insert(at, wanted)
            self._key_of[item_id] = wanted
            listener.end_insert()

    def move_all(self, wanted: Mapping[str, Key | None], listener: RowsListener) -> None:
        """Many at once: what stands is in order already, so sorting is little more than merging."""
        listener.begin_reset()
        self._keys = [key for key in self._keys if key[2] not in wanted]
        for item_id, key in wanted.items():
            if key is None:
                self._key_of.pop(item_id, None)
            else:
                self._key_of[item_id] = key
        self._keys += sorted(key for key in wanted.values() if key is not None)
        self._keys.sort()
        listener.end_reset()

    def tell_changed(self, item_id: str, listener: RowsListener) -> None:
        at = self.index_of(item_id)
        if at is not None:
            listener.changed(at, at)
