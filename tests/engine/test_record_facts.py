"""What a record says of the engine that writes it: settings, clock, pictures, its seal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.moderation_settings import ModerationSettings, SandboxChat
from livedesk.core.pin_settings import HttpCallSettings, HttpGateway, PinSettings, ShopeeGateway
from livedesk.core.secrets import Secret
from livedesk.core.settings import (
    CommandActuator,
    FailoverSettings,
    FeedSettings,
    RecordSettings,
    ReturnSettings,
    StoreSettings,
    UplinkSettings,
)
from livedesk.core.status import Limits, UplinkStatus
from livedesk.core.true_time import TrueTime
from livedesk.engine.broadcast import Broadcast
from livedesk.engine.bus import Bus
from livedesk.engine.entries import FeedFacts, RelaySample
from livedesk.engine.past import SealedRecord, SessionFiles
from livedesk.engine.record_facts import ClockWatch, host_of, settings_facts
from livedesk.engine.record_plan import RecordPlan
from livedesk.engine.session import SessionRules
from livedesk.engine.stills import StillChoice
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from livedesk.paths import Paths
from tests.engine.conftest import GOOD, Bench, store_settings
from tests.waiting import until

CANARY = "canary-4f1d9a77"
KEPT = TrueTime(True, 1.25, 0.5, "kernel (adjtimex)")


@dataclass
class Scene:
    """One store's sessions on a clock that stands still, engine after engine."""

    data: Path
    clock: ManualClock
    sealed: list[SealedRecord] = field(default_factory=list)
    time: TrueTime = KEPT
    n: int = 0

    @asynccontextmanager
    async def engine(self, store: StoreSettings | None = None) -> AsyncIterator[Broadcast]:
        bus = Bus(self.clock, self.n, SessionFiles(self.data))
        plan = RecordPlan(
            RecordSettings(), lambda _store, seal: self.sealed.append(seal), lambda: self.time
        )
        broadcast = Broadcast(
            store or store_settings(), self.data, bus, self.clock, SessionRules(), plan=plan
        )
        running = asyncio.create_task(bus.run())
        await broadcast.recall()
        try:
            yield broadcast
        finally:
            await broadcast.close(None)
            self.n = bus.last_seq
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def play(self, broadcast: Broadcast, seconds: float) -> None:
        """Media, and two pictures a second."""
        feed = FeedFacts(
            True, kbps=4000, age_ms=10, epoch=1, state="OK", lag_ms=4, video_age_ms=10,
            audio_age_ms=12,
        )  # fmt: skip
        for _ in range(round(seconds * 2)):
            self.n += 1
            now = (self.clock.mono_ns(), self.clock.utc_ns())
            uplink = UplinkStatus("primary", "carrying", goodput_kbps=3990)
            broadcast.take("r1", RelaySample(self.n, *now, feed, (uplink,)))
            broadcast.pictured(f"picture {self.n}".encode(), now[0])
            broadcast.tick()
            self.clock.advance(0.5)

    def reader(self) -> SessionReader:
        return SessionReader.open(list_sessions(self.data)[0].path)

    def kinds(self) -> list[str]:
        with self.reader() as reader:
            return [timed.event.kind for timed in reader.events()]


@pytest.fixture
def scene(paths: Paths, clock: ManualClock) -> Scene:
    return Scene(paths.prepare().data, clock)


def test_a_session_begins_with_its_settings_and_its_clock_and_ends_with_its_seal(
    scene: Scene,
) -> None:
    async def story() -> None:
        async with scene.engine() as broadcast:
            scene.play(broadcast, 25)
            broadcast.post("pin.confirmed", "info", "pins", "Shown.")
            scene.play(broadcast, 3)
            assert broadcast.sign_off("Jo") is not None
        [seal] = scene.sealed
        with scene.reader() as reader:
            assert reader.seal().state == "intact"
            assert (seal.head, seal.events) == (reader.seal().head, reader.head()[1])
            events = [timed.event for timed in reader.events()]
            stills = reader.still_times()
        assert [each.kind for each in events][:3] == [
            "session.start", "session.settings", "session.clock"
        ]  # fmt: skip
        told = events[1].data["settings"]
        assert isinstance(told, dict)
        assert told["limits"] == settings_facts(store_settings(), RecordSettings())["limits"]
        assert events[2].data == {
            "offset_ms": 1.25, "error_ms": 0.5, "synchronised": True,
            "source": "kernel (adjtimex)",
        }  # fmt: skip
        pin_ms = next(each.mono_ns for each in events if each.kind == "pin.confirmed")
        after_ms = [t_ms for t_ms, why in stills if why == "pin"]
        start_ns = events[0].mono_ns
        assert [t_ms - (pin_ms - start_ns) // 1_000_000 for t_ms in after_ms] == [1_500]
        assert [t_ms for t_ms, why in stills if why == "interval"] == [0, 10_000, 20_000]

    asyncio.run(story())


def test_settings_are_told_again_only_when_they_are_others(scene: Scene) -> None:
    other = replace(store_settings(), limits=Limits(min_kbps=3000))

    async def story() -> None:
        async with scene.engine() as broadcast:
            scene.play(broadcast, 1)
        async with scene.engine() as broadcast:
            scene.play(broadcast, 1)
        assert scene.kinds().count("session.settings") == 1
        assert scene.kinds().count("session.clock") == 2
        async with scene.engine(other) as broadcast:
            scene.play(broadcast, 1)
        async with scene.engine(other) as broadcast:
            scene.play(broadcast, 1)
        assert scene.kinds().count("session.settings") == 2
        assert scene.sealed == []
        with scene.reader() as reader:
            assert reader.seal().state == "intact"

    asyncio.run(story())


def test_nothing_secret_is_told_with_the_settings() -> None:
    secret, url = Secret(CANARY), Secret(f"https://jo:{CANARY}@api.example/{CANARY}?k={CANARY}")
    store = StoreSettings(
        "glow", "Glow", "tiktok",
        FeedSettings("rtmp", "0.0.0.0", 1935, CANARY, secret),
        (
            UplinkSettings("primary", Secret(f"rtmp://ingest.example:1935/live/{CANARY}")),
            UplinkSettings("bonded", Secret(f"rtmp://u:{CANARY}@b.example/l/{CANARY}"), proxy=url),
        ),
        return_check=ReturnSettings("playback", url, stream=secret),
        failover=FailoverSettings(actuator=CommandActuator((f"/bin/{CANARY}",))),
        pins=PinSettings(HttpGateway(HttpCallSettings(url, headers=(("A", secret),), body=CANARY))),
        moderation=ModerationSettings(
            f"https://rules.example/{CANARY}", secret, SandboxChat("http://c.example", CANARY, url),
            secret,
        ),
    )  # fmt: skip
    pulled = FeedSettings("rtmp", "", 0, "", secret, pull=Secret(f"srt://x.example/{CANARY}"))
    keys = ShopeeGateway(1, secret, 2, 3, 4, secret)
    for each in (store, replace(store, feed=pulled, pins=PinSettings(keys))):
        told = json.dumps(settings_facts(each, RecordSettings()))
        assert CANARY not in told
        assert "rtmp://ingest.example:1935" in told
        assert "https://rules.example" in told


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("rtmp://ingest.example/live/key", "rtmp://ingest.example"),
        ("RTMPS://u:p@[::1]:443/live?key", "RTMPS://[::1]:443"),
        ("https://a.example?token", "https://a.example"),
        ("http://user:pa/ss@host/x", ""),
        ("key-without-scheme", ""),
        ("", ""),
    ],
)
def test_of_an_address_the_host_is_told(address: str, host: str) -> None:
    assert host_of(address) == host


def test_the_clock_is_told_at_the_start_hourly_and_when_it_changes(clock: ManualClock) -> None:
    times = [KEPT]
    watch = ClockWatch(clock, lambda: times[-1])

    def told_within(seconds: int) -> list[str]:
        facts = []
        for _ in range(seconds):
            if (fact := watch.look()) is not None:
                facts.append(fact.text)
            clock.advance(1)
        return facts

    assert told_within(60) == ["The machine's clock is 1.2 ms ahead of true time, give or take "
                               "0.5 ms."]  # fmt: skip
    times.append(replace(KEPT, offset_ms=3.0))
    assert told_within(60) == []
    times.append(replace(KEPT, offset_ms=-80.0))
    assert told_within(60) == ["The machine's clock is 80.0 ms behind true time, give or take "
                               "0.5 ms."]  # fmt: skip
    times.append(TrueTime(False))
    assert told_within(60) == ["The machine's clock is not synchronised."]
    assert len(told_within(3_700)) == 1
    watch.begin()
    assert len(told_within(5)) == 1


def test_pictures_are_kept_at_intervals_and_a_moment_after_what_matters() -> None:
    choice = StillChoice(10)

    def why(t_s: float) -> str | None:
        return choice.why(round(t_s * NS_PER_S))

    assert [why(0), why(1), why(9.9), why(10), why(10.5)] == ["interval", *2 * [None], "interval",
                                                              None]  # fmt: skip
    choice.happened("pin.confirmed", 11 * NS_PER_S)
    choice.happened("limit.trip", 11 * NS_PER_S)
    choice.happened("feed.up", 11 * NS_PER_S)
    assert [why(12), why(12.5), why(13)] == [None, "alarm pin", None]
    choice.happened("limit.trip", 14 * NS_PER_S)
    assert why(40) == "interval"  # there was no picture of that moment
    choice.begin()
    assert why(41) == "interval"


def test_no_pictures_are_kept_where_none_are_wanted() -> None:
    choice = StillChoice(0)
    choice.happened("pin.confirmed", 0)
    assert [choice.why(n * NS_PER_S) for n in range(20)] == [None] * 20


@pytest.mark.slow
def test_the_trail_has_the_seal_and_damaged_records_of_the_engine_are_alarms(
    bench: Bench,
) -> None:
    bench.paths.data.mkdir(parents=True, exist_ok=True)
    (bench.paths.data / "runbook.json").write_text('{"steps": ')
    (bench.paths.data / "audit.livedesk").write_bytes(b"junk" * 2_000)
    bench.say(GOOD)

    async def story() -> None:
        async with bench.engine() as running:

            async def alarms() -> set[str]:
                told = (await running.http.get("/v1/engine")).json()["alarms"]
                assert all(each["steps"] for each in told)
                return {each["id"] for each in told}

            async def are_told() -> bool:
                return await alarms() >= {"audit.aside", "runbook.failing"}

            await until(are_told, "the alarms")
            changed = await running.http.put("/v1/runbook/disk.low", json={"steps": ["Delete."]})
            assert changed.status_code == 200

            async def is_mended() -> bool:
                return "runbook.failing" not in await alarms()

            await until(is_mended, "the end of the runbook's alarm")

            async def is_live() -> bool:
                return bool((await running.status())["state"] == "live")

            await until(is_live, "the session")
            (await running.http.post("/v1/stores/glow/session/end")).raise_for_status()

            async def noted() -> list[dict[str, str]]:
                entries = (await running.http.get("/v1/audit")).json()["entries"]
                return [each["data"] for each in entries if each["act"] == "session.sealed"]

            [seal] = await until(noted, "the seal in the trail")
            with SessionReader.open(list_sessions(bench.paths.data)[0].path) as reader:
                assert (seal["session"], seal["head"]) == (reader.info.session, reader.seal().head)

    asyncio.run(story())
