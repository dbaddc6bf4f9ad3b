"""Who decides and acts where the stream is not carried by a relay of ours? (`feed.pull`)

Stands in the relay's place for its store: tells feed, uplinks and switches as a relay would, from
what the probe sees at the server, and lets an actuator carry out what the same policy decides. It
ends with the engine, so a switch needs the engine here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Final

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json, Level
from livedesk.core.settings import StoreSettings
from livedesk.core.status import FailoverStatus, PartStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.actuators.base import Actuator
from livedesk.engine.entries import RelayEntry, RelayEvent, RelaySample, Reply
from livedesk.engine.external_facts import ServerView
from livedesk.engine.external_moves import ExternalMoves
from livedesk.engine.external_sample import feed_facts, uplink_facts
from livedesk.engine.external_standby import ActuatorWatch
from livedesk.engine.fold import ProbeReading
from livedesk.engine.relay_link import RelaySink
from livedesk.failover.facts import PathFacts, Refusal
from livedesk.failover.orders_wire import pass_on

POLL_S: Final = 0.1
ASK_S: Final = 0.25

_SAMPLE_NS: Final = 250 * NS_PER_MS
_NO_ACTUATOR: Final = Refusal(
    "no_actuator",
    "Nothing is named that could move this stream.",
    "Name an actuator in [store.failover].",
)


class ExternalPath:
    """The path of one store's stream as seen and moved from outside. Implements RelayHandle."""

    def __init__(
        self,
        settings: StoreSettings,
        actuator: Actuator | None,
        sink: RelaySink,
        newest: Callable[[], ProbeReading | None],
        clock: Clock,
        poll_s: float = POLL_S,
    ) -> None:
        """`newest`: what the probe measured last."""
        self._poll_s = poll_s
        self._settings = settings
        self._uplinks = {uplink.name: uplink for uplink in settings.uplinks}
        self._actuator = actuator
        self._sink = sink
        self._newest = newest
        self._clock = clock
        self._instance = f"external-{clock.utc_ns()}"
        self._numbers = count(1)
        self._view = ServerView()
        self._watch = ActuatorWatch(actuator, clock)
        self._tasks = Tasks(self._task_failed)
        self._moves: ExternalMoves | None = None
        if actuator is not None and self._uplinks:
            self._moves = ExternalMoves(
                settings, actuator, self._view, self._watch, self._tell, self._tasks, clock, poll_s
            )
        self._sampled_ns = 0
        self._gave_media = False

    # What a store asks of its relay.

    @property
    def replaying(self) -> bool:
        return False

    def part(self) -> PartStatus:
        return PartStatus("up")

    async def end_relay(self) -> bool:
        return True

    async def command(self, name: str, fields: dict[str, Json]) -> Reply:
        refusal = self._order(name, fields)
        if refusal is None:
            return Reply(0, ok=True)
        return Reply(0, False, refusal.code, refusal.problem, refusal.action)

    async def run(self) -> None:
        """Watch, decide and act, until cancelled."""
        pull = self._settings.feed.pull
        self._sink.attached(self._instance, "" if pull is None else pull.reveal(), 0)
        if self._actuator is not None:
            self._tasks.spawn("ask the actuator", self._keep_asking())
        try:
            while True:
                await self.poll()
                await asyncio.sleep(self._poll_s)
        except asyncio.CancelledError:
            await self.close()
            raise
        finally:
            await self._tasks.close()

    async def close(self) -> None:
        await self._tasks.close()
        if self._actuator is not None:
            await self._actuator.close()

    # What it sees and decides.

    async def poll(self) -> None:
        """One look at everything; begins what is decided."""
        mono_ns = self._clock.mono_ns()
        self._view.take(self._newest(), self._watch.sender)
        await self._tell_feed()
        if self._moves is not None:
            await self._decide(self._moves, mono_ns)
        if mono_ns - self._sampled_ns >= _SAMPLE_NS:
            self._sampled_ns = mono_ns
            await self._sink.entry(self._instance, self._sample(mono_ns))

    async def _decide(self, moves: ExternalMoves, mono_ns: int) -> None:
        if not moves.is_moving:
            moves.look_for_return(mono_ns)
            feed = self._view.feed(mono_ns)
            switch = moves.policy.update(mono_ns, feed, self._paths(mono_ns))
            if switch is not None:
                moves.begin(switch, mono_ns)
            elif moves.policy.keeps_trying:
                moves.try_again(mono_ns)
        for note in moves.policy.take_notes():
            await self._tell(note.event, note.level, note.text, dict(note.data))

    @property
    def _active(self) -> str | None:
        if self._moves is not None:
            return self._moves.policy.active
        return next(iter(self._uplinks), None)

    def _paths(self, mono_ns: int) -> tuple[PathFacts, ...]:
        return tuple(
            self._view.carrying(name, mono_ns)
            if name == self._active
            else self._watch.standby(name, mono_ns)
            for name in self._uplinks
        )

    async def _keep_asking(self) -> None:
        while True:
            await self.ask()
            await asyncio.sleep(ASK_S)

    async def ask(self) -> None:
        """What the actuator says of itself and the sender. Not while it moves the stream."""
        moves = self._moves
        if moves is not None and moves.is_moving:
            return
        await self._watch.ask()
        if moves is not None:
            name = await self._watch.place(self._settings.uplinks)
            if name is not None and not moves.is_moving:
                moves.found_on(name)

    def _order(self, name: str, fields: dict[str, Json]) -> Refusal | None:
        if self._moves is None:
            return _NO_ACTUATOR
        return pass_on(self._moves.policy, self._clock.mono_ns(), {"cmd": name, **fields})

    # What it tells.

    async def _tell_feed(self) -> None:
        """As a relay tells of its encoder: the record shall know when nothing came."""
        gives_media = self._view.gives_media
        if gives_media == self._gave_media:
            return
        self._gave_media = gives_media
        data: dict[str, Json] = {"source": "server"}
        if gives_media:
            await self._tell("feed.up", "info", "The server gives media out.", data)
        else:
            await self._tell("feed.lost", "warning", "The server gives no media out.", data)

    def _task_failed(self, name: str, failure: BaseException) -> None:
        text = f"Part of the engine failed ({name}: {type(failure).__name__}); please report this."
        self._sink.remark("engine.fault", "critical", text, {"task": name})

    async def _tell(self, event: str, level: Level, text: str, data: dict[str, Json]) -> None:
        mono_ns, utc_ns = self._clock.mono_ns(), self._clock.utc_ns()
        number = next(self._numbers)
        entry: RelayEntry = RelayEvent(number, mono_ns, utc_ns, event, level, text, data)
        await self._sink.entry(self._instance, entry)

    def _sample(self, mono_ns: int) -> RelaySample:
        feed = feed_facts(self._view, mono_ns)
        uplinks = tuple(
            uplink_facts(
                path,
                self._uplinks[path.name],
                feed.state if path.name == self._active else "GONE",
                self._health(path.name, mono_ns),
            )
            for path in self._paths(mono_ns)
        )
        number, utc_ns = next(self._numbers), self._clock.utc_ns()
        failover, sender = self._failover(mono_ns), self._view.sender
        return RelaySample(number, mono_ns, utc_ns, feed, uplinks, failover, sender=sender)

    def _health(self, name: str, mono_ns: int) -> tuple[float | None, float | None]:
        if self._moves is None:
            return None, None
        return self._moves.policy.path_health(name, mono_ns)

    def _failover(self, mono_ns: int) -> FailoverStatus:
        if self._moves is None:
            reason = "the stream is only watched here; nothing is named that could move it"
            return FailoverStatus(self._active, "single", reason=reason)
        policy, offset_ns = self._moves.policy, self._clock.utc_ns() - self._clock.mono_ns()
        return self._moves.book.status(policy.active, policy.view(mono_ns), offset_ns)
