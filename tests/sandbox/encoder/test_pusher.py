"""The publisher of the encoder: order, loss, and coming back."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.rtmp_address import parse_address
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from livedesk.sandbox.encoder.job import EncoderJob
from livedesk.sandbox.encoder.pusher import Pusher
from livedesk.sandbox.encoder.show import Paced
from livedesk.sandbox.link import Shape
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform
from tests.waiting import until

HEADER, KEYFRAME, FRAME = b"\x17\0\0\0\0head", b"\x17\x01\0\0\0key", b"\x27\x01\0\0\0frame"
SOUND = b"\xaf\x01sound"


class _Source:
    def __init__(self) -> None:
        self.keyframes_asked = 0

    def go(self) -> None: ...

    def ask_keyframe(self) -> None:
        self.keyframes_asked += 1


class Rig:
    """A pusher, a path and a platform."""

    def __init__(
        self, pusher: Pusher, path: Path, platform: Platform, taken: list[Message]
    ) -> None:
        self.pusher = pusher
        self.path = path
        self.platform = platform
        self.taken = taken
        self.events: list[str] = []

    def video(self, payload: bytes, stamp_ms: int = 0) -> None:
        message = Message(VIDEO, 0, stamp_ms, payload)
        key = payload.startswith(KEYFRAME)
        self.pusher.feed(Paced(0, message, key, payload == HEADER))

    def payloads(self) -> list[bytes]:
        return [m.payload for m in self.taken if m.type_id in (AUDIO, VIDEO)]


@contextlib.asynccontextmanager
async def _rig(key: str = "key") -> AsyncIterator[Rig]:
    taken: list[Message] = []
    platform = Platform("live", Secret("key"), SystemClock(), taken.append)
    path = Path(("127.0.0.1", await platform.start()), SystemClock(), random.Random(3))
    port = await path.start()
    target, _ = parse_address(f"rtmp://127.0.0.1:{port}/live/{key}")
    assert target is not None
    events: list[str] = []
    pusher = Pusher(
        EncoderJob(target), SystemClock(), _Source(), lambda _, text: events.append(text)
    )
    rig = Rig(pusher, path, platform, taken)
    rig.events = events
    tasks = Tasks()
    running = tasks.spawn("pusher", pusher.run())
    try:
        yield rig
        pusher.stop()
        await asyncio.wait_for(running, 5)
    finally:
        await tasks.close()
        await path.close()
        await platform.close()


def test_a_publication_opens_with_headers_and_a_keyframe() -> None:
    async def scenario() -> None:
        async with _rig() as rig:
            await until(lambda: rig.pusher.state == "publishing", "publishing")
            for payload in (FRAME, HEADER, FRAME, KEYFRAME, FRAME):
                rig.video(payload)
            await until(lambda: len(rig.payloads()) == 3, "three messages")
            rig.pusher.drop(0.0)
            await until(lambda: rig.pusher.connects == 2, "the second publication")
            for payload in (FRAME, KEYFRAME, FRAME):
                rig.video(payload)
            await until(lambda: len(rig.payloads()) == 6, "three more")
            assert rig.payloads() == [HEADER, KEYFRAME, FRAME] * 2
            assert rig.platform.publishers[0].ended == "Connection reset by peer"

    asyncio.run(scenario())


def test_an_encoder_started_anew_begins_at_zero() -> None:
    async def scenario() -> None:
        async with _rig() as rig:
            await until(lambda: rig.pusher.state == "publishing", "publishing")
            rig.video(HEADER, 7_000)
            rig.video(KEYFRAME, 7_000)
            await until(lambda: len(rig.payloads()) == 2, "the start")
            rig.pusher.restart(0.0)
            await until(lambda: rig.pusher.connects == 2, "the second publication")
            for payload, stamp_ms in ((FRAME, 9_000), (KEYFRAME, 9_033), (FRAME, 9_066)):
                rig.video(payload, stamp_ms)
            await until(lambda: len(rig.payloads()) == 5, "three more")
            video = [m for m in rig.taken if m.type_id == VIDEO]
            assert [(m.payload, m.timestamp_ms) for m in video[2:]] == [
                (HEADER, 0), (KEYFRAME, 0), (FRAME, 33),
            ]  # fmt: skip

    asyncio.run(scenario())


def test_a_track_that_stops_leaves_the_other_alone_and_comes_back_with_a_keyframe() -> None:
    async def scenario() -> None:
        async with _rig() as rig:
            await until(lambda: rig.pusher.state == "publishing", "publishing")
            rig.video(HEADER)
            rig.video(KEYFRAME)
            rig.pusher.feed(Paced(0, Message(AUDIO, 0, 0, SOUND), False, False))
            await until(lambda: len(rig.payloads()) == 3, "both tracks")
            rig.pusher.withhold(VIDEO)
            for payload in (FRAME, KEYFRAME):
                rig.video(payload)
            rig.pusher.feed(Paced(0, Message(AUDIO, 0, 21, SOUND), False, False))
            await until(lambda: len(rig.payloads()) == 4, "sound alone")
            rig.pusher.withhold(None)
            for payload in (FRAME, KEYFRAME, FRAME):
                rig.video(payload)
            await until(lambda: len(rig.payloads()) == 7, "the picture again")
            assert rig.payloads()[3:] == [SOUND, HEADER, KEYFRAME, FRAME]
            assert rig.pusher.figures()["dropped_messages"] == 0

    asyncio.run(scenario())


def test_whatever_ends_a_connection_the_encoder_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        with monkeypatch.context() as patch:
            patch.setattr("livedesk.sandbox.encoder.pusher.ClientSession.open", lambda _: 1 / 0)
            async with _rig() as rig:
                await until(lambda: len(rig.events) == 1, "the loss is told")
                assert "ZeroDivisionError" in rig.events[0]
                patch.undo()
                await until(lambda: rig.pusher.state == "publishing", "it is back")

    asyncio.run(scenario())


def test_a_shorter_delay_lets_no_sound_overtake() -> None:
    async def scenario() -> None:
        async with _rig() as rig:
            await until(lambda: rig.pusher.state == "publishing", "publishing")
            rig.video(KEYFRAME)
            clock = SystemClock()
            for number, delay_ms in enumerate((0, 150, 150, 0, 0)):
                rig.pusher.audio_delay_ms = delay_ms
                sound = Message(AUDIO, 0, number * 21, b"\xaf\x01" + bytes([number]))
                rig.pusher.feed(Paced(clock.mono_ns(), sound, False, False))
            await until(lambda: len(rig.payloads()) == 6, "all sound")
            assert [m.timestamp_ms for m in rig.taken if m.type_id == AUDIO] == [0, 21, 42, 63, 84]

    asyncio.run(scenario())


def test_a_relay_that_does_not_read_costs_frames_and_not_memory() -> None:
    big = FRAME + bytes(200_000)

    async def scenario() -> None:
        async with _rig() as rig:
            await until(lambda: rig.pusher.state == "publishing", "publishing")
            for payload in (HEADER, KEYFRAME, FRAME):
                rig.video(payload)
            await until(lambda: len(rig.payloads()) == 3, "the start")
            rig.path.apply(Shape(blackhole=True))

            def dropped_after_one_more() -> bool:
                rig.video(big)
                return bool(rig.pusher.figures()["dropped_messages"])

            await until(dropped_after_one_more, "frames to be dropped")
            rig.path.apply(Shape())

            def resumed_after_one_more() -> bool:
                rig.video(KEYFRAME)
                return rig.payloads().count(HEADER) > 1

            await until(resumed_after_one_more, "media to go on")
            rig.video(FRAME)
            await until(lambda: rig.payloads()[-1] == FRAME, "the last frame")
            resumed_at = rig.payloads().index(HEADER, 1)
            assert set(rig.payloads()[3:resumed_at]) == {big}
            assert rig.payloads()[resumed_at : resumed_at + 2] == [HEADER, KEYFRAME]

    asyncio.run(scenario())


def test_a_refusal_is_reported_without_the_key() -> None:
    async def scenario() -> None:
        async with _rig("wrong-key") as rig:
            await until(lambda: len(rig.events) >= 2, "a second refusal, after the backoff")
            assert "NetStream.Publish.Denied" in rig.events[0]
            assert not any("wrong-key" in text for text in rig.events)
            assert rig.pusher.connects == 0

    asyncio.run(scenario())
