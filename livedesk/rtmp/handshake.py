"""The simple RTMP handshake for both ends (RTMP 1.0, section 5.2).

The digest handshake of Flash players is not spoken: encoders and platforms in use today accept the
simple form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from livedesk.rtmp.errors import ProtocolError

VERSION: Final = 3
PACKET_BYTES: Final = 1536
_RANDOM_BYTES: Final = PACKET_BYTES - 8

RandomBytes = Callable[[int], bytes]


def _first_packet(random_bytes: RandomBytes) -> bytes:
    """C1 or S1: time 0, version 0 (which asks for the simple form), random filling."""
    return bytes(8) + random_bytes(_RANDOM_BYTES)


def _check_version(found: int) -> None:
    if found != VERSION:
        raise ProtocolError(f"not RTMP: the first byte is {found:#04x}, expected {VERSION:#04x}")


class ServerHandshake:
    """Answers C0+C1 with S0+S1+S2 and is done after C2."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._buffer = bytearray()
        self._answered = False
        self.done = False

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Returns what to send, and what came after the handshake (only once done)."""
        self._buffer += data
        answer = b""
        if self._buffer:
            _check_version(VERSION if self._answered else self._buffer[0])
        if not self._answered and len(self._buffer) > PACKET_BYTES:
            client_packet = bytes(self._buffer[1 : 1 + PACKET_BYTES])
            del self._buffer[: 1 + PACKET_BYTES]
            answer = bytes([VERSION]) + _first_packet(self._random_bytes) + client_packet
            self._answered = True
        if not self._answered or len(self._buffer) < PACKET_BYTES:
            return answer, b""
        self.done = True
        return answer, bytes(self._buffer[PACKET_BYTES:])


class ClientHandshake:
    """Sends C0+C1, answers S1 with C2 and is done after S2."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._opening = bytes([VERSION]) + _first_packet(random_bytes)
        self._buffer = bytearray()
        self.done = False

    def open(self) -> bytes:
        return self._opening

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Returns what to send, and what came after the handshake (only once done).

        S2 is not compared with C1: servers that speak the digest form do not echo it.
        """
        self._buffer += data
        if self._buffer:
            _check_version(self._buffer[0])
        if len(self._buffer) < 1 + 2 * PACKET_BYTES:
            return b"", b""
        self.done = True
        server_packet = bytes(self._buffer[1 : 1 + PACKET_BYTES])
        return server_packet, bytes(self._buffer[1 + 2 * PACKET_BYTES :])
