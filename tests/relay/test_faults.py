"""What one path, player or stranger does wrong must not reach the show."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from livedesk.relay.item import Item
from livedesk.relay.outlet import Outlet
from livedesk.rtmp.messages import VIDEO, Message
from tests.relay.harness import OPENING, Scene, address, connect, picture, scene, sound
from tests.waiting import until


@pytest.fixture(autouse=True)
def _quiet_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    """In these tests the relay shares the test's process, so it keeps its hands off the output."""
    monkeypatch.setattr("livedesk.relay.process._detach_output", lambda: None)


async def carrying(play: Scene) -> None:
    await until(lambda: play.uplink["state"] == "carrying", "the uplink carries")


HEVC_HEADER = Message(VIDEO, 1, 0, b"\x90hvc1configuration")
HEVC_KEYFRAME = Message(VIDEO, 1, 0, b"\x91hvc1\x00\x00\x00picture")


class BrokenPath:
    def __init__(self) -> None:
        self.was_told = False

    def push(self, item: Item) -> None:
        raise RuntimeError("a fault of ours")

    def codec_changed(self) -> None:
        raise RuntimeError("a fault of ours")

    def encoder_returned(self) -> None:
        raise RuntimeError("a fault of ours")

    def broke(self) -> None:
        self.was_told = True


def test_a_path_that_fails_is_cut_off_and_the_others_get_everything(tmp_path: Path) -> None:
    async def run() -> None:
        async with scene(tmp_path) as play:
            broken = BrokenPath()
            play.relay.feed.attach(broken)
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, picture(0, key=True), sound(5), picture(40))
            await until(lambda: len(play.platform.received) == 6, "the platform has all")
            assert broken.was_told
            assert not encoder.is_lost
            assert play.events().count("relay.error") == 1

    asyncio.run(run())


def test_an_uplink_that_fails_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with scene(tmp_path) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, picture(0, key=True))
            await carrying(play)
            await until(lambda: len(play.platform.received) == 4, "the first part")
            with monkeypatch.context() as patch:
                patch.setattr(
                    "livedesk.relay.uplink_link.UplinkLink.send", lambda *_: 1 / 0, raising=True
                )
                encoder.send(picture(40))
                await until(lambda: "relay.error" in play.events(), "the fault is told")
            await until(lambda: len(play.platform.keys) == 2, "it publishes again")
            await until(lambda: len(play.platform.received) == 9, "from the keyframe on")
            assert not encoder.is_lost

    asyncio.run(run())


def test_an_encoder_that_returns_with_hevc_sends_players_off_and_the_uplink_goes_on(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with scene(tmp_path) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, picture(0, key=True))
            await carrying(play)
            tap = address(play.relay.tap.url.reveal())
            player, stuck = await connect(tap, "play"), await connect(tap, "play")
            await until(lambda: len(player.received) == 4, "it plays H.264")
            stuck.transport.pause_reading()
            for at in range(1, 100):
                encoder.send(picture(40 * at, size=80_000))
            await until(lambda: len(play.platform.received) == 103, "the platform has it")
            encoder.transport.abort()
            await until(lambda: not play.relay.feed.is_connected, "the relay notices")
            encoder = await connect(play.ingest)
            encoder.send(HEVC_HEADER, HEVC_KEYFRAME)
            await until(lambda: player.is_lost, "the player is sent off")
            await until(lambda: play.relay.tap.players == 0, "so is the one that does not read")
            assert player.refused is not None
            assert player.refused.code == "NetStream.Play.Stop"
            assert HEVC_HEADER.payload not in [each.payload for each in player.received]
            await until(lambda: len(play.platform.received) == 105, "the uplink goes on")
            assert len(play.platform.keys) == 1
            successor = await connect(tap, "play")
            await until(lambda: len(successor.received) == 2, "it plays HEVC")
            assert play.relay.feed.sample(0)["video_codec"] == "hevc"
            assert play.relay.feed.sample(0)["audio_codec"] is None
            await until(lambda: len(play.relay.tap._players) == 1, "sockets are closed")
            stuck.transport.abort()

    asyncio.run(run())


def test_an_uplink_outlives_a_fault_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One uplink that ended for good would be a show that ended, with the relay still running."""
    monkeypatch.setattr("livedesk.relay.process._FAULT_PAUSE_S", 0.05)

    async def run() -> None:
        async with scene(tmp_path) as play:
            with monkeypatch.context() as patch:
                patch.setattr("livedesk.relay.opener.Opener._connect", lambda *_: 1 / 0)
                encoder = await connect(play.ingest)
                encoder.send(*OPENING, picture(0, key=True))
                await carrying(play)
                play.platform.drop_all()
                await until(lambda: play.events().count("relay.error") > 1, "the fault is told")
                assert play.uplink["state"] == "down"
                assert "unexpected" in play.uplink["reason"]
            await carrying(play)

    asyncio.run(run())


def test_a_host_name_that_cannot_be_looked_up_is_a_reason_and_no_fault(tmp_path: Path) -> None:
    async def run() -> None:
        async with scene(tmp_path, uplink_url="rtmp://ingest..example/live/out") as play:
            await connect(play.ingest)
            await until(lambda: "host name" in (play.uplink["reason"] or ""), "the reason is shown")
            assert "relay.error" not in play.events()

    asyncio.run(run())


def test_an_address_of_a_family_the_machine_lacks_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def both(*_: object, **__: object) -> list[object]:
        stream = socket.SOCK_STREAM, 6, ""
        return [
            (socket.AF_APPLETALK, *stream, ("::1", port, 0, 0)),
            (socket.AF_INET, *stream, ("127.0.0.1", port)),
        ]

    port = 0

    async def run() -> None:
        nonlocal port
        async with scene(tmp_path) as play:
            port = play.platform.port
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
            feed = play.relay.feed
            feed.begin("127.0.0.1")
            await carrying(play)
            feed.end("the test is over")

    asyncio.run(run())


def test_a_stopped_relay_signs_off_behind_what_a_slow_path_still_holds(tmp_path: Path) -> None:
    async def run() -> None:
        async with scene(tmp_path) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, picture(0, key=True))
            await carrying(play)
            platform = play.platform.connections[0].transport
            platform.pause_reading()
            for at in range(1, 150):
                encoder.send(picture(40 * at, size=80_000))
            await until(lambda: play.uplink["waiting_messages"] > 0, "the path is full")
            link = play.relay.uplinks[0]._link
            assert link is not None
            play.relay.stop()
            asyncio.get_running_loop().call_later(0.2, platform.resume_reading)
            await until(lambda: not (tmp_path / "relay-glow-us.json").exists(), "it stops")
            assert link._transport is not None
            assert link._transport.get_write_buffer_size() == 0
            await until(lambda: play.platform.sign_offs == 1, "the platform hears of it")

    asyncio.run(run())


def test_drops_are_told_while_a_path_does_not_recover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedesk.relay.sender._DROP_REPORT_S", 0.1)

    async def run() -> None:
        async with scene(tmp_path) as play:
            play.relay.uplinks[0]._sender._outlet = Outlet(10_000, max_bytes=1_000_000)
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, picture(0, key=True))
            await carrying(play)
            play.platform.connections[0].transport.pause_reading()
            for at in range(1, 150):
                encoder.send(picture(40 * at, size=80_000))
            await until(lambda: play.uplink["dropped_messages"] > 0, "frames are dropped")
            await until(lambda: "uplink.dropped" in play.events(), "it is told")
            assert play.uplink["state"] == "carrying"

    asyncio.run(run())
