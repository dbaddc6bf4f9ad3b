"""Ports for tests."""

from __future__ import annotations

import socket
from random import SystemRandom

_FIRST, _LAST = 20_000, 32_000
"""Below the ports that systems give to outgoing connections: one of those could take it before the
test listens on it."""


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    chance = SystemRandom()
    while True:
        port = chance.randrange(_FIRST, _LAST)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
