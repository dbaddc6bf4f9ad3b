"""How is the engine itself? Looks once a second, and tells everyone who wants to know."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from livedesk import __version__
from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.engine_status import EngineStatus
from livedesk.core.settings import AgencySettings
from livedesk.core.status import StoreStatus
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.telling import ChannelTelling
from livedesk.engine.engine_conditions import engine_findings
from livedesk.engine.machine import Machine, MachineWatch

log = logging.getLogger(__name__)

EVERY_S: Final = 1.0
_MACHINE_EVERY_S: Final = 5.0
_MACHINE_OLD_S: Final = 30.0


class Overview:
    """`host`: the machine's name, for people. What is made after it is given to it later: who
    may call (`count_users`), what is wrong with the records of people, and the `stores`."""

    def __init__(
        self,
        clock: Clock,
        watch: MachineWatch,
        alarms: EngineAlarms,
        agency: AgencySettings,
        host: str,
        telling: ChannelTelling,
    ) -> None:
        self._clock = clock
        self._watch = watch
        self._alarms = alarms
        self._agency = agency
        self._host = host
        self._telling = telling
        self._machine = Machine()
        self._seen_ns: int | None = None
        self.count_users: Callable[[], int] = lambda: 0
        self.trail_problem: Callable[[], str] = str
        self.people_problem: Callable[[], str] = str
        self.trail_aside: Callable[[], str] = str
        self.runbook_problem: Callable[[], str] = str
        self.stores: Callable[[], Iterable[StoreStatus]] = tuple

    async def run(self, publish: Callable[[EngineStatus], None]) -> None:
        """For ever. A fault of ours is logged, and the next second is another try."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._watch_machine())
            both.create_task(self._tell(publish))

    async def _watch_machine(self) -> None:
        """By itself: a disk that hangs must hold up nothing else."""
        while True:
            try:
                self._machine = await asyncio.to_thread(self._watch.look)
                self._seen_ns = self._clock.mono_ns()
            except Exception:
                log.exception("the machine could not be looked at")
            await asyncio.sleep(_MACHINE_EVERY_S)

    async def _tell(self, publish: Callable[[EngineStatus], None]) -> None:
        while True:
            try:
                self.look()
                publish(self.status())
            except Exception:
                log.exception("the engine could not be looked at")
            await asyncio.sleep(EVERY_S)

    def look(self) -> None:
        findings = engine_findings(
            self.machine(),
            self._telling.statuses(),
            self._agency.show_hours,
            self.trail_problem(),
            self.people_problem(),
            self.trail_aside(),
            self.runbook_problem(),
        )
        self._alarms.look(findings)
        self._telling.beat(self.stores)

    def machine(self) -> Machine:
        """As it was seen lately; what is older says nothing of now."""
        if self._seen_ns is None:
            return Machine()
        is_old = self._clock.mono_ns() - self._seen_ns > _MACHINE_OLD_S * NS_PER_S
        return Machine() if is_old else self._machine

    def status(self) -> EngineStatus:
        machine = self.machine()
        return EngineStatus(
            utc_ns=self._clock.utc_ns(),
            version=__version__,
            agency=self._agency.name,
            host=self._host,
            channels=self._telling.statuses(),
            alarms=self._alarms.active(),
            disk_free_bytes=machine.disk_free_bytes,
            disk_left_h=machine.disk_left_h,
            clock_offset_ms=machine.time.offset_ms,
            clock_synchronised=machine.time.synchronised,
            users=self.count_users(),
        )
