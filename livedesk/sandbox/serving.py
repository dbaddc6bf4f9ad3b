"""How is an app of the sandbox served? On the loopback, by uvicorn, for as long as a context."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST: Final = "127.0.0.1"


class _Server(uvicorn.Server):
    """Signals belong to the process, not to the library that answers HTTP."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listening(port: int = 0) -> socket.socket:
    """On the loopback; 0 is any free port.

    Named as TCP, because asyncio turns Nagle's algorithm off only where it reads so; with it an
    answer in two writes waits 40 ms for the other side's delayed acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


@asynccontextmanager
async def served(
    app: Starlette, listener: socket.socket, protocol: type[H11Protocol] = H11Protocol
) -> AsyncIterator[str]:
    """Gives the URL; closes the listener at the end."""
    config = uvicorn.Config(
        app, http=protocol, log_level="warning", access_log=False, lifespan="off",
        proxy_headers=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]), name="HTTP of the sandbox")
    try:
        yield url_of(listener)
    finally:
        server.should_exit = True
        await serving
        listener.close()
