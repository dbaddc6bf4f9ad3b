"""What a media message carries is read right, also for enhanced codecs; nothing makes it raise."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.rtmp import messages as m
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.flv import Part, inspect
from livedesk.rtmp.flv_file import FlvReader, flv_header, flv_tag, split_aggregate
from livedesk.rtmp.messages import Message, later_ms


def video(payload: bytes) -> Part:
    return inspect(Message(m.VIDEO, 1, 0, payload))


def audio(payload: bytes) -> Part:
    return inspect(Message(m.AUDIO, 1, 0, payload))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\x17\x00\x00\x00\x00\x01\x64", Part("h264", "header", True)),
        (b"\x17\x01\x00\x00\x42data", Part("h264", "frame", True, 66)),
        (b"\x27\x01\xff\xff\xdfdata", Part("h264", "frame", False, -33)),
        (b"\x17\x02\x00\x00\x00", Part("h264", "end")),
        (b"\x1c\x01\x00\x00\x00x", Part("hevc", "frame", True)),
        (b"\x57\x00", Part("h264", "other")),
        (b"\x90hvc1\x01", Part("hevc", "header", True)),
        (b"\x91hvc1\x00\x00\x21data", Part("hevc", "frame", True, 33)),
        (b"\xa1av01data", Part("av1", "frame", False)),
        (b"\xa3hvc1data", Part("hevc", "frame", False)),
        (b"\x92hvc1", Part("hevc", "end")),
        (b"\x94hvc1\x02", Part("hevc", "other")),
        (b"\x91zzzz", Part("unknown", "frame", True)),
        # ModEx with three bytes of nanosecond offset, then a coded frame.
        (b"\x97\x02abc\x01hvc1\x00\x00\x10x", Part("hevc", "frame", True, 16)),
        # Multitrack, one track, id 3.
        (b"\x96\x01avc1\x03\x00\x00\x05x", Part("h264", "frame", True, 5, 3)),
    ],
)
def test_video_messages(payload: bytes, expected: Part) -> None:
    assert video(payload) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\xaf\x00\x11\x90", Part("aac", "header")),
        (b"\xaf\x01data", Part("aac", "frame")),
        (b"\x2fdata", Part("mp3", "frame")),
        (b"\xaf", Part("aac", "other")),
        (b"\x90Opus\x01", Part("opus", "header")),
        (b"\x91mp4adata", Part("aac", "frame")),
        (b"\x95\x01Opus\x02data", Part("opus", "frame", track=2)),
    ],
)
def test_audio_messages(payload: bytes, expected: Part) -> None:
    assert audio(payload) == expected


def test_empty_messages_are_nothing_known() -> None:
    assert video(b"") == audio(b"") == Part("unknown", "other")


@given(st.binary(max_size=40))
def test_no_payload_makes_it_raise(payload: bytes) -> None:
    for type_id in (m.AUDIO, m.VIDEO):
        assert isinstance(inspect(Message(type_id, 1, 0, payload)), Part)


def test_a_chain_of_a_thousand_extensions_ends() -> None:
    assert video(b"\x97" + b"\x00a\x07" * 1000).kind == "other"


media = st.builds(
    Message,
    st.sampled_from([m.AUDIO, m.VIDEO, m.DATA_AMF0]),
    st.just(0),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=300),
)


@given(st.lists(media, max_size=8), st.integers(1, 50))
def test_a_file_written_and_read_in_pieces_is_the_same(sent: list[Message], step: int) -> None:
    data = flv_header() + b"".join(map(flv_tag, sent))
    reader, found = FlvReader(), []
    for at in range(0, len(data), step):
        found += reader.feed(data[at : at + step])
    assert found == sent


@given(st.binary(max_size=200))
def test_no_bytes_but_flv_make_a_file(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        FlvReader().feed(data)


def test_an_aggregate_comes_apart_on_its_own_timeline() -> None:
    inner = [Message(m.VIDEO, 0, 500, b"v"), Message(m.AUDIO, 0, 521, b"a")]
    whole = Message(m.AGGREGATE, 1, 9000, b"".join(map(flv_tag, inner)))
    assert [(each.timestamp_ms, each.payload) for each in split_aggregate(whole)] == [
        (9000, b"v"),
        (9021, b"a"),
    ]
    with pytest.raises(ProtocolError, match="middle of a tag"):
        split_aggregate(Message(m.AGGREGATE, 1, 0, whole.payload[:-6]))


def test_time_is_compared_across_the_wrap() -> None:
    assert later_ms(5, 2**32 - 5) == 10
    assert later_ms(2**32 - 5, 5) == -10
