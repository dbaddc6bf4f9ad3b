"""Under which addresses do other devices of the network reach this engine?"""

from __future__ import annotations

import socket
import struct
import sys

from livedesk.core.loopback import is_loopback

_ANY = ("0.0.0.0", "::", "")
_SIOCGIFADDR = 0x8915
"""linux/sockios.h: the IPv4 address of a network interface."""


def addresses(host: str, port: int) -> tuple[str, ...]:
    """`http://192.168.1.20:8780` and the like; none when it listens on loopback only.

    Asks the system for its interfaces: call it in a thread.
    """
    found = _own_addresses() if host in _ANY else [host]
    return tuple(f"http://{_bracketed(each)}:{port}" for each in found if not is_loopback(each))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_addresses() -> list[str]:
    """The one of the default route first: that is where phones of the same network are."""
    first = _address_to_others()
    found = [] if first is None else [first]
    return found + [each for each in _of_interfaces() if each != first]


def _address_to_others() -> str | None:
    """Connecting a datagram socket sends nothing; it only lets the system choose a way out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))  # RFC 5737: nobody's address
        except OSError:
            return None
        return str(sock.getsockname()[0])


def _of_interfaces() -> list[str]:
    if sys.platform != "linux":
        return []
    import fcntl

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(sock.fileno(), _SIOCGIFADDR, request)
            except OSError:
                continue  # an interface without an IPv4 address
            found.append(socket.inet_ntoa(answer[20:24]))
    return found
