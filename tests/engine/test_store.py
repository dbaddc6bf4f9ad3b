"""One store on a clock that stands still: what is shown when news stop, disks fail, clocks jump."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from livedesk.core.clock import ManualClock
from livedesk.core.events import Event, Json, Level
from livedesk.core.moderation import ModerationStatus
from livedesk.core.secrets import Secret
from livedesk.core.status import (
    AlarmStatus,
    FeedStatus,
    PartStatus,
    PictureStatus,
    SoundStatus,
    SyncStatus,
    UplinkStatus,
)
from livedesk.engine.bus import Bus
from livedesk.engine.entries import FeedFacts, RelayEvent, RelaySample, Reply
from livedesk.engine.fold import ProbeReading
from livedesk.engine.handles import ModeratingHandle
from livedesk.engine.moderation_facts import ModerationFacts
from livedesk.engine.orders import RelaySilentError
from livedesk.engine.past import POSITION_KEY, SessionFiles
from livedesk.engine.services import Makers, Services
from livedesk.engine.session import SessionRules
from livedesk.engine.store import Store
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions, session_path
from livedesk.journal.values import SampleRow
from livedesk.paths import Paths
from tests.engine.conftest import store_settings
from tests.waiting import until


@dataclass
class StillRelay:
    """A relay that says only what the test tells the store."""

    replaying: bool = False
    ended: bool = False

    def part(self) -> PartStatus:
        return PartStatus("up")

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def command(self, name: str, fields: dict[str, Json]) -> Reply:
        raise RelaySilentError("not part of this test")

    async def end_relay(self) -> bool:
        self.ended = True
        return True


@dataclass
class StillProbe:
    played: list[str | None] = field(default_factory=list)

    def part(self) -> PartStatus:
        return PartStatus("up")

    def play(self, tap_url: Secret | None) -> None:
        self.played.append(None if tap_url is None else tap_url.reveal())

    async def close(self) -> None:
        pass


class Scene:
    """A store with a clock, and short words for what happens to it."""

    def __init__(self, store: Store, bus: Bus, clock: ManualClock, probe: StillProbe) -> None:
        self.store = store
        self.bus = bus
        self.clock = clock
        self.probe = probe
        self.n = 0

    async def happen(self, event: str, level: Level, text: str) -> None:
        self.n += 1
        now = (self.clock.mono_ns(), self.clock.utc_ns())
        await self.store.entry("r1", RelayEvent(self.n, *now, event, level, text, {}))

    async def sample(self, kbps: float | None = 4000, *, goodput_kbps: float = 3990) -> None:
        self.n += 1
        here = kbps is not None
        feed = FeedFacts(
            here,
            kbps=kbps,
            age_ms=10 if here else None,
            epoch=1,
            state="OK" if here else "GONE",
            lag_ms=4 if here else None,
            video_age_ms=10 if here else None,
            audio_age_ms=12 if here else None,
        )
        uplink = UplinkStatus(
            "primary",
            "carrying" if here else "standby",
            goodput_kbps=goodput_kbps if here else None,
            health=("LOW" if goodput_kbps < 2500 else "OK") if here else "GONE",
            retransmits=3,
        )
        now = (self.clock.mono_ns(), self.clock.utc_ns())
        await self.store.entry("r1", RelaySample(self.n, *now, feed, (uplink,)))

    def measure(self, skew_ms: float) -> None:
        now = (self.clock.mono_ns(), self.clock.utc_ns())
        feed = FeedStatus(
            "OK", fps=30.0, width=1280, height=720, profile="High", sample_rate=48_000
        )
        state = "critical" if abs(skew_ms) >= 200 else "ok"
        sync = SyncStatus(skew_ms, state=state)  # type: ignore[arg-type]
        picture, sound = PictureStatus("ok"), SoundStatus("ok", peak_dbfs=-6)
        reading = ProbeReading(*now, feed, sync, picture, sound)
        self.store.measured(reading)

    async def run(self, seconds: float, kbps: float | None = 4000, **more: float) -> None:
        for _ in range(round(seconds * 4)):
            await self.sample(kbps, **more)
            self.store.tick()
            self.clock.advance(0.25)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
            self.store.tick()

    async def kinds(self) -> list[str]:
        await self.bus.drain()
        earlier, subscription = await self.bus.subscribe(after=0)
        self.bus.unsubscribe(subscription)
        return [event.kind for event in earlier]

    def alarms(self) -> dict[str, AlarmStatus]:
        """Without the journal's: the clock outruns the disk here, which then counts as silent."""
        return {alarm.id: alarm for alarm in self.store.status().alarms if alarm.id != "journal"}


def of_the_path(events: Iterable[Event]) -> list[str]:
    return [event.kind for event in events if event.data.get("alarm") == "uplink.low:primary"]


@asynccontextmanager
async def scene(
    paths: Paths,
    clock: ManualClock,
    *,
    relays: bool = True,
    moderating: Callable[[Services], ModeratingHandle] | None = None,
) -> AsyncIterator[Scene]:
    paths.prepare()
    bus = Bus(clock, 0, SessionFiles(paths.data))
    running = asyncio.create_task(bus.run())
    relay, probe = StillRelay(), StillProbe()
    store = Store(
        store_settings(),
        paths.data,
        bus,
        clock,
        lambda _: relay,
        lambda _: probe,
        SessionRules(idle_s=600),
        makers=Makers(moderating=moderating),
    )
    await store.start()
    store.attached("r1", "rtmp://127.0.0.1/tap/token", 0)
    try:
        yield Scene(store, bus, clock, probe)
    finally:
        assert await store.close(relays=relays)
        assert relay.ended is relays
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_a_silent_relay_makes_the_feed_blind_and_its_figures_unknown(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            assert it.store.status().feed.state == "BLIND"
            await it.run(3)
            healthy = it.store.status()
            assert (healthy.feed.state, healthy.feed.kbps) == ("OK", 4000)
            it.wait(2)
            blind = it.store.status()
            assert (blind.feed.state, blind.feed.kbps) == ("BLIND", None)
            assert (blind.uplinks[0].goodput_kbps, blind.failover.active) == (None, None)
            assert "said nothing" in blind.failover.reason
            assert "said nothing" in (blind.uplinks[0].reason or "")
            assert (blind.feed.age_ms or 0) > 2_000
            assert blind.state == "live"
            await it.run(1)
            assert it.store.status().feed.state == "OK"

    asyncio.run(story())


def test_a_silent_probe_takes_sync_away_and_leaves_the_feed(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            await it.run(2)
            it.measure(12)
            seen = it.store.status()
            assert (seen.sync.skew_ms, seen.feed.fps, seen.feed.width) == (12, 30.0, 1280)
            assert (seen.feed.lag_ms, seen.feed.profile, seen.feed.sample_rate) == (
                4,
                "High",
                48_000,
            )
            assert (seen.picture.state, seen.sound.peak_dbfs) == ("ok", -6)
            assert seen.uplinks[0].retransmits == 3
            await it.run(2)
            lost = it.store.status()
            assert (lost.sync.skew_ms, lost.sync.state) == (None, "no_data")
            assert (lost.feed.fps, lost.feed.state) == (None, "OK")
            assert (lost.picture.state, lost.sound.state) == ("unknown", "unknown")
            assert (lost.feed.probe_age_ms or 0) > 1_500
            assert it.probe.played[-1] == "rtmp://127.0.0.1/tap/token"
            await it.run(1, None)
            assert it.probe.played[-1] is None

    asyncio.run(story())


def test_a_slow_path_trips_its_alarm_and_clears_it_on_the_record(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            await it.run(3)
            assert it.alarms() == {}
            await it.run(2, goodput_kbps=1500)
            assert list(it.alarms()) == ["uplink.low:primary"]
            assert it.alarms()["uplink.low:primary"].priority == "high"
            await it.run(3)
            assert list(it.alarms()) == ["uplink.low:primary"]
            await it.run(3)
            assert it.alarms() == {}
        [entry] = list_sessions(paths.data)
        with SessionReader.open(entry.path) as reader:
            recorded = [timed.event for timed in reader.events()]
            assert recorded[-1].kind == "session.end"
            assert of_the_path(recorded) == ["limit.trip", "limit.clear"]
            goodput = [row.mean for row in reader.samples("goodput_kbps", "primary")]
            assert goodput == [3990] * 3 + [1500] * 2 + [3990] * 6

    asyncio.run(story())


def test_a_wall_clock_that_is_set_is_told_and_changes_no_duration(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            await it.run(2)
            clock.step_wall(-3600)
            await it.run(2)
            assert (await it.kinds()).count("clock.step") == 1
            assert it.store.status().state == "live"
            assert it.store.status().feed.state == "OK"
        [entry] = list_sessions(paths.data)
        with SessionReader.open(entry.path) as reader:
            assert [row.t_s for row in reader.samples("feed_kbps")] == [0, 1, 2, 3]

    asyncio.run(story())


def test_what_led_to_a_session_opens_its_record(paths: Paths, clock: ManualClock) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            it.n += 1
            now = (clock.mono_ns(), clock.utc_ns())
            refused = RelayEvent(it.n, *now, "feed.refused", "warning", "Wrong key.")
            await it.store.entry("r1", refused)
            clock.advance(5)
            await it.run(2)
        [entry] = list_sessions(paths.data)
        with SessionReader.open(entry.path) as reader:
            events = [timed.event for timed in reader.events()]
            assert [event.kind for event in events][:2] == ["feed.refused", "session.start"]
            assert events[0].data["relay"] == "r1"

    asyncio.run(story())


def test_an_alarm_that_stands_at_the_sign_off_ends_in_its_own_record(
    paths: Paths, clock: ManualClock
) -> None:
    def told(session: int) -> list[str]:
        path = sorted(entry.path for entry in list_sessions(paths.data))[session]
        with SessionReader.open(path) as reader:
            return of_the_path(timed.event for timed in reader.events())

    async def story() -> None:
        async with scene(paths, clock) as it:
            await it.run(5, goodput_kbps=1800)
            assert list(it.alarms()) == ["uplink.low:primary"]
            await it.store.sign_off("ann")
            assert it.alarms() == {}
            await it.run(2, None)
            await it.run(20)
        assert told(0) == ["limit.trip", "limit.clear"]
        assert told(1) == ["alarm.unseen"], "nobody has seen it yet"

    asyncio.run(story())


def test_a_folder_that_cannot_be_written_is_an_alarm_and_the_show_goes_on(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            # A file where the store's folder should be: as good as a read-only disk, also for root.
            folder = session_path(paths.data, "glow", 0).parent
            folder.parent.mkdir(parents=True)
            folder.write_text("in the way")
            await it.sample()
            await until(lambda: it.store.status().journal.state == "down")
            await it.run(2)
            status = it.store.status()
            assert (status.state, status.feed.state) == ("live", "OK")
            assert status.journal.reason
            assert [alarm.id for alarm in status.alarms] == ["journal"]
            folder.unlink()
            await until(lambda: it.store.status().journal.state == "up")
            await it.run(2)
        assert recorded_seconds(paths.data) == [0, 1, 2, 3]

    asyncio.run(story())


def test_a_second_is_on_record_before_it_is_over(paths: Paths, clock: ManualClock) -> None:
    """Who kills the engine now loses less than a second, also of what no relay could tell again."""

    async def story() -> None:
        async with scene(paths, clock) as it:
            for skew_ms in (10.0, 30.0, 20.0):
                it.measure(skew_ms)
                await it.run(0.25)
            path = session_path(paths.data, "glow", clock.utc_ns() - 750_000_000)
            row = await until(lambda: skew_row(path, 2))
            assert (row.t_s, row.min, row.mean, row.max) == (0, 20, 25, 30)

    asyncio.run(story())


def skew_row(path: Path, readings: int) -> SampleRow | None:
    try:
        with SessionReader.open(path) as reader:
            return next((row for row in reader.samples("skew_ms") if row.n == readings), None)
    except JournalError:
        return None


def test_how_far_the_relay_was_read_never_passes_an_event_that_is_not_on_record(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock, relays=False) as it:
            await it.run(1)
            await it.happen("test.told", "info", "Told.")
            # The line of events had no turn since: killed here, it takes the event with it.
            await it.run(1)
            path = session_path(paths.data, "glow", clock.utc_ns() - 2_000_000_000)
            held = await asyncio.to_thread(recorded_position, path)
            assert held is None or held < 5

            def is_told() -> bool:
                it.store.tick()
                return recorded_position(path) == 9

            await until(is_told)

    asyncio.run(story())


def recorded_position(path: Path) -> int | None:
    try:
        with SessionReader.open(path) as reader:
            position = json.loads(reader.meta.get(POSITION_KEY, "[null, null]"))[1]
    except JournalError:
        return None
    return None if position is None else int(position)


def recorded_seconds(data: Path) -> list[int]:
    [entry] = list_sessions(data)
    with SessionReader.open(entry.path) as reader:
        return [row.t_s for row in reader.samples("feed_kbps")]


def test_entries_that_a_relay_no_longer_has_are_counted_on_the_record(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            it.store.attached("r1", "rtmp://127.0.0.1/tap/token", 7)
            assert "relay.missed" not in await it.kinds()
            await it.run(1)
            it.store.attached("r1", "rtmp://127.0.0.1/tap/token", 7)
        [entry] = list_sessions(paths.data)
        with SessionReader.open(entry.path) as reader:
            [missed] = [timed.event for timed in reader.events(kinds=("relay.missed",))]
            assert missed.data["entries"] == 7

    asyncio.run(story())


def test_an_engine_that_leaves_the_relays_leaves_the_session_open(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock, relays=False) as it:
            await it.run(3.25)
            session = it.store.status().session
        [entry] = list_sessions(paths.data)
        assert not entry.signed_off
        clock.advance(5)
        async with scene(paths, clock, relays=False) as it:
            assert it.store.status().state == "interrupted"
            assert it.store.status().session == session
            assert it.store.position("r1") == 13
            assert it.store.position("r2") == 0
            # A probe that speaks before the relay: how far that was read is not forgotten.
            it.measure(12)
            it.wait(1)
        clock.advance(5)
        async with scene(paths, clock) as it:
            assert it.store.position("r1") == 13
        [entry] = list_sessions(paths.data)
        assert entry.signed_off

    asyncio.run(story())


def test_a_session_that_was_left_too_long_is_closed_by_the_next_engine(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock, relays=False) as it:
            await it.run(2)
        clock.advance(700)
        async with scene(paths, clock) as it:
            assert it.store.status().session is None
            assert it.store.status().state == "waiting"
            await it.run(2)
        old, new = sorted(list_sessions(paths.data), key=lambda entry: entry.path.name)
        assert old.signed_off
        assert new.signed_off
        assert old.path != new.path

    asyncio.run(story())


def test_a_goodput_is_not_known_before_the_feed_s_own_rate(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            now = (clock.mono_ns(), clock.utc_ns())
            arriving = FeedFacts(True, kbps=None, age_ms=10, epoch=1)
            uplink = UplinkStatus("primary", "carrying", goodput_kbps=700)
            await it.store.entry("r1", RelaySample(1, *now, arriving, (uplink,)))
            assert it.store.status().uplinks[0].goodput_kbps is None
            it.n = 1
            await it.run(1)
            assert it.store.status().uplinks[0].goodput_kbps == 3990

    asyncio.run(story())


def test_an_encoder_that_stops_after_the_sign_off_is_no_warning(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with scene(paths, clock) as it:
            await it.run(2)
            await it.happen("feed.lost", "warning", "Encoder gone: the network.")
            await it.store.sign_off("operator")
            await it.happen("feed.lost", "warning", "Encoder gone: the encoder stopped.")
            await it.bus.drain()
            earlier, subscription = await it.bus.subscribe(after=0)
            it.bus.unsubscribe(subscription)
            levels = [event.level for event in earlier if event.kind == "feed.lost"]
            assert levels == ["warning", "info"]

    asyncio.run(story())


class Moderation:
    """Notes whose session it is told of."""

    def __init__(self, store: Services) -> None:
        self._store = store
        self.sessions: list[str] = []

    async def start(self, record: Path | None, *, is_over: bool = False) -> None:
        self.sessions.append("start")

    def session_begins(self) -> None:
        session = self._store.session()
        assert session is not None
        self.sessions.append(session.session)

    def session_ends(self) -> None:
        self.sessions.append("end")

    def tick(self) -> None:
        pass

    def status(self) -> ModerationStatus:
        return ModerationStatus()

    def facts(self) -> ModerationFacts:
        return ModerationFacts()

    async def close(self) -> None:
        pass


def test_moderation_hears_of_a_session_as_it_opens(paths: Paths, clock: ManualClock) -> None:
    async def story() -> None:
        made: list[Moderation] = []

        def moderating(store: Services) -> ModeratingHandle:
            made.append(Moderation(store))
            return cast(ModeratingHandle, made[0])

        async with scene(paths, clock, moderating=moderating) as it:
            await it.sample()
            opened = it.store.status().session
            assert made[0].sessions == ["start", opened]
            await it.sample()
            await it.store.sign_off("operator")
            assert made[0].sessions == ["start", opened, "end"]

    asyncio.run(story())
