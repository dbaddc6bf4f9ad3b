"""The platform's ingest: whom it takes, and what it counts."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.rtmp.client import Refused, Started
from livedesk.rtmp.messages import AUDIO, DATA_AMF0, VIDEO, Message
from livedesk.sandbox.digest import FrameSum
from livedesk.sandbox.platform import Platform, Rules
from tests.sandbox.conftest import PeerFactory
from tests.waiting import until

KEYFRAME, FRAME, SOUND = b"\x17\x01\0\0\0key", b"\x27\x01\0\0\0inter", b"\xaf\x01sound"


@contextlib.asynccontextmanager
async def _platform(sink: list[Message] | None = None) -> AsyncIterator[tuple[Platform, int]]:
    take = None if sink is None else sink.append
    platform = Platform("live", Secret("right"), SystemClock(), take)
    port = await platform.start()
    try:
        yield platform, port
    finally:
        await platform.close()


def _figures(platform: Platform) -> Any:
    return cast(Any, platform.figures())


def test_a_wrong_key_or_app_is_refused_with_the_proper_status(
    publishing_peer: PeerFactory,
) -> None:
    async def scenario() -> None:
        async with _platform() as (platform, port):
            for app, key in (("live", "wrong"), ("other", "right")):
                peer = await publishing_peer(port, app, key)
                answer = await peer.publish()
                assert isinstance(answer, Refused)
                assert answer.code == "NetStream.Publish.Denied"
                await peer.close()
            assert _figures(platform)["refused"] == {"NetStream.Publish.Denied": 2}
            assert _figures(platform)["publishers"] == []

    asyncio.run(scenario())


def test_a_second_publisher_gets_bad_name_and_the_first_goes_on(
    publishing_peer: PeerFactory,
) -> None:
    async def scenario() -> None:
        async with _platform() as (platform, port):
            first = await publishing_peer(port, "live", "right")
            assert isinstance(await first.publish(), Started)
            second = await publishing_peer(port, "live", "right")
            answer = await second.publish()
            assert isinstance(answer, Refused)
            assert answer.code == "NetStream.Publish.BadName"
            await second.close()
            await first.send(VIDEO, 0, KEYFRAME)
            await until(lambda: _figures(platform)["publisher"]["keyframes"] == 1, "the frame")
            await first.sign_off()
            await until(lambda: platform.current is None, "the end of the first")
            third = await publishing_peer(port, "live", "right")
            assert isinstance(await third.publish(), Started)
            await third.close()
            await until(lambda: platform.current is None, "the end of the third")
            ends = [publisher["ended"] for publisher in _figures(platform)["publishers"]]
            assert ends == ["signed off", "closed"]

    asyncio.run(scenario())


def test_where_the_second_is_refused_it_may_lose_its_connection(
    publishing_peer: PeerFactory,
) -> None:
    async def scenario() -> None:
        async with _platform() as (platform, port):
            platform.rules = Rules(second="refuse_close")
            first, second = [await publishing_peer(port, "live", "right") for _ in range(2)]
            assert isinstance(await first.publish(), Started)
            answer = await second.publish()
            assert isinstance(answer, Refused)
            with pytest.raises(ConnectionError, match="closed the connection"):
                await second.publish()
            assert _figures(platform)["publisher"]["number"] == 1
            await first.close()
            await second.close()

    asyncio.run(scenario())


def test_where_the_second_takes_over_the_first_is_cut_off(publishing_peer: PeerFactory) -> None:
    async def scenario() -> None:
        async with _platform() as (platform, port):
            platform.rules = Rules(second="take_over")
            first, second = [await publishing_peer(port, "live", "right") for _ in range(2)]
            assert isinstance(await first.publish(), Started)
            assert isinstance(await second.publish(), Started)
            with pytest.raises(ConnectionError):
                await first.publish()
            old, new = _figures(platform)["publishers"]
            assert (old["ended"], new["ended"]) == ("taken over", None)
            await first.close()
            await second.close()

    asyncio.run(scenario())


def test_the_idle_are_dropped_when_their_time_is_over(publishing_peer: PeerFactory) -> None:
    async def scenario() -> None:
        async with _platform() as (platform, port):
            platform.rules = Rules(idle_drop_s=0.1, session_drop_s=0.3)
            publisher = await publishing_peer(port, "live", "right")
            await publisher.publish()
            guest = await publishing_peer(port, "live", "right")
            await until(lambda: platform.current is None, "the end of the idle publisher")
            await until(lambda: _figures(platform)["connections"] == 0, "the end of the guest")
            assert _figures(platform)["publishers"][0]["ended"] == "idle"
            assert _figures(platform)["dropped_sessions"] == 2
            await publisher.close()
            await guest.close()

    asyncio.run(scenario())


def test_a_ping_is_answered_before_anything_is_published(publishing_peer: PeerFactory) -> None:
    async def scenario() -> None:
        async with _platform() as (_, port):
            peer = await publishing_peer(port, "live", "right")
            assert await peer.ping(4711) == 4711
            await peer.close()

    asyncio.run(scenario())


def test_frames_are_counted_once_over_all_publications(publishing_peer: PeerFactory) -> None:
    header = b"\x17\0\0\0\0head"
    frames = [(0, KEYFRAME), (33, FRAME + b"1"), (66, FRAME + b"2"), (100, FRAME + b"3")]
    sent = FrameSum()
    for _, payload in frames:
        sent.add(hashlib.sha256(payload).digest())

    async def scenario() -> Any:
        async with _platform() as (platform, port):
            for part in (frames[:3], [frames[0], *frames[1:]]):
                peer = await publishing_peer(port, "live", "right")
                await peer.publish()
                await peer.send(VIDEO, part[0][0], header)
                for timestamp_ms, payload in part:
                    await peer.send(VIDEO, timestamp_ms, payload)
                await peer.sign_off()
                await until(lambda: platform.current is None, "the end")
            return _figures(platform)

    figures = asyncio.run(scenario())
    video, (first, second) = figures["arrivals"]["video"], figures["publishers"]
    assert (video["frames"], video["repeated"], video["gaps"]) == (4, 3, 0)
    assert video["frames_digest"] == sent.count().digest
    assert first["started_mono_ns"] < first["first_keyframe_mono_ns"] < first["ended_mono_ns"]
    assert first["ended_mono_ns"] < second["first_keyframe_mono_ns"]


def test_it_counts_digests_and_gaps_per_track(publishing_peer: PeerFactory) -> None:
    sent = [
        (DATA_AMF0, 0, b"meta"), (VIDEO, 0, KEYFRAME), (AUDIO, 0, SOUND), (VIDEO, 33, FRAME),
        (AUDIO, 21, SOUND), (VIDEO, 1033, FRAME), (AUDIO, 43, SOUND), (VIDEO, 1000, FRAME),
    ]  # fmt: skip
    taken: list[Message] = []

    async def scenario() -> Any:
        async with _platform(taken) as (platform, port):
            peer = await publishing_peer(port, "live", "right")
            await peer.publish()
            for type_id, timestamp_ms, payload in sent:
                await peer.send(type_id, timestamp_ms, payload)
            await peer.sign_off()
            await until(lambda: len(taken) == len(sent), "all messages")
            return _figures(platform)["publishers"][0]

    publisher = asyncio.run(scenario())
    each = [hashlib.sha256(payload).digest() for kind, _, payload in sent if kind == VIDEO]
    video, audio = publisher["video"], publisher["audio"]
    assert video["digest"] == hashlib.sha256(b"".join(each)).hexdigest()
    assert (video["messages"], video["gaps"], video["longest_gap_ms"]) == (4, 1, 1000)
    assert (video["backward"], video["timestamp_ms"]) == (1, 1000)
    assert (audio["messages"], audio["gaps"], audio["backward"]) == (3, 0, 0)
    assert publisher["other_messages"] == 1
    assert [(m.type_id, m.timestamp_ms, m.payload) for m in taken] == sent


def test_a_wrap_of_the_timestamp_is_no_gap(publishing_peer: PeerFactory) -> None:
    async def scenario() -> Any:
        async with _platform() as (platform, port):
            peer = await publishing_peer(port, "live", "right")
            await peer.publish()
            for timestamp_ms in (2**32 - 40, 2**32 - 7, 26):
                await peer.send(VIDEO, timestamp_ms, FRAME)
            await peer.sign_off()
            await until(lambda: platform.current is None, "the end")
            return _figures(platform)["publishers"][0]["video"]

    video = asyncio.run(scenario())
    assert (video["messages"], video["gaps"], video["backward"]) == (3, 0, 0)


def test_garbage_ends_its_connection_and_nothing_else(publishing_peer: PeerFactory) -> None:
    async def scenario() -> None:
        async with _platform() as (platform, port):
            good = await publishing_peer(port, "live", "right")
            await good.publish()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\n\r\n" * 200)
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
            await good.send(VIDEO, 0, KEYFRAME)
            await until(lambda: _figures(platform)["publisher"]["keyframes"] == 1, "the frame")
            await good.close()
            await until(lambda: platform.current is None, "the end")

    asyncio.run(scenario())
