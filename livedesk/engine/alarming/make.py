"""How are the engine's own alarms and its ways to people put together?"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from livedesk.alarms.channels.delivery import Courier
from livedesk.alarms.channels.message import Voice
from livedesk.core.channel_settings import ChannelSettings
from livedesk.core.clock import Clock
from livedesk.core.secrets import Safe
from livedesk.core.settings import Settings
from livedesk.core.tasks import Tasks
from livedesk.engine.alarming.announce import Telling
from livedesk.engine.alarming.channels import Channels
from livedesk.engine.alarming.channels_file import ChannelsFile
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.engine_file import EngineAlarmsFile
from livedesk.engine.alarming.telling import ChannelTelling
from livedesk.engine.bus import Bus
from livedesk.engine.machine import MachineWatch
from livedesk.engine.overview import Overview
from livedesk.engine.people.door import PeopleDoor

CHANNELS_FILE: Final = "channels.json"
ALARMS_FILE: Final = "engine-alarms.json"


@dataclass(frozen=True, slots=True)
class Alarming:
    """`telling`: to whom stores announce their alarms."""

    telling: Telling
    channels: Channels
    overview: Overview
    alarms: EngineAlarms

    def follow(self, people: PeopleDoor) -> None:
        """The records of people, which are opened later, are looked after as well."""
        users, audit = people.users, people.audit
        self.overview.count_users = users.__len__
        self.overview.people_problem = lambda: users.problem
        self.overview.trail_problem = lambda: audit.problem
        self.overview.trail_aside = lambda: audit.set_aside
        self.alarms.note = audit.note


async def open_alarming(
    opened: AsyncExitStack,
    settings: Settings,
    data: Path,
    bus: Bus,
    clock: Clock,
    steps: Callable[[str], tuple[str, ...]],
    safe: Safe,
) -> Alarming:
    """Open it before the stores, so that their last words still go out.

    `steps`: of an alarm's id, what the agency does about it. `safe`: has the channels' secrets.
    """
    zone = settings.agency.time_zone
    voice = Voice(settings.agency.name, ZoneInfo(zone) if zone else None)
    telling = ChannelTelling(voice, clock)
    channels = await _open_channels(opened, settings, data, telling, clock, safe)
    alarms = EngineAlarms(clock, telling, steps)
    file = EngineAlarmsFile(data / ALARMS_FILE)
    await alarms.open(file)
    opened.push_async_callback(file.close)
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
    tasks.spawn("engine's alarms", file.run())
    return Alarming(telling, channels, overview, alarms)


async def _open_channels(
    opened: AsyncExitStack,
    settings: Settings,
    data: Path,
    telling: ChannelTelling,
    clock: Clock,
    safe: Safe,
) -> Channels:
    channels = Channels(
        settings.channels,
        [store.id for store in settings.stores],
        ChannelsFile(data / CHANNELS_FILE),
        safe,
        telling,
        clock,
        _courier_for,
    )
    opened.push_async_callback(channels.close)
    await channels.open()
    return channels


def _courier_for(channel: ChannelSettings) -> Courier:
    # HTTP and mail take a tenth of a second to load, which engines without channels do not need.
    from livedesk.alarms.channels.make import courier_for

    return courier_for(channel)
