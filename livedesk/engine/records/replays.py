"""How did a store stand at an instant of a session on record?

Sessions that somebody looks into stay open for a minute, so that dragging reads their events once.
What blocks is done in a thread, one thing at a time of a session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.records.library import Fingerprint, Found
from livedesk.journal.replay.replay import Replay
from livedesk.journal.values import Still

KEPT_S: Final = 60.0
MOST_OPEN: Final = 4
"""The index of a long session takes some 40 MB."""

T = TypeVar("T")


@dataclass(slots=True)
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    replay: Replay | None = None
    fingerprint: Fingerprint = ()
    asking: int = 0
    """Those who read it, or wait for that."""
    used: int = 0
    """Grows with every use: who waits to close it sees whether it was used meanwhile."""
    closer: asyncio.Task[None] | None = None


class Replays:
    """Called from the engine's event loop only."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._kept: dict[Path, _Kept] = {}
        self._tasks = Tasks()

    @property
    def open_count(self) -> int:
        return sum(kept.replay is not None for kept in self._kept.values())

    async def status(self, found: Found, utc_ns: int) -> StoreStatus:
        """As it was then; before its beginning and after its end, as there. Raises JournalError."""

        def look(replay: Replay) -> StoreStatus:
            return replay.status_at(replay.t_ms_at(utc_ns))

        return await self._ask(found, utc_ns, look)

    async def still(self, found: Found, utc_ns: int) -> Still | None:
        """The picture that is nearest to an instant. Raises JournalError."""

        def look(replay: Replay) -> Still | None:
            return replay.still_near(replay.t_ms_at(utc_ns))

        return await self._ask(found, utc_ns, look)

    async def _ask(self, found: Found, utc_ns: int, look: Callable[[Replay], T]) -> T:
        kept = self._kept.setdefault(found.path, _Kept())
        kept.asking += 1
        try:
            async with kept.lock:
                replay = await self._opened(kept, found, utc_ns)
                return await asyncio.to_thread(look, replay)
        finally:
            kept.asking -= 1
            kept.used += 1
            if kept.closer is None or kept.closer.done():
                closing = self._close_when_idle(found.path, kept)
                kept.closer = self._tasks.spawn("close replay", closing)

    async def _opened(self, kept: _Kept, found: Found, utc_ns: int) -> Replay:
        """One that was opened before what is asked for was written is opened anew."""
        replay = kept.replay
        if replay is not None:
            is_behind = utc_ns >= replay.end.utc_ns and kept.fingerprint != found.fingerprint
            if not is_behind:
                return replay
            await self._close(kept)
        await self._make_room(kept)
        kept.replay = await asyncio.to_thread(Replay.open, found.path)
        kept.fingerprint = found.fingerprint
        return kept.replay

    async def _make_room(self, wanted: _Kept) -> None:
        """Close those that were opened first, but for what is being read."""
        for kept in tuple(self._kept.values()):
            if self.open_count < MOST_OPEN:
                return
            if kept is not wanted and not kept.lock.locked():
                async with kept.lock:
                    await self._close(kept)

    async def _close_when_idle(self, path: Path, kept: _Kept) -> None:
        used = -1
        while kept.asking or used != kept.used:
            used = kept.used
            await asyncio.sleep(self._kept_s)
        await self._let_go(path, kept)

    async def forget(self, path: Path) -> None:
        """Close it now: its file is to be deleted."""
        kept = self._kept.get(path)
        if kept is not None:
            await self._let_go(path, kept)

    async def _let_go(self, path: Path, kept: _Kept) -> None:
        async with kept.lock:
            await self._close(kept)
        if not kept.asking and self._kept.get(path) is kept:
            del self._kept[path]

    async def _close(self, kept: _Kept) -> None:
        replay, kept.replay = kept.replay, None
        if replay is not None:
            await asyncio.to_thread(replay.close)

    async def close(self) -> None:
        await self._tasks.close()
        for path, kept in tuple(self._kept.items()):
            await self._let_go(path, kept)
