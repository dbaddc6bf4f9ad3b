"""Who may watch the feed on this machine? RTMP play on loopback, with a token as the stream key."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from typing import Final, cast

from livedesk.core.secrets import Secret
from livedesk.relay.feed import Feed
from livedesk.relay.item import Item
from livedesk.relay.outlet import Outlet
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message
from livedesk.rtmp.server import PlayRequest, PublishRequest, ServerSession, StreamClosed

APP: Final = "tap"
_MAX_WAIT_MS: Final = 2_000
_MAX_WAIT_BYTES: Final = 8 * 1024 * 1024
_SOCKET_BYTES: Final = 256 * 1024
_MAX_PLAYERS: Final = 16
_REQUEST_LIMIT_S: Final = 10.0
"""A connection that has not asked to play by then is closed."""
_LAST_WORDS_S: Final = 1.0


class TapServer:
    """Listens on loopback; every player is skipped to a keyframe rather than waited for."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._players: set[_Player] = set()
        self._server: asyncio.Server | None = None
        self._skips_of_gone = 0
        self.token = Secret(secrets.token_urlsafe(24))
        self.url = Secret("")

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Player(self, self._feed), "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = Secret(f"rtmp://127.0.0.1:{port}/{APP}/{self.token.reveal()}")

    @property
    def players(self) -> int:
        return sum(player.is_playing for player in self._players)

    @property
    def skips(self) -> int:
        return self._skips_of_gone + sum(player.outlet.skips for player in self._players)

    def admits(self, request: PlayRequest) -> bool:
        offered, expected = request.key.encode(), self.token.reveal().encode()
        return request.app == APP and hmac.compare_digest(offered, expected)

    def joined(self, player: _Player) -> bool:
        if len(self._players) >= _MAX_PLAYERS:
            return False
        self._players.add(player)
        return True

    def left(self, player: _Player) -> None:
        if player in self._players:
            self._players.discard(player)
            self._skips_of_gone += player.outlet.skips

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for player in tuple(self._players):
            player.close()


class _Player(asyncio.Protocol):
    """One player's connection."""

    def __init__(self, tap: TapServer, feed: Feed) -> None:
        self._tap = tap
        self._feed = feed
        self._session = ServerSession(secrets.token_bytes)
        self._stream_id = 0
        self._is_paused = False
        self._deadline: asyncio.TimerHandle | None = None
        self.outlet = Outlet(_MAX_WAIT_MS, _MAX_WAIT_BYTES)
        self.is_playing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_SOCKET_BYTES)
        self._close_within(_REQUEST_LIMIT_S)
        if not self._tap.joined(self):
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        if self._deadline is not None:
            self._deadline.cancel()
        self._tap.left(self)

    def _leave(self) -> None:
        """Nothing more for this player, from now on and not from when its socket is closed."""
        self.is_playing = False
        self._feed.detach(self)
        self.outlet.clear()

    def _dismiss(self) -> None:
        """Closes when all is written; a player that does not read gets a moment, no more."""
        self._leave()
        self._transport.close()
        self._close_within(_LAST_WORDS_S)

    def _close_within(self, limit_s: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(limit_s, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        try:
            events = self._session.feed(data)
        except ProtocolError:
            self.broke()
            return
        for event in events:
            match event:
                case PlayRequest():
                    self._play(event)
                case PublishRequest():
                    self._session.refuse(
                        event, "NetStream.Publish.Denied", "This address is for playing."
                    )
                case StreamClosed():
                    self._dismiss()
        self._transport.write(self._session.take_output())

    def _play(self, request: PlayRequest) -> None:
        if self.is_playing or not self._tap.admits(request):
            self._session.refuse(request, "NetStream.Play.StreamNotFound", "No such stream.")
            self._transport.write(self._session.take_output())
            self._dismiss()
            return
        if self._deadline is not None:
            self._deadline.cancel()
        self._session.accept_play(request)
        self._stream_id = request.stream_id
        self.is_playing = True
        for message in self._feed.replay.messages():
            self._send(message)
        if not self._feed.replay.starts_at_keyframe:
            self.outlet.wait_for_keyframe()
        self._feed.attach(self)

    def push(self, item: Item) -> None:
        self.outlet.put(item)
        self._flush()

    def _flush(self) -> None:
        while not self._is_paused and (item := self.outlet.take()) is not None:
            self._send(item.message)
            self._transport.write(self._session.take_output())

    def _send(self, message: Message) -> None:
        self._session.send(message, self._stream_id)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._flush()

    def codec_changed(self) -> None:
        """Players cannot follow a change of codec inside a stream: they are sent off to rejoin."""
        self._send_off()

    def encoder_returned(self) -> None:
        """What is measured must not be joined with what was before: that is another epoch."""
        self._send_off()

    def _send_off(self) -> None:
        self._session.end_play(self._stream_id)
        self._transport.write(self._session.take_output())
        self._dismiss()

    def broke(self) -> None:
        self._leave()
        self._transport.abort()

    def close(self) -> None:
        self._transport.abort()
