"""How does a call reach its platform at once? Connections are opened before they are needed.

Opening one takes a look-up and two or three round trips, which a pin has no time for. So two idle
connections are open at any time, and whatever becomes of one, another is opened in the background.
No redirects are followed, no proxy is taken from the environment, certificates are verified.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Final, Literal

import h11

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.tasks import Tasks
from livedesk.platforms.connection import (
    AddressError,
    BrokenCall,
    Connection,
    Origin,
    Reply,
    Request,
    split_url,
)
from livedesk.platforms.outcome import Departure

ANSWER_BYTES: Final = 256 * 1024
PAGE_BYTES: Final = 2 * 1024 * 1024
_IDLE: Final = 2
_MOST: Final = 6
_KEPT_IDLE: Final = 4
_OLD_S: Final = 45.0
"""An idle connection is replaced before it is as old as the 60 s after which most load balancers
drop it, some of them without a word."""
_WARM_S: Final = 60.0
"""So long after `keep_warm` connections that end are replaced."""
_OPEN_S: Final = 5.0
_LOOKUP_S: Final = 2.0
_AT_ONCE_S: Final = 2.0
"""A server that closes a connection so soon and without a call would keep us opening others."""
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0

NoReplyCode = Literal["not_reached", "no_answer", "bad_answer", "too_large", "bad_address"]


@dataclass(frozen=True, slots=True)
class NoReply:
    """No whole answer. Not `sent`: it is certain that no byte of the request has left."""

    code: NoReplyCode
    text: str
    """For people, without any secret; a sentence without its full stop, in small letters."""
    sent: bool


class Lanes:
    """The connections to one origin: at least two idle while they are kept warm, at most six."""

    def __init__(
        self, origin: Origin, clock: Clock, rng: Random, tls: ssl.SSLContext | None = None
    ) -> None:
        """`tls`: which certificates are trusted; None is the system's choice."""
        self._origin = origin
        self._clock = clock
        self._rng = rng
        self._tls = tls
        self._idle: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._freed = asyncio.Event()
        self._tasks = Tasks()
        self._filling: asyncio.Task[None] | None = None
        self._warm_until_mono_ns = 0
        self._pause_s = 0.0
        self._last_peer = ""
        self._trips_ms: deque[float] = deque(maxlen=50)
        self._closed = False
        self._trouble = ""

    @property
    def idle(self) -> int:
        return sum(lane.is_idle for lane in self._idle)

    @property
    def open(self) -> int:
        """Idle, in use and being opened."""
        return len(self._open)

    @property
    def round_trip_ms(self) -> float | None:
        """Median of the last fifty answers, on open connections."""
        return round(median(self._trips_ms), 3) if self._trips_ms else None

    @property
    def trouble(self) -> str:
        """Why no connection can be opened, a sentence; empty when one can, or nobody tries."""
        is_tried = self._clock.mono_ns() < self._warm_until_mono_ns
        return self._trouble if is_tried and not self._idle else ""

    async def ask(
        self,
        request: Request,
        limit_s: float,
        max_bytes: int = ANSWER_BYTES,
        departure: Departure | None = None,
    ) -> Reply | NoReply:
        """The answer, or why there is none, within `limit_s` in all. Each is one request at most,
        so that who counts calls counts them all."""
        departure = departure or Departure()
        try:
            async with asyncio.timeout(limit_s):
                lane = await self._ready(departure)
                return await self._ask_on(lane, request, max_bytes, departure)
        except TimeoutError:
            return self._too_late(departure, limit_s)
        except BrokenCall as broken:
            return _broken(broken)
        except (h11.LocalProtocolError, UnicodeError):
            return NoReply("bad_address", "the address or a header cannot be sent", sent=False)
        except OSError as error:
            text = f"{self._origin} cannot be reached ({why(error)})"
            return NoReply("not_reached", text, departure.has_left)

    async def _ready(self, departure: Departure) -> Connection:
        """A connection for a call that may still leave. Raises OSError, TimeoutError too."""
        async with asyncio.timeout(departure.left_s(self._clock.mono_ns())):
            lane = await self._take()
        # The whole process may have stood still meanwhile, and all timers with it.
        if departure.is_over(self._clock.mono_ns()):
            self._release(lane)
            raise TimeoutError
        return lane

    async def _ask_on(
        self, lane: Connection, request: Request, max_bytes: int, departure: Departure
    ) -> Reply:
        began_mono_ns = self._clock.mono_ns()
        departure.has_left = True
        try:
            reply = await lane.ask(request, max_bytes)
        except (h11.LocalProtocolError, UnicodeError):
            lane.abort()
            raise
        finally:
            self._release(lane)
        self._trips_ms.append((self._clock.mono_ns() - began_mono_ns) / NS_PER_MS)
        self._pause_s = 0.0
        return reply

    def _too_late(self, departure: Departure, limit_s: float) -> NoReply:
        limit = f"within {limit_s * 1000:.0f} ms"
        if departure.has_left:
            return NoReply("no_answer", f"{self._origin} gave no whole answer {limit}", sent=True)
        if departure.until_mono_ns is not None:
            limit = "before its time was up"
        return NoReply("not_reached", f"{self._origin} could not be reached {limit}", sent=False)

    async def _take(self) -> Connection:
        """An idle connection, the one used last first; else a new one. Raises OSError."""
        while True:
            while self._idle:
                lane = self._idle.pop()
                if lane.is_idle:
                    self._fill_soon()
                    return lane
            if len(self._open) < _MOST:
                return await self._open_one()
            self._freed.clear()
            await self._freed.wait()

    def _release(self, lane: Connection) -> None:
        if lane.is_idle and len(self._idle) < _KEPT_IDLE and not self._closed:
            self._idle.append(lane)
            self._freed.set()
        else:
            lane.abort()

    def _forget(self, lane: Connection) -> None:
        """It has ended."""
        if lane in self._idle:
            self._idle.remove(lane)
        age_ns = self._clock.mono_ns() - lane.opened_mono_ns
        if lane.calls == 0 and age_ns < _AT_ONCE_S * NS_PER_S:
            self._wait_longer()
        self._open.discard(lane)
        self._freed.set()
        self._fill_soon()

    async def _open_one(self) -> Connection:
        """A new connection, by the address that answered last if the name leads nowhere."""
        if self._closed:
            raise OSError("the connections are closed")
        tls = await self._trusted() if self._origin.scheme == "https" else None
        lane = Connection(self._origin, self._clock, self._forget)
        self._open.add(lane)
        try:
            await self._connect(lane, tls)
        except BaseException:
            self._open.discard(lane)
            self._freed.set()
            raise
        self._last_peer = lane.peer
        self._trouble = ""
        return lane

    async def _connect(self, lane: Connection, tls: ssl.SSLContext | None) -> None:
        try:
            async with asyncio.timeout(_LOOKUP_S if self._last_peer else None):
                await lane.open(self._origin.host, tls)
        except (socket.gaierror, TimeoutError):
            if not self._last_peer:
                raise
            await lane.open(self._last_peer, tls)

    async def _trusted(self) -> ssl.SSLContext:
        if self._tls is None:
            # Reading the certificates takes 30 ms.
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls

    async def keep_warm(self) -> None:
        """Make sure that two connections are open and idle; no request is made for it."""
        self._warm_until_mono_ns = self._clock.mono_ns() + round(_WARM_S * NS_PER_S)
        await self._renew_oldest()
        self._fill_soon()
        if self._filling is not None:
            await asyncio.wait([self._filling], timeout=_OPEN_S)

    async def _renew_oldest(self) -> None:
        limit_mono_ns = self._clock.mono_ns() - round(_OLD_S * NS_PER_S)
        for lane in [lane for lane in self._idle if lane.idle_since_mono_ns < limit_mono_ns]:
            if lane not in self._idle:
                continue  # it was taken meanwhile
            if len(self._idle) <= _IDLE:
                try:
                    async with asyncio.timeout(_OPEN_S):
                        self._release(await self._open_one())
                except OSError:
                    return  # an old one is better than none
            if lane in self._idle:
                self._idle.remove(lane)
                lane.abort()

    def _fill_soon(self) -> None:
        if self._closed or not self._wants_more() or self._filling is not None:
            return
        self._filling = self._tasks.spawn(f"connections to {self._origin}", self._fill())
        self._filling.add_done_callback(self._filled)

    def _filled(self, _: asyncio.Task[None]) -> None:
        self._filling = None

    def _wants_more(self) -> bool:
        return (
            len(self._idle) < _IDLE
            and len(self._open) < _MOST
            and self._clock.mono_ns() < self._warm_until_mono_ns
        )

    async def _fill(self) -> None:
        while self._wants_more():
            if self._pause_s:
                await asyncio.sleep(self._pause_s * self._rng.uniform(0.75, 1.0))
            try:
                async with asyncio.timeout(_OPEN_S):
                    self._release(await self._open_one())
            except OSError as error:
                self._trouble = f"{self._origin} cannot be reached ({why(error)})."
                self._wait_longer()

    def _wait_longer(self) -> None:
        self._pause_s = min(max(2 * self._pause_s, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)

    async def close(self) -> None:
        self._closed = True
        await self._tasks.close()
        lanes = list(self._open)
        for lane in lanes:
            lane.abort()
        await asyncio.gather(*(lane.closed() for lane in lanes))


async def fetch(
    url: str, max_bytes: int, limit_s: float, clock: Clock, tls: ssl.SSLContext | None = None
) -> Reply | NoReply:
    """One address, as a picture's, on a connection of its own. Nothing of ours is sent with it."""
    try:
        origin, target, _ = split_url(url)
    except AddressError as error:
        return NoReply("bad_address", f"the address cannot be used: {error}", sent=False)
    lanes = Lanes(origin, clock, Random(0), tls)
    try:
        return await lanes.ask(Request("GET", target), limit_s, max_bytes)
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await lanes.close()


def _broken(broken: BrokenCall) -> NoReply:
    match broken.fault:
        case "closed":
            return NoReply("no_answer", str(broken), sent=True)
        case "too_large":
            return NoReply("too_large", str(broken), sent=True)
        case _:
            return NoReply("bad_answer", str(broken), sent=True)


def why(error: OSError) -> str:
    """An error of the system in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(error.reason or 'no reason').replace('_', ' ').lower()}"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return os.strerror(error.errno) if error.errno else "no connection"
