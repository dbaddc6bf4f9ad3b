"""The relay as encoder, platform and player see it, over real sockets on one loop."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.clock import SystemClock
from livedesk.relay.process import Relay, StartError
from livedesk.rtmp.client import Ready
from livedesk.rtmp.messages import Message
from tests.ports import free_port
from tests.relay.harness import (
    KEY,
    OPENING,
    Client,
    Platform,
    Scene,
    address,
    as_job,
    connect,
    epoch_of,
    job_line,
    picture,
    scene,
    sound,
)
from tests.waiting import until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(autouse=True)
def _quiet_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    """In these tests the relay shares the test's process, so it keeps its hands off the output."""
    monkeypatch.setattr("livedesk.relay.process._detach_output", lambda: None)


def show(frames: int, start_ms: int = 0) -> list[Message]:
    """Pictures at 25 a second, a keyframe each second, with sound."""
    made: list[Message] = []
    for at in range(frames):
        stamp = start_ms + 40 * at
        made += [picture(stamp, key=at % 25 == 0, fill=at), sound(stamp + 5, fill=at)]
    return made


def plain(messages: list[Message]) -> list[tuple[int, int, bytes]]:
    return [(each.type_id, each.timestamp_ms, each.payload) for each in messages]


async def carrying(play: Scene) -> None:
    await until(lambda: play.uplink["state"] == "carrying", "the uplink carries")


def test_everything_arrives_unchanged_and_in_order(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING)
            await carrying(play)
            sent = show(200, start_ms=0xFFFFFF - 2000) + show(100, start_ms=2**32 - 1500)
            encoder.send(*sent)
            await until(lambda: len(play.platform.received) >= len(sent) + 3, "all arrive")
            wrapped = [(kind, stamp % 2**32, payload) for kind, stamp, payload in plain(sent)]
            assert play.platform.media()[3:] == wrapped
            assert play.platform.keys == ["out"]
            await until(lambda: play.uplink["backlog_ms"] == 0, "all is acknowledged")
            assert play.uplink["dropped_messages"] == 0

    asyncio.run(run())


def test_a_late_platform_joins_at_the_keyframe(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            await play.platform.stop()
            encoder = await connect(play.ingest)
            sent = show(40)
            encoder.send(*OPENING, *sent)
            await until(lambda: play.uplink["reconnects"] > 1, "the uplink tries again")
            assert play.uplink["reason"] == "Connection refused"
            await play.platform.start()
            await carrying(play)
            more = show(5, start_ms=1600)
            encoder.send(*more)
            since_keyframe = [*sent[50:], *more]
            await until(lambda: len(play.platform.received) == 3 + len(since_keyframe), "joined")
            assert play.platform.media()[3:] == plain(since_keyframe)
            assert play.events().count("uplink.down") == 1

    asyncio.run(run())


def test_a_broken_platform_connection_is_opened_again(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, *show(10))
            await until(lambda: len(play.platform.received) == 23, "the first part arrives")
            play.platform.drop_all()
            await until(lambda: len(play.platform.keys) == 2, "it publishes again")
            await until(lambda: len(play.platform.received) == 46, "from the keyframe on")
            await carrying(play)
            assert play.platform.media()[23:46] == play.platform.media()[:23]
            told = [each for each in play.events() if each in ("uplink.up", "uplink.down")]
            assert told == ["uplink.up", "uplink.down", "uplink.up"]

    asyncio.run(run())


def test_a_refusing_platform_is_quoted(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            play.platform.refusal = True
            await connect(play.ingest)
            await until(lambda: "refused" in (play.uplink["reason"] or ""), "the reason is shown")
            assert "NetStream.Publish.BadName" in play.uplink["reason"]

    asyncio.run(run())


def test_a_wrong_key_is_refused_and_a_second_encoder_too(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            wrong = await connect(address(f"rtmp://127.0.0.1:{play.ingest.port}/live/no-key"))
            assert wrong.refused is not None
            assert wrong.refused.code == "NetStream.Publish.Denied"
            first = await connect(play.ingest)
            first.send(*show(2))
            second = await connect(play.ingest)
            assert second.refused is not None
            assert second.refused.code == "NetStream.Publish.BadName"
            assert first.started
            assert not first.is_lost
            assert play.events().count("feed.refused") == 2
            await until(lambda: wrong.is_lost and second.is_lost, "the refused are closed")

    asyncio.run(run())


def test_a_silent_encoder_gives_way_to_its_successor(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        monkeypatch.setattr("livedesk.relay.ingest.EVICT_AFTER_MS", 100)
        async with scene(folder) as play:
            silent = await connect(play.ingest)
            silent.send(*OPENING, *show(3))
            await carrying(play)
            await asyncio.sleep(0.15)  # the silence itself is the subject
            successor = await connect(play.ingest)
            assert successor.started
            await until(lambda: silent.is_lost, "the silent one is closed")

    asyncio.run(run())


def test_a_returning_encoder_continues_on_the_platforms_timeline(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, *show(10))
            await until(lambda: len(play.platform.received) == 23, "the first part arrives")
            first_epoch = epoch_of(play.relay.feed)
            encoder.transport.abort()
            await until(lambda: not play.relay.feed.is_connected, "the relay notices")
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, *show(10))
            await until(lambda: len(play.platform.received) == 46, "the second part arrives")
            stamps = [stamp for kind, stamp, _ in play.platform.media() if kind == 9]
            assert stamps == sorted(stamps)
            assert len(play.platform.keys) == 1
            assert epoch_of(play.relay.feed) == first_epoch + 1

    asyncio.run(run())


def test_a_player_joins_anew_when_the_encoder_does(folder: Path) -> None:
    """Skew and clocks of two encoders must not be measured as one, however fast it was back."""

    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, *show(10))
            await carrying(play)
            player = await connect(address(play.relay.tap.url.reveal()), "play")
            await until(lambda: len(player.received) > 3, "it plays")
            encoder.transport.abort()
            await until(lambda: not play.relay.feed.is_connected, "the relay notices")
            assert not player.is_lost
            encoder = await connect(play.ingest)
            await until(lambda: player.is_lost, "the player is sent off")
            encoder.send(*OPENING, *show(10))
            successor = await connect(address(play.relay.tap.url.reveal()), "play")
            await until(lambda: len(successor.received) > 3, "it plays the new encoder")

    asyncio.run(run())


def test_an_encoder_that_stays_away_ends_the_publication(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder, feed_grace_s=0.2) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, *show(3))
            await carrying(play)
            encoder.session.unpublish()
            encoder.send()
            await until(lambda: play.platform.sign_offs == 1, "the relay signs off")
            await until(lambda: play.uplink["state"] == "standby", "it waits for the next")
            assert play.uplink["reason"] == "waiting for the encoder"
            encoder = await connect(play.ingest)
            await carrying(play)

    asyncio.run(run())


def test_the_tap_plays_from_the_keyframe_with_the_token_only(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            sent = show(30)
            encoder.send(*OPENING)
            await carrying(play)
            encoder.send(*sent)
            await until(lambda: len(play.platform.received) == 63, "all arrive")
            stranger = await connect(address(play.relay.tap.url.reveal() + "x"), "play")
            assert stranger.refused is not None
            player = await connect(address(play.relay.tap.url.reveal()), "play")
            more = show(3, start_ms=1200)
            encoder.send(*more)
            await until(lambda: len(player.received) == 3 + 10 + 6, "the player has all")
            assert plain(player.received[3:]) == plain([*sent[50:], *more])

    asyncio.run(run())


def test_a_player_that_stops_reading_is_skipped_and_holds_nobody_up(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, picture(0, key=True))
            await carrying(play)
            player = await connect(address(play.relay.tap.url.reveal()), "play")
            player.transport.pause_reading()
            sent = [
                picture(40 * at, key=at % 25 == 0, size=80_000, fill=at) for at in range(1, 300)
            ]
            for message in sent:
                encoder.send(message)
                await asyncio.sleep(0)
            await until(lambda: len(play.platform.received) == 4 + len(sent), "platform has all")
            assert play.platform.media()[4:] == plain(sent)
            assert play.relay.tap.skips > 0
            player.transport.resume_reading()
            await until(lambda: len(player.received) > 4 and _rests(player.received), "it goes on")
            stamps = [each.timestamp_ms for each in player.received[3:]]
            gaps = [at for at in range(1, len(stamps)) if stamps[at] - stamps[at - 1] > 40]
            resumed_at = [player.received[3 + at] for at in gaps]
            assert resumed_at
            assert all(message.payload[0] == 0x17 for message in resumed_at)

    asyncio.run(run())


def _rests(messages: list[Message]) -> bool:
    return messages[-1].timestamp_ms == 40 * 299


def test_garbage_closes_one_connection_and_the_show_goes_on(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING, *show(2))
            await carrying(play)
            for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\x03" + bytes(3072) + b"\xff" * 4000):
                reader, writer = await asyncio.open_connection("127.0.0.1", play.ingest.port)
                writer.write(garbage)
                with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                    await reader.readexactly(1 << 20)
                writer.close()
            encoder.send(*show(2, start_ms=80))
            await until(lambda: len(play.platform.received) == 11, "the show goes on")
            assert play.events().count("feed.protocol_error") == 2

    asyncio.run(run())


def test_a_port_in_use_is_said_in_words(folder: Path) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            job = as_job(job_line(folder, port, "rtmp://127.0.0.1:1/live/x"))
            with pytest.raises(StartError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
                await Relay(job, SystemClock()).run()
            assert "feed.listen" in caught.value.action

    asyncio.run(run())


async def _control(facts: dict[str, Any], opening: dict[str, Any]) -> list[dict[str, Any]]:
    """The first two lines a control client gets."""
    reader, writer = await asyncio.open_connection("127.0.0.1", facts["port"])
    writer.write(json.dumps({"token": facts["token"], **opening}).encode() + b"\n")
    lines = [json.loads(line) for _ in range(2) if (line := await reader.readline())]
    writer.close()
    return lines


def test_the_control_channel_needs_the_token_and_resumes(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            runtime = folder / "relay-glow-us.json"
            facts = json.loads(runtime.read_text())
            await until(lambda: play.relay.log.last >= 3, "some entries")
            assert await _control(facts, {"token": "wrong"}) == [{"error": "wrong token"}]
            hello, first = await _control(facts, {"after": 0})
            assert hello["hello"]["store"] == "glow-us"
            assert (first["n"], first["event"]) == (1, "relay.start")
            _, second = await _control(facts, {"after": 1})
            assert second["n"] == 2
            assert runtime.stat().st_mode & 0o777 == 0o600
            everything = b"".join(line for _, line in play.relay.log.lines_after(0, 1000))
            assert KEY.encode() not in everything

    asyncio.run(run())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-made certificate for localhost, key and certificate in one file."""
    path = tmp_path / "tls.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(path), "-out", str(tmp_path / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    with path.open("a") as file:
        file.write((tmp_path / "cert.pem").read_text())
    return path


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_rtmps_is_verified_and_its_goodput_counted(
    folder: Path, certificate: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1 is not in the certificate: it must be refused, whoever signed it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))

    async def run() -> None:
        server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server_side.load_cert_chain(str(certificate))
        secure = Platform()
        await secure.start(free_port(), server_side)
        url = f"rtmps://{host}:{secure.port}/live/out"
        try:
            async with scene(folder, uplink_url=url) as play:
                encoder = await connect(play.ingest)
                encoder.send(*OPENING, *show(3))
                if host == "localhost":
                    await carrying(play)
                    sent = show(30, start_ms=120)
                    encoder.send(*sent)
                    await until(lambda: len(secure.received) == 9 + len(sent), "all arrive")
                    await until(lambda: play.uplink["backlog_ms"] == 0, "all is acknowledged")
                else:
                    await until(lambda: "certificate" in (play.uplink["reason"] or ""), "refused")
                    assert secure.keys == []
        finally:
            await secure.stop()

    asyncio.run(run())


def test_strangers_that_fill_all_places_do_not_keep_the_encoder_out(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            idle = [await asyncio.open_connection("127.0.0.1", play.ingest.port) for _ in range(40)]
            encoder = await connect(play.ingest)
            assert encoder.started
            encoder.send(*OPENING, *show(2))
            more = [await asyncio.open_connection("127.0.0.1", play.ingest.port) for _ in range(40)]
            encoder.send(*show(2, start_ms=80))
            await until(lambda: len(play.platform.received) == 11, "the show goes on")
            assert not encoder.is_lost
            for _, writer in [*idle, *more]:
                writer.close()

    asyncio.run(run())


def test_a_stranger_cannot_make_the_relay_hold_large_messages(folder: Path) -> None:
    async def run() -> None:
        async with scene(folder) as play:
            reader, writer = await asyncio.open_connection("127.0.0.1", play.ingest.port)
            writer.write(b"\x03" + bytes(1536) + bytes(1536))
            writer.write(b"\x06" + bytes(3) + (1 << 20).to_bytes(3, "big") + b"\x09" + bytes(4))
            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await reader.readexactly(1 << 20)
            writer.close()
            await until(lambda: "feed.protocol_error" in play.events(), "it is told")

    asyncio.run(run())


async def real_show(encoder: Client, play: Scene, until_true: Callable[[], bool]) -> None:
    """Pictures and sound in real time, 2,560 kbps and 80, until something is so."""
    for at in range(500):
        encoder.send(picture(40 * at, key=at % 25 == 0, size=12_800), sound(40 * at + 5))
        await asyncio.sleep(0.04)
        if until_true():
            return
    pytest.fail(f"not within 20 s; told was {play.events()}")


def test_classes_are_told_at_once_and_each_with_a_sample_of_its_own(folder: Path) -> None:
    def entries(play: Scene) -> list[dict[str, Any]]:
        return [json.loads(line) for _, line in play.relay.log.lines_after(0, 1 << 20)]

    def last_classes(play: Scene) -> tuple[Any, Any]:
        sample = [entry for entry in entries(play) if entry["kind"] == "sample"][-1]
        return sample["feed"]["state"], sample["uplinks"][0]["health"]

    async def run() -> None:
        async with scene(folder, limits={"min_kbps": 1000}) as play:
            await until(lambda: play.uplink["health"] == "GONE", "nobody is there")
            encoder = await connect(play.ingest)
            encoder.send(*OPENING)
            await real_show(encoder, play, lambda: "uplink.class" in play.events())
            await until(lambda: last_classes(play) == ("OK", "OK"), "all is well")
            await until(lambda: last_classes(play)[0] == "STALLED", "the silence is noticed")
            encoder.transport.abort()
            await until(lambda: last_classes(play)[0] == "GONE", "the encoder is gone")
            told = entries(play)
            for at, entry in enumerate(told):
                if entry.get("event") == "feed.class":
                    sample = next(each for each in told[at:] if each["kind"] == "sample")
                    assert sample["feed"]["state"] == entry["data"]["to"]
                    assert sample["mono_ns"] - entry["mono_ns"] < 50_000_000

    asyncio.run(run())


def test_a_keyframe_on_its_way_is_no_silence(folder: Path) -> None:
    """The socket gets a part each 40 ms, and nothing whole for a second and a half."""

    async def run() -> None:
        async with scene(folder) as play:
            encoder = await connect(play.ingest)
            encoder.send(*OPENING)
            await until(lambda: play.relay.feed.sample(0)["video_codec"] is not None, "it began")
            encoder.session.send(picture(0, key=True, size=80_000))
            data = encoder.session.take_output()
            ages = []
            for at in range(0, len(data) - 2_000, 2_000):
                encoder.transport.write(data[at : at + 2_000])
                await asyncio.sleep(0.04)
                ages.append(play.relay.feed.silent_ms(SystemClock().mono_ns()) or 0.0)
            assert play.relay.feed.sample(0)["video_messages"] == 1
            assert sorted(ages)[len(ages) // 2] < 100

    asyncio.run(run())


def test_media_that_comes_right_behind_the_request_is_kept(folder: Path) -> None:
    """An encoder that does not wait for the answer, and whose bytes come in one piece."""

    class Hasty(Client):
        def data_received(self, data: bytes) -> None:
            for event in self.session.feed(data):
                if isinstance(event, Ready):
                    self.session.publish()
                    for message in (*OPENING, *show(3)):
                        self.session.send(message)
            self.transport.write(self.session.take_output())

    async def run() -> None:
        async with scene(folder) as play:
            encoder = Hasty(play.ingest, "publish")
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: encoder, play.ingest.host, play.ingest.port)
            await until(lambda: len(play.platform.received) == 9, "all of it arrives")
            assert play.platform.media() == plain([*OPENING, *show(3)])

    asyncio.run(run())
