"""How is a switch carried out by something outside, and when has the stream arrived?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.settings import StoreSettings
from livedesk.core.tasks import Tasks
from livedesk.engine.actuators.base import Actuator, SwitchOrder
from livedesk.engine.external_facts import ServerView
from livedesk.engine.external_standby import ActuatorWatch
from livedesk.engine.external_switches import ExternalBook, ExternalSwitch
from livedesk.failover.facts import Switch
from livedesk.failover.policy import Policy

CONFIRM_S: Final = 15.0
"""So long after the actuator is done media may take to come out of the server."""

_FIRST_WAIT_NS: Final = 10 * NS_PER_S
"""Until a path is tried again that no other could stand in for; then twice as long each time."""

Tell = Callable[[str, Level, str, dict[str, Json]], Awaitable[None]]


class ExternalMoves:
    """Lets the actuator do what the policy decides, one switch at a time."""

    def __init__(
        self,
        settings: StoreSettings,
        actuator: Actuator,
        view: ServerView,
        watch: ActuatorWatch,
        tell: Tell,
        tasks: Tasks,
        clock: Clock,
        poll_s: float,
    ) -> None:
        self._store = settings.id
        self._uplinks = {uplink.name: uplink for uplink in settings.uplinks}
        self._actuator = actuator
        self._view = view
        self._watch = watch
        self._tell = tell
        self._tasks = tasks
        self._clock = clock
        self._poll_s = poll_s
        self._place = next(iter(self._uplinks))
        self._moving: asyncio.Task[None] | None = None
        self._ended_ns = 0
        self._wait_ns = _FIRST_WAIT_NS
        self.policy = Policy(settings.failover, settings.limits, tuple(self._uplinks))
        self.book = ExternalBook()

    @property
    def is_moving(self) -> bool:
        return self._moving is not None and not self._moving.done()

    def begin(self, switch: Switch, mono_ns: int) -> None:
        record = self.book.begin(switch, mono_ns, self._clock.utc_ns())
        self._watch.placed()
        self._wait_ns = _FIRST_WAIT_NS
        self._moving = self._tasks.spawn("switch", self._move(record))

    def try_again(self, mono_ns: int) -> None:
        """A relay's uplink connects again by itself; here that is an order of its own. Whether the
        stream came is seen as after any switch that failed."""
        record = self.book.newest
        is_due = mono_ns - self._ended_ns >= self._wait_ns
        if record is not None and is_due and self._watch.problem is None:
            self._wait_ns *= 2
            self._moving = self._tasks.spawn("try again", self._again(record))

    def found_on(self, name: str) -> None:
        """The actuator says that the stream goes there."""
        self._place = name
        self.policy.found_on(self._clock.mono_ns(), name)

    def look_for_return(self, mono_ns: int) -> None:
        """After a switch that failed media may come all the same: the path healed, somebody brought
        the stream back, or it took long. Then it is not moved for what was before.

        Until the actuator says where it goes, it is taken to be where it was last moved to."""
        if self._view.has_returned:
            self._view.want(None)
            self._watch.displaced()
            self.policy.found_on(mono_ns, self._place)

    async def _move(self, record: ExternalSwitch) -> None:
        switch = record.switch
        text = f"The stream moves from {switch.from_} to {switch.to}: {switch.reason}."
        figures: dict[str, Json] = dict(switch.figures)
        more: dict[str, Json] = {"onset_mono_ns": switch.onset_ns, "figures": figures}
        await self._tell("failover.switch", "notice", text, {**record.told_json(), **more})
        try:
            problem = await self._carry_out(record)
        except Exception:
            await self._gave_up(record, "A fault in livedesk ended the switch.")
            raise
        if problem is None:
            await self._arrived(record)
        else:
            await self._gave_up(record, problem)

    async def _again(self, record: ExternalSwitch) -> None:
        to = record.switch.to
        text = f"No uplink took the stream; {to} is tried again."
        await self._tell("failover.again", "notice", text, {"to": to})
        outcome = await self._actuator.switch(self._order(record))
        if outcome.ok:
            self._place = to
        self._watch.sender = await self._actuator.sender()
        self._ended_ns = self._clock.mono_ns()

    def _order(self, record: ExternalSwitch) -> SwitchOrder:
        switch = record.switch
        return SwitchOrder(self._store, switch.from_, self._uplinks[switch.to], switch.reason)

    async def _carry_out(self, record: ExternalSwitch) -> str | None:
        """Why the stream did not arrive; None if it did."""
        switch = record.switch
        outcome = await self._actuator.switch(self._order(record))
        record.acted(outcome)
        acted_ns = self._clock.mono_ns()
        has_media = False
        if outcome.ok:
            self._place = switch.to
            published: dict[str, Json] = {"to": switch.to, "publish_ms": outcome.took_ms}
            await self._tell("failover.published", "info", outcome.words, published)
            has_media = await self._media_after(acted_ns)
        self._watch.sender = await self._actuator.sender()
        if has_media:
            return None
        silent = f" No media came out of the server within {CONFIRM_S:.0f} s."
        return outcome.words + (silent if outcome.ok else "")

    async def _media_after(self, mono_ns: int) -> bool:
        deadline_ns = mono_ns + round(CONFIRM_S * NS_PER_S)
        while self._view.media_ns is None or self._view.media_ns <= mono_ns:
            if self._clock.mono_ns() >= deadline_ns:
                return False
            await asyncio.sleep(self._poll_s)
        return True

    async def _arrived(self, record: ExternalSwitch) -> None:
        mono_ns = self._clock.mono_ns()
        self._view.want(None)
        self.policy.took_over(mono_ns)
        record.ends("done", mono_ns)
        took_ms = record.told()["switch_ms"] or 0.0
        text = f"{record.switch.to} carries the stream after {took_ms:,.0f} ms."
        await self._tell("failover.done", "info", text, record.told_json())

    async def _gave_up(self, record: ExternalSwitch, problem: str) -> None:
        self._ended_ns = mono_ns = self._clock.mono_ns()
        self._view.want(mono_ns)
        record.ends("failed", mono_ns)
        text = f"{record.switch.to} did not take the stream over. {problem}"
        await self._tell("failover.failed", "critical", text, record.told_json())
