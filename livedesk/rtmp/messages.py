"""RTMP messages and their type numbers (RTMP 1.0, sections 5.4 and 7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SET_CHUNK_SIZE: Final = 1
ABORT: Final = 2
ACKNOWLEDGEMENT: Final = 3
USER_CONTROL: Final = 4
WINDOW_ACK_SIZE: Final = 5
SET_PEER_BANDWIDTH: Final = 6
AUDIO: Final = 8
VIDEO: Final = 9
DATA_AMF3: Final = 15
COMMAND_AMF3: Final = 17
DATA_AMF0: Final = 18
COMMAND_AMF0: Final = 20
AGGREGATE: Final = 22

# Chunk streams we write on. 2 is fixed by the specification; the others are what encoders commonly
# use.
CSID_CONTROL: Final = 2
CSID_COMMAND: Final = 3
CSID_AUDIO: Final = 4
CSID_VIDEO: Final = 6
CSID_DATA: Final = 5

# User control events (section 7.1.7).
STREAM_BEGIN: Final = 0
STREAM_EOF: Final = 1
PING_REQUEST: Final = 6
PING_RESPONSE: Final = 7

TIMESTAMP_MODULUS: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class Message:
    """One RTMP message. `timestamp_ms` is unsigned and wraps at 2^32 (section 5.1)."""

    type_id: int
    stream_id: int
    timestamp_ms: int
    payload: bytes = field(repr=False)


def chunk_stream_for(type_id: int) -> int:
    """The chunk stream a message of this type is written on."""
    if type_id == AUDIO:
        return CSID_AUDIO
    if type_id == VIDEO:
        return CSID_VIDEO
    if type_id in (DATA_AMF0, DATA_AMF3):
        return CSID_DATA
    if type_id in (COMMAND_AMF0, COMMAND_AMF3):
        return CSID_COMMAND
    return CSID_CONTROL


def control(type_id: int, *values: int) -> Message:
    """A protocol control message made of 32-bit values (section 5.4)."""
    return Message(type_id, 0, 0, b"".join(value.to_bytes(4, "big") for value in values))


def set_peer_bandwidth(window_bytes: int) -> Message:
    """Limit type 2 (dynamic), as common servers send it (section 5.4.5)."""
    return Message(SET_PEER_BANDWIDTH, 0, 0, window_bytes.to_bytes(4, "big") + b"\x02")


def user_control(event: int, value: int) -> Message:
    return Message(USER_CONTROL, 0, 0, event.to_bytes(2, "big") + value.to_bytes(4, "big"))


def later_ms(a_ms: int, b_ms: int) -> int:
    """`a - b` in serial arithmetic: right across the 32-bit wrap, for distances under 24 days."""
    distance = (a_ms - b_ms) % TIMESTAMP_MODULUS
    return distance - TIMESTAMP_MODULUS if distance >= TIMESTAMP_MODULUS // 2 else distance
