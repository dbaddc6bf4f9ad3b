"""How is the engine itself? Looks once a second, and tells everyone who wants to know."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from livedesk import __version__
from livedesk.core.clock import Clock
from livedesk.core.engine_status import ChannelStatus, EngineStatus
from livedesk.core.settings import AgencySettings
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.engine_conditions import engine_findings
from livedesk.engine.machine import Machine, MachineWatch

log = logging.getLogger(__name__)

EVERY_S: Final = 1.0


class Overview:
    """`channels`: how the ways to people are. `host`: the machine's name, for people."""

    def __init__(
        self,
        clock: Clock,
        watch: MachineWatch,
        alarms: EngineAlarms,
        agency: AgencySettings,
        host: str,
        channels: Callable[[], tuple[ChannelStatus, ...]],
    ) -> None:
        self._clock = clock
        self._watch = watch
        self._alarms = alarms
        self._agency = agency
        self._host = host
        self._channels = channels
        self._machine = Machine()
        self.count_users: Callable[[], int] = lambda: 0

    async def run(self, publish: Callable[[EngineStatus], None]) -> None:
        """For ever. A fault of ours is logged, and the next second is another try."""
        while True:
            try:
                self._machine = await asyncio.to_thread(self._watch.look)
                self.look()
                publish(self.status())
            except Exception:
                log.exception("the engine could not be looked at")
            await asyncio.sleep(EVERY_S)

    def look(self) -> None:
        hours = self._agency.show_hours
        self._alarms.look(engine_findings(self._machine, self._channels(), hours))

    def status(self) -> EngineStatus:
        machine = self._machine
        return EngineStatus(
            utc_ns=self._clock.utc_ns(),
            version=__version__,
            agency=self._agency.name,
            host=self._host,
            channels=self._channels(),
            alarms=self._alarms.active(),
            disk_free_bytes=machine.disk_free_bytes,
            disk_left_h=machine.disk_left_h,
            clock_offset_ms=machine.time.offset_ms,
            clock_synchronised=machine.time.synchronised,
            users=self.count_users(),
        )
