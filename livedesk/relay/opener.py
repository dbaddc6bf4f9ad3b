"""How does an uplink get a session that waits? TCP, TLS and RTMP up to createStream."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from livedesk.core.clock import Clock
from livedesk.relay.dialing import Dialer, DialError
from livedesk.relay.job import UplinkJob
from livedesk.relay.lookup import AddressCache
from livedesk.relay.uplink_link import UplinkLink

_CONNECT_LIMIT_S: Final = 5.0
_SESSION_LIMIT_S: Final = 5.0


class OpenError(Exception):
    """There is no session; `reason` is for people and holds no key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Opener:
    """Opens one uplink's sessions, one after the other."""

    def __init__(
        self,
        job: UplinkJob,
        clock: Clock,
        silence_ms: float,
        cache: AddressCache,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._job = job
        self._clock = clock
        self._silence_ms = silence_ms
        self._dialer = Dialer(job.target, job.bind, job.proxy, cache)
        self._tls = tls

    @property
    def notice(self) -> str | None:
        """What people should know about the newest connection."""
        return self._dialer.notice

    async def open(
        self, on_writable: Callable[[], None], on_change: Callable[[], None]
    ) -> UplinkLink:
        """A session at createStream. Raises OpenError."""
        try:
            link = UplinkLink(
                self._job.target,
                self._clock,
                await self._trust(),
                self._silence_ms,
                on_writable,
                on_change,
            )
        except (OSError, ValueError):
            # No readable certificates on this machine, or no name that a certificate could hold.
            raise OpenError("TLS cannot be set up for this address") from None
        try:
            await self._connect(link)
        except BaseException:
            link.close(sign_off=False)
            raise
        return link

    async def _connect(self, link: UplinkLink) -> None:
        try:
            sock = await self._dialer.connect(_CONNECT_LIMIT_S)
        except DialError as error:
            raise OpenError(error.reason) from None
        try:
            await asyncio.get_running_loop().create_connection(lambda: link, sock=sock)
            async with asyncio.timeout(_SESSION_LIMIT_S):
                await link.wait_ready()
        except TimeoutError:
            raise OpenError("the platform did not answer in time") from None
        except OSError as error:
            raise OpenError(error.strerror or "the connection broke") from None
        if link.ended is not None:
            raise OpenError(link.ended)

    async def _trust(self) -> ssl.SSLContext | None:
        """Reading the machine's certificates takes a tenth of a second: once, and in a thread."""
        if self._tls is None and self._job.target.is_tls:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls
