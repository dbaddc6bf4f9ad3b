"""How are the engine's own alarms and its ways to people put together?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from livedesk.alarms.channels.message import Voice
from livedesk.alarms.channels.sender import Sender
from livedesk.core.clock import Clock
from livedesk.core.settings import Settings
from livedesk.core.tasks import Tasks
from livedesk.engine.alarming.announce import Telling
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.telling import ChannelTelling
from livedesk.engine.bus import Bus
from livedesk.engine.machine import MachineWatch
from livedesk.engine.overview import Overview
from livedesk.engine.people.door import PeopleDoor


@dataclass(frozen=True, slots=True)
class Alarming:
    """`telling`: to whom stores announce their alarms."""

    telling: Telling
    overview: Overview
    alarms: EngineAlarms

    def follow(self, people: PeopleDoor) -> None:
        """The records of people, which are opened later, are looked after as well."""
        users, audit = people.users, people.audit
        self.overview.count_users = users.__len__
        self.overview.people_problem = lambda: users.problem
        self.overview.trail_problem = lambda: audit.problem
        self.alarms.note = audit.note


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
    telling = await _open_channels(opened, settings, clock)
    alarms = EngineAlarms(clock, telling, steps)
    overview = Overview(
        clock,
        MachineWatch(data, clock),
        alarms,
        settings.agency,
        socket.gethostname(),
        telling,
    )
    tasks = Tasks()
    opened.push_async_callback(tasks.close)
    tasks.spawn("overview", overview.run(bus.publish_engine))
    return Alarming(telling, overview, alarms)


async def _open_channels(
    opened: AsyncExitStack, settings: Settings, clock: Clock
) -> ChannelTelling:
    zone = settings.agency.time_zone
    voice = Voice(settings.agency.name, ZoneInfo(zone) if zone else None)
    if not settings.channels:
        return ChannelTelling((), voice, clock)
    # HTTP and mail take a tenth of a second to load, which engines without channels do not need.
    from livedesk.alarms.channels.make import courier_for

    senders = [Sender(channel, courier_for(channel), clock) for channel in settings.channels]
    tasks = Tasks()
    opened.push_async_callback(tasks.close)

    async def close() -> None:
        await asyncio.gather(*(sender.close() for sender in senders))

    opened.push_async_callback(close)
    for sender in senders:
        tasks.spawn(f"channel {sender.settings.name}", sender.run())
    return ChannelTelling(senders, voice, clock)
