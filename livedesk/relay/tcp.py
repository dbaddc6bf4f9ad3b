"""What the kernel knows about a TCP connection, and the socket options of the media path."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import sys
from typing import Final, NamedTuple

SEND_BUFFER_BYTES: Final = 512 * 1024
"""Enough for 20 Mb/s at 200 ms round trip, and a bound on how much the kernel may hide."""
_USER_TIMEOUT_MS: Final = 15_000
_INFO_BYTES: Final = 192
_INFO: Final = struct.Struct("=16xI48xI28xI16xQ16xI")
"""Of struct tcp_info (linux/tcp.h), which only ever grows at its end: tcpi_snd_mss, rtt (us),
total_retrans, bytes_acked, notsent_bytes."""
_IS_LINUX = sys.platform == "linux"


class TcpInfo(NamedTuple):
    """A tuple, because one is made at each look at each connection."""

    bytes_acked: int
    rtt_ms: float
    retransmits: int
    unsent_bytes: int
    """Bytes that wait in the kernel and were never sent."""
    segment_bytes: int
    """The most that one segment carries; on loopback 64 kB."""


def read_tcp_info(sock: socket.socket) -> TcpInfo | None:
    """None where the kernel does not tell (not Linux, or the socket is closed)."""
    if not _IS_LINUX:
        return None
    try:
        raw = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    except OSError:
        return None
    if len(raw) < _INFO.size:
        return None
    segment, rtt_us, retransmits, acked, unsent = _INFO.unpack_from(raw)
    return TcpInfo(acked, rtt_us / 1000, retransmits, unsent, segment)


def tune_uplink(sock: socket.socket) -> None:
    """No Nagle delay, a bounded send buffer, a dead peer noticed in seconds, not in 20 minutes."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    tune_keepalive(sock)


def tune_keepalive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if _IS_LINUX:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MS)


def reset_on_close(sock: socket.socket) -> None:
    """Closing it then throws away what was not sent, and tells the far end (RST) rather than to go
    on sending: nobody else may publish as long as this connection could still deliver a byte.
    """
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def bind_local(sock: socket.socket, bind: str | None) -> None:
    """Leave by a local address, or by an interface's name (Linux). Raises OSError."""
    if bind is None:
        return
    with contextlib.suppress(ValueError):
        sock.bind((str(ipaddress.ip_address(bind)), 0))
        return
    if not _IS_LINUX:
        raise OSError(f"bind by interface name ({bind}) is possible on Linux only; use its address")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, bind.encode() + b"\0")
