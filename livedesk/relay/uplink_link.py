"""One connection to a platform: TCP, perhaps TLS, an RTMP session that waits, then publishes."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Callable
from typing import Final, cast

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.rtmp_address import RtmpAddress
from livedesk.gauges.silence import Silence, is_near
from livedesk.relay.item import Item
from livedesk.relay.link_gauge import LinkGauge
from livedesk.relay.tcp import TcpInfo, read_tcp_info, reset_on_close
from livedesk.relay.tls import TlsPipe
from livedesk.rtmp.client import ClientSession, Ready, Refused, Started
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message

_BUFFER_BYTES: Final = 64 * 1024
"""What asyncio may hold beyond the kernel's buffer before messages wait in the outlet."""
_BUSY_WORDS: Final = ("badname", "busy", "already publish", "already exist", "in use")
"""nginx-rtmp, SRS, Red5 and others; the code that all imitate is NetStream.Publish.BadName."""


class UplinkLink(asyncio.Protocol):
    """Opens a session on a connected socket, and publishes on it when its owner says so.

    `ended` says why it is over; it never raises into the loop. `on_change` is called when it is
    ready, is asked no more (`busy`), publishes, or has ended.
    """

    def __init__(
        self,
        target: RtmpAddress,
        clock: Clock,
        tls: ssl.SSLContext | None,
        silence_ms: float,
        on_writable: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._silence_ms = silence_ms
        self._on_writable = on_writable
        self._on_change = on_change
        self._session = ClientSession(target, secrets.token_bytes)
        self._tls = TlsPipe(target.host, tls) if target.is_tls else None
        self._transport: asyncio.Transport | None = None
        self._changed = asyncio.Event()
        self._lost = asyncio.Event()
        self._is_paused = False
        self._is_rtmp_open = False
        self.gauge = LinkGauge(clock.mono_ns(), Silence(silence_ms), None)
        self.is_ready = False
        """createStream was answered: it can publish at any time."""
        self.asked_ns: int | None = None
        """When publishing was last asked for; None before."""
        self.busy: str | None = None
        """The newest answer was that there is a publisher of this key already: its words."""
        self.is_refused = False
        self.is_publishing = False
        self.ended: str | None = None

    @property
    def can_send(self) -> bool:
        return self.is_publishing and not self._is_paused and self.ended is None

    def could_carry(self, mono_ns: int) -> bool:
        """Whether the session is open, and its far end was there lately."""
        is_open = self.is_ready and self.ended is None and self.busy is None
        return is_open and self.gauge.proof.holds(mono_ns)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_BUFFER_BYTES)
        peer = transport.get_extra_info("peername")
        silence = Silence(self._silence_ms, bool(peer) and is_near(str(peer[0])))
        self.gauge = LinkGauge(self._clock.mono_ns(), silence, self._read_tcp_info())
        if self._tls is not None:
            self._write(self._tls.open())
        else:
            self._open_rtmp()

    def _open_rtmp(self) -> None:
        self._is_rtmp_open = True
        self._write_plain(self._session.open())

    def eof_received(self) -> None:
        """At once, not when our own buffer has drained: nobody reads it any more."""
        self.end("the platform closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set()
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else None
        self.end(reason or "the platform closed the connection")

    def data_received(self, data: bytes) -> None:
        self.gauge.proof.heard(self._clock.mono_ns())
        try:
            if self._tls is not None:
                data, answer = self._tls.receive(data)
                self._write(answer)
                if self._tls.ready and not self._is_rtmp_open:
                    self._open_rtmp()
            if data:
                self._receive(data)
        except ssl.SSLCertVerificationError as error:
            self.end(f"the platform's certificate is not valid: {error.verify_message}")
        except ssl.SSLError as error:
            self.end(f"TLS failed: {error.reason or 'unknown error'}")
        except ProtocolError as error:
            self.end(f"the platform broke the protocol: {error}")

    def _receive(self, data: bytes) -> None:
        pongs = self._session.pongs
        for event in self._session.feed(data):
            match event:
                case Ready():
                    self.is_ready = True
                    self.ping()  # whether it answers is known before it matters
                    self._tell()
                case Started() if self.asked_ns is not None and not self.is_publishing:
                    self.is_publishing, self.busy = True, None
                    self.gauge.publication_began(self._clock.mono_ns())
                    self._tell()
                case Refused():
                    self._refused(event)
        if self._session.pongs > pongs:
            self.gauge.proof.answered(self._clock.mono_ns())
        self._write_plain(self._session.take_output())

    def _refused(self, event: Refused) -> None:
        words = f"{event.code} {event.description}".strip(" .")
        is_asked = self.asked_ns is not None and not self.is_publishing
        if is_asked and any(word in words.lower() for word in _BUSY_WORDS):
            self.busy = words
            self._tell()
        else:
            self.is_refused = True
            self.end(f"the platform refused: {words}")

    def publish(self) -> None:
        """Asks for it; `is_publishing`, `busy` or `ended` is the answer."""
        self.asked_ns, self.busy = self._clock.mono_ns(), None
        self._session.publish()
        self._write_plain(self._session.take_output())

    def ping(self) -> None:
        """Asks for a sign of life."""
        now_ns = self._clock.mono_ns()
        self.gauge.proof.pinged(now_ns)
        self._session.ping(now_ns // NS_PER_MS)
        self._write_plain(self._session.take_output())

    def poll(self, mono_ns: int) -> None:
        """Reads what was acknowledged, and pings a far end that has shown nothing lately."""
        if not self.is_ready or self._transport is None or self.ended is not None:
            return
        proof = self.gauge.proof
        if proof.is_due(mono_ns) and not self._is_paused:
            self.ping()
        if self.asked_ns is not None or proof.is_awaited:
            buffered_bytes = self._transport.get_write_buffer_size()
            self.gauge.read(mono_ns, self._read_tcp_info(), buffered_bytes)

    def _tell(self) -> None:
        self._changed.set()
        self._on_change()

    async def wait_ready(self) -> None:
        """Until it is ready or has ended."""
        while not self.is_ready and self.ended is None:
            self._changed.clear()
            await self._changed.wait()

    def end(self, reason: str) -> None:
        """The first reason is the one that counts."""
        if self.ended is None:
            self.ended = reason
            self._tell()

    def close(self, *, sign_off: bool) -> None:
        """Signs off if the connection is fit for it, and closes without waiting for the peer."""
        transport, is_fit = self._transport, self.is_publishing and self.ended is None
        self.end("closed")
        if transport is None:
            return
        if not (sign_off and is_fit) or transport.is_closing():
            transport.abort()
            return
        self._session.unpublish()
        self._write_plain(self._session.take_output())
        transport.close()

    def reset(self, reason: str) -> None:
        """Closes with a reset: what waits in the kernel is thrown away, and the far end knows."""
        self.end(reason)
        if self._transport is not None:
            reset_on_close(self._transport.get_extra_info("socket"))
            self._transport.abort()

    async def wait_closed(self, limit_s: float) -> None:
        """Until what was written has left our hands; after `limit_s` seconds it is given up."""
        if self._transport is None:
            return
        try:
            async with asyncio.timeout(limit_s):
                await self._lost.wait()
        except TimeoutError:
            self._transport.abort()

    def send(self, message: Message, item: Item | None, *, is_frame: bool) -> None:
        """Writes one message; the owner asks `can_send` first, so that nothing piles up here.

        `item` is the feed's; None for the opening, which is made for this connection.
        """
        self._session.send(message)
        data = self._session.take_output()
        if self._tls is not None:
            data = self._tls.send(data)
        self.gauge.wrote_message(len(data), message, item, is_frame=is_frame)
        if self._transport is not None:
            self._transport.write(data)

    def _write_plain(self, data: bytes) -> None:
        if data and self._tls is not None:
            data = self._tls.send(data)
        self._write(data)

    def _write(self, data: bytes) -> None:
        if data and self._transport is not None:
            self.gauge.wrote(len(data))
            self._transport.write(data)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._on_writable()

    def _read_tcp_info(self) -> TcpInfo | None:
        if self._transport is None or self._transport.is_closing():
            return None
        return read_tcp_info(self._transport.get_extra_info("socket"))

    @property
    def unsent_bytes(self) -> int | None:
        """In our own buffer and in the kernel's, never sent."""
        if self._transport is None:
            return None
        info = self.gauge.tcp_info
        return (info.unsent_bytes if info else 0) + self._transport.get_write_buffer_size()
