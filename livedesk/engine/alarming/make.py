"""How are the engine's own alarms and its ways to people put together?"""

from __future__ import annotations

import socket
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


async def open_alarming(
    opened: AsyncExitStack, settings: Settings, data: Path, bus: Bus, clock: Clock
) -> Alarming:
    """Open it before the stores, so that their last words still go out."""
    telling = Untold()
    overview = Overview(
        clock,
        MachineWatch(data, clock),
        EngineAlarms(clock, telling),
        settings.agency,
        socket.gethostname(),
        tuple,
    )
    tasks = Tasks()
    opened.push_async_callback(tasks.close)
    tasks.spawn("overview", overview.run(bus.publish_engine))
    return Alarming(telling, overview)
