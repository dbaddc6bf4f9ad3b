"""A queue that cannot grow: when full it drops its oldest entry and counts that."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class DropOldest(Generic[T]):
    """A bounded queue between one producer and one consumer on the same event loop.

    Putting never waits and never fails. `dropped` counts what nobody got to read.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"a queue needs room for at least one entry, got {limit}")
        self._entries: deque[T] = deque()
        self._limit = limit
        self._filled = asyncio.Event()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: T) -> None:
        if len(self._entries) >= self._limit:
            self._entries.popleft()
            self.dropped += 1
        self._entries.append(entry)
        self._filled.set()

    async def get(self) -> T:
        while not self._entries:
            self._filled.clear()
            await self._filled.wait()
        return self._entries.popleft()
