"""Under which IPv4 addresses do other devices of the network reach this machine?"""

from __future__ import annotations

import socket
import struct
import sys
from typing import Final

_SIOCGIFADDR: Final = 0x8915
"""linux/sockios.h: the IPv4 address of a network interface."""


def own_addresses() -> list[str]:
    """Those of all interfaces, loopback among them. Asks the system: call it in a thread.

    The one of the default route first: that is where phones of the same network are."""
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
