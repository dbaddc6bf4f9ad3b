"""How does the API get onto a port of the engine's own event loop?"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

_CLOSE_WITHIN_S = 3


class PortTakenError(Exception):
    """The API cannot listen where it was told to. The text says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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


class ApiServer(uvicorn.Server):
    """uvicorn on our loop. Signals belong to the engine, which closes its parts in order."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                access_log=False,
                log_config=None,
                ws="none",
                http="h11",
                loop="none",
                server_header=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=_CLOSE_WITHIN_S,
                limit_concurrency=500,
            )
        )

        self._up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()

    async def answering(self) -> None:
        """Return once requests are taken."""
        await self._up.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
