"""Messages survive the way through chunk streams, whatever the peer's style; limits hold."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.rtmp import messages as m
from livedesk.rtmp.chunks import ChunkReader, ChunkWriter, ReadLimits
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message

messages = st.builds(
    Message,
    st.sampled_from([m.AUDIO, m.VIDEO, m.DATA_AMF0, m.COMMAND_AMF0]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=700),
)


def basic(fmt: int, csid: int) -> bytes:
    return bytes((fmt << 6 | csid,))


def type0(csid: int, stamp: int, length: int, kind: int = m.VIDEO, stream: int = 1) -> bytes:
    head = stamp.to_bytes(3, "big") + length.to_bytes(3, "big") + bytes((kind,))
    return basic(0, csid) + head + stream.to_bytes(4, "little")


def feed_all(data: bytes, limits: ReadLimits | None = None) -> list[Message]:
    return ChunkReader(limits).feed(data)


@given(st.lists(messages, max_size=12), st.integers(1, 900), st.data())
def test_any_messages_in_any_slices_come_out_unchanged(
    sent: list[Message], chunk_bytes: int, data: st.DataObject
) -> None:
    writer = ChunkWriter()
    wire = writer.set_chunk_bytes(chunk_bytes) + b"".join(writer.write(each) for each in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=20)))
    reader, received = ChunkReader(), []
    for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        received += reader.feed(wire[start:end])
    assert received == sent


def test_every_byte_alone() -> None:
    sent = [Message(m.VIDEO, 1, 0xFFFFFF + 7, bytes(range(256)) * 3), Message(m.AUDIO, 1, 5, b"")]
    writer, reader, received = ChunkWriter(), ChunkReader(), []
    for each in sent:
        for byte in writer.write(each):
            received += reader.feed(bytes((byte,)))
    assert received == sent


def test_header_formats_1_2_and_3_build_on_what_came_before() -> None:
    wire = type0(6, 1000, 2) + b"aa"
    wire += basic(1, 6) + (33).to_bytes(3, "big") + (3).to_bytes(3, "big") + bytes((8,)) + b"bbb"
    wire += basic(2, 6) + (34).to_bytes(3, "big") + b"ccc"
    wire += basic(3, 6) + b"ddd"
    found = feed_all(wire)
    assert [each.timestamp_ms for each in found] == [1000, 1033, 1067, 1101]
    assert [each.type_id for each in found] == [m.VIDEO, 8, 8, 8]
    assert [each.payload for each in found] == [b"aa", b"bbb", b"ccc", b"ddd"]
    assert {each.stream_id for each in found} == {1}


def test_interleaved_chunk_streams_are_put_together_apart() -> None:
    video, audio = b"v" * 200, b"a" * 150
    wire = type0(6, 10, 200) + video[:128] + type0(4, 11, 150, m.AUDIO) + audio[:128]
    wire += basic(3, 6) + video[128:] + basic(3, 4) + audio[128:]
    assert [each.payload for each in feed_all(wire)] == [video, audio]


def test_two_and_three_byte_chunk_stream_ids() -> None:
    head = type0(0, 5, 1)[1:]
    wire = b"\x00\x05" + head + b"x" + b"\x01\x05\x01" + head + b"y"
    assert [each.payload for each in feed_all(wire)] == [b"x", b"y"]


@pytest.mark.parametrize("repeats_field", [True, False])
def test_extended_timestamp_with_and_without_its_repetition(repeats_field: bool) -> None:
    stamp, payload = 0x01000001, b"p" * 300
    extended = stamp.to_bytes(4, "big")
    between = basic(3, 6) + (extended if repeats_field else b"")
    wire = type0(6, 0xFFFFFF, 300) + extended
    wire += between.join((payload[:128], payload[128:256], payload[256:]))
    assert feed_all(wire + type0(6, 1, 1) + b"q") == [
        Message(m.VIDEO, 1, stamp, payload),
        Message(m.VIDEO, 1, 1, b"q"),
    ]


def test_a_delta_carries_over_the_32_bit_wrap() -> None:
    wire = type0(6, 0xFFFFFF, 1) + (2**32 - 10).to_bytes(4, "big") + b"a"
    wire += basic(2, 6) + (33).to_bytes(3, "big") + b"b"
    assert [each.timestamp_ms for each in feed_all(wire)] == [2**32 - 10, 23]


def test_chunk_size_may_change_in_the_middle_of_a_message() -> None:
    payload = b"z" * 400
    size = m.control(m.SET_CHUNK_SIZE, 1000)
    wire = type0(6, 0, 400) + payload[:128] + ChunkWriter().write(size) + basic(3, 6)
    assert [each.payload for each in feed_all(wire + payload[128:])] == [payload]


def test_an_aborted_message_never_arrives_and_the_next_one_does() -> None:
    wire = type0(6, 0, 400) + b"x" * 128 + ChunkWriter().write(m.control(m.ABORT, 6))
    assert feed_all(wire + type0(6, 40, 2) + b"ok") == [Message(m.VIDEO, 1, 40, b"ok")]


def test_limits_are_named_in_the_error() -> None:
    limits = ReadLimits(message_bytes=1000, unfinished_bytes=1500, chunk_streams=3)
    with pytest.raises(ProtocolError, match="1001 bytes, allowed are 1000"):
        feed_all(type0(6, 0, 1001), limits)
    many = b"".join(type0(csid, 0, 1) + b"x" for csid in range(3, 7))
    with pytest.raises(ProtocolError, match="more than 3 chunk streams"):
        feed_all(many, limits)
    held = ChunkWriter().set_chunk_bytes(900)
    held += type0(6, 0, 1000) + bytes(900) + type0(7, 0, 1000) + bytes(900)
    with pytest.raises(ProtocolError, match="more than 1500 bytes"):
        feed_all(held, limits)


@pytest.mark.parametrize("size", [0, 0x80000000])
def test_impossible_chunk_sizes_are_refused(size: int) -> None:
    with pytest.raises(ProtocolError, match="chunk size"):
        feed_all(ChunkWriter().write(m.control(m.SET_CHUNK_SIZE, size)))


def test_a_chunk_stream_cannot_begin_with_a_reference_to_nothing() -> None:
    with pytest.raises(ProtocolError, match="header format 3"):
        feed_all(basic(3, 6) + b"x")


@given(st.lists(st.binary(max_size=300), max_size=30))
def test_hostile_bytes_raise_nothing_but_protocol_errors(parts: list[bytes]) -> None:
    reader = ChunkReader(ReadLimits(message_bytes=4096))
    with contextlib.suppress(ProtocolError):
        for part in parts:
            for message in reader.feed(part):
                assert len(message.payload) <= 4096


@given(st.lists(messages, min_size=1, max_size=6), st.data())
def test_flipped_bits_raise_nothing_but_protocol_errors(
    sent: list[Message], data: st.DataObject
) -> None:
    writer = ChunkWriter()
    wire = bytearray(b"".join(writer.write(each) for each in sent))
    for at in data.draw(st.lists(st.integers(0, len(wire) - 1), max_size=20)):
        wire[at] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(ProtocolError):
        ChunkReader().feed(bytes(wire))
