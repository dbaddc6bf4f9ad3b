"""How does the API get onto a port of the engine's own event loop?"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

_CLOSE_WITHIN_S = 3


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
