"""Faults of a feed as an operator sees them: the status, and one alarm that says whose fault it is.

The relay is played by the test on a clock that stands still between two samples. Classes are judged
by the relay's own judges, so that a story only says what arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event, Json
from livedesk.core.secrets import Secret
from livedesk.core.status import (
    AlarmStatus,
    FeedStatus,
    Limits,
    PartStatus,
    PictureStatus,
    ReturnStatus,
    SoundStatus,
    SyncStatus,
    UplinkStatus,
)
from livedesk.engine.bus import Bus
from livedesk.engine.entries import FeedFacts, RelayEvent, RelaySample, Reply
from livedesk.engine.fold import ProbeReading
from livedesk.engine.orders import RelaySilentError
from livedesk.engine.past import SessionFiles
from livedesk.engine.store import Store
from livedesk.gauges.classes import FeedClass, UplinkClass
from livedesk.paths import Paths
from tests.engine.conftest import store_settings

TICK_S = 0.25


@dataclass
class QuietRelay:
    replaying: bool = False

    def part(self) -> PartStatus:
        return PartStatus("up")

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def command(self, name: str, fields: dict[str, Json]) -> Reply:
        raise RelaySilentError("not part of this test")

    async def end_relay(self) -> bool:
        return True


@dataclass
class QuietProbe:
    state: PartStatus = field(default_factory=lambda: PartStatus("up"))

    def part(self) -> PartStatus:
        return self.state

    def play(self, tap_url: Secret | None) -> None:
        pass

    async def close(self) -> None:
        pass


@dataclass
class QuietReturn:
    newest: ReturnStatus = field(default_factory=lambda: ReturnStatus("OK", kbps=3900, seen=True))
    watched: list[bool] = field(default_factory=list)

    def watch(self, is_carried: bool) -> None:
        self.watched.append(is_carried)

    def status(self) -> ReturnStatus:
        return self.newest

    async def close(self) -> None:
        pass


@dataclass(frozen=True)
class Now:
    """What arrives and what leaves, in the time until the next sample."""

    connected: bool = True
    kbps: float | None = 6_000
    video: bool = True
    audio: bool = True
    lag_ms: float | None = 5
    goodput_kbps: float | None = 6_000
    backlog_ms: float | None = 30
    uplink: bool = True
    acknowledged: bool = True
    sync: SyncStatus = field(default_factory=lambda: SyncStatus(skew_ms=4, state="ok"))
    picture: PictureStatus = field(default_factory=lambda: PictureStatus("ok"))
    sound: SoundStatus = field(default_factory=lambda: SoundStatus("ok"))
    video_codec: str = "h264"
    sample_rate: int = 48_000
    width: int = 1920
    height: int = 1080


GOOD = Now()
GONE = replace(GOOD, connected=False, kbps=None, video=False, audio=False, lag_ms=None)


class Show:
    """A store, its relay and its probe, on one clock."""

    def __init__(self, store: Store, bus: Bus, clock: ManualClock, back: QuietReturn) -> None:
        self.store, self.bus, self.clock, self.back = store, bus, clock, back
        self.raised: dict[str, float] = {}
        self._n = 0
        self._epoch = 1
        self._feed = FeedClass(Limits())
        self._uplink = UplinkClass(Limits())
        self._newest_ns: dict[str, int | None] = {"video": None, "audio": None}
        self._acknowledged_ns = 0

    def _ages(self, now: Now) -> dict[str, float | None]:
        now_ns = self.clock.mono_ns()
        for track, flows in (("video", now.video), ("audio", now.audio)):
            if flows:
                self._newest_ns[track] = now_ns - 10_000_000
        return {
            track: None if then_ns is None else (now_ns - then_ns) / 1e6
            for track, then_ns in self._newest_ns.items()
        }

    def restart(self) -> None:
        """The encoder connects anew: another epoch, and no track was there yet."""
        self._epoch += 1
        self._newest_ns = {"video": None, "audio": None}

    async def sample(self, now: Now) -> None:
        self._n += 1
        mono_ns, ages = self.clock.mono_ns(), self._ages(now)
        known = [age for age in ages.values() if age is not None]
        age_ms = min(known) if known else None
        if now.acknowledged:
            self._acknowledged_ns = mono_ns
        state = self._feed.update(
            mono_ns, connected=now.connected, kbps=now.kbps, age_ms=age_ms,
            silence_limit_ms=200, lag_ms=now.lag_ms,
        )  # fmt: skip
        health = self._uplink.update(
            mono_ns, publishes=now.uplink, silent_ms=(mono_ns - self._acknowledged_ns) / 1e6,
            silence_limit_ms=300, goodput_kbps=now.goodput_kbps, backlog_ms=now.backlog_ms,
            base_rtt_ms=5, feed=state, feed_kbps=now.kbps,
        )  # fmt: skip
        feed = FeedFacts(
            now.connected, kbps=now.kbps, age_ms=age_ms, epoch=self._epoch, state=state,
            lag_ms=now.lag_ms, video_age_ms=ages["video"], audio_age_ms=ages["audio"],
            video_codec=now.video_codec, audio_codec="aac", video_kbps=now.kbps,
        )  # fmt: skip
        uplink = UplinkStatus(
            "primary", "carrying" if now.uplink else "connecting", health=health,
            goodput_kbps=now.goodput_kbps, backlog_ms=now.backlog_ms,
        )  # fmt: skip
        stamp = (mono_ns, self.clock.utc_ns())
        await self.store.entry("r1", RelaySample(self._n, *stamp, feed, (uplink,)))
        if now.connected:
            fact = FeedStatus(
                epoch=self._epoch, fps=30, gop_s=2, width=now.width, height=now.height,
                sample_rate=now.sample_rate, channels=2,
            )  # fmt: skip
            reading = ProbeReading(*stamp, fact, now.sync, now.picture, now.sound)
            self.store.measured(reading)

    async def event(self, kind: str, **data: Any) -> None:
        self._n += 1
        stamp = (self.clock.mono_ns(), self.clock.utc_ns())
        await self.store.entry("r1", RelayEvent(self._n, *stamp, kind, "warning", kind, data))

    async def run(self, seconds: float, now: Now = GOOD) -> None:
        """Notes when an alarm was first there, in seconds from the beginning of this call."""
        begun_ns = self.clock.mono_ns()
        self.raised = {}
        for _ in range(round(seconds / TICK_S)):
            self.clock.advance(TICK_S)
            await self.sample(now)
            self.store.tick()
            passed_s = (self.clock.mono_ns() - begun_ns) / NS_PER_S
            for alarm_id in self.alarms():
                self.raised.setdefault(alarm_id, passed_s)

    def alarms(self) -> dict[str, AlarmStatus]:
        """Without the journal's: the clock outruns the disk here, which then counts as silent."""
        return {alarm.id: alarm for alarm in self.store.status().alarms if alarm.id != "journal"}

    async def events(self, kind: str) -> list[Event]:
        await self.bus.drain()
        earlier, subscription = await self.bus.subscribe(after=0)
        self.bus.unsubscribe(subscription)
        return [event for event in earlier if event.kind == kind]

    async def trips(self) -> list[str]:
        """Every alarm there was, in order."""
        told = [str(event.data["alarm"]) for event in await self.events("limit.trip")]
        return [alarm_id for alarm_id in told if alarm_id != "journal"]


@asynccontextmanager
async def show(paths: Paths, clock: ManualClock, platform: str = "tiktok") -> AsyncIterator[Show]:
    paths.prepare()
    bus = Bus(clock, 0, SessionFiles(paths.data))
    running = asyncio.create_task(bus.run())
    back = QuietReturn()
    store = Store(
        replace(store_settings(), platform=platform), paths.data, bus, clock,
        lambda _: QuietRelay(), lambda _: QuietProbe(), make_return=lambda _: back,
    )  # fmt: skip
    await store.start()
    store.attached("r1", "rtmp://127.0.0.1/tap/token", 0)
    try:
        yield Show(store, bus, clock, back)
    finally:
        await store.close(relays=True)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


Story = Callable[[Show], Coroutine[Any, Any, None]]


def tell(paths: Paths, clock: ManualClock, story: Story, *, prelude_s: float = 20) -> None:
    async def told() -> None:
        async with show(paths, clock) as it:
            await it.run(prelude_s)
            assert it.alarms() == {}
            await story(it)

    asyncio.run(told())


def test_fault_1_a_black_hole_is_one_lost_feed(paths: Paths, clock: ManualClock) -> None:
    async def story(it: Show) -> None:
        await it.run(2.5, replace(GOOD, kbps=0, video=False, audio=False, lag_ms=None))
        assert it.store.status().feed.state == "STALLED"
        assert it.raised["feed.lost"] <= 1.5
        assert "connected but sends nothing" in it.alarms()["feed.lost"].cause
        # It comes back late and catches up: the same fault, seen from its other end.
        await it.run(8, replace(GOOD, lag_ms=2_000))
        assert list(it.alarms()) == ["feed.lost"]
        await it.run(12)
        assert it.alarms() == {}
        assert await it.trips() == ["feed.lost"]

    tell(paths, clock, story)


def test_fault_2_a_reset_is_one_lost_feed_until_the_encoder_is_back(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        await it.run(6, GONE)
        assert it.store.status().feed.state == "GONE"
        assert it.alarms()["feed.lost"].cause == "The encoder is gone."
        it.restart()
        await it.run(1, replace(GOOD, kbps=None))
        await it.run(12)
        assert it.alarms() == {}
        assert await it.trips() == ["feed.lost"]
        [over] = [e for e in await it.events("limit.clear") if e.data["alarm"] == "feed.lost"]
        assert 4 <= float(str(over.data["lasted_s"])) <= 6

    tell(paths, clock, story)


def test_a_short_reconnect_is_no_alarm(paths: Paths, clock: ManualClock) -> None:
    async def story(it: Show) -> None:
        for _ in range(3):
            await it.run(0.5, GONE)
            it.restart()
            await it.run(1, replace(GOOD, kbps=None))
            await it.run(30)
        assert await it.trips() == []

    tell(paths, clock, story)


def test_fault_3_a_shrinking_link_is_named_before_the_rate_falls(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        await it.run(4, replace(GOOD, kbps=4_800, lag_ms=900, goodput_kbps=4_800))
        assert it.store.status().feed.state == "STARVED"
        assert list(it.alarms()) == ["feed.starved"]
        cause = it.alarms()["feed.starved"].cause
        assert "network or CPU holds media back" in cause
        await it.run(4, replace(GOOD, kbps=2_000, lag_ms=4_000, goodput_kbps=2_000))
        assert it.store.status().feed.state == "STARVED"
        assert await it.trips() == ["feed.starved"]

    tell(paths, clock, story)


def test_fault_4_a_flapping_feed_is_one_alarm_with_a_count(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        silent = replace(GOOD, kbps=3_000, video=False, audio=False)
        for _ in range(60):
            await it.run(1, silent)
            await it.run(1)
        assert await it.trips() == ["feed.lost"]
        assert it.alarms()["feed.lost"].count == 60
        await it.run(3.5)
        assert list(it.alarms()) == ["feed.lost"]
        await it.run(2)
        assert it.alarms() == {}

    tell(paths, clock, story)


def test_a_flapping_path_is_one_alarm_with_a_count(paths: Paths, clock: ManualClock) -> None:
    async def story(it: Show) -> None:
        for _ in range(60):
            await it.run(1, replace(GOOD, acknowledged=False, goodput_kbps=3_000, backlog_ms=900))
            await it.run(1, replace(GOOD, backlog_ms=600))
        assert await it.trips() == ["uplink.down:primary"]
        assert it.alarms()["uplink.down:primary"].count >= 50
        await it.run(12)
        assert it.alarms() == {}

    tell(paths, clock, story)


def test_fault_5_a_static_scene_is_the_encoders_choice_and_not_the_paths_fault(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        await it.run(60, replace(GOOD, kbps=900, goodput_kbps=900))
        status = it.store.status()
        assert (status.feed.state, status.uplinks[0].health) == ("LOW", "OK")
        assert list(it.alarms()) == ["feed.low"]
        assert it.alarms()["feed.low"].cause.startswith("Encoder chose fewer bits: the feed is at")
        assert await it.trips() == ["feed.low"]

    tell(paths, clock, story)


def test_a_slow_path_is_named_as_the_path(paths: Paths, clock: ManualClock) -> None:
    async def story(it: Show) -> None:
        await it.run(3, replace(GOOD, goodput_kbps=4_800, backlog_ms=1_200))
        alarm = it.alarms()["uplink.low:primary"]
        assert alarm.priority == "medium"
        assert "Path: uplink primary" in alarm.cause
        await it.run(3, replace(GOOD, goodput_kbps=1_500, backlog_ms=4_000))
        assert it.alarms()["uplink.low:primary"].priority == "high"
        await it.run(2, replace(GOOD, goodput_kbps=0, backlog_ms=6_000, acknowledged=False))
        assert list(it.alarms()) == ["uplink.down:primary"]
        await it.run(3, replace(GOOD, uplink=False, goodput_kbps=None, backlog_ms=None))
        assert list(it.alarms()) == ["uplink.down:primary"]
        await it.run(12)
        assert it.alarms() == {}
        assert await it.trips() == ["uplink.low:primary", "uplink.down:primary"]

    tell(paths, clock, story)


def test_fault_6_a_track_that_stops_is_lost_within_a_second(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        no_sync = SyncStatus()
        mute = replace(GOOD, audio=False, sync=no_sync)
        await it.run(0.5, mute)
        await it.event("feed.track_lost", track="audio", silent_ms=500)
        await it.run(1, mute)
        assert it.raised["sound.lost"] <= 0.5
        assert list(it.alarms()) == ["sound.lost"]
        assert it.store.status().sync.skew_ms is None
        await it.event("feed.track_back", track="audio", silent_ms=1_500)
        await it.run(8)
        assert it.alarms() == {}
        # The picture takes most of the bits with it: that is no choice of the encoder's.
        blind = replace(GOOD, video=False, kbps=160, goodput_kbps=160, sync=no_sync)
        await it.run(20, replace(blind, picture=PictureStatus("frozen")))
        assert list(it.alarms()) == ["picture.lost"]
        assert it.raised["picture.lost"] <= 1.5, "also when the relay's event was missed"
        assert await it.trips() == ["sound.lost", "picture.lost"]

    tell(paths, clock, story)


def test_sound_that_starts_late_was_never_lost(paths: Paths, clock: ManualClock) -> None:
    async def story() -> None:
        async with show(paths, clock) as it:
            await it.run(10, replace(GOOD, audio=False))
            await it.run(10)
            assert await it.trips() == []
            await it.run(5, GONE)
            it.restart()
            await it.run(10, replace(GOOD, audio=False))
            await it.run(10)
            assert await it.trips() == ["feed.lost"]

    asyncio.run(story())


def test_a_feed_without_sound_says_so_softly(paths: Paths, clock: ManualClock) -> None:
    async def story() -> None:
        async with show(paths, clock) as it:
            await it.run(20, replace(GOOD, audio=False))
            alarm = it.alarms()["sound.none"]
            assert (alarm.priority, list(it.alarms())) == ("low", ["sound.none"])
            assert 14 <= it.raised["sound.none"] <= 16

    asyncio.run(story())


def test_fault_7_another_codec_size_or_rate_is_no_alarm(paths: Paths, clock: ManualClock) -> None:
    async def story(it: Show) -> None:
        it.restart()
        other = replace(GOOD, video_codec="hevc", width=1280, height=720, sample_rate=44_100)
        await it.run(1, replace(other, kbps=None, sync=SyncStatus()))
        await it.run(10, other)
        feed = it.store.status().feed
        assert (feed.video_codec, feed.height, feed.sample_rate) == ("hevc", 720, 44_100)
        await it.run(15, other)
        raised = [alarm_id for alarm_id in it.alarms() if not alarm_id.startswith("configuration")]
        assert raised == []

    tell(paths, clock, story)


def test_fault_10_a_connection_without_media_is_no_session_and_no_show(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with show(paths, clock) as it:
            silent = replace(GOOD, kbps=None, video=False, audio=False, goodput_kbps=None)
            await it.run(30, silent)
            status = it.store.status()
            assert (status.state, status.feed.state) == ("waiting", "STALLED")
            assert await it.trips() == []
            assert not any(it.back.watched)

    asyncio.run(story())


def test_what_the_probe_sees_is_told_with_delay_and_unknown_is_no_alarm(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        for now, alarm_id in (
            (replace(GOOD, picture=PictureStatus("black")), "picture.black"),
            (replace(GOOD, picture=PictureStatus("frozen")), "picture.frozen"),
            (replace(GOOD, sound=SoundStatus("silent")), "sound.silent"),
            (replace(GOOD, sound=SoundStatus("clipping")), "sound.clipping"),
            (replace(GOOD, sync=SyncStatus(skew_ms=250, state="critical")), "sync.skew"),
        ):
            await it.run(1.5, now)
            assert it.alarms() == {}
            await it.run(10, now)
            assert list(it.alarms()) == [alarm_id]
            await it.run(12)
            assert it.alarms() == {}
        unknown = replace(GOOD, picture=PictureStatus(), sound=SoundStatus(), sync=SyncStatus())
        await it.run(60, unknown)
        assert it.alarms() == {}

    tell(paths, clock, story)


def test_a_picture_that_is_back_before_its_sound_has_not_lost_it(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        silent = replace(GOOD, kbps=100, video=False, audio=False, lag_ms=None, sync=SyncStatus())
        await it.run(1.5, silent)
        await it.run(0.25, replace(GOOD, audio=False))
        await it.run(20)
        assert not {"sound.lost", "picture.lost"} & set(await it.trips())

    tell(paths, clock, story)


def test_a_still_shot_whose_noise_comes_with_its_keyframes_only_is_no_freeze(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        for _ in range(60):
            for for_s in (1.6, 1.85):
                await it.run(0.25, replace(GOOD, picture=PictureStatus("frozen", for_s)))
            await it.run(1.5)
        assert await it.trips() == []

    tell(paths, clock, story)


def test_a_frozen_picture_that_costs_few_bits_is_one_alarm(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        frozen = replace(GOOD, picture=PictureStatus("frozen"), kbps=500, goodput_kbps=500)
        await it.run(30, frozen)
        assert list(it.alarms()) == ["picture.frozen"]

    tell(paths, clock, story)


def test_a_drift_is_foretold_softly_and_only_when_it_is_known_well_enough(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        drift = SyncStatus(
            skew_ms=60, slope_ppm=48, forecast_s=2_880, state="notice", kind="drifting",
            forecast_error_s=2_000,
        )  # fmt: skip
        await it.run(20, replace(GOOD, sync=drift))
        assert it.alarms() == {}
        await it.run(20, replace(GOOD, sync=replace(drift, forecast_error_s=300)))
        alarm = it.alarms()["sync.forecast"]
        assert alarm.priority == "low"
        assert alarm.cause == "Sound drifts: 200 ms early in 48 min, ±5 min."

    tell(paths, clock, story)


def test_a_slate_beyond_the_limit_is_an_alarm_until_another_one_is_good(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        bad = SyncStatus(skew_ms=4, state="ok", offset_ms=-260, offset_age_s=1, offset_pairs=3)
        await it.run(5, replace(GOOD, sync=bad))
        assert "sound is 260 ms late" in it.alarms()["sync.offset"].cause
        await it.run(30, replace(GOOD, sync=replace(bad, offset_age_s=300)))
        assert list(it.alarms()) == ["sync.offset"]
        await it.run(8, replace(GOOD, sync=replace(bad, offset_ms=12)))
        assert it.alarms() == {}

    tell(paths, clock, story)


def test_a_dark_platform_is_told_and_a_blind_check_never_speaks_of_the_show(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        assert it.back.watched[-1]
        it.back.newest = ReturnStatus("BLIND", reason="its server cannot be reached")
        await it.run(25)
        assert it.alarms() == {}
        await it.run(10)
        assert list(it.alarms()) == ["return"]
        it.back.newest = ReturnStatus("OK", kbps=3_900, seen=True)
        await it.run(10)
        it.back.newest = ReturnStatus("GONE", seen=True)
        await it.run(2)
        assert it.alarms() == {}
        await it.run(2)
        assert "Encoder live, platform dark" in it.alarms()["platform.dark"].cause
        it.back.newest = ReturnStatus("OK", seen=True)
        await it.run(8)
        # After our own gap the platform gets the time to show it.
        it.back.newest = ReturnStatus("STALLED")
        await it.run(20)
        assert it.alarms() == {}

    tell(paths, clock, story)


def test_a_silent_relay_and_a_dead_probe_say_nothing_about_the_show(
    paths: Paths, clock: ManualClock
) -> None:
    async def story(it: Show) -> None:
        await it.run(3, replace(GOOD, kbps=900, goodput_kbps=900))
        assert list(it.alarms()) == ["feed.low"]
        for _ in range(80):
            clock.advance(TICK_S)
            it.store.tick()
        status = it.store.status()
        assert (status.feed.state, status.uplinks[0].health) == ("BLIND", "BLIND")
        assert (status.picture.state, status.sound.state) == ("unknown", "unknown")
        assert list(it.alarms()) == ["feed.low"]
        assert await it.trips() == ["feed.low"]

    tell(paths, clock, story)


def test_settings_that_the_platform_refuses_are_an_alarm_and_an_event(
    paths: Paths, clock: ManualClock
) -> None:
    async def story() -> None:
        async with show(paths, clock, "twitch") as it:
            assert not it.store.status().issues_checked
            await it.run(20)
            assert it.store.status().issues_checked
            assert it.alarms() == {}
            it.restart()
            await it.run(25, replace(GOOD, video_codec="hevc"))
            alarm = it.alarms()["configuration.videoCodec"]
            assert alarm.cause == "Encoder settings: the picture is hevc."
            assert alarm.action.startswith("Set the encoder to h264")
            told = await it.events("configuration.changed")
            assert [event.data["issues"] for event in told if event.level == "notice"] == [
                ["videoCodec"]
            ]

    asyncio.run(story())
