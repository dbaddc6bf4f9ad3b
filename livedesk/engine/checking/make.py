"""How is the check of a store put together?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from livedesk.core.clock import Clock
from livedesk.core.engine_status import EngineStatus
from livedesk.engine.checking.checking import Checking
from livedesk.engine.checking.facts import MachineFacts
from livedesk.engine.checking.stage import Stage


def checking_maker(
    data: Path, clock: Clock, show_hours: float, engine: Callable[[], EngineStatus]
) -> Callable[[Stage], Checking]:
    """`show_hours`: how long the agency plans a show. `engine`: how the engine is now."""

    def machine() -> MachineFacts:
        now = engine()
        return MachineFacts(
            disk_free_bytes=now.disk_free_bytes,
            disk_left_h=now.disk_left_h,
            clock_synchronised=now.clock_synchronised,
            clock_offset_ms=now.clock_offset_ms,
        )

    return lambda stage: Checking(stage, data, clock, show_hours, machine)
