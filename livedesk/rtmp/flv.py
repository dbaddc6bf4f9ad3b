"""What does an audio or video message carry? (Adobe FLV 10.1 annex E; Enhanced RTMP v2)

Payloads are only looked at, never changed: a codec that is unknown here is forwarded like any
other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from livedesk.rtmp import messages as m
from livedesk.rtmp.messages import Message

PartKind = Literal["header", "frame", "end", "other"]
"""header: decoder configuration; frame: coded media; end: end of sequence; other: commands,
metadata.
"""

_LEGACY_VIDEO: Final = {
    2: "h263",
    3: "screen",
    4: "vp6",
    5: "vp6a",
    6: "screen2",
    7: "h264",
    12: "hevc",
}
_LEGACY_AUDIO: Final = {
    0: "pcm",
    1: "adpcm",
    2: "mp3",
    3: "pcm",
    5: "nellymoser",
    10: "aac",
    11: "speex",
    14: "mp3",
}
_FOURCC: Final = {
    b"avc1": "h264", b"hvc1": "hevc", b"av01": "av1", b"vp09": "vp9", b"vp08": "vp8",
    b"vvc1": "vvc",
    b"mp4a": "aac", b"Opus": "opus", b"fLaC": "flac", b"ac-3": "ac3", b"ec-3": "eac3",
    b".mp3": "mp3",
}  # fmt: skip
_KEYFRAME, _COMMAND_FRAME = 1, 5
_AAC, _EXTENDED_AUDIO = 10, 9
_AVC_LIKE: Final = (7, 12)
_MAX_MOD_EX: Final = 8


class _VideoPacket(IntEnum):
    """Enhanced RTMP v2, VideoPacketType."""

    SEQUENCE_START = 0
    CODED_FRAMES = 1
    SEQUENCE_END = 2
    CODED_FRAMES_X = 3
    MPEG2TS_SEQUENCE_START = 5
    MULTITRACK = 6
    MOD_EX = 7


class _AudioPacket(IntEnum):
    """Enhanced RTMP v2, AudioPacketType."""

    SEQUENCE_START = 0
    CODED_FRAMES = 1
    SEQUENCE_END = 2
    MULTITRACK = 5


@dataclass(frozen=True, slots=True)
class Part:
    """What a media message carries.

    `cts_ms` is PTS minus DTS, 0 for audio; `track` is 0 but for multitrack.
    """

    codec: str
    kind: PartKind
    keyframe: bool = False
    cts_ms: int = 0
    track: int = 0


_UNREADABLE: Final = Part("unknown", "other")


def inspect(message: Message) -> Part:
    """Reads the tag header of an audio or video message.

    Never raises: what cannot be read is `unknown`.
    """
    payload = message.payload
    if not payload:
        return _UNREADABLE
    if message.type_id == m.VIDEO:
        return _video(payload)
    if message.type_id == m.AUDIO:
        return _audio(payload)
    return _UNREADABLE


def _video(payload: bytes) -> Part:
    first = payload[0]
    if first & 0x80:
        return _enhanced_video(payload)
    frame_type, codec_id = first >> 4, first & 0x0F
    codec = _LEGACY_VIDEO.get(codec_id, "unknown")
    keyframe = frame_type == _KEYFRAME
    if frame_type == _COMMAND_FRAME or (codec_id in _AVC_LIKE and len(payload) < 5):
        return Part(codec, "other")
    if codec_id not in _AVC_LIKE:
        return Part(codec, "frame", keyframe)
    match payload[1]:
        case 0:
            return Part(codec, "header", keyframe)
        case 1:
            return Part(codec, "frame", keyframe, _signed24(payload[2:5]))
        case 2:
            return Part(codec, "end")
    return Part(codec, "other")


def _audio(payload: bytes) -> Part:
    sound_format = payload[0] >> 4
    if sound_format == _EXTENDED_AUDIO:
        return _enhanced_audio(payload)
    codec = _LEGACY_AUDIO.get(sound_format, "unknown")
    if sound_format != _AAC:
        return Part(codec, "frame")
    if len(payload) < 2:
        return Part(codec, "other")
    return Part(codec, "header" if payload[1] == 0 else "frame")


@dataclass(frozen=True, slots=True)
class _EnhancedHeader:
    packet_type: int
    codec: str
    track: int
    body_at: int


def _enhanced_header(payload: bytes, multitrack: int) -> _EnhancedHeader | None:
    """ModEx prefixes, multitrack wrapper, FourCC and track id, in the order Enhanced RTMP v2 lays
    them out.

    Of a message with several tracks the first stands for the whole.
    """
    packet_type, at = payload[0] & 0x0F, 1
    for _ in range(_MAX_MOD_EX):
        if packet_type != _VideoPacket.MOD_EX or at >= len(payload):
            break
        size = payload[at] + 1
        at += 1
        if size == 256:
            size = int.from_bytes(payload[at : at + 2], "big") + 1
            at += 2
        at += size
        if at >= len(payload):
            return None
        packet_type = payload[at] & 0x0F
        at += 1
    is_multitrack = packet_type == multitrack
    if is_multitrack and at < len(payload):
        packet_type = payload[at] & 0x0F
        at += 1
    body_at = at + (5 if is_multitrack else 4)
    if body_at > len(payload):
        return None
    codec = _FOURCC.get(payload[at : at + 4], "unknown")
    return _EnhancedHeader(packet_type, codec, payload[at + 4] if is_multitrack else 0, body_at)


def _enhanced_video(payload: bytes) -> Part:
    frame_type = (payload[0] >> 4) & 0x07
    header = _enhanced_header(payload, _VideoPacket.MULTITRACK)
    if header is None or frame_type == _COMMAND_FRAME:
        return _UNREADABLE
    keyframe = frame_type == _KEYFRAME
    match header.packet_type:
        case _VideoPacket.SEQUENCE_START | _VideoPacket.MPEG2TS_SEQUENCE_START:
            return Part(header.codec, "header", keyframe, 0, header.track)
        case _VideoPacket.CODED_FRAMES:
            raw = payload[header.body_at : header.body_at + 3]
            has_cts = header.codec in ("h264", "hevc", "vvc") and len(raw) == 3
            cts_ms = _signed24(raw) if has_cts else 0
            return Part(header.codec, "frame", keyframe, cts_ms, header.track)
        case _VideoPacket.CODED_FRAMES_X:
            return Part(header.codec, "frame", keyframe, 0, header.track)
        case _VideoPacket.SEQUENCE_END:
            return Part(header.codec, "end", False, 0, header.track)
    return Part(header.codec, "other", False, 0, header.track)


def _enhanced_audio(payload: bytes) -> Part:
    header = _enhanced_header(payload, _AudioPacket.MULTITRACK)
    if header is None:
        return _UNREADABLE
    kinds: dict[int, PartKind] = {
        _AudioPacket.SEQUENCE_START: "header",
        _AudioPacket.CODED_FRAMES: "frame",
        _AudioPacket.SEQUENCE_END: "end",
    }
    return Part(header.codec, kinds.get(header.packet_type, "other"), False, 0, header.track)


def _signed24(raw: bytes) -> int:
    value = int.from_bytes(raw, "big")
    return value - (1 << 24) if value & 0x800000 else value
