"""How does one connection pass an impaired path? Two pipes, each with a rate, a delay and a gate.

Bytes are read from the kernel only when the path may carry them, so what waits, waits in the
sender's kernel, where its acknowledged byte count shows the throttle.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.sandbox.shape import Shape, wait_ms
from livedesk.sandbox.supply import TokenBucket

__all__ = ["Direction", "Link", "Shape"]

CHUNK_BYTES: Final = 16_384
SMALL_BYTES: Final = 1_448
"""One packet: a slow path waits until it may pass this much, rather than trickle single bytes."""

POLL_S: Final = 0.005
STANDING_BYTES: Final = 65_536
BYTES_PER_DELAY_MS: Final = 2_500
"""A delay line carries up to 20 Mb/s; a path that is not delayed holds next to nothing."""

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Direction:
    """What all connections of a path share in one direction: shape, capacity, count."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._bucket: TokenBucket | None = None
        self._turn = asyncio.Lock()
        self.gate = asyncio.Event()
        self.shape = Shape()
        self.passed_bytes = 0
        self.on_passed: Callable[[int], None] = lambda _: None
        self.apply(self.shape)

    def apply(self, shape: Shape) -> None:
        now_ns = self._clock.mono_ns()
        if shape.supply is not self.shape.supply:
            self._bucket = TokenBucket(shape.supply, now_ns) if shape.supply is not None else None
        self.shape = shape
        self.set_gate(is_open=shape.passes)

    def set_gate(self, *, is_open: bool) -> None:
        if is_open:
            self.gate.set()
        else:
            self.gate.clear()

    async def permission(self) -> int:
        """Wait until something may be read, in the order of asking; returns how many bytes.

        Asked by those who have something to read, and spent without waiting in between.
        """
        async with self._turn:
            asked = None
            while True:
                if not self.gate.is_set():
                    await self.gate.wait()
                    asked = None
                bucket = self._bucket
                if bucket is None:
                    return CHUNK_BYTES
                if bucket is not asked:
                    bucket.forget_unused(self._clock.mono_ns())
                    asked = bucket
                if (allowed := bucket.available(self._clock.mono_ns())) >= SMALL_BYTES:
                    return min(allowed, CHUNK_BYTES)
                await asyncio.sleep(POLL_S)

    def took(self, count: int) -> None:
        if self._bucket is not None:
            self._bucket.spend(count)

    def arrival_ns(self, after_ns: int, size: int) -> int:
        """When bytes read now come out: never before those that went in earlier."""
        under_way_ms = wait_ms(self.shape, size, self._chance)
        return max(after_ns, self._clock.mono_ns() + round(under_way_ms * NS_PER_MS))

    def room_bytes(self) -> float:
        return STANDING_BYTES + (self.shape.delay_ms + self.shape.jitter_ms) * BYTES_PER_DELAY_MS

    async def until(self, arrival_ns: int) -> None:
        """Wait for the instant, and for the gate: a black hole swallows what is under way too."""
        if (ahead_ns := arrival_ns - self._clock.mono_ns()) > 0:
            await asyncio.sleep(ahead_ns / NS_PER_S)
        await self.gate.wait()

    def passed(self, count: int) -> None:
        self.passed_bytes += count
        self.on_passed(count)


class _Pipe:
    """One direction of one connection."""

    def __init__(self, source: socket.socket, target: socket.socket, way: Direction) -> None:
        self._source = source
        self._target = target
        self._way = way
        self._line: deque[tuple[int, bytes]] = deque()
        self._changed = asyncio.Event()
        self.held_bytes = 0

    async def take(self) -> None:
        """Read into the delay line until the source ends; an empty entry marks the end."""
        loop = asyncio.get_running_loop()
        arrival_ns = 0
        while True:
            while self.held_bytes > self._way.room_bytes():
                await self._wait()
            await _readable(loop, self._source)
            allowed = await self._way.permission()
            data = self._source.recv(allowed)
            self._way.took(len(data))
            arrival_ns = self._way.arrival_ns(arrival_ns, len(data))
            self._line.append((arrival_ns, data))
            self.held_bytes += len(data)
            self._changed.set()
            if not data:
                return

    async def give(self) -> None:
        """Write what comes out of the delay line; pass on the end of the stream."""
        loop = asyncio.get_running_loop()
        while True:
            while not self._line:
                await self._wait()
            arrival_ns, data = self._line[0]
            await self._way.until(arrival_ns)
            if not data:
                self._target.shutdown(socket.SHUT_WR)
                return
            await loop.sock_sendall(self._target, data)
            self._way.passed(len(data))
            self._line.popleft()
            self.held_bytes -= len(data)
            self._changed.set()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()


class Link:
    """One accepted connection and its way on to the other side."""

    def __init__(
        self, near: socket.socket, far: tuple[str, int], up: Direction, down: Direction
    ) -> None:
        self.near = near
        """The sender's end."""
        self._far_address = far
        self._far: socket.socket | None = None
        self.far_port: int | None = None
        """Where the platform sees this connection come from."""
        self._up = up
        self._down = down
        self._pipes: list[_Pipe] = []

    @property
    def held_bytes(self) -> int:
        return sum(pipe.held_bytes for pipe in self._pipes)

    async def run(self) -> None:
        """Pass bytes until both sides have ended; any other end, and cancelling, is a reset."""
        in_order = False
        try:
            far = await self._connect()
            up, down = _Pipe(self.near, far, self._up), _Pipe(far, self.near, self._down)
            self._pipes = [up, down]
            async with asyncio.TaskGroup() as group:
                for part in (up.take(), up.give(), down.take(), down.give()):
                    group.create_task(part)
            in_order = True
        except OSError:
            pass  # the platform cannot be reached: the near side gets a reset
        except ExceptionGroup as failures:
            if (unexpected := failures.split(OSError)[1]) is not None:
                raise unexpected from None
        finally:
            if not in_order:
                self._reset_on_close()
            self.near.close()
            if self._far is not None:
                self._far.close()

    async def _connect(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._far_address[0] else socket.AF_INET
        far = socket.socket(family, socket.SOCK_STREAM)
        self._far = far
        far.setblocking(False)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STANDING_BYTES)
        await asyncio.get_running_loop().sock_connect(far, self._far_address)
        self.far_port = int(far.getsockname()[1])
        return far

    def _reset_on_close(self) -> None:
        for end in (self.near, self._far):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


async def _readable(loop: asyncio.AbstractEventLoop, source: socket.socket) -> None:
    """Wait until there are bytes, or the end: nobody queues for a path with nothing to send."""
    ready = loop.create_future()
    number = source.fileno()
    loop.add_reader(number, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(number)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
