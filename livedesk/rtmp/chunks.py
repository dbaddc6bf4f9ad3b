"""Chunk streams: bytes ↔ messages (RTMP 1.0, section 5.3).

Reading takes all four header formats, extended timestamps, chunk-size changes and interleaved
messages. Writing uses only formats 0 and 3: eight bytes more a message, and no peer can disagree
about deltas (SRS does the same).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from livedesk.rtmp import messages as m
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message

DEFAULT_CHUNK_BYTES: Final = 128
_EXTENDED: Final = 0xFFFFFF
_HEADER_BYTES: Final = (11, 7, 3, 0)
_HEADER: Final = struct.Struct(">II")
"""Chunk stream and timestamp, length and type; the stream id follows in the other byte order."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a peer may make us hold in memory."""

    message_bytes: int = 8 * 1024 * 1024
    """A 4K keyframe is 2 to 3 MB; the format's own limit is 16 MB."""
    unfinished_bytes: int = 16 * 1024 * 1024
    chunk_streams: int = 64


class _ChunkStream:
    """The state that header formats 1 to 3 refer to, and the message in the making."""

    __slots__ = (
        "delta_ms",
        "extended",
        "length",
        "payload",
        "stream_id",
        "timestamp_ms",
        "type_id",
    )

    def __init__(self) -> None:
        self.timestamp_ms = 0
        self.delta_ms = 0
        self.extended: bytes | None = None
        self.length = 0
        self.type_id = 0
        self.stream_id = 0
        self.payload: bytearray | None = None


class ChunkReader:
    """Turns received bytes into messages.

    Chunk size and abort are obeyed here, as they change the parsing.
    """

    def __init__(self, limits: ReadLimits | None = None) -> None:
        self.limits = limits or ReadLimits()
        self._chunk_bytes = DEFAULT_CHUNK_BYTES
        self._streams: dict[int, _ChunkStream] = {}
        self._unfinished_bytes = 0
        self._rest = b""
        # Set while the payload of a chunk is only partly here, so that no byte is looked at twice.
        self._current: _ChunkStream | None = None
        self._chunk_left = 0

    def feed(self, data: bytes) -> list[Message]:
        """All messages that `data` completes; raises `ProtocolError`."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        found: list[Message] = []
        at, end = 0, len(data)
        while at < end:
            if self._current is None:
                start = self._read_header(data, at)
                if start is None:
                    self._rest = data[at:]
                    break
                at = start
            at = self._read_payload(data, at, found)
        return found

    def _read_header(self, data: bytes, at: int) -> int | None:
        """Parses a header and returns where its payload starts; None if it is not all here."""
        end = len(data)
        fmt, csid = data[at] >> 6, data[at] & 0x3F
        at += 1
        if csid < 2:
            extra = csid + 1
            if at + extra > end:
                return None
            csid = 64 + int.from_bytes(data[at : at + extra], "little")
            at += extra
        size = _HEADER_BYTES[fmt]
        if at + size > end:
            return None
        header = data[at : at + size]
        at += size
        stream = self._stream(csid, fmt)
        extended = stream.extended
        field_ms = 0
        if fmt < 3:
            field_ms = int.from_bytes(header[:3], "big")
            extended = None
            if field_ms == _EXTENDED:
                if at + 4 > end:
                    return None
                extended = data[at : at + 4]
                field_ms = int.from_bytes(extended, "big")
                at += 4
        elif extended is not None:
            if at + 4 > end:
                return None
            # The specification repeats the field on format 3, some peers do not: it is there if it
            # is equal.
            if data[at : at + 4] == extended:
                at += 4
        self._begin_chunk(stream, csid, fmt, header, field_ms, extended)
        return at

    def _stream(self, csid: int, fmt: int) -> _ChunkStream:
        stream = self._streams.get(csid)
        if stream is not None:
            return stream
        if fmt != 0 and fmt != 1:
            raise ProtocolError(f"chunk stream {csid} begins with header format {fmt}, expected 0")
        if len(self._streams) >= self.limits.chunk_streams:
            raise ProtocolError(f"more than {self.limits.chunk_streams} chunk streams")
        # Kept only once the header is complete: see _begin_chunk.
        return _ChunkStream()

    def _begin_chunk(
        self,
        stream: _ChunkStream,
        csid: int,
        fmt: int,
        header: bytes,
        field_ms: int,
        extended: bytes | None,
    ) -> None:
        self._streams[csid] = stream
        if stream.payload is not None and fmt < 3:
            raise ProtocolError(
                f"chunk stream {csid} begins a message before the last one has ended "
                f"({len(stream.payload)} of {stream.length} bytes)"
            )
        if stream.payload is None:
            self._begin_message(stream, fmt, header, field_ms, extended)
        self._current = stream
        done = 0 if stream.payload is None else len(stream.payload)
        self._chunk_left = min(self._chunk_bytes, stream.length - done)

    def _begin_message(
        self,
        stream: _ChunkStream,
        fmt: int,
        header: bytes,
        field_ms: int,
        extended: bytes | None,
    ) -> None:
        if fmt < 3:
            stream.delta_ms = field_ms
            stream.extended = extended
        if fmt < 2:
            stream.length = int.from_bytes(header[3:6], "big")
            stream.type_id = header[6]
            if stream.length > self.limits.message_bytes:
                raise ProtocolError(
                    f"a message of {stream.length} bytes, allowed are {self.limits.message_bytes}"
                )
        if fmt == 0:
            stream.stream_id = int.from_bytes(header[7:11], "little")
            stream.timestamp_ms = field_ms
        else:
            stream.timestamp_ms = (stream.timestamp_ms + stream.delta_ms) % m.TIMESTAMP_MODULUS
        stream.payload = bytearray()

    def _read_payload(self, data: bytes, at: int, found: list[Message]) -> int:
        stream = self._current
        assert stream is not None
        assert stream.payload is not None
        take = min(self._chunk_left, len(data) - at)
        part = data[at : at + take]
        self._chunk_left -= take
        if not stream.payload and take == stream.length:
            self._finish(stream, part, found)  # the usual case: one copy, no assembly
            return at + take
        stream.payload += part
        self._unfinished_bytes += take
        if self._unfinished_bytes > self.limits.unfinished_bytes:
            raise ProtocolError(
                f"unfinished messages hold more than {self.limits.unfinished_bytes} bytes"
            )
        if len(stream.payload) == stream.length:
            self._unfinished_bytes -= stream.length
            self._finish(stream, bytes(stream.payload), found)
        elif self._chunk_left == 0:
            self._current = None
        return at + take

    def _finish(self, stream: _ChunkStream, payload: bytes, found: list[Message]) -> None:
        stream.payload = None
        self._current = None
        if stream.type_id == m.SET_CHUNK_SIZE:
            self._set_chunk_size(payload)
        elif stream.type_id == m.ABORT:
            self._abort(payload)
        else:
            found.append(Message(stream.type_id, stream.stream_id, stream.timestamp_ms, payload))

    def _set_chunk_size(self, payload: bytes) -> None:
        size = int.from_bytes(payload[:4], "big") if len(payload) >= 4 else 0
        if not 1 <= size <= 0x7FFFFFFF:
            raise ProtocolError(f"chunk size {size}, allowed are 1 to 2147483647")
        self._chunk_bytes = size

    def _abort(self, payload: bytes) -> None:
        stream = self._streams.get(int.from_bytes(payload[:4], "big"))
        if stream is not None and stream.payload is not None:
            self._unfinished_bytes -= len(stream.payload)
            stream.payload = None


class ChunkWriter:
    """Turns messages into bytes."""

    def __init__(self) -> None:
        self._chunk_bytes = DEFAULT_CHUNK_BYTES

    def set_chunk_bytes(self, size: int) -> bytes:
        """Announces the size and writes with it from then on."""
        announcement = self.write(m.control(m.SET_CHUNK_SIZE, size))
        self._chunk_bytes = size
        return announcement

    def write(self, message: Message, stream_id: int | None = None) -> bytes:
        """On its own message stream, or on the one given."""
        csid = m.chunk_stream_for(message.type_id)
        payload = message.payload
        if stream_id is None:
            stream_id = message.stream_id
        timestamp_ms = message.timestamp_ms % m.TIMESTAMP_MODULUS
        is_extended = timestamp_ms >= _EXTENDED
        extended = timestamp_ms.to_bytes(4, "big") if is_extended else b""
        field_ms = _EXTENDED if is_extended else timestamp_ms
        header = _HEADER.pack(csid << 24 | field_ms, len(payload) << 8 | message.type_id)
        header += stream_id.to_bytes(4, "little") + extended
        size = self._chunk_bytes
        if len(payload) <= size:
            return header + payload
        parts = [header, payload[:size]]
        continuation = bytes((0xC0 | csid,)) + extended
        for at in range(size, len(payload), size):
            parts.append(continuation)
            parts.append(payload[at : at + size])
        return b"".join(parts)
