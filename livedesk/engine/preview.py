"""Which picture of the feed is the newest, and who waits for the next one?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of the feed; `number` grows with every new one."""

    number: int
    jpeg: bytes
    mono_ns: int


class PreviewBox:
    """Holds one picture. Who is slow sees fewer pictures, never old ones."""

    def __init__(self) -> None:
        self.newest: Preview | None = None
        self._changed = asyncio.Event()
        self._count = 0
        self._closed = False

    def put(self, jpeg: bytes, mono_ns: int) -> None:
        self._count += 1
        self.newest = Preview(self._count, jpeg, mono_ns)
        self._wake()

    def clear(self) -> None:
        """There is no feed any more that the picture could be of."""
        self.newest = None

    def close(self) -> None:
        self._closed = True
        self._wake()

    async def after(self, number: int) -> Preview | None:
        """The first picture with a higher number; None when the store closes."""
        while not self._closed:
            if self.newest is not None and self.newest.number > number:
                return self.newest
            await self._changed.wait()
        return None

    def _wake(self) -> None:
        """Everybody who waits now is woken; who comes later waits for the next picture."""
        self._changed.set()
        self._changed = asyncio.Event()
