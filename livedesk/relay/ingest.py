"""Where the encoder connects. One publisher with the right key; everybody else is told why not."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import ssl
from typing import Final, cast

from livedesk.core.clock import Clock
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.job import ListenJob
from livedesk.relay.tcp import tune_keepalive
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message
from livedesk.rtmp.server import (
    PlayRequest,
    PublishRequest,
    Refusal,
    ServerSession,
    StreamClosed,
)

_MAX_CONNECTIONS: Final = 32
_REQUEST_LIMIT_S: Final = 10.0
"""A connection that has not asked to publish by then is closed."""
EVICT_AFTER_MS: Final = 2_000
"""A publisher silent for so long gives way to a new one: its connection is probably half open."""
_SILENCE_LIMIT_S: Final = 60.0
_UNREAD_LIMIT_BYTES: Final = 256 * 1024
"""Answers that a peer asked for and does not read; an encoder leaves a few hundred at most."""
_HOUSEKEEPING_BYTES: Final = 32
"""Acknowledgements and pings are smaller: what is larger and holds no whole message is a part."""
_TLS_HANDSHAKE_LIMIT_S: Final = 10.0
_TLS_SHUTDOWN_LIMIT_S: Final = 5.0


class Ingest:
    """The listening socket and its connections; at most one of them is the publisher."""

    def __init__(self, job: ListenJob, feed: Feed, log: EntryLog, clock: Clock) -> None:
        self._job = job
        self._feed = feed
        self._log = log
        self._clock = clock
        self._connections: dict[_Connection, None] = {}  # in the order of arrival
        self._publisher: _Connection | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Raises OSError (port in use, no such address) or ssl.SSLError (certificate)."""
        context = None
        if self._job.scheme == "rtmps":
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self._job.tls_cert or "", self._job.tls_key)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self),
            self._job.host,
            self._job.port,
            ssl=context,
            ssl_handshake_timeout=_TLS_HANDSHAKE_LIMIT_S if context else None,
            ssl_shutdown_timeout=_TLS_SHUTDOWN_LIMIT_S if context else None,
        )

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort("the relay stops")

    def opened(self, connection: _Connection) -> None:
        """Takes it in; when all places are taken, the stranger that has idled longest must go."""
        self._connections[connection] = None
        if len(self._connections) > _MAX_CONNECTIONS:
            strangers = (each for each in self._connections if each is not self._publisher)
            next(strangers).abort("too many connections that do not publish")

    def closed(self, connection: _Connection, why: str) -> None:
        self._connections.pop(connection, None)
        if self._publisher is connection:
            self._publisher = None
            self._feed.end(why)

    def admit(self, connection: _Connection, request: PublishRequest) -> tuple[Refusal, str] | None:
        """Makes the connection the publisher; otherwise why not, for the encoder's screen."""
        offered = f"{request.app}/{request.key}".strip("/").encode()
        expected = f"{self._job.app}/{self._job.key.reveal()}".encode()
        if not hmac.compare_digest(offered, expected):
            self._refused(connection, "app or stream key is wrong")
            return "NetStream.Publish.Denied", "App or stream key is wrong."
        if self._publisher is not None:
            silent_ms = self._feed.silent_ms(self._clock.mono_ns())
            if silent_ms is not None and silent_ms < EVICT_AFTER_MS:
                self._refused(connection, "another encoder is publishing")
                return "NetStream.Publish.BadName", "Another encoder is publishing."
            self._publisher.abort("silent, and a new encoder took its place")
        self._publisher = connection
        self._feed.begin(connection.peer)
        return None

    def _refused(self, connection: _Connection, why: str) -> None:
        self._log.event(
            "feed.refused",
            "warning",
            f"Refused an encoder from {connection.peer}: {why}.",
            peer=connection.peer,
            reason=why,
        )

    def broke_protocol(self, connection: _Connection, error: ProtocolError) -> None:
        self._log.event(
            "feed.protocol_error",
            "warning",
            f"Closed a connection from {connection.peer}: {error}.",
            peer=connection.peer,
            reason=str(error),
        )

    def receive(self, connection: _Connection, message: Message) -> None:
        if connection is self._publisher:
            self._feed.receive(message)

    def heard(self, connection: _Connection) -> None:
        if connection is self._publisher:
            self._feed.heard()

    def check_silence(self) -> None:
        """A publisher without a byte for a minute is gone, whatever TCP says."""
        silent_ms = self._feed.silent_ms(self._clock.mono_ns())
        if self._publisher is not None and (silent_ms or 0) > _SILENCE_LIMIT_S * 1000:
            self._publisher.abort(f"nothing came for {_SILENCE_LIMIT_S:.0f} s")


class _Connection(asyncio.Protocol):
    """One encoder's connection."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._session = ServerSession(secrets.token_bytes)
        self._is_publishing = False
        self._why = "the connection was closed"
        self.peer = "?"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else "?"
        tune_keepalive(transport.get_extra_info("socket"))
        self._deadline = asyncio.get_running_loop().call_later(
            _REQUEST_LIMIT_S, self._request_overdue
        )
        self._ingest.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        if exc is not None:
            self._why = "the connection broke"
        self._ingest.closed(self, self._why)

    def _request_overdue(self) -> None:
        if not self._is_publishing:
            self.abort("no publish request in time")

    def abort(self, why: str) -> None:
        self._why = why
        self._transport.abort()
        # At once, not at the loop's next turn: a successor may be waiting for the place.
        self._ingest.closed(self, why)

    def data_received(self, data: bytes) -> None:
        try:
            events = self._session.feed(data)
        except ProtocolError as error:
            self._ingest.broke_protocol(self, error)
            self.abort(f"protocol error: {error}")
            return
        if not events and len(data) > _HOUSEKEEPING_BYTES:
            self._ingest.heard(self)
        for event in events:
            match event:
                case Message():
                    self._ingest.receive(self, event)
                case PublishRequest():
                    self._publish(event)
                case PlayRequest():
                    self._session.refuse(
                        event, "NetStream.Play.StreamNotFound", "This address is for publishing."
                    )
                case StreamClosed():
                    self._stopped()
        output = self._session.take_output()
        if output:
            self._transport.write(output)
        if self._transport.get_write_buffer_size() > _UNREAD_LIMIT_BYTES:
            self.abort("it does not read its answers")

    def _stopped(self) -> None:
        """Given up at once: a TLS connection takes its time to close."""
        self._ingest.closed(self, "the encoder stopped the stream")
        self._transport.close()

    def _publish(self, request: PublishRequest) -> None:
        refusal = self._ingest.admit(self, request)
        if refusal is None:
            self._is_publishing = True
            for message in self._session.accept_publish(request):
                self._ingest.receive(self, message)
            return
        self._session.refuse(request, *refusal)
        self._transport.write(self._session.take_output())
        self._transport.close()
