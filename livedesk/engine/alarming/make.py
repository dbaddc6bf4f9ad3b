"""How are the engine's own alarms and its ways to people put together?"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from livedesk.core.clock import Clock
from livedesk.core.settings import Settings
from livedesk.core.tasks import Tasks
from livedesk.engine.alarming.announce import Telling, Untold
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.bus import Bus
from livedesk.engine.machine import MachineWatch
from livedesk.engine.overview import Overview


@dataclass(frozen=True, slots=True)
class Alarming:
    """`telling`: to whom stores announce their alarms."""

    telling: Telling
    overview: Overview
    alarms: EngineAlarms


async def open_alarming(
    opened: AsyncExitStack,
    settings: Settings,
    data: Path,
    bus: Bus,
    clock: Clock,
    steps: Callable[[str], tuple[str, ...]],
) -> Alarming:
    """Open it before the stores, so that their last words still go out.

    `steps`: of an alarm's id, what the agency does about it.
    """
    telling = Untold()
    alarms = EngineAlarms(clock, telling, steps)
    overview = Overview(
        clock,
        MachineWatch(data, clock),
        alarms,
        settings.agency,
        socket.gethostname(),
        tuple,
    )
    tasks = Tasks()
    opened.push_async_callback(tasks.close)
    tasks.spawn("overview", overview.run(bus.publish_engine))
    return Alarming(telling, overview, alarms)
