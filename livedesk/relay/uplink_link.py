"""One connection to a platform: TCP, perhaps TLS, RTMP publish, and what was acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import Callable, Mapping
from typing import Final, cast

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.rtmp_address import RtmpAddress
from livedesk.gauges.silence import Silence, is_near
from livedesk.relay.ledger import AckLedger
from livedesk.relay.tcp import TcpInfo, read_tcp_info
from livedesk.relay.tls import TlsPipe
from livedesk.rtmp import messages as m
from livedesk.rtmp.client import ClientSession, Ready, Refused, Started
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message

_BUFFER_BYTES: Final = 64 * 1024
"""What asyncio may hold beyond the kernel's buffer before messages wait in the outlet."""

_SEGMENTS: Final = 1.5
"""A segment, and the time between two looks at it."""
_LONGEST_SEGMENT_MS: Final = 500.0


class UplinkLink(asyncio.Protocol):
    """Publishes on a connected socket.

    `ended` says why it is over; it never raises into the loop.
    """

    def __init__(
        self,
        target: RtmpAddress,
        clock: Clock,
        tls: ssl.SSLContext | None,
        on_writable: Callable[[], None],
        silence_ms: float,
    ) -> None:
        self._clock = clock
        self._silence_ms = silence_ms
        self._silence = Silence(silence_ms)
        self._on_writable = on_writable
        self._session = ClientSession(target, secrets.token_bytes)
        self._tls = TlsPipe(target.host, tls) if target.is_tls else None
        self._ledger = AckLedger()
        self._transport: asyncio.Transport | None = None
        self._changed = asyncio.Event()
        self._lost = asyncio.Event()
        self._is_started = False
        self._is_paused = False
        self._is_rtmp_open = False
        self._acked_before = 0
        self._acked_bytes = 0
        self._progress_ns = clock.mono_ns()
        self._was_waiting = False
        self._segment_ms = 0.0
        self.ended: str | None = None
        self.tcp_info: TcpInfo | None = None
        self.base_rtt_ms: float | None = None
        """The least of this connection: what the way itself takes, without queues."""

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    @property
    def can_send(self) -> bool:
        return self._is_started and not self._is_paused and self.ended is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_BUFFER_BYTES)
        peer = transport.get_extra_info("peername")
        self._silence = Silence(self._silence_ms, bool(peer) and is_near(str(peer[0])))
        # The kernel counts from the connection's first byte, SYN included.
        info = self._read_tcp_info()
        self._acked_before = info.bytes_acked if info is not None else 0
        if self._tls is not None:
            self._write_other(self._tls.open())
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
        try:
            if self._tls is not None:
                data, answer = self._tls.receive(data)
                self._write_other(answer)
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
        for event in self._session.feed(data):
            match event:
                case Ready():
                    self._session.publish()
                case Started():
                    self._is_started = True
                    self._progress_ns = self._clock.mono_ns()
                    self._changed.set()
                case Refused():
                    self.end(f"the platform refused: {event.code} {event.description}".strip())
        self._write_plain(self._session.take_output())

    async def publish(self) -> None:
        """Returns when the platform has taken the publish request, or `ended` is set."""
        while not self._is_started and self.ended is None:
            await self._changed.wait()
            self._changed.clear()

    async def wait_ended(self, limit_s: float) -> None:
        """Returns after `limit_s` seconds at the latest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self.ended is None:
                    self._changed.clear()
                    await self._changed.wait()

    def end(self, reason: str) -> None:
        """Over, for this reason; only the first reason counts."""
        if self.ended is None:
            self.ended = reason
        self._changed.set()

    def close(self, *, sign_off: bool) -> None:
        """Signs off if the connection is fit for it, and closes without waiting for the peer."""
        transport, fit = self._transport, self._is_started and self.ended is None
        self.end("closed")
        if transport is None:
            return
        if not (sign_off and fit) or transport.is_closing():
            transport.abort()
            return
        self._session.unpublish()
        self._write_plain(self._session.take_output())
        transport.close()

    async def wait_closed(self, limit_s: float) -> None:
        """Until what was written has left our hands; after `limit_s` seconds it is given up."""
        if self._transport is None:
            return
        try:
            async with asyncio.timeout(limit_s):
                await self._lost.wait()
        except TimeoutError:
            self._transport.abort()

    def send(self, message: Message, *, is_frame: bool) -> None:
        """Writes one message; the owner asks `can_send` first, so that nothing piles up here."""
        self._session.send(message)
        data = self._session.take_output()
        if self._tls is not None:
            data = self._tls.send(data)
        is_media = message.type_id in (m.AUDIO, m.VIDEO)
        if is_media:
            track = message.type_id if is_frame else None
            self._ledger.wrote_media(len(data), len(message.payload), message.timestamp_ms, track)
        else:
            self._ledger.wrote_other(len(data))
        if self._transport is not None:
            self._transport.write(data)

    def _write_plain(self, data: bytes) -> None:
        if data and self._tls is not None:
            data = self._tls.send(data)
        self._write_other(data)

    def _write_other(self, data: bytes) -> None:
        if data and self._transport is not None:
            self._ledger.wrote_other(len(data))
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

    def poll(self, mono_ns: int) -> None:
        """Takes over the kernel's count of acknowledged bytes.

        Elsewhere than on Linux what has left our own buffer must do; the send buffer is small.
        """
        if not self._is_started or self._transport is None:
            return
        self.tcp_info = self._read_tcp_info() or self.tcp_info
        if self.tcp_info is not None:
            acked = self.tcp_info.bytes_acked - self._acked_before
        else:
            acked = self._ledger.written - self._transport.get_write_buffer_size()
        self._ledger.acked(acked, mono_ns)
        if acked != self._acked_bytes or acked >= self._ledger.written:
            self._acked_bytes = acked
            self._progressed(mono_ns)

    def _progressed(self, mono_ns: int) -> None:
        if self._was_waiting:
            self._silence.gap((mono_ns - self._progress_ns) / NS_PER_MS)
        self._progress_ns = mono_ns
        self._was_waiting = self._acked_bytes < self._ledger.written
        info, goodput_kbps = self.tcp_info, self._ledger.goodput_kbps
        if info is not None:
            self.base_rtt_ms = min(info.rtt_ms, self.base_rtt_ms or info.rtt_ms)
            if goodput_kbps:
                segment_ms = info.segment_bytes * 8 / goodput_kbps
                self._segment_ms = min(segment_ms, _LONGEST_SEGMENT_MS)

    def stalled_s(self, mono_ns: int) -> float:
        """How long bytes have been waiting without any acknowledgement."""
        return (mono_ns - self._progress_ns) / NS_PER_S

    @property
    def silence_limit_ms(self) -> float:
        """How long that is usual here.

        A receiver that is full opens its window by whole segments (RFC 9293, 3.8.6.2.2), and on
        loopback these are large: at 2,000 kbps one of 64 kB takes a quarter of a second.
        """
        return max(self._silence.limit_ms, _SEGMENTS * self._segment_ms)

    @property
    def goodput_kbps(self) -> float | None:
        return self._ledger.goodput_kbps

    def backlog_ms(self, newest_ms: Mapping[int, int]) -> int | None:
        return self._ledger.backlog_ms(newest_ms)

    @property
    def unsent_bytes(self) -> int | None:
        """In our own buffer and in the kernel's, never sent."""
        if self._transport is None:
            return None
        in_kernel = self.tcp_info.unsent_bytes if self.tcp_info is not None else 0
        return in_kernel + self._transport.get_write_buffer_size()
