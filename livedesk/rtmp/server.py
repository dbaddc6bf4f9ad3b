"""The server's end of an RTMP connection: the relay's ingest and tap, the sandbox's platform.

`feed` returns events; requests wait until the owner answers them with accept or refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from livedesk.rtmp import amf0
from livedesk.rtmp import messages as m
from livedesk.rtmp.chunks import ReadLimits
from livedesk.rtmp.handshake import RandomBytes, ServerHandshake
from livedesk.rtmp.messages import Message
from livedesk.rtmp.session import WINDOW_BYTES, Command, Framing, is_command, is_media

CHUNK_BYTES: Final = 65_536
"""Announced at once: ffmpeg copies it, and writes chunks of 128 bytes until then."""
MAX_STREAMS: Final = 8
STRANGER_LIMITS: Final = ReadLimits(message_bytes=64 * 1024, unfinished_bytes=128 * 1024)
"""For everybody whose publishing was not accepted: commands are small."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    stream_id: int
    app: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlayRequest:
    stream_id: int
    app: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """The peer ended the stream on purpose (deleteStream, closeStream, FCUnpublish)."""

    stream_id: int


ServerEvent = PublishRequest | PlayRequest | StreamClosed | Message
Refusal = Literal[
    "NetStream.Publish.BadName",
    "NetStream.Publish.Denied",
    "NetStream.Play.StreamNotFound",
    "NetStream.Play.Failed",
]


class ServerSession:
    """One connection. Feed it bytes, send what `take_output` gives, answer its requests."""

    def __init__(self, random_bytes: RandomBytes, limits: ReadLimits | None = None) -> None:
        self._handshake = ServerHandshake(random_bytes)
        self._limits = limits or ReadLimits()
        self._framing = Framing(STRANGER_LIMITS)
        self._app: str | None = None
        self._last_stream_id = 0
        self._publishing: set[int] = set()
        self._asked: set[int] = set()
        self._early: list[Message] = []
        self._open: set[int] = set()

    def take_output(self) -> bytes:
        return self._framing.take_output()

    def feed(self, data: bytes) -> list[ServerEvent]:
        """Events in order; media only of streams whose publishing was accepted.

        Raises `ProtocolError`.
        """
        if not self._handshake.done:
            answer, data = self._handshake.feed(data)
            if answer:
                self._framing.send_raw(answer)
            if not data:
                return []
        events: list[ServerEvent] = []
        self._asked.clear()
        self._early.clear()
        for message in self._framing.receive(data):
            if is_command(message):
                self._command(message, events)
            elif is_media(message) and message.stream_id in self._publishing:
                events.append(message)
            elif is_media(message) and message.stream_id in self._asked:
                self._early.append(message)
        return events

    def _command(self, message: Message, events: list[ServerEvent]) -> None:
        command = Command(message)
        match command.name:
            case "connect":
                self._connect(command)
            case "createStream":
                self._create_stream(command)
            case "publish" if self._app is not None:
                self._asked.add(message.stream_id)
                events.append(PublishRequest(message.stream_id, self._app, command.text(1)))
            case "play" if self._app is not None:
                events.append(PlayRequest(message.stream_id, self._app, command.text(1)))
            case "releaseStream" | "FCPublish" | "getStreamLength":
                self._answer(command, None, 0)
            case "deleteStream":
                self._closed(command.number(1), events)
            case "closeStream":
                self._closed(message.stream_id, events)
            case "FCUnpublish":
                for stream_id in sorted(self._publishing):
                    self._closed(stream_id, events)

    def _connect(self, command: Command) -> None:
        app = command.mapping(0).get("app")
        self._app = app.strip("/") if isinstance(app, str) else ""
        framing = self._framing
        framing.send(m.control(m.WINDOW_ACK_SIZE, WINDOW_BYTES))
        framing.send(m.set_peer_bandwidth(WINDOW_BYTES))
        framing.announce_chunk_bytes(CHUNK_BYTES)
        self._answer(
            command,
            {"fmsVer": "FMS/3,0,1,123", "capabilities": 31, "fourCcList": ["*"]},
            {
                "level": "status",
                "code": "NetConnection.Connect.Success",
                "description": "Connection succeeded.",
                "objectEncoding": 0,
            },
        )

    def _create_stream(self, command: Command) -> None:
        if self._last_stream_id >= MAX_STREAMS:
            self._framing.send_command(0, "_error", command.transaction, None, None)
            return
        self._last_stream_id += 1
        self._answer(command, None, self._last_stream_id)

    def _answer(self, command: Command, *values: amf0.Encodable) -> None:
        self._framing.send_command(0, "_result", command.transaction, *values)

    def _closed(self, stream_id: int, events: list[ServerEvent]) -> None:
        self._publishing.discard(stream_id)
        if stream_id in self._open:
            self._open.remove(stream_id)
            events.append(StreamClosed(stream_id))

    def accept_publish(self, request: PublishRequest) -> list[Message]:
        """Returns the media that came in the same bytes, behind the request."""
        self._framing.allow(self._limits)
        self._publishing.add(request.stream_id)
        self._open.add(request.stream_id)
        self._framing.send(m.user_control(m.STREAM_BEGIN, request.stream_id))
        self._status(request.stream_id, "status", "NetStream.Publish.Start", "Publishing.")
        return [message for message in self._early if message.stream_id == request.stream_id]

    def accept_play(self, request: PlayRequest) -> None:
        self._open.add(request.stream_id)
        self._framing.send(m.user_control(m.STREAM_BEGIN, request.stream_id))
        self._status(request.stream_id, "status", "NetStream.Play.Reset", "Resetting.")
        self._status(request.stream_id, "status", "NetStream.Play.Start", "Playing.")

    def refuse(self, request: PublishRequest | PlayRequest, code: Refusal, why: str) -> None:
        """The peer gets an `error` status; closing the connection is up to the owner."""
        self._status(request.stream_id, "error", code, why)

    def end_play(self, stream_id: int) -> None:
        self._framing.send(m.user_control(m.STREAM_EOF, stream_id))
        self._status(stream_id, "status", "NetStream.Play.Stop", "The feed has ended.")

    def send(self, message: Message, stream_id: int | None = None) -> None:
        """Media for a player, on the play request's stream: the message's own, or the one given."""
        self._framing.send(message, stream_id)

    def _status(self, stream_id: int, level: str, code: str, description: str) -> None:
        status = {"level": level, "code": code, "description": description}
        self._framing.send_command(stream_id, "onStatus", 0, None, status)
