"""Is the API's port free? Bound before anything starts, so that a port in use harms nothing."""

from __future__ import annotations

import socket
import sys

UNREAD_MS = 30_000
"""So long what was sent may wait to be taken: a stream has something to say every 5 s, so a phone
that left, or a reader that sleeps, does not hold its connection for longer."""


class PortTakenError(Exception):
    """The API cannot listen where it was told to. The text says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, because asyncio sets TCP_NODELAY on what was accepted only then;
    # without it the second part of each answer waits 40 ms for a delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _give_up_on_the_silent(listener)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"the API cannot listen on {host}:{port}: {error.strerror or error}; "
            "choose another address with --api HOST:PORT, or leave it out for a free port"
        ) from error
    listener.setblocking(False)
    return listener


def _give_up_on_the_silent(listener: socket.socket) -> None:
    """Linux: connections inherit it (tcp(7)). It also ends who acknowledges, but reads nothing."""
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
