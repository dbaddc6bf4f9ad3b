"""What does a session amount to, without folding it again for each who asks?

One fold at a time, in a process of its own; who asks for the same meanwhile shares its answer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.records import SessionFigures
from livedesk.core.tasks import Tasks
from livedesk.engine.records.child import Child
from livedesk.engine.records.library import Fingerprint, Found
from livedesk.journal.work import Figures, SummaryWork, Told, Trouble, Work

KEPT_MOST: Final = 300
OPEN_FRESH_S: Final = 10.0
"""A session that is open changes with each second; it is folded no more often than that."""


class NoSummaryError(Exception):
    """The text says why, for people."""


@dataclass(frozen=True, slots=True)
class _Known:
    fingerprint: Fingerprint
    made_mono_ns: int
    figures: SessionFigures


class Summaries:
    """Called from the engine's event loop only."""

    def __init__(self, clock: Clock, make_child: Callable[[Work], Child]) -> None:
        self._clock = clock
        self._make_child = make_child
        self._known: OrderedDict[Path, _Known] = OrderedDict()
        self._folding: dict[Path, asyncio.Task[SessionFigures]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._running: Child | None = None
        self._is_closing = False
        self._tasks = Tasks()

    async def of(self, found: Found) -> SessionFigures:
        """Raises NoSummaryError."""
        known = self._known.get(found.path)
        if known is not None and self._is_fresh(known, found):
            self._known.move_to_end(found.path)
            return known.figures
        folding = self._folding.get(found.path)
        if folding is None:
            folding = self._folding[found.path] = self._tasks.spawn("summary", self._fold(found))
            folding.add_done_callback(lambda _: self._folding.pop(found.path, None))
        # Who goes away leaves the fold to the others, and to the next who asks.
        return await asyncio.shield(folding)

    def forget(self, path: Path) -> None:
        self._known.pop(path, None)

    async def close(self) -> None:
        self._is_closing = True
        if self._running is not None:
            self._running.end()
        await asyncio.gather(*self._folding.values(), return_exceptions=True)

    def _is_fresh(self, known: _Known, found: Found) -> bool:
        if known.fingerprint == found.fingerprint:
            return True
        age_s = (self._clock.mono_ns() - known.made_mono_ns) / NS_PER_S
        return found.session.open and age_s < OPEN_FRESH_S

    async def _fold(self, found: Found) -> SessionFigures:
        async with self._one_at_a_time:
            if self._is_closing:
                raise NoSummaryError("The engine stops.")
            self._running = self._make_child(SummaryWork(str(found.path)))
            try:
                line = await self._running.run(_unheard)
            finally:
                self._running = None
        match line:
            case Figures(figures):
                self._keep(found, figures)
                return figures
            case Trouble(text):
                raise NoSummaryError(text)
            case _:
                raise NoSummaryError("The worker answered something else.")

    def _keep(self, found: Found, figures: SessionFigures) -> None:
        now_ns = self._clock.mono_ns()
        self._known[found.path] = _Known(found.fingerprint, now_ns, figures)
        self._known.move_to_end(found.path)
        while len(self._known) > KEPT_MOST:
            self._known.popitem(last=False)


def _unheard(_told: Told) -> None:
    """A fold is short, and nobody looks on."""
