"""How does a connection look whose cable was pulled out? Its packets vanish, so nobody is told.

The kernel drops what comes in before TCP sees it (socket filters, Linux): nothing is acknowledged,
a reset does not get through either, and a new connection waits in vain. Elsewhere than on Linux a
path that is cut is a black hole: it swallows everything, but its kernel acknowledges a little.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import sys
from typing import Final

_ATTACH_FILTER: Final = 26
_DETACH_FILTER: Final = 27
"""SO_ATTACH_FILTER and SO_DETACH_FILTER of asm-generic/socket.h; Python has no names for them."""

_RETURN: Final = 0x06
"""BPF_RET | BPF_K (linux/bpf_common.h): keep so many bytes of the packet, here none."""


def cut(link: socket.socket) -> None:
    """Drop every packet that comes to this socket, a listening one too, until `mend`."""
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(struct.pack("HBBI", _RETURN, 0, 0, 0))
    # struct sock_fprog of linux/filter.h: how many instructions, and where they are.
    description = struct.pack("@HP", 1, ctypes.addressof(program))
    with contextlib.suppress(OSError):  # it may just have been closed
        link.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, description)


def mend(link: socket.socket) -> None:
    """Let packets in again; the sender's kernel repeats what was lost, when it finds it is time."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # there may be no filter, or no socket any more
            link.setsockopt(socket.SOL_SOCKET, _DETACH_FILTER, 0)
