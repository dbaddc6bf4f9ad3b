"""FLV files and streams ↔ messages (Adobe FLV 10.1, annex E.2 to E.4)."""

from __future__ import annotations

from typing import Final

from livedesk.rtmp import messages as m
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message

_HEADER_BYTES: Final = 9
_TAG_HEADER_BYTES: Final = 11
_SIZE_BYTES: Final = 4
MEDIA_TYPES: Final = (m.AUDIO, m.VIDEO, m.DATA_AMF0)


class FlvReader:
    """Takes the bytes of an FLV file in any portions and returns its tags as messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._header_seen = False

    def feed(self, data: bytes) -> list[Message]:
        """Raises `ProtocolError` for what is not FLV; tags of unknown types are passed over."""
        self._buffer += data
        if not self._header_seen and not self._read_header():
            return []
        found: list[Message] = []
        at = 0
        while (tag := self._tag_at(at)) is not None:
            message, at = tag
            if message.type_id in MEDIA_TYPES:
                found.append(message)
        del self._buffer[:at]
        return found

    def _read_header(self) -> bool:
        if self._buffer[:3] != b"FLV"[: len(self._buffer)]:
            raise ProtocolError("not FLV: the file does not begin with 'FLV'")
        if len(self._buffer) < _HEADER_BYTES:
            return False
        body_at = int.from_bytes(self._buffer[5:9], "big")
        if not _HEADER_BYTES <= body_at <= 1024:
            raise ProtocolError(f"FLV header of {body_at} bytes, expected {_HEADER_BYTES}")
        if len(self._buffer) < body_at + _SIZE_BYTES:
            return False
        del self._buffer[: body_at + _SIZE_BYTES]
        self._header_seen = True
        return True

    def _tag_at(self, at: int) -> tuple[Message, int] | None:
        head = self._buffer[at : at + _TAG_HEADER_BYTES]
        if len(head) < _TAG_HEADER_BYTES:
            return None
        body_at = at + _TAG_HEADER_BYTES
        body_end = body_at + int.from_bytes(head[1:4], "big")
        if len(self._buffer) < body_end + _SIZE_BYTES:
            return None
        message = Message(
            head[0] & 0x1F,
            int.from_bytes(head[8:11], "big"),
            tag_timestamp(head[4:8]),
            bytes(self._buffer[body_at:body_end]),
        )
        return message, body_end + _SIZE_BYTES


def tag_timestamp(raw: bytes | bytearray) -> int:
    """Lower 24 bits first, then the upper 8 ("TimestampExtended"): unsigned, as RTMP has it."""
    return int.from_bytes(raw[:3], "big") | raw[3] << 24


def flv_header(has_audio: bool = True, has_video: bool = True) -> bytes:
    flags = (4 if has_audio else 0) | (1 if has_video else 0)
    return b"FLV\x01" + bytes((flags,)) + _HEADER_BYTES.to_bytes(4, "big") + bytes(_SIZE_BYTES)


def flv_tag(message: Message) -> bytes:
    """One tag with its trailing size."""
    size = len(message.payload)
    stamp = message.timestamp_ms % m.TIMESTAMP_MODULUS
    header = b"".join(
        (
            bytes((message.type_id,)),
            size.to_bytes(3, "big"),
            (stamp & 0xFFFFFF).to_bytes(3, "big"),
            bytes((stamp >> 24,)),
            bytes(3),
        )
    )
    return header + message.payload + (size + _TAG_HEADER_BYTES).to_bytes(_SIZE_BYTES, "big")


def split_aggregate(message: Message) -> list[Message]:
    """The messages inside an aggregate, on the aggregate's timeline (RTMP 1.0, section 7.1.6)."""
    found: list[Message] = []
    data, at, first_ms = message.payload, 0, None
    while at < len(data):
        head = data[at : at + _TAG_HEADER_BYTES]
        body_at = at + _TAG_HEADER_BYTES
        body_end = body_at + int.from_bytes(head[1:4], "big")
        if len(head) < _TAG_HEADER_BYTES or body_end > len(data):
            raise ProtocolError("aggregate message ends in the middle of a tag")
        stamp = tag_timestamp(head[4:8])
        first_ms = stamp if first_ms is None else first_ms
        shifted = (message.timestamp_ms + stamp - first_ms) % m.TIMESTAMP_MODULUS
        found.append(Message(head[0] & 0x1F, message.stream_id, shifted, data[body_at:body_end]))
        at = body_end + _SIZE_BYTES
    return found
