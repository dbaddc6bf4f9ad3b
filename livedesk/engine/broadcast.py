"""How does one store's session come into the record: its events, its samples, its end?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from livedesk.core.causes import ORDERED
from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Event, Json, Level, Source
from livedesk.core.settings import StoreSettings
from livedesk.core.status import PartStatus, SessionState
from livedesk.core.tasks import Tasks
from livedesk.engine.bus import Bus, Receipt
from livedesk.engine.entries import RelayEntry, RelayEvent, RelaySample, media_flows
from livedesk.engine.fold import Reading, relay_readings
from livedesk.engine.hold import HeldBy
from livedesk.engine.past import LastSession, idle_s, last_session, seal_of
from livedesk.engine.record import SessionRecord
from livedesk.engine.record_facts import (
    CLOCK_EVENT,
    SETTINGS_EVENT,
    ClockWatch,
    same_settings,
    settings_facts,
)
from livedesk.engine.record_plan import RecordPlan
from livedesk.engine.session import Change, SessionMachine, SessionRules
from livedesk.engine.stills import StillChoice
from livedesk.engine.ticks import SecondBins
from livedesk.journal.sessions import SESSION_END
from livedesk.journal.values import SessionInfo
from livedesk.journal.writer import JournalWriter

log = logging.getLogger(__name__)

_AWAY_EVERY_NS = 5 * NS_PER_S
"""How often rows are passed on while the disk is away: they wait in memory, where parts of a second
take as much as a whole one."""


class Broadcast:
    """The session of one store, from first media to sign-off, over any number of engines."""

    def __init__(
        self,
        store: StoreSettings,
        data: Path,
        bus: Bus,
        clock: Clock,
        rules: SessionRules,
        on_begin: Callable[[], None] = lambda: None,
        on_end: Callable[[], None] = lambda: None,
        plan: RecordPlan | None = None,
    ) -> None:
        """`plan`: what the record keeps beside what happens. `on_begin` is called as soon as the
        record of a new session takes events, `on_end` while that of the ending one still does."""
        self._store = store
        self._data = data
        self._bus = bus
        self._clock = clock
        self._rules = rules
        self._on_begin = on_begin
        self._on_end = on_end
        self._machine = SessionMachine(rules)
        self._record = SessionRecord(store, data, clock)
        self._plan = plan or RecordPlan()
        self._stills = StillChoice(self._plan.settings.stills_s)
        self._true_time = ClockWatch(clock, self._plan.read_time)
        self._tasks = Tasks()
        self._ends: list[asyncio.Task[None]] = []
        self._relay_bins = SecondBins(0)
        self._probe_bins = SecondBins(0)
        self._recorded: LastSession | None = None
        self._seen: tuple[str, int] = ("", 0)
        self._passed_on_ns = 0
        self._in_line: Receipt | None = None
        """Of the relay's newest event."""

    @property
    def state(self) -> SessionState:
        return self._machine.state

    @property
    def is_open(self) -> bool:
        """On air, or waiting for an encoder that went away."""
        return self._machine.open

    @property
    def session(self) -> SessionInfo | None:
        return self._record.session

    @property
    def journal(self) -> PartStatus:
        return self._record.part()

    async def recall(self) -> None:
        """Take up what an earlier engine left: its session, and how far it had read the relay."""
        last = await asyncio.to_thread(last_session, self._data, self._store.id)
        self._recorded = last
        if last is None:
            return
        if last.signed_off:
            self._machine.sign_off()
        elif await self._record.resume(last):
            self._take_up(max(0.0, idle_s(last, self._clock.utc_ns())))

    def _take_up(self, idle_s: float) -> None:
        self._new_bins()
        if idle_s >= self._rules.idle_s:
            self._end("The session was left open by an engine that did not come back in time.")
            return
        self._machine.resume(self._clock.mono_ns() - round(idle_s * NS_PER_S))
        text = f"An engine continues the session {idle_s:.1f} s after the record stopped."
        self.post("session.resumed", "notice", "engine", text, {"gap_s": round(idle_s, 3)})
        self._describe(None if self._recorded is None else self._recorded.settings)

    def _describe(self, told: Mapping[str, Json] | None = None) -> None:
        """`told`: the settings that the record has already."""
        self._stills.begin()
        self._true_time.begin()
        settings = settings_facts(self._store, self._plan.settings)
        if not same_settings(told, settings):
            when = "begins" if told is None else "goes on"
            text = f"The session {when} with these settings."
            self.post(SETTINGS_EVENT, "info", "engine", text, {"settings": settings})

    @property
    def recorded_hold(self) -> HeldBy | None:
        """Whether the stream was held when an earlier engine left a session that goes on."""
        last = self._recorded
        return None if last is None or last.signed_off else last.held_by

    @property
    def recorded_path(self) -> Path | None:
        """The record of an earlier engine's session that goes on."""
        last = self._recorded
        return None if last is None or not self._machine.open else last.path

    @property
    def newest_path(self) -> Path | None:
        """The record of an earlier engine's last session, whether it goes on or is over."""
        return None if self._recorded is None else self._recorded.path

    def post(
        self,
        kind: str,
        level: Level,
        source: Source,
        text: str,
        data: dict[str, Json] | None = None,
        *,
        actor: str | None = None,
        at: tuple[int, int] | None = None,
    ) -> Receipt:
        """Put an event in line. `at`: its own monotonic and UTC time if that is not now."""
        mono_ns, utc_ns = at or (self._clock.mono_ns(), self._clock.utc_ns())
        self._stills.happened(kind, mono_ns)
        event = Event(
            seq=0,
            utc_ns=utc_ns,
            mono_ns=mono_ns,
            store=self._store.id,
            session=self.session.session if self.session else None,
            kind=kind,
            level=level,
            source=source,
            text=text,
            actor=actor,
            data=data or {},
        )
        return self._bus.post(event, self._record.sink())

    def position(self, instance: str) -> int:
        """Number of the last entry of this relay that was taken in by us or is in the record."""
        if self._seen[0] == instance:
            return self._seen[1]
        recorded = self._recorded
        return recorded.position if recorded is not None and recorded.instance == instance else 0

    def take(self, instance: str, entry: RelayEntry) -> None:
        """Take in one entry of the relay, at the entry's own time."""
        if isinstance(entry, RelaySample):
            self._sample(entry)
        else:
            self._event(instance, entry)
        self._seen = (instance, entry.n)

    def _event(self, instance: str, entry: RelayEvent) -> None:
        if self._recorded and entry.n <= self._recorded.last_events.get(instance, 0):
            return
        data = {**entry.data, "relay": instance, "entry": entry.n}
        at = (entry.mono_ns, entry.utc_ns)
        # An encoder that goes after the sign-off does what it should.
        is_due = entry.event == "feed.lost" and not self._machine.open
        level = "info" if is_due else entry.level
        self._in_line = self.post(
            entry.event, level, "relay", entry.text, data, actor=_person(entry), at=at
        )

    def _sample(self, sample: RelaySample) -> None:
        flows = media_flows(sample.feed)
        change = self._machine.observe(sample.mono_ns, sample.feed.connected, flows)
        if change is not None:
            self._changed(change, sample)
        if not self._machine.open:
            return
        _add(self._relay_bins, sample.mono_ns, sample.utc_ns, relay_readings(sample))

    @property
    def _source(self) -> str:
        return "the encoder" if self._store.feed.pull is None else "the server"

    def _changed(self, change: Change, sample: RelaySample) -> None:
        at = (sample.mono_ns, sample.utc_ns)
        match change:
            case "started":
                self._record.begin(sample.mono_ns, sample.utc_ns)
                self._new_bins()
                text = f"The session started with the first media from {self._source}."
                self.post("session.start", "info", "engine", text, at=at)
                self._describe()
                self._on_begin()
            case "interrupted":
                text = "The encoder is gone; the session waits for it."
                if self._store.feed.pull is not None:
                    text = "Nothing comes from the server; the session waits for it."
                self.post("session.interrupted", "warning", "engine", text, at=at)
            case "continued":
                text = f"Media from {self._source} again; the session goes on."
                self.post("session.continued", "info", "engine", text, at=at)
            case "idle_end":
                text = f"The session ended: no media for {self._rules.idle_s:.0f} s."
                self._end(text, at=at)

    def measured(self, mono_ns: int, utc_ns: int, readings: Iterable[Reading]) -> None:
        """Figures of a probe, of the feed or of what the platform gives out."""
        if self._machine.open:
            _add(self._probe_bins, mono_ns, utc_ns, readings)

    def pictured(self, jpeg: bytes, mono_ns: int) -> None:
        """A picture of the feed; some are kept."""
        if self._machine.open and (why := self._stills.why(mono_ns)) is not None:
            self._record.still(why, jpeg, mono_ns)

    def tick(self) -> None:
        """Pass on what was measured since the last tick, in parts of seconds: the file puts them
        together, and a death of ours costs less than a second."""
        if not self._machine.open:
            return
        since_ns = self._clock.mono_ns() - self._passed_on_ns
        if self._record.part().state == "up" or since_ns >= _AWAY_EVERY_NS:
            self._pass_on()
        if (fact := self._true_time.look()) is not None:
            self.post(CLOCK_EVENT, "info", "engine", fact.text, fact.data)

    def _pass_on(self) -> None:
        """How far the relay was read goes with its rows, and so not before its events are with the
        writer: else a next engine would not ask for them."""
        self._passed_on_ns = self._clock.mono_ns()
        self._record.sample(self._probe_bins.take())
        if self._in_line is None or self._in_line.is_settled:
            self._record.sample(self._relay_bins.take(), self._seen if self._seen[0] else None)

    def sign_off(self, actor: str, text: str = "The session was signed off.") -> str | None:
        """End the running session. Returns its id, None when none runs."""
        session = self.session
        if session is None or not self._machine.open:
            return None
        self._machine.sign_off()
        self._end(text, actor=actor)
        return session.session

    async def close(self, end_reason: str | None) -> None:
        """Let go of the record; with a reason the session ends, else a next engine continues it."""
        if end_reason is not None and self._machine.open:
            self._machine.sign_off()
            self._end(end_reason)
        await self._bus.drain()
        if self._machine.open:
            self._pass_on()
        writer = self._record.detach()
        if writer is not None:
            await self._close_writer(writer)
        await asyncio.gather(*self._ends, return_exceptions=True)

    def _end(
        self, text: str, *, actor: str | None = None, at: tuple[int, int] | None = None
    ) -> None:
        self._on_end()
        # Together with the rows goes no position: the entries of the last, incomplete second may
        # be sent again, but an ended session is not added to.
        self._record.sample(self._relay_bins.take() + self._probe_bins.take())
        self.post(SESSION_END, "info", "engine", text, actor=actor, at=at)
        writer = self._record.detach()
        if writer is not None:
            name = f"close journal {self._store.id}"
            self._ends = [task for task in self._ends if not task.done()]
            self._ends.append(self._tasks.spawn(name, self._finish(writer)))

    async def _finish(self, writer: JournalWriter) -> None:
        """Whoever notes the seal elsewhere can tell later that nothing was changed or cut off."""
        await self._close_writer(writer)
        seal = await asyncio.to_thread(seal_of, writer.path, writer.info.session)
        self._plan.sealed(self._store.id, seal)

    async def _close_writer(self, writer: JournalWriter) -> None:
        await self._bus.drain()
        await writer.close()

    def _new_bins(self) -> None:
        start_ns = self._record.start_mono_ns or 0
        self._relay_bins, self._probe_bins = SecondBins(start_ns), SecondBins(start_ns)


def _person(entry: RelayEvent) -> str | None:
    """Who ordered what the relay tells of; a relay that acts by itself is nobody."""
    actor, is_drill = entry.data.get("actor"), entry.event == "failover.drill"
    is_ordered = is_drill or entry.data.get("cause") in ORDERED
    return actor if isinstance(actor, str) and actor and is_ordered else None


def _add(bins: SecondBins, mono_ns: int, utc_ns: int, readings: Iterable[Reading]) -> None:
    for reading in readings:
        bins.add(
            mono_ns,
            utc_ns,
            reading.figure,
            reading.value,
            subject=reading.subject,
            epoch=reading.epoch,
        )
