"""One way out to the platform: connected while there is a feed, reconnected when it breaks."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import ssl
from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.status import Limits, UplinkState
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed, Item
from livedesk.relay.job import UplinkJob
from livedesk.relay.outlet import Outlet
from livedesk.relay.tcp import bind_local, tune_uplink
from livedesk.relay.uplink_link import UplinkLink
from livedesk.relay.uplink_watch import UplinkWatch
from livedesk.rtmp.flv import inspect

_CONNECT_LIMIT_S: Final = 5.0
_PUBLISH_LIMIT_S: Final = 10.0
_FIRST_PAUSE_S: Final = 0.5
_PAUSE_GROWTH: Final = 1.6
_LONGEST_PAUSE_S: Final = 8.0
_STABLE_AFTER_S: Final = 10.0
_STALL_LIMIT_S: Final = 10.0
"""Nothing acknowledged for so long while media waits: the connection is given up."""
_SIGN_OFF_LIMIT_S: Final = 2.0
"""So long the last bytes, the sign-off among them, may take on a slow path when the relay stops."""
_DROP_REPORT_S: Final = 5.0
_DELAYS_KEPT: Final = 512


class Uplink:
    """Forwards the feed to one address.

    Owns the connection's life; `UplinkLink` is the connection.
    """

    def __init__(
        self,
        job: UplinkJob,
        feed: Feed,
        log: EntryLog,
        clock: Clock,
        grace_s: float,
        limits: Limits,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._job = job
        self._feed = feed
        self._log = log
        self._clock = clock
        self._grace_s = grace_s
        self._silence_ms = limits.silence_ms
        self._health = UplinkWatch(job.name, limits, feed, log)
        self._tls = tls
        self._outlet = Outlet(job.max_backlog_ms)
        self._link: UplinkLink | None = None
        self._wake = asyncio.Event()
        self._reconnects = 0
        self._reported_drops = 0
        self._drops_reported_ns = 0
        self._reason: str | None = "waiting for the encoder"
        self._reported_reason: str | None = None
        self._delays_us: deque[int] = deque(maxlen=_DELAYS_KEPT)
        self.state: UplinkState = "down"
        feed.on_presence(self._wake.set)

    async def run(self) -> None:
        """Keeps the uplink up until cancelled; then signs off at the platform."""
        pause_s = _FIRST_PAUSE_S
        try:
            while True:
                await self._wait_for_feed()
                started_ns = self._clock.mono_ns()
                reason = await self._carry_once()
                lasted_s = (self._clock.mono_ns() - started_ns) / NS_PER_S
                if reason is None:  # the encoder is away: not a fault of this path
                    continue
                pause_s = _FIRST_PAUSE_S if lasted_s > _STABLE_AFTER_S else pause_s
                await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))
                pause_s = min(pause_s * _PAUSE_GROWTH, _LONGEST_PAUSE_S)
                self._reconnects += 1
        except Exception:
            self._end_link(sign_off=False)
            self._down("an unexpected error; please report this")
            raise
        finally:
            if (link := self._end_link(sign_off=True)) is not None:
                await link.wait_closed(_SIGN_OFF_LIMIT_S)

    def _end_link(self, *, sign_off: bool) -> UplinkLink | None:
        if self._link is not None:
            self._link.close(sign_off=sign_off)
        return self._link

    async def _wait_for_feed(self) -> None:
        while not self._feed.is_connected:
            self._wake.clear()
            await self._wake.wait()

    async def _carry_once(self) -> str | None:
        """One connection from its opening to its end; why it ended, None if on purpose."""
        self.state = "connecting"  # why it was down stays readable until it carries
        if self._reported_reason is None:  # it was not down, it waited for this moment
            self._reason = None
        try:
            link = await self._open()
        except _Failed as failure:
            self._down(failure.reason)
            return failure.reason
        self._join(link)
        try:
            return await self._watch(link)
        finally:
            self._feed.detach(self)
            self._outlet.clear()

    async def _open(self) -> UplinkLink:
        """Raises `_Failed`. On return the platform has taken the publish request."""
        try:
            link = UplinkLink(
                self._job.target, self._clock, await self._trust(), self._flush, self._silence_ms
            )
        except (OSError, ValueError):
            # No readable certificates on this machine, or no name that a certificate could hold.
            raise _Failed("TLS cannot be set up for this address") from None
        self._link = link
        try:
            async with asyncio.timeout(_CONNECT_LIMIT_S):
                sock = await self._connect()
            await asyncio.get_running_loop().create_connection(lambda: link, sock=sock)
            async with asyncio.timeout(_PUBLISH_LIMIT_S):
                await link.publish()
        except TimeoutError:
            link.close(sign_off=False)
            stage = "the platform did not answer" if link.is_open else "no connection"
            raise _Failed(f"{stage} in time") from None
        except OSError as error:
            link.close(sign_off=False)
            raise _Failed(_in_words(error)) from None
        if link.ended is not None:
            link.close(sign_off=False)
            raise _Failed(link.ended)
        return link

    async def _trust(self) -> ssl.SSLContext | None:
        """Reading the machine's certificates takes a tenth of a second: once, and in a thread."""
        if self._tls is None and self._job.target.is_tls:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls

    async def _connect(self) -> socket.socket:
        """A connected, tuned socket. Tries every address the name has; raises OSError."""
        loop = asyncio.get_running_loop()
        target = self._job.target
        try:
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise OSError("the host name is not a valid one") from None
        failure = OSError(f"{target.host} has no address")
        for family, kind, protocol, _, address in found:
            try:
                sock = socket.socket(family, kind, protocol)  # fails without IPv6, for example
            except OSError as error:
                failure = error
                continue
            try:
                sock.setblocking(False)
                tune_uplink(sock)
                bind_local(sock, self._job.bind)
                async with asyncio.timeout(_CONNECT_LIMIT_S / len(found)):
                    await loop.sock_connect(sock, address)
            except OSError as error:
                sock.close()
                failure = OSError("no answer") if isinstance(error, TimeoutError) else error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        raise failure

    def _join(self, link: UplinkLink) -> None:
        """Headers and the frames since the last keyframe, then everything as it comes."""
        for message in self._feed.join.messages():
            link.send(message, is_frame=inspect(message).kind == "frame")
        if not self._feed.join.starts_at_keyframe:
            self._outlet.wait_for_keyframe()
        self._feed.attach(self)
        self.state, self._reason, self._reported_reason = "carrying", None, None
        self._log.event(
            "uplink.up",
            "info",
            f"Uplink {self._job.name} is carrying the feed to {self._job.target.authority}.",
            uplink=self._job.name,
            reconnects=self._reconnects,
        )

    async def _watch(self, link: UplinkLink) -> str | None:
        """Until the connection ends or acknowledges nothing, or the encoder stays away."""
        while link.ended is None:
            await link.wait_ended(0.5)
            now_ns = self._clock.mono_ns()
            if now_ns - self._drops_reported_ns > _DROP_REPORT_S * NS_PER_S:
                self._report_drops()
            away_s = self._feed.lost_for_s(now_ns)
            if away_s is not None and away_s > self._grace_s:
                link.close(sign_off=True)
                self._down(f"the encoder has been away for {self._grace_s:.0f} s", "info")
                return None
            if link.ended is None and link.stalled_s(now_ns) > _STALL_LIMIT_S:
                link.end(f"nothing was acknowledged for {_STALL_LIMIT_S:.0f} s")
        link.close(sign_off=False)
        self._down(link.ended)
        return link.ended

    def _down(self, reason: str, level: Level = "warning") -> None:
        self.state, self._reason, self._link = "down", reason, None
        self._report_drops()
        if reason != self._reported_reason:  # once, however often it is tried again
            self._reported_reason = reason
            self._log.event(
                "uplink.down",
                level,
                f"Uplink {self._job.name} is down: {reason}.",
                uplink=self._job.name,
                reason=reason,
            )

    def push(self, item: Item) -> None:
        self._outlet.put(item)
        self._flush()
        if not self._outlet.is_skipping:
            self._report_drops()

    def codec_changed(self) -> None:
        """Platforms see the new codec headers in the stream, as they would from the encoder."""

    def encoder_returned(self) -> None:
        """The platform sees the show go on."""

    def broke(self) -> None:
        if self._link is not None:
            self._link.end("an unexpected error while sending; please report this")

    def _flush(self) -> None:
        link = self._link
        while link is not None and link.can_send and (item := self._outlet.take()) is not None:
            link.send(item.message, is_frame=item.is_droppable)
            self._delays_us.append((self._clock.mono_ns() - item.arrival_ns) // 1000)

    def _report_drops(self) -> None:
        """When the path has caught up; in between too, as it may never catch up."""
        count = self._outlet.dropped - self._reported_drops
        if not count:
            return
        self._drops_reported_ns = self._clock.mono_ns()
        self._reported_drops = self._outlet.dropped
        self._log.event(
            "uplink.dropped",
            "warning",
            f"Uplink {self._job.name} dropped {count} messages to catch up with the feed.",
            uplink=self._job.name,
            messages=count,
        )

    def poll(self, mono_ns: int) -> None:
        """Reads what the far end has acknowledged; called some twenty times a second."""
        if self._link is not None:
            self._link.poll(mono_ns)

    def judge(self, mono_ns: int) -> bool:
        """Tells a change of the class; returns whether there was one."""
        return self._health.judge(mono_ns, self._link if self.state == "carrying" else None)

    def sample(self) -> dict[str, Json]:
        """This uplink's entry in a sample (docs/architecture.md, "Relay control channel")."""
        link = self._link if self.state == "carrying" else None
        info = link.tcp_info if link is not None else None
        return {
            "name": self._job.name,
            "state": self.state,
            "health": self._health.state,
            "goodput_kbps": link.goodput_kbps if link is not None else None,
            "backlog_ms": link.backlog_ms(self._feed.newest_ms) if link is not None else None,
            "rtt_ms": info.rtt_ms if info is not None else None,
            "unsent_bytes": link.unsent_bytes if link is not None else None,
            "waiting_messages": len(self._outlet),
            "retransmits": info.retransmits if info is not None else None,
            "dropped_messages": self._outlet.dropped,
            "reconnects": self._reconnects,
            "reason": self._reason,
            "address": self._job.target.authority,
        }

    def delays_us(self) -> dict[str, Json]:
        """Message in to message out, over the last few hundred messages."""
        delays = sorted(self._delays_us)
        if not delays:
            return {"p50": None, "p99": None}
        return {"p50": delays[len(delays) // 2], "p99": delays[len(delays) * 99 // 100]}


def _in_words(error: OSError) -> str:
    """The system's text for the error, without what asyncio and getaddrinfo put around it."""
    if isinstance(error, socket.gaierror):
        return "the host name cannot be resolved"
    return os.strerror(error.errno) if error.errno else str(error)


class _Failed(Exception):  # noqa: N818 - reads as what happened
    """The connection could not be opened; `reason` is for people and holds no key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
