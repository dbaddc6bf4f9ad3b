"""Sessions on record made to order, and workers whose end a test decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from livedesk.core.clock import NS_PER_S
from livedesk.core.records import ExportedFile
from livedesk.engine.records.child import Child
from livedesk.journal.sessions import session_path
from livedesk.journal.work import ExportWork, Line, Made, Told, Trouble, Work
from tests.journal.kit import START_UTC_NS, event, info, steady, write


def session_file(
    data: Path, store: str = "glow", session: str = "s1", *, later_s: int = 0, signed: bool = True
) -> Path:
    """A show of ten seconds."""
    later_ns = later_s * NS_PER_S
    started_ns = START_UTC_NS + later_ns
    path = session_path(data, store, started_ns)
    path.parent.mkdir(parents=True, exist_ok=True)
    about = replace(info(session=session), store=store, started_utc_ns=started_ns)
    events = [event(1, 1, "feed.connected"), event(2, 4, "operator.note", actor="Kim")]
    if signed:
        events.append(event(3, 10, "session.end"))
    moved = [replace(each, utc_ns=each.utc_ns + later_ns) for each in events]
    rows = [replace(each, utc_ns=each.utc_ns + later_ns) for each in steady(range(10))]
    return write(path, rows, moved, about)


class HeldChild(Child):
    """Does nothing until it is told what came of it; `end` ends it at once, as a kill does."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.work = work
        self.begun = asyncio.Event()
        self.outcome: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self.hear: Callable[[Told], None] = lambda _: None

    def end(self) -> None:
        super().end()
        if not self.outcome.done():
            self.outcome.set_result(Trouble("killed"))

    async def run(self, hear: Callable[[Told], None]) -> Line:
        self.hear = hear
        self.begun.set()
        return await self.outcome

    def makes(self, *names: str, size: int = 3, problem: str | None = None) -> None:
        """Write the files that were asked for, and say so."""
        assert isinstance(self.work, ExportWork)
        for name in names:
            (Path(self.work.out) / name).write_bytes(b"x" * min(size, 1_000))
        made = tuple(ExportedFile(name, size) for name in names)
        self.outcome.set_result(Made(made, problem))


class Children:
    """All that were made, in their order."""

    def __init__(self) -> None:
        self.made: list[HeldChild] = []

    def __call__(self, work: Work) -> HeldChild:
        self.made.append(HeldChild(work))
        return self.made[-1]
