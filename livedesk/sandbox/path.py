"""How does a bad network come between relay and platform? A loopback TCP proxy that can misbehave.

It can limit the rate, delay, jitter, lose packets, swallow everything (black hole), be cut or flap,
break all connections with a TCP reset, and refuse new ones; all while running. What it cannot show:
the sender's kernel talks to the proxy's, so the kernel's round-trip time stays that of the loopback
whatever the delay, and what a black hole swallows first, up to the small buffer, is acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from functools import partial
from typing import Final, Literal

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json
from livedesk.core.rate import SlidingRate
from livedesk.core.tasks import Tasks
from livedesk.sandbox.cut import cut, mend
from livedesk.sandbox.link import Direction, Link
from livedesk.sandbox.shape import Flap, Shape

RECEIVE_BYTES: Final = 8_192
"""Asked of the kernel for each accepted connection; it doubles that. Set on the listening socket,
because the window is agreed when the connection is made. Twice as much opens by halves when it is
full, so that a steady throttle is acknowledged in lumps, as by no network."""

SEGMENT_BYTES: Final = 1_448
"""Loopback packets of 64 kB do not fit a small buffer and make the window open in fits."""

_AFTER_EDGE_S: Final = 0.001

State = Literal["open", "blackhole", "cut", "refusing"]


class Path:
    """A path from a local port to the platform's ingest."""

    def __init__(self, target: tuple[str, int], clock: Clock, chance: random.Random) -> None:
        self._target = target
        self._clock = clock
        self._up = Direction(clock, chance)
        self._down = Direction(clock, chance)
        self._rate = SlidingRate()
        self._up.on_passed = lambda count: self._rate.add(clock.mono_ns(), count)
        self._tasks = Tasks()
        self._links: dict[Link, asyncio.Task[None]] = {}
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._flapping: asyncio.Task[None] | None = None
        self._address = ("127.0.0.1", 0)
        self.accepted = 0
        self.resets = 0

    @property
    def address(self) -> tuple[str, int]:
        return self._address

    @property
    def shape(self) -> Shape:
        return self._up.shape

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; returns the port."""
        self._listener = _bound(host, port)
        self._address = self._listener.getsockname()[:2]
        self._open()
        return self._address[1]

    async def close(self) -> None:
        await self._tasks.close()
        if self._listener is not None:
            self._listener.close()

    def apply(self, shape: Shape) -> None:
        """Behave like this from now on, also for connections that are open; a flap begins anew."""
        before = self.shape
        for way in (self._up, self._down):
            way.apply(shape)
        if shape.cut != before.cut:
            self._cut_or_mend()
        if self._flapping is not None:
            self._flapping.cancel()
            self._flapping = None
        if shape.flap is not None and shape.passes:
            self._flapping = self._tasks.spawn("path flaps", self._flap(shape.flap))

    def _cut_or_mend(self) -> None:
        assert self._listener is not None
        change = cut if self.shape.cut else mend
        for end in (self._listener, *(link.near for link in self._links)):
            change(end)

    async def _flap(self, flap: Flap) -> None:
        """Times count from now, so a late wake-up does not shift the ones after it."""
        began_ns = self._clock.mono_ns()
        while True:
            after_ms = (self._clock.mono_ns() - began_ns) / NS_PER_MS
            for way in (self._up, self._down):
                way.set_gate(is_open=flap.is_open(after_ms))
            # A wake-up a little too early would find the edge still ahead.
            await asyncio.sleep(flap.change_ms(after_ms) / 1000 + _AFTER_EDGE_S)

    async def reset(self, refuse_s: float) -> None:
        """Break all connections with a TCP reset and refuse new ones for so long."""
        await self.refuse()
        self._reopening = self._tasks.spawn("path reopens", self._reopen_after(refuse_s))

    async def refuse(self) -> None:
        """Break all connections and refuse new ones until `restore`."""
        self._stop_reopening()
        if self._accepting is not None:
            await _ended(self._accepting)
            self._accepting = None
            # The port stays ours: bound again at once, it answers with a reset until it listens.
            assert self._listener is not None
            self._listener.close()
            self._listener = _bound(*self._address)
            if self.shape.cut:
                cut(self._listener)
        self.resets += len(self._links)
        for task in list(self._links.values()):
            await _ended(task)

    def restore(self) -> None:
        """Take connections again; the shape stays."""
        self._stop_reopening()
        if self._accepting is None:
            self._open()

    def _stop_reopening(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None

    async def _reopen_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._reopening = None
        self._open()

    def _open(self) -> None:
        assert self._listener is not None
        self._listener.listen(16)
        self._accepting = self._tasks.spawn("path accepts", self._accept(self._listener))

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            near, _ = await loop.sock_accept(listener)
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            link = Link(near, self._target, self._up, self._down)
            task = self._tasks.spawn(f"path link {self.accepted}", link.run())
            self._links[link] = task
            task.add_done_callback(partial(self._forget, link))

    def _forget(self, link: Link, _: asyncio.Task[None]) -> None:
        self._links.pop(link, None)

    @property
    def state(self) -> State:
        if self._accepting is None:
            return "refusing"
        if self.shape.cut:
            return "cut"
        return "blackhole" if self.shape.blackhole else "open"

    def leads_from(self, port: int) -> bool:
        """Whether the platform's connection from this port came along here."""
        return any(link.far_port == port for link in self._links)

    def figures(self) -> dict[str, Json]:
        """`kbps` counts all bytes towards the platform, with what RTMP adds to the media."""
        shape = self.shape
        return {
            "state": self.state,
            "rate_kbps": None if shape.supply is None else shape.supply.mean_kbps,
            "delay_ms": shape.delay_ms,
            "jitter_ms": shape.jitter_ms,
            "loss_pct": shape.loss_pct,
            "flap": None if (flap := shape.flap) is None else [flap.on_ms, flap.off_ms],
            "flowing": self._up.gate.is_set() and self._accepting is not None,
            "connections": len(self._links),
            "accepted": self.accepted,
            "resets": self.resets,
            "kbps": self._rate.kbps(self._clock.mono_ns()),
            "up_bytes": self._up.passed_bytes,
            "down_bytes": self._down.passed_bytes,
            "held_bytes": sum(link.held_bytes for link in self._links),
        }


def _bound(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        with contextlib.suppress(OSError):  # not every system lets a listener limit segments
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
