"""The stream moves from one way to another, over real sockets, and the platform sees it go on."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import cast
from unittest.mock import Mock

import pytest

from livedesk.core.status import Limits, SwitchCause
from livedesk.failover.facts import FeedFacts, Switch
from livedesk.failover.notes import Note
from livedesk.failover.policy import Policy
from livedesk.failover.view import FailoverView
from livedesk.relay.switcher import Switcher
from livedesk.relay.uplink import Uplink
from livedesk.rtmp.messages import AUDIO, VIDEO
from tests.relay.harness import AUDIO_HEADER, METADATA, VIDEO_HEADER
from tests.relay.shows import Encoder, Stage
from tests.relay.ways import Show, repeated, two_ways
from tests.waiting import until


@pytest.fixture(autouse=True)
def _quiet_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    """In these tests the relay shares the test's process, so it keeps its hands off the output."""
    monkeypatch.setattr("livedesk.relay.process._detach_output", lambda: None)


def begins_as_it_should(show: Show, number: int) -> bool:
    """Metadata and headers, then a keyframe, then timestamps that grow."""
    got = show.publication(number)
    opening = [each.payload for each in got[:3]]
    stamps = [each.timestamp_ms for each in got if each.type_id == VIDEO]
    return (
        opening == [each.payload for each in (METADATA, VIDEO_HEADER, AUDIO_HEADER)]
        and got[3].payload[:2] == b"\x17\x01"
        and stamps == sorted(stamps)
        and all(each.timestamp_ms >= got[3].timestamp_ms for each in got if each.type_id == AUDIO)
    )


def test_a_reset_primary_costs_no_frame(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await show.go_on_air()
            await show.primary.shut()
            done = await show.switched()
            await show.all_arrive()
            assert show.missing() == []
            assert begins_as_it_should(show, 1)
            assert (done["from"], done["to"], done["cause"]) == ("primary", "bonded", "gone")
            assert (done["state"], done["frames_lost"], done["lost_ms"]) == ("done", 0, 0)
            # What was acknowledged last, and what came through though it was not, is a few frames.
            assert done["frames_repeated"] == pytest.approx(repeated(show), abs=15)
            assert repeated(show) >= 20  # half a second, fewer on a busy machine
            assert 0 <= done["publish_ms"] <= done["switch_ms"]
            order = [each for each in show.play.events() if each.startswith("failover")]
            assert order == ["failover.switch", "failover.published", "failover.done"]
            assert show.failover["active"] == "bonded"
            assert show.uplinks["bonded"]["state"] == "carrying"
            await until(
                lambda: show.uplinks["primary"]["reason"] == "Connection refused", "it is told why"
            )
            assert show.uplinks["primary"]["state"] == "down"

    asyncio.run(run())


def test_a_black_hole_is_left_with_everything_that_it_swallowed(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await show.go_on_air()
            show.platform.refusals_left = 3  # it has not noticed yet that the old one is gone
            show.primary.pass_nothing()
            done = await show.switched()
            await show.all_arrive()
            assert done["cause"] in ("silence", "congestion")  # what fills up first
            assert show.missing() == []
            assert done["frames_lost"] == 0
            assert begins_as_it_should(show, 1)
            assert show.platform.refused == 3
            assert show.play.events().count("uplink.busy") == 1
            assert show.failover["last"]["state"] == "done"

    asyncio.run(run())


def test_a_platform_that_closes_when_busy_is_asked_on_new_connections(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await show.go_on_air()
            show.platform.refusals_left, show.platform.closes_when_busy = 2, True
            await show.primary.shut()
            done = await show.switched()
            await show.all_arrive()
            assert show.missing() == []
            assert done["frames_lost"] == 0
            assert show.platform.refused == 2
            (told,) = show.play.told("uplink.busy")
            assert "its connection ended when it asked to publish" in told["text"]
            assert begins_as_it_should(show, 1)

    asyncio.run(run())


def test_without_a_standby_it_stays_says_so_and_catches_up(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await show.go_on_air()
            await show.bonded.shut()
            await until(lambda: not show.uplinks["bonded"]["ready"], "the standby is gone")
            await until(lambda: "uplink.not_ready" in show.play.events(), "and that is told")
            show.primary.cut()
            await until(lambda: "failover.stay" in show.play.events(), "why it stays is told")
            await until(lambda: len(show.platform.publications) == 2, "the primary is back")
            await show.all_arrive()
            assert show.missing() == []
            assert begins_as_it_should(show, 1)
            assert "failover.switch" not in show.play.events()
            assert show.failover["active"] == "primary"

    asyncio.run(run())


def test_beyond_the_bound_it_begins_anew_and_says_what_was_lost(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path, failover={"catch_up_s": 0.2, "automatic": False}) as show:
            await show.go_on_air()
            show.primary.pass_nothing()
            await until(lambda: (show.uplinks["primary"]["backlog_ms"] or 0) > 1_200, "it fills")
            assert show.order(cmd="failover", to="bonded", reason="test")["ok"]
            done = await show.switched()
            await show.all_arrive()
            first = show.publication(1)[3].timestamp_ms
            assert done["frames_lost"] >= len(show.missing()) - 25 > 0
            assert done["lost_ms"] > 18 * done["frames_lost"]  # more on a busy machine
            assert first - max(each for each in show.stamps() if each < first) >= 500
            assert done["frames_repeated"] == 0
            assert begins_as_it_should(show, 1)

    asyncio.run(run())


def test_a_relay_begins_where_the_one_before_it_was(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path, begin_on="bonded") as show:
            await until(lambda: show.uplinks["primary"]["ready"], "both stand by")
            await show.start_encoder()
            await until(lambda: show.uplinks["bonded"]["state"] == "carrying", "it carries")
            assert show.uplinks["primary"]["state"] == "standby"
            assert "failover.switch" not in show.play.events()

    asyncio.run(run())


def test_people_switch_hold_and_drill(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path, failover={"min_dwell_s": 0}) as show:
            await show.go_on_air()
            assert show.order(cmd="failover", to="bonded", reason="rain")["ok"]
            done = await show.switched()
            assert (done["cause"], done["actor"], done["frames_lost"]) == ("operator", "Ana", 0)
            unknown = show.order(cmd="failover", to="satellite")
            assert not unknown["ok"]
            assert {"reply", "code", "error", "action"} <= unknown.keys()
            assert show.order(cmd="drill", stay_s="long")["code"] == "bad_order"
            assert show.order(cmd="hold", on=True)["ok"]
            assert show.failover["mode"] == "hold"
            await show.bonded.shut()
            await until(lambda: show.uplinks["bonded"]["state"] == "down", "it is down")
            assert show.failover["active"] == "bonded"
            assert show.order(cmd="hold", on=False)["ok"]
            assert (await show.switched(2))["to"] == "primary"
            await show.all_arrive()
            assert show.missing() == []

    asyncio.run(run())


def test_two_never_publish_at_once_however_often_it_moves(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path, straight=True, failover={"min_dwell_s": 0}) as show:
            await show.go_on_air()
            for number, name in enumerate(("bonded", "primary") * 4):
                await show.is_ready(name)
                assert show.order(cmd="failover", to=name, reason="test")["ok"]
                await show.switched(number + 1)
            await show.all_arrive()
            assert show.missing() == []
            assert show.platform.most_at_once == 1
            assert len(show.platform.publications) == 9

    asyncio.run(run())


def test_a_drill_goes_there_and_back(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path, failover={"min_dwell_s": 0}) as show:
            await show.go_on_air()
            assert show.order(cmd="drill", stay_s=1.0)["ok"]
            there, back = await show.switched(1), await show.switched(2)
            assert (there["to"], back["to"], back["cause"]) == ("bonded", "primary", "drill")
            await until(lambda: show.failover["drill"]["state"] != "running", "it ends")
            drill = show.failover["drill"]
            assert (drill["state"], drill["actor"]) == ("passed", "Ana")
            assert [each["to"] for each in drill["switches"]] == ["bonded", "primary"]
            await show.all_arrive()
            assert show.missing() == []
            assert there["frames_lost"] == back["frames_lost"] == 0

    asyncio.run(run())


def test_the_encoder_leaves_and_comes_back_to_where_the_stream_is(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path, feed_grace_s=0.3) as show:
            await show.go_on_air()
            assert show.order(cmd="failover", to="bonded", reason="rain")["ok"]
            await show.switched()
            await show.stop_encoder()
            assert show.encoder is not None
            show.encoder.transport.abort()
            await until(lambda: show.platform.sign_offs == 1, "the relay signs off")
            await until(lambda: show.uplinks["bonded"]["ready"], "and stands by again")
            assert show.uplinks["bonded"]["reason"] == "waiting for the encoder"
            await show.start_encoder()
            await until(lambda: show.uplinks["bonded"]["state"] == "carrying", "bonded carries on")
            assert show.failover["active"] == "bonded"
            assert show.uplinks["primary"]["state"] == "standby"

    asyncio.run(run())


def test_a_server_that_drops_who_waits_is_opened_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await until(lambda: show.uplinks["bonded"]["ready"], "it stands by")
            for _ in range(3):
                before = show.session("bonded")
                show.bonded.cut()
                await show.is_ready("bonded", other_than=before)
            assert "uplink.down" not in show.play.events()

    asyncio.run(run())


def test_a_black_holed_standby_is_not_ready_and_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way in between acknowledges the ping in its place; that is not taken for an answer."""
    monkeypatch.setattr("livedesk.relay.proof.PING_EVERY_NS", 100_000_000)
    monkeypatch.setattr("livedesk.relay.proof.ANSWER_LIMIT_NS", 300_000_000)

    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await until(lambda: show.uplinks["bonded"]["ready"], "it stands by")
            bonded = show.play.relay.uplinks[1]
            before = bonded._link
            assert before is not None
            await until(lambda: before._session.pongs > 0, "a ping was answered")
            show.bonded.pass_nothing()
            await until(lambda: not show.uplinks["bonded"]["ready"], "it is not ready")
            assert before.ended == "the platform did not answer a ping"
            show.bonded.pass_on()
            await until(lambda: show.uplinks["bonded"]["ready"], "a new session")
            assert bonded._link is not before

    asyncio.run(run())


def test_a_policy_that_fails_costs_the_switch_and_not_the_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await show.go_on_air()
            for name in ("update", "view", "path_health", "order_switch"):
                monkeypatch.setattr(
                    f"livedesk.failover.policy.Policy.{name}", lambda *_: 1 / 0, raising=True
                )
            await until(lambda: "relay.error" in show.play.events(), "the fault is told")
            assert show.order(cmd="failover", to="bonded", reason="")["code"] == "fault"
            await show.all_arrive()
            assert show.missing() == []
            assert show.failover["active"] == "primary"
            assert show.play.events().count("relay.error") <= 4

    asyncio.run(run())


class Script:
    """A policy that decides what the test says, at the next look."""

    def __init__(self) -> None:
        self.active = "primary"
        self.next: Switch | None = None
        self.done = 0
        self.on_feed: Callable[[FeedFacts], None] = lambda _: None

    def decide(self, to: str, cause: SwitchCause) -> None:
        figures = {"silent_ms": 250.0}
        self.next = Switch(self.active, to, cause, "as it is written", "", 0, figures)

    def update(self, mono_ns: int, feed: FeedFacts, *_: object) -> Switch | None:
        self.on_feed(feed)
        switch, self.next = self.next, None
        self.active = switch.to if switch is not None else self.active
        return switch

    def took_over(self, mono_ns: int) -> None:
        self.done += 1

    def take_notes(self) -> list[Note]:
        return []

    def view(self, mono_ns: int) -> FailoverView:
        return FailoverView("auto", "as it is written")

    def path_health(self, *_: object) -> tuple[None, None]:
        return None, None


def test_a_pause_of_the_relay_and_a_jump_of_the_encoder_are_no_backlog_of_a_path() -> None:
    """For one look the feed is not measured; so the policy's times for a backlog begin anew."""
    stage, script, seen = Stage(Limits()), Script(), list[tuple[int, str]]()
    carrier = Mock(spec=Uplink)
    carrier.name = "primary"
    switcher = Switcher(cast(Policy, script), stage.feed, [carrier], stage.log, stage.clock)
    script.on_feed = lambda feed: seen.append((round(stage.now_ms), feed.state))
    stage.on_poll = switcher.poll
    encoder = Encoder()
    stage.connect()
    stage.play(encoder.sent(0, 5), 5)
    stage.clock.advance(3)  # the relay is stopped, and looks first when it goes on
    switcher.poll(stage.clock.mono_ns())
    stage.play(encoder.sent(5, 20), 20)
    jumped = dataclasses.replace(encoder, first_ms=3_600_000)
    stage.play(jumped.sent(20, 25), 25)
    blind = [at_ms for at_ms, state in seen if state == "BLIND" and at_ms > 2_000]
    assert blind == pytest.approx([8_000, 20_000], abs=60)
    (told,) = stage.events("relay.paused")
    assert told["data"]["paused_ms"] == pytest.approx(3_000, abs=60)


def test_a_path_that_does_not_take_over_gives_the_stream_on(tmp_path: Path) -> None:
    """It refuses until the policy has enough; nothing that was sent meanwhile is lost."""

    async def run() -> None:
        async with two_ways(tmp_path) as show:
            await show.go_on_air()
            script = Script()
            show.play.relay.switcher._policy = cast(Policy, script)
            show.platform.refusal = True
            script.decide("bonded", "silence")
            await until(lambda: show.platform.refused >= 2, "bonded is refused")
            assert show.failover["last"]["state"] == "running"
            assert "has not noticed" in show.uplinks["bonded"]["reason"]
            show.platform.refusal = False
            show.bonded.pass_nothing()
            await until(lambda: show.uplinks["primary"]["ready"], "the primary stands by")
            script.decide("primary", "refused")
            done = await show.switched()
            await show.all_arrive()
            assert show.missing() == []
            assert (done["to"], done["cause"], done["frames_lost"]) == ("primary", "refused", 0)
            (failed,) = show.play.told("failover.failed")
            assert (failed["data"]["to"], failed["data"]["state"]) == ("bonded", "failed")
            assert failed["data"]["switch_ms"] is None
            decided = show.play.told("failover.switch")[0]["data"]
            assert decided["figures"] == {"silent_ms": 250}
            assert script.done == 1

    asyncio.run(run())
