"""What does the engine know and do for one store?

The relay's entries are taken in by their own time, so what was missed while no engine ran ends up
where it belongs. Alarms are about now and are judged by the clock alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from livedesk.core.clock import Clock
from livedesk.core.events import Event, Json, Level
from livedesk.core.secrets import Secret
from livedesk.core.settings import StoreSettings
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.alarming.announce import Telling
from livedesk.engine.alarming.common_alarms import CommonAlarms
from livedesk.engine.alarming.store_alarms import StoreAlarms
from livedesk.engine.alarming.store_place import store_place
from livedesk.engine.broadcast import Broadcast
from livedesk.engine.bus import Bus
from livedesk.engine.conditions import Beside, findings
from livedesk.engine.configuration import ConfigurationWatch
from livedesk.engine.entries import RelayEntry, RelaySample
from livedesk.engine.fold import (
    ProbeReading,
    Reading,
    StoreFold,
    probe_readings,
    relay_readings,
)
from livedesk.engine.handles import (
    ProbeHandle,
    RelayHandle,
    ReturnHandle,
)
from livedesk.engine.history import History, Memory, history_of, recorded_events
from livedesk.engine.hold import HeldBy
from livedesk.engine.orders import Orders
from livedesk.engine.preview import PreviewBox
from livedesk.engine.record_plan import RecordPlan
from livedesk.engine.return_watch import ReturnWatch
from livedesk.engine.services import Makers, Services
from livedesk.engine.session import SessionRules
from livedesk.engine.wall_clock import WallClockWatch

TICK_S = 0.25
_AFTER_FAULT_S = 5.0
_RELAY_TASK, _TICK_TASK, _HOLD_TASK = "relay link", "tick", "hold again"


class Store:
    """One store: its session, its newest facts, its alarms, and the two links they come by."""

    def __init__(
        self,
        settings: StoreSettings,
        data: Path,
        bus: Bus,
        clock: Clock,
        make_relay: Callable[[Store], RelayHandle],
        make_probe: Callable[[Store], ProbeHandle],
        rules: SessionRules | None = None,
        make_return: Callable[[Store], ReturnHandle] | None = None,
        makers: Makers | None = None,
        telling: Telling | None = None,
        steps: Callable[[str], tuple[str, ...]] | None = None,
        common: CommonAlarms | None = None,
        plan: RecordPlan | None = None,
    ) -> None:
        """`telling`: who hears of alarms elsewhere. `steps`: what is done about one, by its id.
        `common`: what stores of one engine have together. `plan`: what is kept of sessions."""
        self.settings = settings
        self.preview = PreviewBox()
        self._data = data
        self._bus = bus
        self._clock = clock
        self._broadcast = Broadcast(
            settings,
            data,
            bus,
            clock,
            rules or SessionRules(),
            self._session_begins,
            self._session_ends,
            plan,
        )
        self._fold = StoreFold(settings)
        self._memory = Memory(clock)
        self.alarms = StoreAlarms(
            store_place(settings, clock, self._broadcast, telling, steps), common
        )
        self._configuration = ConfigurationWatch(settings.limits, settings.platform)
        self._tasks = Tasks(self._task_failed)
        self._tap_url: Secret | None = None
        self._instance = ""
        self._wall = WallClockWatch(clock)
        self._relay = make_relay(self)
        self._probe = make_probe(self)
        self._return = ReturnWatch(None if make_return is None else make_return(self))
        self.orders = Orders(
            self._relay, settings.failover, self.status, self._post_order, bus.drain
        )
        self._held = HeldBy()
        self.services = Services(
            settings, self._broadcast, bus, self.alarms, self.status, makers or Makers()
        )
        self.pinning = self.services.pinning
        self.moderating = self.services.moderating
        self.checking = self.services.checking

    async def start(self) -> None:
        """Take up an open session, then find or start the relay and listen to it."""
        await self.services.recall()
        await self._broadcast.recall()
        if (recorded := self._broadcast.recorded_hold) is not None:
            self._instance, self._held = recorded.recorded_relay, recorded
        is_over = not self._broadcast.is_open
        await self.alarms.start(self._broadcast.newest_path, is_over=is_over)
        self._tasks.spawn(_RELAY_TASK, self._relay.run())
        self._tasks.spawn(_TICK_TASK, self._keep_ticking())
        await self.services.start(self._broadcast.recorded_path, self._broadcast.newest_path)

    async def close(self, *, relays: bool) -> bool:
        """Stop; with `relays` the media path ends as well, and so does the session.

        Returns False when a relay could not be ended.
        """
        self.preview.close()
        await self._probe.close()
        await self._return.close()
        await self.services.close()
        await self._tasks.close()
        gone = await self._relay.end_relay() if relays else True
        await self._broadcast.close("The engine was stopped with its relays." if relays else None)
        await self.services.close_check()
        return gone

    # What the relay's link tells.

    def position(self, instance: str) -> int:
        return self._broadcast.position(instance)

    def attached(self, instance: str, tap_url: str, missed: int) -> None:
        if instance != self._instance:
            self._fold.forget_relay()
            if self._held.is_on:
                self._tasks.spawn(_HOLD_TASK, self.orders.hold_again(self._held.actor))
        self._instance = instance
        self._tap_url = Secret(tap_url)
        if missed and self._broadcast.session is not None:
            text = f"{missed} entries of the relay are lost: it kept them no longer."
            self._broadcast.post("relay.missed", "warning", "engine", text, {"entries": missed})

    def begin_on(self) -> str | None:
        """A path that was left is not taken again because a process of ours died."""
        return self._held.carrier

    async def entry(self, instance: str, entry: RelayEntry) -> None:
        self._broadcast.take(instance, entry)
        self._fold.take(entry)
        self._held.take(entry)
        if not isinstance(entry, RelaySample):
            return
        self._memory.add(entry.mono_ns, relay_readings(entry))
        # Many entries may come at once after a pause: other work gets its turn in between.
        await asyncio.sleep(0)

    def remark(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> None:
        self._broadcast.post(kind, level, "engine", text, data)

    def _post_order(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str
    ) -> None:
        if kind == "order.hold" and data.get("on"):
            self._held.ordered(actor)
        self._broadcast.post(kind, level, "engine", text, data, actor=actor)

    # What the probe's link tells.

    def measured(self, reading: ProbeReading) -> None:
        self._fold.probe = reading
        self._keep(reading.mono_ns, reading.utc_ns, tuple(probe_readings(reading)))

    def newest_reading(self) -> ProbeReading | None:
        return self._fold.probe

    def came_back(self, mono_ns: int, utc_ns: int, kbps: float | None) -> None:
        """What the return check measured."""
        sample = self._fold.relay
        epoch = 0 if sample is None else sample.feed.epoch
        self._keep(mono_ns, utc_ns, (Reading("return_kbps", "", epoch, kbps),))

    def _keep(self, mono_ns: int, utc_ns: int, readings: tuple[Reading, ...]) -> None:
        self._memory.add(mono_ns, readings)
        self._broadcast.measured(mono_ns, utc_ns, readings)

    def pictured(self, jpeg: bytes, mono_ns: int) -> None:
        self.preview.put(jpeg, mono_ns)
        self._broadcast.pictured(jpeg, mono_ns)

    def probe_event(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> None:
        self._broadcast.post(kind, level, "probe", text, data)

    # What the engine asks for.

    async def _keep_ticking(self) -> None:
        while True:
            self.tick()
            await asyncio.sleep(TICK_S)

    def tick(self) -> None:
        """Judge what is true now; four times a second."""
        mono_ns = self._clock.mono_ns()
        if (step := self._wall.step()) is not None:
            self._broadcast.post("clock.step", "warning", "engine", step.text, step.data)
        self._broadcast.tick()
        self._direct_probe()
        self._check_configuration(mono_ns)
        if (seen := self._return.look(mono_ns, self._clock.utc_ns(), self._fold)) is not None:
            self._broadcast.post("failover.seen", seen.level, "engine", seen.text, seen.data)
        self.services.tick()
        if not self._relay.replaying:
            self.alarms.look(findings(self.status(), self._beside()))
        status = self.status()
        self.services.look(status)
        self._bus.publish_status(status)

    def _beside(self) -> Beside:
        sample = self._fold.relay
        return Beside(
            is_pulled=self.settings.feed.pull is not None,
            sender=None if sample is None else sample.sender,
            lost_tracks=self._fold.lost_tracks,
            held_by=self._held.actor,
            is_mended=self._fold.paths.is_mended,
            unseen_issues=self._configuration.unseen,
            pins=None if self.pinning is None else self.pinning.facts(),
            moderation=None if self.moderating is None else self.moderating.facts(),
        )

    def _direct_probe(self) -> None:
        """The probe plays while an encoder is there; without one there is nothing to measure.

        Of another server only the probe can tell whether there is one.
        """
        sample = self._fold.relay
        is_pulled = self.settings.feed.pull is not None
        connected = is_pulled or (sample is not None and sample.feed.connected)
        self._probe.play(self._tap_url if connected else None)
        if not connected:
            self.preview.clear()
            self._fold.probe = None

    def _check_configuration(self, mono_ns: int) -> None:
        feed, sound = self._fold.feed(mono_ns), self._fold.sound(mono_ns)
        change = self._configuration.update(mono_ns, feed, sound, on_air=self._broadcast.is_open)
        if change is not None:
            self._broadcast.post(
                "configuration.changed", change.level, "engine", change.text, change.data
            )

    def _session_begins(self) -> None:
        self.services.session_begins()

    def _session_ends(self) -> None:
        self.services.session_ends()

    def status(self) -> StoreStatus:
        mono_ns = self._clock.mono_ns()
        settings, session = self.settings, self._broadcast.session
        return StoreStatus(
            store=settings.id,
            name=settings.name,
            utc_ns=self._clock.utc_ns(),
            session=session.session if session else None,
            session_started_utc_ns=session.started_utc_ns if session else None,
            state=self._broadcast.state,
            platform=settings.platform,
            sandbox=settings.sandbox,
            feed=self._fold.feed(mono_ns),
            sync=self._fold.sync(mono_ns),
            uplinks=self._fold.paths.uplinks(mono_ns),
            failover=self._fold.paths.failover(mono_ns),
            alarms=self.alarms.active(),
            flood=self.alarms.flood(),
            common=self.alarms.common(),
            limits=settings.limits,
            relay=self._relay.part(),
            probe=self._probe.part(),
            journal=self._broadcast.journal,
            ingest_url=settings.feed.public_url,
            picture=self._fold.picture(mono_ns),
            sound=self._fold.sound(mono_ns),
            issues=self._configuration.issues or (),
            issues_checked=self._configuration.issues is not None,
            return_check=self._return.status(),
            pins=None if self.pinning is None else self.pinning.status(),
            moderation=None if self.moderating is None else self.moderating.status(),
        )

    async def sign_off(self, actor: str, text: str = "The session was signed off.") -> str | None:
        """End the running session; returns its id once its end is on record and was told."""
        session = self._broadcast.sign_off(actor, text)
        if session is not None:
            await self._bus.drain()
            self._bus.publish_status(self.status())
        return session

    async def history(self, from_s: float, to_s: float, points: int) -> History:
        memory, store = self._memory, self.settings.id
        return await history_of(memory, self._data, store, from_s, to_s, points)

    async def events(
        self, from_s: float, to_s: float, kinds: frozenset[str], count: int
    ) -> list[Event]:
        return await asyncio.to_thread(
            recorded_events, self._data, self.settings.id, from_s, to_s, kinds, count
        )

    def _task_failed(self, name: str, failure: BaseException) -> None:
        text = f"Part of the engine failed ({name}: {type(failure).__name__})."
        self._broadcast.post("engine.fault", "critical", "engine", text, {"task": name})
        if name in (_RELAY_TASK, _TICK_TASK):
            self._tasks.spawn(name, self._again(name))

    async def _again(self, name: str) -> None:
        await asyncio.sleep(_AFTER_FAULT_S)
        await (self._relay.run() if name == _RELAY_TASK else self._keep_ticking())
