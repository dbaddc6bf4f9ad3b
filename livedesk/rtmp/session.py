"""What both ends of an RTMP connection share: framing, acknowledgements, pings, commands."""

from __future__ import annotations

from typing import Final

from livedesk.rtmp import amf0
from livedesk.rtmp import messages as m
from livedesk.rtmp.chunks import ChunkReader, ChunkWriter, ReadLimits
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.flv_file import split_aggregate
from livedesk.rtmp.messages import Message

WINDOW_BYTES: Final = 2_500_000
_NAME_LIMIT: Final = 1024


class Framing:
    """Messages in, bytes out, and the protocol's own housekeeping, once the handshake is done."""

    def __init__(self, limits: ReadLimits | None) -> None:
        self._reader = ChunkReader(limits)
        self._writer = ChunkWriter()
        self._output: list[bytes] = []
        self._received_bytes = 0
        self._acknowledged_bytes = 0
        self._peer_window_bytes = 0
        self.pongs = 0
        """Answers to our pings."""

    def allow(self, limits: ReadLimits) -> None:
        """What the peer may make us hold from now on."""
        self._reader.limits = limits

    def send(self, message: Message, stream_id: int | None = None) -> None:
        self._output.append(self._writer.write(message, stream_id))

    def send_command(self, stream_id: int, *values: amf0.Encodable) -> None:
        self.send(Message(m.COMMAND_AMF0, stream_id, 0, amf0.encode(*values)))

    def announce_chunk_bytes(self, size: int) -> None:
        self._output.append(self._writer.set_chunk_bytes(size))

    def send_raw(self, data: bytes) -> None:
        self._output.append(data)

    def take_output(self) -> bytes:
        """Everything to be written to the socket, once."""
        if len(self._output) == 1:
            return self._output.pop()
        data = b"".join(self._output)
        self._output.clear()
        return data

    def receive(self, data: bytes) -> list[Message]:
        """Messages that are not housekeeping, in order; aggregates come apart here."""
        self._received_bytes += len(data)
        messages: list[Message] = []
        for message in self._reader.feed(data):
            if message.type_id == m.AGGREGATE:
                messages.extend(split_aggregate(message))
            elif not self._keep_house(message):
                messages.append(message)
        self._acknowledge()
        return messages

    def _keep_house(self, message: Message) -> bool:
        if message.type_id == m.WINDOW_ACK_SIZE:
            self._peer_window_bytes = int.from_bytes(message.payload[:4], "big")
        elif message.type_id == m.USER_CONTROL and len(message.payload) >= 6:
            event = int.from_bytes(message.payload[:2], "big")
            self.pongs += event == m.PING_RESPONSE
            if event == m.PING_REQUEST:
                value = int.from_bytes(message.payload[2:6], "big")
                self.send(m.user_control(m.PING_RESPONSE, value))
        return m.SET_CHUNK_SIZE <= message.type_id <= m.SET_PEER_BANDWIDTH

    def _acknowledge(self) -> None:
        """A sender may stop when its window is not acknowledged (section 5.4.3)."""
        unacknowledged = self._received_bytes - self._acknowledged_bytes
        if 0 < self._peer_window_bytes <= unacknowledged:
            self.send(m.control(m.ACKNOWLEDGEMENT, self._received_bytes % m.TIMESTAMP_MODULUS))
            self._acknowledged_bytes = self._received_bytes


class Command:
    """A decoded command message: name, transaction, the command object and the rest of its
    arguments.
    """

    __slots__ = ("arguments", "name", "transaction")

    def __init__(self, message: Message) -> None:
        payload = message.payload
        if message.type_id == m.COMMAND_AMF3:
            payload = payload[1:]  # AMF 3 commands are AMF 0 behind one marker byte
        values = amf0.decode(payload)
        name = values[0] if values else None
        if not isinstance(name, str):
            raise ProtocolError("a command message without a command name")
        transaction = values[1] if len(values) > 1 else None
        self.name = name[:_NAME_LIMIT]
        self.transaction = transaction if isinstance(transaction, float) else 0.0
        self.arguments = values[2:]

    def text(self, index: int) -> str:
        """Argument `index` (0 is the command object) as text; empty if it is missing or no text."""
        value = self.arguments[index] if index < len(self.arguments) else None
        return value[:_NAME_LIMIT] if isinstance(value, str) else ""

    def number(self, index: int) -> int:
        value = self.arguments[index] if index < len(self.arguments) else None
        is_number = isinstance(value, float) and 0 <= value < m.TIMESTAMP_MODULUS
        return int(value) if is_number and isinstance(value, float) else 0

    def mapping(self, index: int) -> dict[str, amf0.Value]:
        value = self.arguments[index] if index < len(self.arguments) else None
        return value if isinstance(value, dict) else {}


def is_command(message: Message) -> bool:
    return message.type_id in (m.COMMAND_AMF0, m.COMMAND_AMF3)


def is_media(message: Message) -> bool:
    """Audio, video or data: what is forwarded."""
    return message.type_id in (m.AUDIO, m.VIDEO, m.DATA_AMF0, m.DATA_AMF3)
