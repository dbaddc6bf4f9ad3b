"""Stories of a stream that is only watched here and moved from outside, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_MS, ManualClock
from livedesk.core.events import Json, Level
from livedesk.core.secrets import Secret
from livedesk.core.settings import FeedSettings, StoreSettings, UplinkSettings
from livedesk.core.status import FeedStatus, SyncStatus
from livedesk.engine.actuators.base import Outcome, SenderFacts, SwitchOrder
from livedesk.engine.entries import RelayEntry, RelayEvent, RelaySample, Reply
from livedesk.engine.external import ExternalPath
from livedesk.engine.fold import ProbeReading

FINE = FeedStatus(state="OK", kbps=4000.0, age_ms=20.0, lag_ms=5.0)
DARK = FeedStatus(state="GONE")
STREAMING = SenderFacts(
    active=True, reconnecting=False, congestion=0.0, sent_bytes=1, skipped_frames=0, total_frames=1
)
STOPPED = replace(STREAMING, active=False)
MOVED = Outcome(True, "OBS sends to bonded.", 640.0)
AWAY = "OBS could not connect to bonded."
REFUSED = "OBS refuses the password."
KEY = "sk-live-7781"


@dataclass
class FakeActuator:
    """Moves a stream that is only a name."""

    facts: SenderFacts | None = STREAMING
    is_stuck: bool = False
    """It gets rid of nothing, although it says that it streams."""
    problem: str | None = None
    place: str | None = None
    outcome: Outcome = MOVED
    on_switch: Callable[[], None] = lambda: None
    orders: list[str] = field(default_factory=list)

    async def check(self) -> str | None:
        return self.problem

    async def switch(self, order: SwitchOrder) -> Outcome:
        self.orders.append(order.to.name)
        self.on_switch()
        return self.outcome

    async def sender(self) -> SenderFacts | None:
        if self.facts is not None:
            more_bytes = 0 if self.is_stuck else 100_000
            self.facts = replace(self.facts, sent_bytes=self.facts.sent_bytes + more_bytes)
        return self.facts

    async def carrying(self, uplinks: tuple[UplinkSettings, ...]) -> str | None:
        return self.place

    async def close(self) -> None:
        pass


@dataclass
class Show:
    """A server, a probe that plays it, and something that can move the stream."""

    actuator: FakeActuator | None = field(default_factory=FakeActuator)
    server: FeedStatus | None = FINE
    """None: the probe says nothing more."""
    events: list[RelayEvent] = field(default_factory=list)
    remarks: list[tuple[str, Level, str]] = field(default_factory=list)
    sample: RelaySample | None = None
    reading: ProbeReading | None = None
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        uplinks = tuple(
            UplinkSettings(name, Secret(f"rtmp://{name}.example/live/{KEY}"))
            for name in ("primary", "bonded")
        )
        pull = Secret("rtmp://127.0.0.1/live/watch")
        feed = FeedSettings("rtmp", "", 0, "", Secret(""), pull=pull)
        settings = StoreSettings("glow", "Glow", "tiktok", feed, uplinks)
        self.path = ExternalPath(
            settings, self.actuator, self, lambda: self.reading, self.clock, poll_s=0
        )

    def position(self, instance: str) -> int:
        return 0

    def attached(self, instance: str, tap_url: str, missed: int) -> None:
        pass

    def remark(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> None:
        self.remarks.append((kind, level, text))

    async def entry(self, instance: str, entry: RelayEntry) -> None:
        if isinstance(entry, RelaySample):
            self.sample = entry
        else:
            self.events.append(entry)

    async def play(self, seconds: float) -> None:
        """The probe speaks four times a second, the path looks ten times."""
        for step in range(round(seconds * 20)):
            self.clock.advance(0.05)
            if step % 5 == 0:
                self._measure()
                await self.path.ask()
            if step % 2 == 0:
                await self.path.poll()
            for _ in range(10):
                await asyncio.sleep(0)

    def _measure(self) -> None:
        if self.server is None:
            return
        mono_ns, utc_ns = self.clock.mono_ns(), self.clock.utc_ns()
        feed = self.server
        if feed.state == "STALLED" and self.reading is not None:
            feed = replace(feed, age_ms=(self.reading.feed.age_ms or 0.0) + 250.0)
        self.reading = ProbeReading(mono_ns, utc_ns, feed, SyncStatus())

    @property
    def moved(self) -> list[str]:
        return [] if self.actuator is None else self.actuator.orders

    def told(self, event: str) -> RelayEvent | None:
        return next((each for each in self.events if each.event == event), None)

    @property
    def newest(self) -> RelaySample:
        assert self.sample is not None
        return self.sample

    @property
    def mode(self) -> str:
        assert self.newest.failover is not None
        return self.newest.failover.mode

    async def order(self, name: str, **fields: Json) -> Reply:
        return await self.path.command(name, {"actor": "Ana", **fields})


def tell(show: Show, story: Callable[[Show], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        try:
            await story(show)
        finally:
            await show.path.close()

    asyncio.run(whole())


def test_a_healthy_stream_is_left_alone_and_shown() -> None:
    async def story(show: Show) -> None:
        await show.play(60)
        assert show.moved == []
        assert show.mode == "external"
        active, standby = show.newest.uplinks
        assert (active.state, active.health, active.goodput_kbps) == ("carrying", "OK", 4000.0)
        assert (standby.state, standby.ready, standby.address) == (
            "standby", True, "bonded.example:1935",
        )  # fmt: skip
        assert KEY not in repr(show.newest)

    tell(Show(), story)


def test_media_stops_at_the_server_while_obs_streams_and_the_stream_is_moved_once() -> None:
    async def story(show: Show) -> None:
        assert show.actuator is not None

        def comes_back() -> None:
            assert show.actuator is not None
            show.server, show.actuator.is_stuck = FINE, False

        show.actuator.on_switch = comes_back
        await show.play(10)
        show.server, show.actuator.is_stuck = FeedStatus(state="STALLED", age_ms=20.0), True
        stopped_ns = show.clock.mono_ns()
        await show.play(20)
        assert show.moved == ["bonded"]
        switch, done = show.told("failover.switch"), show.told("failover.done")
        assert switch is not None
        assert done is not None
        assert switch.data["cause"] == "silence"
        assert switch.mono_ns - stopped_ns < 1_500 * NS_PER_MS
        assert done.data["publish_ms"] == 640.0
        assert show.newest.failover is not None
        assert show.newest.failover.active == "bonded"
        assert show.newest.failover.switches == 1

    tell(Show(), story)


def test_a_server_that_alone_is_silent_for_a_moment_moves_nothing() -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(2)
        show.server = FINE
        await show.play(5)
        assert show.moved == []

    tell(Show(), story)


def test_an_encoder_that_is_stopped_on_purpose_is_not_moved() -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        assert show.actuator is not None
        show.actuator.facts, show.server = STOPPED, DARK
        await show.play(30)
        assert show.moved == []

    tell(Show(), story)


def test_few_bits_are_the_encoders_choice_unless_it_cannot_get_rid_of_more() -> None:
    low = FeedStatus(state="LOW", kbps=1500.0, age_ms=20.0, lag_ms=10.0)

    def story(sender: SenderFacts) -> Callable[[Show], Coroutine[Any, Any, None]]:
        async def few(show: Show) -> None:
            await show.play(10)
            assert show.actuator is not None
            show.server, show.actuator.facts = low, sender
            await show.play(5)

        return few

    left, moved = Show(), Show()
    tell(left, story(STREAMING))
    assert left.moved == []
    tell(moved, story(replace(STREAMING, congestion=0.8)))
    assert moved.moved[:1] == ["bonded"]
    switch = moved.told("failover.switch")
    assert switch is not None
    assert switch.data["cause"] in ("congestion", "contract")


def test_a_probe_that_is_silent_moves_nothing_but_obs_may_be_the_witness() -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        show.server = None
        await show.play(10)
        assert show.moved == []
        assert show.newest.feed.state == "BLIND"
        assert show.actuator is not None
        show.actuator.facts = replace(STREAMING, reconnecting=True)
        await show.play(1)
        assert show.moved == ["bonded"]

    tell(Show(), story)


def test_the_record_is_told_when_the_server_gives_nothing_and_what_obs_says() -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(5)
        show.server = FINE
        await show.play(5)
        told = [each for each in show.events if each.event.startswith("feed.")]
        assert [each.event for each in told] == ["feed.up", "feed.lost", "feed.up"]
        assert {each.data["source"] for each in told} == {"server"}
        show.server = None
        await show.play(5)
        assert show.newest.feed.connected, "that our probe is silent is no end of the show"
        assert show.events[-1] is told[-1]

    tell(Show(FakeActuator(problem=REFUSED)), story)


def test_what_obs_says_of_itself_is_passed_on() -> None:
    async def story(show: Show) -> None:
        said = []
        for facts in (STREAMING, replace(STREAMING, congestion=0.8), STOPPED, None):
            assert show.actuator is not None
            show.actuator.facts = facts
            await show.play(1)
            said.append(show.newest.sender)
        assert said == ["streaming", "held_up", "off", None]

    tell(Show(FakeActuator(problem=REFUSED)), story)


def test_what_obs_answers_when_it_fails_is_told_and_the_other_uplink_is_tried() -> None:
    async def story(show: Show) -> None:
        assert show.actuator is not None

        def goes_off() -> None:
            assert show.actuator is not None
            show.actuator.facts, show.server = STOPPED, DARK

        show.actuator.on_switch = goes_off
        await show.play(10)
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(10)
        failed = show.told("failover.failed")
        assert failed is not None
        assert AWAY in failed.text
        assert show.moved[:2] == ["bonded", "primary"]

    tell(Show(FakeActuator(outcome=Outcome(False, AWAY, 300.0))), story)


def test_after_a_long_attempt_that_failed_the_next_is_not_waited_for_again() -> None:
    async def story(show: Show) -> None:
        assert show.actuator is not None
        show.actuator.on_switch = lambda: show.clock.advance(12)
        await show.play(10)
        show.server, show.actuator.is_stuck = FeedStatus(state="STALLED", age_ms=20.0), True
        await show.play(6)
        failed = show.told("failover.failed")
        assert failed is not None
        assert show.moved[:2] == ["bonded", "primary"]
        _, again, *_ = [each for each in show.events if each.event == "failover.switch"]
        assert again.data["cause"] == "refused"
        assert again.mono_ns - failed.mono_ns < 500 * NS_PER_MS

    tell(Show(FakeActuator(outcome=Outcome(False, AWAY, 12_000.0))), story)


def test_a_stream_that_a_person_brought_back_is_left_alone() -> None:
    async def story(show: Show) -> None:
        actuator = show.actuator
        assert actuator is not None

        def crashes() -> None:
            actuator.facts, actuator.problem = None, "OBS cannot be reached."
            show.server = DARK

        actuator.on_switch = crashes
        await show.play(10)
        show.server, actuator.is_stuck = FeedStatus(state="STALLED", age_ms=20.0), True
        await show.play(25)
        assert show.newest.failover is not None
        assert show.newest.failover.switching_to == "bonded"
        actuator.facts, actuator.problem, actuator.is_stuck = STREAMING, None, False
        actuator.place, show.server = "primary", FINE
        await show.play(60)
        assert show.moved == ["bonded"]
        now = show.newest.failover
        assert now is not None
        assert (now.active, now.switching_to) == ("primary", None)
        assert now.reason == "primary carries 4,000 kbps; encoder fine"

    tell(Show(FakeActuator(outcome=Outcome(False, "OBS crashed.", 500.0))), story)


@pytest.mark.parametrize(("place", "carries"), [("bonded", "bonded"), (None, "primary")])
def test_a_stream_that_flows_again_soon_after_a_switch_that_failed_is_left_alone(
    place: str | None, carries: str
) -> None:
    """It healed, or arrived late; what cannot tell is believed that it moved nothing."""

    async def story(show: Show) -> None:
        actuator = show.actuator
        assert actuator is not None
        await show.play(10)
        show.server, actuator.is_stuck = FeedStatus(state="STALLED", age_ms=20.0), True
        while not show.told("failover.failed"):
            await show.play(0.1)
        show.server, actuator.is_stuck, actuator.place = FINE, False, place
        await show.play(60)
        assert show.moved == ["bonded"]
        now = show.newest.failover
        assert now is not None
        assert (now.active, now.switching_to) == (carries, None)

    tell(Show(FakeActuator(outcome=Outcome(False, "It hung for 10 s.", 10.0))), story)


def test_a_stream_that_no_uplink_takes_is_tried_again_until_one_does_unless_it_is_held() -> None:
    async def story(show: Show) -> None:
        actuator = show.actuator
        assert actuator is not None

        def stays_off() -> None:
            actuator.facts, show.server = STOPPED, DARK

        def comes_up() -> None:
            actuator.facts, show.server = STREAMING, FINE

        actuator.on_switch = stays_off
        await show.play(10)
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        while not show.told("failover.again"):
            await show.play(1)
        now = show.newest.failover
        assert now is not None
        assert now.reason == "no uplink takes the stream; primary keeps trying"
        assert (await show.order("hold", on=True)).ok
        tried = len(show.moved)
        await show.play(60)
        assert len(show.moved) == tried
        assert (await show.order("hold", on=False)).ok
        actuator.outcome, actuator.on_switch = MOVED, comes_up
        await show.play(20)
        assert show.moved[tried:] == ["primary"]
        now = show.newest.failover
        assert now is not None
        assert (now.active, now.switching_to) == ("primary", None)

    tell(Show(FakeActuator(outcome=Outcome(False, AWAY, 300.0))), story)


def test_a_drill_whose_switch_failed_has_failed_though_the_stream_flows() -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        assert (await show.order("drill", stay_s=5)).ok
        await show.play(30)
        assert show.moved == ["bonded"]
        now = show.newest.failover
        assert now is not None
        assert now.drill is not None
        assert (now.active, now.drill.state) == ("primary", "failed")
        assert now.drill.step == "the stream was found on primary"

    tell(Show(FakeActuator(outcome=Outcome(False, AWAY, 10.0))), story)


def test_a_fault_of_ours_in_a_switch_is_told_and_fails_it() -> None:
    async def story(show: Show) -> None:
        def breaks() -> None:
            raise KeyError(KEY)

        assert show.actuator is not None
        show.actuator.on_switch = breaks
        await show.play(10)
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(10)
        failed = show.told("failover.failed")
        assert failed is not None
        assert failed.data["state"] == "failed"
        assert show.remarks[0] == (
            "engine.fault",
            "critical",
            "Part of the engine failed (switch: KeyError); please report this.",
        )
        assert show.moved[:2] == ["bonded", "primary"], "the other way is tried"

    tell(Show(), story)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("hold", {"on": "no"}),
        ("drill", {"stay_s": "5"}),
        ("drill", {"stay_s": float("nan")}),
        ("failover", {}),
        ("explode", {}),
    ],
)
def test_an_order_that_is_not_understood_is_refused(name: str, fields: dict[str, Json]) -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        reply = await show.order(name, **fields)
        assert (reply.ok, reply.code) == (False, "bad_order")
        await show.play(2)
        assert (show.moved, show.mode) == ([], "external")

    tell(Show(), story)


def test_an_actuator_that_cannot_act_is_no_standby_and_says_why() -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        assert [(each.ready, each.reason) for each in show.newest.uplinks[1:]] == [(False, REFUSED)]
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(5)
        assert show.moved == []
        stay = show.told("failover.stay")
        assert stay is not None
        assert "OBS refuses the password" in stay.text

    tell(Show(FakeActuator(facts=None, problem=REFUSED)), story)


def test_people_order_hold_and_are_refused_in_words() -> None:
    async def story(show: Show) -> None:
        await show.play(10)
        assert (await show.order("hold", on=True)).ok
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(5)
        assert show.moved == []
        assert show.mode == "hold"
        show.server = FINE
        await show.play(5)
        assert (await show.order("failover", to="bonded", reason="try it")).ok
        await show.play(5)
        assert show.moved == ["bonded"]
        refused = await show.order("failover", to="bonded")
        assert not refused.ok
        assert refused.error
        assert refused.action

    tell(Show(), story)


def test_without_an_actuator_the_stream_is_only_watched() -> None:
    async def story(show: Show) -> None:
        await show.play(5)
        reply = await show.order("failover", to="bonded")
        assert (reply.ok, reply.code) == (False, "no_actuator")
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(5)
        assert show.newest.uplinks[0].state == "carrying"
        assert show.mode == "single"

    tell(Show(actuator=None), story)


def test_a_new_engine_finds_the_stream_where_it_was_moved_to() -> None:
    async def story(show: Show) -> None:
        await show.play(5)
        assert [each.state for each in show.newest.uplinks] == ["standby", "carrying"]
        show.server = FeedStatus(state="STALLED", age_ms=20.0)
        await show.play(5)
        assert show.moved[:1] == ["primary"]

    tell(Show(FakeActuator(place="bonded")), story)


def test_where_the_sender_cannot_be_asked_a_silent_server_moves_the_stream_but_not_for_ever() -> (
    None
):
    async def story(show: Show) -> None:
        await show.play(10)
        show.server = DARK
        await show.play(120)
        assert show.moved[:1] == ["bonded"]
        assert len(show.moved) <= 5

    tell(Show(FakeActuator(facts=None)), story)
